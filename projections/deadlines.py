"""Which deadlines come, are late, were met or lapsed: one row per run of a clock. No due date is worked out here.

Whether a breach is red, yellow or nothing is the rule's to say (domain/policy.py); here is only what the log holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from domain.case import case_id
from domain.conduct import DeadlineMissed
from domain.errors import Invalid
from domain.organisation import local_date
from domain.policy import PolicyBook, builtin_policies
from domain.rule import Breach
from domain.scope import Scope
from projections import schema
from projections.clock_changes import breach_of, clock_title
from projections.clocks import CANCELLED, LAPSED, MET, OPEN, PAUSED, RUNNING, met_late, rule_of
from projections.moments import instant, instant_or_none
from projections.rows import Row, Rows
from projections.schema import METADATA, Number, Text, json_text, json_value
from projections.scoped import seen_by
from projections.seen import CASES, Seen
from projections.units import under
from projections.worklist import READ_WORKLIST

READ_DEADLINES = sa.Table(
    "read_deadlines",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("name", Text, primary_key=True),  # "D-FULFIL/2"
    sa.Column("started_at", Text, primary_key=True),
    sa.Column("rule", Text, nullable=False),  # "D-FULFIL"
    sa.Column("policy", Text, nullable=False),
    sa.Column("calendar", Text, nullable=False),
    sa.Column("unit", Text, nullable=False),  # who held the case when it started: whose duty it is
    sa.Column("length", Text, nullable=False),
    sa.Column("due", Text, nullable=False),  # the first late instant
    sa.Column("warn", Text),
    sa.Column("status", Text, nullable=False),
    sa.Column("stopped_at", Text),
    sa.Column("late", sa.Integer, nullable=False),  # 1: met after it was due
    sa.Column("pauses", Text, nullable=False),  # JSON list
    sa.Column("extension", Text, nullable=False),  # JSON; "" without
    sa.Column("missed", Text, nullable=False),  # JSON list of the colours recorded
    sa.Column("warn_recorded", sa.Integer, nullable=False),
    sa.Column("due_recorded", sa.Integer, nullable=False),
    sa.Column("position", Number, nullable=False),  # of the event that touched it last
    sa.Index("ix_read_deadlines_due", "status", "due", "case_id", "name", "started_at"),
    sa.Index("ix_read_deadlines_unit", "unit"),
)


class Deadlines:
    """One row per run of a clock: the same duty anew is another row."""

    name = "deadlines"
    tables = (READ_DEADLINES,)
    topics = CASES

    def fold(self, events: Sequence[Seen], rows: Rows) -> None:
        for seen in events:
            for clock in seen[5].standing.clocks:
                _take(rows, seen, clock)


def _take(rows: Rows, seen: Seen, clock: Any) -> None:
    position, case, _, topic, _, event = seen
    name, started = clock.name, instant(clock.started_at)
    before = rows.get(READ_DEADLINES, case, name, started)
    if before is not None and before["status"] not in OPEN:
        before = None  # the duty was done in the very instant in which it began: its next run takes this row
    if before is None:
        _replace(rows, seen, name)
    row: Row = {
        "case_id": case,
        "name": name,
        "started_at": started,
        "rule": rule_of(name),
        "policy": clock.policy,
        "calendar": clock.calendar,
        "unit": before["unit"] if before else event.standing.holder,
        "length": clock.length,
        "due": instant(clock.due),
        "warn": instant_or_none(clock.warn),
        "status": clock.status,
        "stopped_at": instant_or_none(clock.stopped_at),
        "late": int(met_late(clock)),
        "pauses": json_text(clock.pauses) if clock.pauses else "[]",
        "extension": json_text(clock.extension) if clock.extension else "",
        "missed": json_text(clock.missed) if clock.missed else "[]",
        "warn_recorded": before["warn_recorded"] if before else 0,
        "due_recorded": before["due_recorded"] if before else 0,
        "position": position,
    }
    if topic == DeadlineMissed.TOPIC and event.clock == name:
        row["due_recorded" if instant(event.due) >= row["due"] else "warn_recorded"] = 1
    rows.put(READ_DEADLINES, row)


def _replace(rows: Rows, seen: Seen, name: str) -> None:
    """End the open run whose place a new one takes, where a foreign log began a duty twice and never ended the first."""
    position, case, *_, event = seen
    for old in rows.select(READ_DEADLINES, case_id=case, name=name):
        if old["status"] in OPEN:
            stopped = instant(event.entry.occurred_at)
            rows.put(READ_DEADLINES, old | {"status": CANCELLED, "stopped_at": stopped, "position": position})


# Reading.


def _kind(kind: str, at: datetime, within: int | None) -> list[list[sa.ColumnElement[bool]]]:
    """Conditions of which one must hold: each with one status, so that the index has its rows in order."""
    c, now = READ_DEADLINES.c, schema.instant(at)
    soon = [] if within is None else [c.due <= schema.instant(at + timedelta(days=within))]
    kinds: dict[str, list[list[sa.ColumnElement[bool]]]] = {
        "coming": [[c.status == RUNNING, c.due > now, *soon], [c.status == PAUSED, *soon]],
        "late": [[c.status == RUNNING, c.due <= now]],
        "met": [[c.status == MET]],
        "lapsed": [[c.status == LAPSED]],
        "all": [[]],
    }
    if kind not in kinds:
        raise Invalid(
            "kind", kind, f"Give one of: {', '.join(kinds)}.", f"请填其中之一：{'、'.join(kinds)}。"
        )
    return kinds[kind]


def deadlines(
    connection: sa.Connection,
    at: datetime,
    kind: str = "coming",
    *,
    scope: Scope,
    unit: str | None = None,
    within: int | None = None,
    code: str | None = None,
    rule: str | None = None,
    after: tuple[str, str, str, str] | None = None,
    limit: int = 200,
    policies: PolicyBook | None = None,
) -> list[Row]:
    """Deadlines as seen at the instant `at`, the soonest due first.

    Only of cases that `scope` holds on that day. `kind`: coming (open, not late; `within` so many days), late (open and
    past due), met, lapsed, all. `unit`: whose duty lies in its subtree on that day. `code`: of one case. Each row has
    the columns of the table, the case's `code`, `type`, `title`, `state` and `holder`, the rule's `title_zh` and
    `title_en`, `is_late` (now, or met late) and `is_warned` (yellow now). `after` is `cursor` of the last row seen.
    Raises Invalid for an unknown kind.
    """
    c, w = READ_DEADLINES.c, READ_WORKLIST.c
    query = sa.select(READ_DEADLINES, w.code, w.type, w.title, w.state, w.holder).join_from(
        READ_DEADLINES, READ_WORKLIST, c.case_id == w.case_id
    )
    query = query.where(seen_by(connection, scope, c.case_id, local_date(at)))
    if unit is not None:
        query = query.where(c.unit.in_(under(unit, local_date(at))))
    if code is not None:
        query = query.where(c.case_id == str(case_id(code)))
    if rule is not None:
        query = query.where(c.rule == rule)
    key = (c.due, c.case_id, c.name, c.started_at)
    if after is not None:
        query = query.where(sa.tuple_(*key) > sa.tuple_(*map(sa.literal, after)))
    query = query.order_by(*key).limit(limit)
    found = [row for own in _kind(kind, at, within) for row in connection.execute(query.where(*own))]
    found.sort(key=lambda row: (row.due, row.case_id, row.name, row.started_at))
    rules, now = policies or builtin_policies(), schema.instant(at)
    return [_shown(row, now, rules) for row in found[:limit]]


def cursor(row: Row) -> tuple[str, str, str, str]:
    """Where a page ends: what `after` of the next page takes."""
    return row["due"], row["case_id"], row["name"], row["started_at"]


def _shown(row: sa.Row[Any], now: str, policies: PolicyBook) -> Row:
    shown = dict(row._mapping)
    shown["pauses"], shown["missed"] = json_value(shown["pauses"]), json_value(shown["missed"])
    shown["extension"] = json_value(shown["extension"]) if shown["extension"] else None
    running = shown["status"] == RUNNING
    shown["is_late"] = bool(shown["late"]) or (running and shown["due"] <= now)
    shown["is_warned"] = running and shown["warn"] is not None and shown["warn"] <= now < shown["due"]
    title = clock_title(policies, shown["name"], shown["policy"])
    shown["title_zh"], shown["title_en"] = title
    return shown


class Due(NamedTuple):
    """A running deadline that the sweep has to look at: which of its two instants passed unrecorded."""

    code: str
    name: str
    due_passed: bool
    warn_passed: bool


def due_for_sweep(
    connection: sa.Connection, at: datetime, limit: int = 1000, policies: PolicyBook | None = None
) -> list[Due]:
    """Running deadlines whose due or warning instant passed by `at` and was not recorded, the soonest due first.

    A warning counts only where a breach would be red: what is never recorded must not stand in the others' way.
    """
    c, now, rules = READ_DEADLINES.c, schema.instant(at), policies or builtin_policies()
    due = sa.and_(c.due <= now, c.due_recorded == 0)
    warn = sa.and_(c.warn <= now, c.warn_recorded == 0)
    query = (
        sa.select(READ_WORKLIST.c.code, c.name, c.policy, due, sa.func.coalesce(warn, sa.false()))
        .join_from(READ_DEADLINES, READ_WORKLIST, c.case_id == READ_WORKLIST.c.case_id)
        .where(c.status == RUNNING, sa.or_(due, warn))
        .order_by(c.due, c.case_id, c.name)
    )
    found: list[Due] = []
    for code, name, policy, late, warned in connection.execute(query):
        warned = bool(warned) and breach_of(rules, name, policy) is Breach.RED
        if late or warned:
            found.append(Due(code, name, bool(late), warned))
            if len(found) == limit:
                break
    return found
