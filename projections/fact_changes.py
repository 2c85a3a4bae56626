"""What each event says about the facts of a case that figures ask for: topic -> how it changes the row.

Only what an event says is written. What would need another row, or a rule, belongs elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from domain.terms import Severity
from projections.moments import day_number, day_text, instant
from projections.rows import Row
from projections.seen import Seen

Change = Callable[[Row, Any, Seen], None]  # writes an event's facts into a row


def _imported(facts: Row, event: Any, _: Seen) -> None:
    facts |= {"origin": event.origin or event.standing.holder, "channel": event.channel, "imported": 1}


def _received(facts: Row, event: Any, _: Seen) -> None:
    facts |= {"origin": event.origin or event.standing.holder, "channel": event.channel}
    facts |= {"severity": event.severity, "peak": event.severity}


def _reported(facts: Row, event: Any, seen: Seen) -> None:
    _received(facts, event, seen)
    facts["category"] = event.category


def _severity(facts: Row, event: Any, _: Seen) -> None:
    peak = facts["peak"]
    facts["severity"] = event.severity
    if peak is None or Severity(event.severity).rank > Severity(peak).rank:
        facts["peak"] = event.severity


def _corrected(facts: Row, event: Any, _: Seen) -> None:
    if event.field == "severity":
        if facts["peak"] in (None, facts["severity"]):  # the peak was part of the mistake
            facts["peak"] = event.new
        facts["severity"] = event.new
    elif event.field in ("origin", "category", "channel"):
        facts[event.field] = event.new


def _concluded(facts: Row, event: Any, seen: Seen) -> None:
    """Only the first counts. An entry made late counts from its recording: the log holds no evidence of the day."""
    if facts["concluded_at"] is None:
        at = seen[4] if event.entry.late == "late" else event.entry.occurred_at
        facts |= {"concluded_at": instant(at), "concluded_on": day_text(at), "concluded_day": day_number(at)}


def _opinion(facts: Row, event: Any, seen: Seen) -> None:
    _concluded(facts, event, seen)
    facts["result"] = event.result


def _reviewed(facts: Row, event: Any, _: Seen) -> None:
    if event.new_result is not None:
        facts["result"] = event.new_result


CHANGES: Final[dict[str, Change]] = {
    "dispute.reported": _reported,
    "petition.received": _received,
    "case.history_imported": _imported,
    "case.severity_raised": _severity,
    "case.severity_lowered": _severity,
    "case.fact_corrected": _corrected,
    "petition.classified": lambda facts, event, _: facts.update(petition_class=event.petition_class),
    "petition.recognised_as_first": lambda facts, event, _: facts.update(first=1),
    "petition.linked_as_repeat": lambda facts, event, _: facts.update(first=0),
    "petition.opinion_issued": _opinion,
    "petition.settlement_reached": _concluded,
    "petition.review_decided": _reviewed,
    "petition.recheck_decided": _reviewed,
}
