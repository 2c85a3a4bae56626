"""事实: what figures know of a case, and since when they know it.

`read_facts` is bitemporal: a row holds for every knowledge cut from `known_from` up to, not including, `known_to`; a
correction closes the row and opens another, so that a figure of an earlier cut stays readable; so do endings
(endings.py). Marks only grow, each with the instant since which it is known. Never overwrite what was known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from domain.case import CLOSED
from domain.terms import Outcome
from projections import endings
from projections.endings import ENDINGS, KINDS
from projections.fact_changes import CHANGES
from projections.known import keep_known
from projections.moments import day_number, day_text, instant
from projections.rows import Row, Rows
from projections.schema import FOREVER, METADATA, Text
from projections.seen import CASES, Seen
from projections.terms import TERMS, keep_terms

FACTS = sa.Table(
    "read_facts",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("known_to", Text, primary_key=True),  # FOREVER: what is known now
    sa.Column("known_from", Text, nullable=False),
    sa.Column("code", Text, nullable=False),
    sa.Column("type", Text, nullable=False),
    sa.Column("origin", Text, nullable=False),  # where it arose; of a foreign log the first unit that held it
    sa.Column("severity", Text),  # NULL: a foreign log that does not tell it
    sa.Column("peak", Text),  # the highest severity ever recorded, corrected mistakes left out
    sa.Column("category", Text),
    sa.Column("channel", Text),
    sa.Column("opened_at", Text, nullable=False),
    sa.Column("opened_day", sa.Integer, nullable=False),  # *_day: a local day as a number, *_on: as text
    sa.Column("imported", sa.Integer, nullable=False),
    sa.Column("voided", sa.Integer, nullable=False),
    sa.Column("merged", sa.Integer, nullable=False),
    sa.Column("petition_class", Text),
    sa.Column("first", sa.Integer),  # 1 初信初访, 0 a repeat, NULL: nobody has decided yet
    sa.Column(
        "handle_unit", Text
    ),  # that held the petition when its first P-HANDLE began (a redo is not told)
    sa.Column("handle_started_at", Text),
    sa.Column("handle_due", Text),  # with its extension and lawful pauses
    sa.Column("handle_due_on", Text),
    sa.Column("handle_status", Text),
    sa.Column("concluded_at", Text),  # first opinion or settlement, as figures count it (see `_concluded`)
    sa.Column("concluded_on", Text),
    sa.Column("concluded_day", sa.Integer),
    sa.Column("result", Text),  # of the opinion, as a review left it
    sa.Index("ix_read_facts_code", "code"),
)

MARKS = sa.Table(  # resolved, revoked, repeat, executed: what the resolution of a petition is judged by
    "read_marks",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("mark", Text, nullable=False),
    sa.Column("marked_day", sa.Integer, nullable=False),
    sa.Column("marked_known", Text, nullable=False),
)

FACTS_NOW = sa.Table(  # where the fold stands with each case; no figure reads it
    "read_facts_now",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("closed", sa.Integer, nullable=False),
    sa.Column("endings", sa.Integer, nullable=False),
    sa.Column("marks", sa.Integer, nullable=False),
    sa.Column("sessions", sa.Integer, nullable=False),
    sa.Column("highest", sa.Integer),
    sa.Column("level_unknown", sa.Integer, nullable=False),
)

BLANK_FACTS: Row = dict.fromkeys(c.name for c in FACTS.columns)
HANDLE = "P-HANDLE"
VOIDED, MERGED = Outcome.VOIDED.value, Outcome.MERGED.value
MARKED = {
    "petition.resolved": "resolved",
    "petition.resolution_revoked": "revoked",
    "petition.execution_completed": "executed",
    "petition.repeat_submission_received": "repeat",
}
SESSION = "dispute.session_held"
COUNTED = frozenset({SESSION, *MARKED})


class Facts:
    """The projection that keeps what figures know of cases."""

    name = "facts"
    tables = (FACTS, ENDINGS, KINDS, MARKS, TERMS, FACTS_NOW)
    topics = CASES

    def fold(self, events: Sequence[Seen], rows: Rows) -> None:
        for seen in events:
            _fold(seen, rows)


def _fold(seen: Seen, rows: Rows) -> None:
    _, case, _, _, known, event = seen
    old = rows.get(FACTS, case, FOREVER)
    facts = _changed_facts(old, seen)
    if event.standing.clocks:
        keep_terms(event, case, known, rows)
        if facts["type"] == "petition":
            facts = _handled(facts, event)
    now = rows.get(FACTS_NOW, case) or _blank_now(case)
    if facts is not old:
        keep_known(FACTS, old, facts, known, rows)
        if now["endings"]:
            endings.correct(case, facts, known, rows)
    _keep_now(seen, facts, now, rows)


def _changed_facts(old: Row | None, seen: Seen) -> Row:
    """The facts after an event; the very same row where it says nothing about them."""
    _, case, _, topic, _, event = seen
    change, outcome = CHANGES.get(topic), event.standing.outcome
    voided, merged = int(outcome == VOIDED), int(outcome == MERGED)
    if old is not None and change is None and old["voided"] == voided and old["merged"] == merged:
        return old
    facts = _blank_facts(case, event) if old is None else dict(old)
    if change is not None:
        change(facts, event, seen)
    return facts | {"voided": voided, "merged": merged}


def _handled(facts: Row, event: Any) -> Row:
    """The facts with what an event did to the sixty days of a petition."""
    for clock in event.standing.clocks:
        if clock.name == HANDLE:
            started = instant(clock.started_at)
            if facts["concluded_at"] is None:
                if facts["handle_started_at"] != started:
                    facts = {**facts, "handle_unit": event.standing.holder, "handle_started_at": started}
                due = {"handle_due": instant(clock.due), "handle_due_on": day_text(clock.due)}
                facts = {**facts, **due, "handle_status": clock.status}
            elif started == facts["handle_started_at"]:
                facts = {**facts, "handle_status": clock.status}
    return facts


def _keep_now(seen: Seen, facts: Row, now: Row, rows: Rows) -> None:
    """Endings and marks, and what the fold must remember for them."""
    _, _, _, topic, _, event = seen
    new = event.standing
    closed = int(new.state == CLOSED)
    higher = new.level is None or now["highest"] is None or new.level > now["highest"]
    if closed == now["closed"] and not higher and topic not in COUNTED:
        return
    now = dict(now)
    if topic == SESSION:
        now["sessions"] += 1
    if new.level is None:
        now["level_unknown"] = 1
    elif higher:
        now["highest"] = new.level
    if closed and not now["closed"]:  # what happens to a closed case is no second ending
        endings.end(seen, facts, now, rows)
    elif now["closed"] and not closed:
        endings.undo(seen, now, rows)
    now["closed"] = closed
    if (mark := MARKED.get(topic)) is not None:
        _mark(mark, seen, now, rows)
    rows.put(FACTS_NOW, now)


def _blank_facts(case: str, event: Any) -> Row:
    at = event.entry.occurred_at  # of the first event of every case, which alone has a code and a type
    return BLANK_FACTS | {
        "case_id": case, "code": event.code, "type": event.type, "origin": "", "opened_at": instant(at),
        "opened_day": day_number(at), "imported": 0, "voided": 0, "merged": 0,
    }  # fmt: skip


def _blank_now(case: str) -> Row:
    return {
        "case_id": case, "closed": 0, "endings": 0, "marks": 0, "sessions": 0, "highest": None,
        "level_unknown": 0,
    }  # fmt: skip


def _mark(mark: str, seen: Seen, now: Row, rows: Rows) -> None:
    _, case, _, _, known, event = seen
    repeat = mark == "repeat"
    day = date.fromisoformat(event.received_on).toordinal() if repeat else day_number(event.entry.occurred_at)
    now["marks"] += 1
    rows.put(MARKS, {
        "case_id": case, "seq": now["marks"], "mark": mark, "marked_day": day, "marked_known": known,
    })  # fmt: skip
    if repeat and now["endings"]:
        endings.repeated(case, day, known, now, rows)
