"""期限履行: which deadlines were kept, as known at any instant? One row per run of a clock and state of knowledge.

`read_deadlines` answers what is due now; a figure asks what was known at its cut, so a due date that was moved later
(an extension, a pause) stays readable as it was. Never work out a due date here: the log holds it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.case import CaseEvent
from domain.clock import Clock, ClockStatus
from projections.moments import day_text
from projections.rows import Rows
from projections.schema import FOREVER, METADATA, Text, instant

TERMS = sa.Table(
    "read_terms",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("name", Text, primary_key=True),
    sa.Column("started_at", Text, primary_key=True),
    sa.Column("known_to", Text, primary_key=True),  # FOREVER: what is known now
    sa.Column("known_from", Text, nullable=False),
    sa.Column("rule", Text, nullable=False),
    sa.Column("unit", Text, nullable=False),  # that held the case when it started: whose duty it is
    sa.Column("due", Text, nullable=False),  # the first late instant
    sa.Column("due_on", Text, nullable=False),
    sa.Column("paused", sa.Integer, nullable=False),
    sa.Column("status", Text, nullable=False),
    sa.Column("kept", sa.Integer, nullable=False),  # 1: met in time
    sa.Column("stopped_at", Text),
    sa.Column("stopped_on", Text),
    sa.Column("stopped_known", Text),
    sa.Index("ix_read_terms_due", "due_on"),
)


def keep_terms(event: CaseEvent, case: str, known: str, rows: Rows) -> None:
    """Take over the clocks that an event started, moved or stopped."""
    for clock in event.standing.clocks:
        started = instant(clock.started_at)
        old = rows.get(TERMS, case, clock.name, started, FOREVER)
        unit = old["unit"] if old else event.standing.holder
        new = {"case_id": case, "name": clock.name, "started_at": started, **_term(clock, unit)}
        if old is None:
            new |= {"known_from": known, "stopped_known": None}
        else:
            moved = (old["due"], old["paused"]) != (new["due"], new["paused"])
            if moved and old["known_from"] < known:
                rows.put(TERMS, {**old, "known_to": known})
            new |= {
                "known_from": known if moved else old["known_from"],
                "stopped_known": old["stopped_known"],
            }
        if not clock.is_open and new["stopped_known"] is None:
            new["stopped_known"] = known
        if new != old:
            rows.put(TERMS, new)


def _term(clock: Clock, unit: str) -> dict[str, Any]:
    stopped = None if clock.is_open else clock.stopped_at or clock.due
    return {
        "known_to": FOREVER,
        "rule": clock.code,
        "unit": unit,
        "due": instant(clock.due),
        "due_on": day_text(clock.due),
        "paused": int(clock.status is ClockStatus.PAUSED),
        "status": str(clock.status),
        "kept": int(clock.status is ClockStatus.MET and not clock.is_late(clock.due)),
        "stopped_at": instant(stopped) if stopped else None,
        "stopped_on": day_text(stopped) if stopped else None,
    }
