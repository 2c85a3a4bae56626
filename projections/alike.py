"""Which cases may be the same matter as one: with a party in common, or of the same place with nearly the same title.

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
from projections.likeness import FEWEST_PAIRS, READ_LIKENESS, marks_of_parties, marks_of_title, pairs
from projections.scoped import visible
from projections.worklist_table import READ_WORKLIST

WITHIN: Final = timedelta(days=365)  # how far apart two reports of one matter are looked for
COMPARED: Final = 60  # cases that share a mark, the newest first
NEAR: Final = 0.6  # the part of all pairs of characters that two titles share


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
    places: Collection[str],
    opened_at: datetime,
    scope: Scope,
    on: date,
    most: int = 5,
) -> list[Alike]:
    """Cases that look like this one and are in the scope: those with a party in common first, then the newest.

    `places` are the units in which a case with nearly the same title may have arisen.
    """
    of_parties = marks_of_parties(parties)
    marks = [*of_parties, *marks_of_title(title, sorted(places))]
    if not marks:
        return []
    c, m = READ_WORKLIST.c, READ_LIKENESS.c
    since, until = schema.instant(opened_at - WITHIN), schema.instant(opened_at + WITHIN)
    shared = sa.func.max(sa.case((m.mark.in_(of_parties), 1), else_=0)).label("same_party")
    some = sa.select(m.case_id, shared).where(m.mark.in_(marks), m.case_id != case_id).group_by(m.case_id)
    marked = some.limit(COMPARED * 10).subquery()
    query = (
        sa.select(c.code, c.title, c.state, c.opened_at, marked.c.same_party)
        .join(marked, marked.c.case_id == c.case_id)
        .where(c.opened_at >= since, c.opened_at <= until, visible(scope, c.case_id, on))
        .order_by(marked.c.same_party.desc(), c.opened_at.desc())
        .limit(COMPARED)
    )
    own = pairs(title)
    found = [
        Alike(row.code, row.title, row.state, row.opened_at, bool(row.same_party))
        for row in connection.execute(query)
        if row.same_party or similar(own, pairs(row.title))
    ]
    return found[:most]


def has_met(connection: sa.Connection, subject: str, scope: Scope, on: date) -> bool:
    """Whether somebody is, or was from the beginning, a party of a case in the scope."""
    m = READ_LIKENESS.c
    query = sa.select(m.case_id).where(m.mark.in_(marks_of_parties([subject])), visible(scope, m.case_id, on))
    return connection.execute(query.limit(1)).first() is not None


def similar(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two titles share most of their pairs."""
    if min(len(one), len(other)) < FEWEST_PAIRS:
        return False
    return len(one & other) >= NEAR * len(one | other)
