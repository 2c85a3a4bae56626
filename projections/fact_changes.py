"""What each event says about the facts of a case that figures ask for: topic -> how it changes the row.

Only what an event says is written. What would need another row, or a rule, belongs elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from domain.terms import Severity
from projections.moments import day_number, day_text, instant
from projections.rows import Row

Change = Callable[[Row, Any], None]  # writes an event's facts into a row


def _opened(facts: Row, event: Any) -> None:
    facts |= {"origin": event.origin or event.standing.holder, "channel": str(event.channel)}
    if event.TOPIC == "case.history_imported":
        facts["imported"] = 1
    else:
        facts |= {"severity": str(event.severity), "peak": str(event.severity)}
    if event.TOPIC == "dispute.reported":
        facts["category"] = str(event.category)


def _severity(facts: Row, event: Any) -> None:
    peak = facts["peak"]
    facts["severity"] = str(event.severity)
    if peak is None or event.severity.rank > Severity(peak).rank:
        facts["peak"] = str(event.severity)


def _corrected(facts: Row, event: Any) -> None:
    if event.field == "severity":
        if facts["peak"] in (None, facts["severity"]):  # the peak was part of the mistake
            facts["peak"] = event.new
        facts["severity"] = event.new
    elif event.field in ("origin", "category", "channel"):
        facts[event.field] = event.new


def _concluded(facts: Row, event: Any) -> None:
    """Only the first counts. An entry made late counts from its recording: the log holds no evidence of the day."""
    if facts["concluded_at"] is None:
        at = event.timestamp if event.entry.late == "late" else event.entry.occurred_at
        facts |= {"concluded_at": instant(at), "concluded_on": day_text(at), "concluded_day": day_number(at)}
    if event.TOPIC == "petition.opinion_issued":
        facts["result"] = str(event.result)


def _reviewed(facts: Row, event: Any) -> None:
    if event.new_result is not None:
        facts["result"] = str(event.new_result)


CHANGES: Final[dict[str, Change]] = {
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
