"""Which cases may be the same matter as one: of the same place and time, with nearly the same title or a party in common.

A hint for a person who looks, never a decision: nothing is merged, closed or refused by it. Titles are compared without
names, which the log does not have; parties by their references.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from domain.scope import Scope
from projections import schema
from projections.audit import READ_AUDIT
from projections.reach import READ_REACH
from projections.scoped import visible
from projections.words import folded
from projections.worklist_table import READ_WORKLIST

WITHIN: Final = timedelta(days=365)  # how far apart two reports of one matter are looked for
COMPARED: Final = 400  # cases of the place, the newest first
FEWEST_PAIRS: Final = 4  # a title of less says nothing
NEAR: Final = 0.6  # the part of all pairs of characters that two titles share
PARTIES_TOLD_BY: Final = 4  # versions: who the parties are is told in the first events


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that may be the same matter. `same_party`: one reference is in both; else it is the title."""

    code: str
    title: str
    state: str
    opened_at: str
    same_party: bool


def alike(
    connection: sa.Connection,
    case_id: str,
    title: str,
    parties: Collection[str],
    units: Collection[str],
    opened_at: datetime,
    scope: Scope,
    on: date,
    most: int = 5,
) -> list[Alike]:
    """Cases of these units that look like this one and are in the scope: those with a party in common first."""
    c, r = READ_WORKLIST.c, READ_REACH.c
    here = sa.select(r.case_id).where(r.unit.in_(sorted(units)), r.case_id != case_id)
    since, until = schema.instant(opened_at - WITHIN), schema.instant(opened_at + WITHIN)
    query = (
        sa.select(c.case_id, c.code, c.title, c.state, c.opened_at)
        .where(c.case_id.in_(here), c.opened_at >= since, c.opened_at <= until, visible(scope, c.case_id, on))
        .order_by(c.opened_at.desc())
        .limit(COMPARED)
    )
    rows = connection.execute(query).all()
    known = with_party(connection, [row.case_id for row in rows], parties)
    own = pairs(title)
    found = [
        Alike(row.code, row.title, row.state, row.opened_at, row.case_id in known)
        for row in rows
        if row.case_id in known or similar(own, pairs(row.title))
    ]
    return sorted(found, key=lambda one: not one.same_party)[:most]


def with_party(connection: sa.Connection, cases: Collection[str], parties: Collection[str]) -> set[str]:
    """Those of the cases that name one of these references among their first facts."""
    if not cases or not parties:
        return set()
    c = READ_AUDIT.c
    named = sa.or_(*(c.changes.contains(f'"{one}"', autoescape=True) for one in sorted(parties)))
    query = sa.select(c.case_id).where(c.case_id.in_(list(cases)), c.version <= PARTIES_TOLD_BY, named)
    return set(connection.execute(query).scalars())


def pairs(title: str) -> frozenset[str]:
    """Every two characters of a title that stand side by side, without names, blanks and punctuation."""
    letters = "".join(one for one in folded(title) if one.isalnum())
    return frozenset(letters[n : n + 2] for n in range(len(letters) - 1))


def similar(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two titles share most of their pairs."""
    if min(len(one), len(other)) < FEWEST_PAIRS:
        return False
    return len(one & other) >= NEAR * len(one | other)
