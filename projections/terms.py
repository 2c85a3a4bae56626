"""期限履行: which deadlines were kept, as known at any instant? One row per run of a clock and state of knowledge.

`read_deadlines` answers what is due now; a figure asks what was known at its cut, so a due date that was moved later
(an extension, a pause) stays readable as it was. Never work out a due date here: the log holds it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from projections.clocks import CANCELLED, MET, OPEN, PAUSED, met_late, rule_of
from projections.moments import day_text, instant
from projections.rows import Rows
from projections.schema import FOREVER, METADATA, Text

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


def keep_terms(event: Any, case: str, known: str, rows: Rows) -> None:
    """Take over the clocks that an event started, moved or stopped."""
    for clock in event.standing.clocks:
        name, started = clock.name, instant(clock.started_at)
        old = rows.get(TERMS, case, name, started, FOREVER)
        status, due = clock.status, instant(clock.due)
        stopped = None if status in OPEN else instant(clock.stopped_at or clock.due)
        new = {
            "case_id": case,
            "name": name,
            "started_at": started,
            "known_to": FOREVER,
            "known_from": known,
            "rule": rule_of(name),
            "unit": event.standing.holder,
            "due": due,
            "due_on": day_text(due),
            "paused": int(status == PAUSED),
            "status": status,
            "kept": int(status == MET and not met_late(clock)),
            "stopped_at": stopped,
            "stopped_on": day_text(stopped) if stopped else None,
            "stopped_known": known if stopped else None,
        }
        if old is None:
            _replace(event, case, name, known, rows)
        else:
            new["unit"] = old["unit"]
            new["stopped_known"] = old["stopped_known"] or new["stopped_known"]
            if old["due"] == due and old["paused"] == new["paused"]:
                new["known_from"] = old["known_from"]
            elif old["known_from"] < known:
                rows.put(TERMS, {**old, "known_to": known})
        if new != old:
            rows.put(TERMS, new)


def _replace(event: Any, case: str, name: str, known: str, rows: Rows) -> None:
    """End the open run whose place a new one takes: a foreign log may begin a duty twice and never end the first."""
    for old in rows.select(TERMS, case_id=case, name=name, known_to=FOREVER):
        if old["stopped_at"] is None:
            at = instant(event.entry.occurred_at)
            ended = {
                "status": CANCELLED,
                "stopped_at": at,
                "stopped_on": day_text(at),
                "stopped_known": known,
            }
            rows.put(TERMS, {**old, **ended})
