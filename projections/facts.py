"""事实: what figures know of a case, and since when they know it.

`read_facts` is bitemporal: a row holds for every knowledge cut from `known_from` up to, not including, `known_to`; a
correction closes the row and opens another, so that a figure of an earlier cut stays readable. Endings and marks only
grow, each with the instant since which it is known (`*_known`: recorded_at). Never overwrite what was known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.case import CLOSED, CaseEvent, CaseOpened
from domain.clock import Clock
from domain.terms import Outcome, Severity
from eventlog.log import Logged
from projections.moments import day_number, day_text
from projections.rows import Rows
from projections.schema import FOREVER, METADATA, Text, instant
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

ENDINGS = sa.Table(  # one row for each time that a case was closed
    "read_endings",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("ended_at", Text, nullable=False),
    sa.Column("ended_on", Text, nullable=False),
    sa.Column("ended_day", sa.Integer, nullable=False),
    sa.Column("ended_known", Text, nullable=False),
    sa.Column("outcome", Text, nullable=False),
    sa.Column("opted_out", sa.Integer, nullable=False),  # a party went its own way before anybody mediated
    sa.Column("unit", Text, nullable=False),  # that closed it
    sa.Column("level", sa.Integer),
    sa.Column("highest", sa.Integer),  # the highest level that had custody up to here
    sa.Column("level_unknown", sa.Integer, nullable=False),  # 1: a foreign log does not tell every level
    sa.Column("undone_at", Text),  # when the case went on after all: reopened, referred_up, unmerged …
    sa.Column("undone_day", sa.Integer),
    sa.Column("undone_known", Text),
    sa.Column("undone_how", Text),
    sa.Column("repeat_day", sa.Integer),  # the first repeated submission of the same matter after it
    sa.Column("repeat_known", Text),
    sa.Index("ix_read_endings_on", "ended_on"),
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

HANDLE = "P-HANDLE"
# How a closed case went on. Anything else that opens it again is a reopening.
UNDONE = {
    "dispute.referred_up": "referred_up",
    "case.unmerged": "unmerged",
    "petition.withdrawal_revoked": "withdrawal_revoked",
}
# Grounds of a referral that say that a party chose another way (人民调解法 Art. 3(3), 17): its right, no failure.
PARTY_CHOICES = frozenset({"party_chose_court", "party_chose_arbitration", "party_chose_petition"})

Change = Callable[[dict[str, Any], Any], None]  # writes an event's facts into a row


def _opened(facts: dict[str, Any], event: Any) -> None:
    facts |= {"origin": event.origin or event.standing.holder, "channel": str(event.channel)}
    if event.TOPIC == "case.history_imported":
        facts["imported"] = 1
    else:
        facts |= {"severity": str(event.severity), "peak": str(event.severity)}
    if event.TOPIC == "dispute.reported":
        facts["category"] = str(event.category)


def _severity(facts: dict[str, Any], event: Any) -> None:
    peak = facts["peak"]
    facts["severity"] = str(event.severity)
    if peak is None or event.severity.rank > Severity(peak).rank:
        facts["peak"] = str(event.severity)


def _corrected(facts: dict[str, Any], event: Any) -> None:
    if event.field == "severity":
        if facts["peak"] in (None, facts["severity"]):  # the peak was part of the mistake
            facts["peak"] = event.new
        facts["severity"] = event.new
    elif event.field in ("origin", "category", "channel"):
        facts[event.field] = event.new


def _concluded(facts: dict[str, Any], event: Any) -> None:
    """Only the first counts. An entry made late counts from its recording: the log holds no evidence of the day."""
    if facts["concluded_at"] is None:
        at = event.timestamp if event.entry.late == "late" else event.entry.occurred_at
        facts |= {"concluded_at": instant(at), "concluded_on": day_text(at), "concluded_day": day_number(at)}
    if event.TOPIC == "petition.opinion_issued":
        facts["result"] = str(event.result)


def _reviewed(facts: dict[str, Any], event: Any) -> None:
    if event.new_result is not None:
        facts["result"] = str(event.new_result)


CHANGES: dict[str, Change] = {
    "dispute.reported": _opened,
    "petition.received": _opened,
    "case.history_imported": _opened,
    "case.severity_raised": _severity,
    "case.severity_lowered": _severity,
    "case.fact_corrected": _corrected,
    "petition.classified": lambda facts, event: facts.update(petition_class=str(event.petition_class)),
    "petition.recognised_as_first": lambda facts, event: facts.update(first=1),
    "petition.linked_as_repeat": lambda facts, event: facts.update(first=0),
    "petition.opinion_issued": _concluded,
    "petition.settlement_reached": _concluded,
    "petition.review_decided": _reviewed,
    "petition.recheck_decided": _reviewed,
}
MARKED = {
    "petition.resolved": "resolved",
    "petition.resolution_revoked": "revoked",
    "petition.execution_completed": "executed",
    "petition.repeat_submission_received": "repeat",
}


class Facts:
    """The projection that keeps what figures know of cases."""

    name = "facts"
    tables = (FACTS, ENDINGS, MARKS, TERMS, FACTS_NOW)

    def fold(self, logged: Sequence[Logged], rows: Rows) -> None:
        for one in logged:
            if isinstance(one.event, CaseEvent):
                _fold(one.event, one.recorded_at, rows)


def _fold(event: CaseEvent, recorded_at: datetime, rows: Rows) -> None:
    case, new, topic = str(event.originator_id), event.standing, event.TOPIC
    known = instant(recorded_at)
    old_facts, before = rows.get(FACTS, case, FOREVER), rows.get(FACTS_NOW, case)
    facts = dict(old_facts) if old_facts else _blank_facts(case, event)
    now = dict(before) if before else _blank_now(case)

    if (change := CHANGES.get(topic)) is not None:
        change(facts, event)
    keep_terms(event, case, known, rows)
    if facts["type"] == "petition":
        for clock in new.clocks:
            if clock.name == HANDLE and facts["concluded_at"] is None:
                _handle(facts, clock, new.holder)
            elif clock.name == HANDLE and instant(clock.started_at) == facts["handle_started_at"]:
                facts["handle_status"] = str(clock.status)
    facts["voided"] = int(new.outcome is Outcome.VOIDED)
    facts["merged"] = int(new.outcome is Outcome.MERGED)

    if topic == "dispute.session_held":
        now["sessions"] += 1
    if new.level is None:
        now["level_unknown"] = 1
    elif now["highest"] is None or new.level > now["highest"]:
        now["highest"] = int(new.level)
    closed = int(new.state == CLOSED)
    if closed and not now["closed"]:  # what happens to a closed case is no second ending
        _end(event, now, known, rows)
    elif now["closed"] and not closed:
        _undo(event, now, known, rows)
    now["closed"] = closed
    if (mark := MARKED.get(topic)) is not None:
        _mark(mark, event, now, known, rows)

    _keep_facts(old_facts, facts, known, rows)
    if now != before:
        rows.put(FACTS_NOW, now)


def _blank_facts(case: str, event: CaseEvent) -> dict[str, Any]:
    assert isinstance(event, CaseOpened)  # the first event of every case
    at = event.entry.occurred_at
    row: dict[str, Any] = dict.fromkeys(c.name for c in FACTS.columns)
    return row | {
        "case_id": case, "code": event.code, "type": event.type, "origin": "", "opened_at": instant(at),
        "opened_day": day_number(at), "imported": 0, "voided": 0, "merged": 0,
    }  # fmt: skip


def _blank_now(case: str) -> dict[str, Any]:
    return {
        "case_id": case, "closed": 0, "endings": 0, "marks": 0, "sessions": 0, "highest": None,
        "level_unknown": 0,
    }  # fmt: skip


def _keep_facts(old: dict[str, Any] | None, new: dict[str, Any], known: str, rows: Rows) -> None:
    """A new row where something changed; what was known before stays, unless both were recorded in one instant."""
    if old == new:
        return
    if old is not None and old["known_from"] < known:
        rows.put(FACTS, {**old, "known_to": known})
    rows.put(FACTS, {**new, "known_from": known, "known_to": FOREVER})


def _handle(facts: dict[str, Any], clock: Clock, holder: str) -> None:
    started = instant(clock.started_at)
    if facts["handle_started_at"] != started:
        facts |= {"handle_unit": holder, "handle_started_at": started}
    due = {"handle_due": instant(clock.due), "handle_due_on": day_text(clock.due)}
    facts |= {**due, "handle_status": str(clock.status)}


def _end(event: Any, now: dict[str, Any], known: str, rows: Rows) -> None:
    at, new = event.entry.occurred_at, event.standing
    refused = event.TOPIC == "dispute.mediation_refused"
    elsewhere = event.TOPIC == "dispute.referred_out" and event.ground in PARTY_CHOICES
    now["endings"] += 1
    row: dict[str, Any] = dict.fromkeys(c.name for c in ENDINGS.columns)
    rows.put(ENDINGS, row | {
        "case_id": now["case_id"], "seq": now["endings"], "ended_at": instant(at), "ended_on": day_text(at),
        "ended_day": day_number(at), "ended_known": known, "outcome": str(new.outcome or "unknown"),
        "opted_out": int((refused or elsewhere) and not now["sessions"]), "unit": new.holder,
        "level": None if new.level is None else int(new.level), "highest": now["highest"],
        "level_unknown": now["level_unknown"],
    })  # fmt: skip


def _undo(event: CaseEvent, now: dict[str, Any], known: str, rows: Rows) -> None:
    at = event.entry.occurred_at
    ending = rows.get(ENDINGS, now["case_id"], now["endings"])
    assert ending is not None
    rows.put(ENDINGS, ending | {
        "undone_at": instant(at), "undone_day": day_number(at), "undone_known": known,
        "undone_how": UNDONE.get(event.TOPIC, "reopened"),
    })  # fmt: skip


def _mark(mark: str, event: Any, now: dict[str, Any], known: str, rows: Rows) -> None:
    day = event.received_on.toordinal() if mark == "repeat" else day_number(event.entry.occurred_at)
    now["marks"] += 1
    rows.put(MARKS, {
        "case_id": now["case_id"], "seq": now["marks"], "mark": mark, "marked_day": day, "marked_known": known,
    })  # fmt: skip
    if mark == "repeat" and now["endings"]:
        ending = rows.get(ENDINGS, now["case_id"], now["endings"])
        if ending is not None and ending["repeat_day"] is None and day >= ending["ended_day"]:
            rows.put(ENDINGS, {**ending, "repeat_day": day, "repeat_known": known})
