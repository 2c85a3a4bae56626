"""Which facts of which event the worklist shows: one small function per event that carries one. No rule lives here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.conduct import CaseSponsored, ResponsibilityPlanSet, SeverityLowered, SeverityRaised
from domain.custody import CustodyReturned, HandedDown, LevelSkipped, ReferredUp
from domain.dispute import DisputeReported
from domain.mediation import MediatorAssigned, MediatorReplaced
from domain.petition import PetitionReceived, ReviewResult
from domain.petition_handling import HandlerReplaced
from domain.petition_intake import PetitionAccepted, PetitionClassified, PetitionRegistered
from domain.petition_review import RecheckDecided, ReviewDecided
from domain.record import FactCorrected, HistoryImported
from projections.moments import instant
from projections.rows import Row
from projections.schema import json_text, json_value, plain

NEVER = "9999-12-31T00:00:00.000000Z"  # no deadline runs; sorts last


EMPTY: Row = dict.fromkeys(
    (
        *("title", "summary", "category", "petition_class", "state", "stage", "holder", "origin", "channel"),
        *("person", "plan", "sponsor", "updated_at", "next_due_clock", "search_text", "words", "reporter"),
    ),
    "",
) | {
    **dict.fromkeys(("level", "severity", "closed_at", "outcome", "next_warn")),
    **dict.fromkeys(("version", "position", "returned", "new"), 0),
    **{"mediators": "[]", "clocks": "{}", "next_due": NEVER},
}


def blank(case: str, event: Any) -> Row:
    """A case before its first event."""
    opened = {"case_id": case, "code": event.code, "type": event.type, "reporter": event.entry.actor.user}
    return EMPTY | opened | {"opened_at": instant(event.entry.occurred_at)}


def people_in(row: Row) -> frozenset[str]:
    """The users with a part in the work: in charge, mediating, leading, sponsoring."""
    plan = json_value(row["plan"]) if row["plan"] else {}
    users = {row["person"], row["sponsor"], *json_value(row["mediators"])}
    return frozenset(filter(None, users | {plan.get("leader"), plan.get("person")}))


def _opened(row: Row, event: Any) -> None:
    row["title"], row["origin"] = plain(event.title), event.origin
    row["channel"], row["severity"] = event.channel, event.severity


def _reported(row: Row, event: Any) -> None:
    _opened(row, event)
    row["category"], row["summary"] = event.category, plain(event.summary)


def _received(row: Row, event: Any) -> None:
    _opened(row, event)
    row["summary"] = plain(event.record)


def _imported(row: Row, event: Any) -> None:
    _opened(row, event)
    row["category"] = plain(str(event.category))


def _corrected(row: Row, event: Any) -> None:
    if event.field in ("title", "origin", "severity", "category", "channel"):
        row[event.field] = plain(event.new)


def _registered(row: Row, event: Any) -> None:
    row["summary"] = plain(event.request)


def _classified(row: Row, event: Any) -> None:
    row["petition_class"] = event.petition_class


def _severity(row: Row, event: Any) -> None:
    row["severity"] = event.severity


def _mediators(row: Row, event: Any) -> None:
    row["person"] = event.chair
    row["mediators"] = json_text([event.chair, *(m for m in event.mediators if m != event.chair)])


def _mediator_replaced(row: Row, event: Any) -> None:
    row["mediators"] = json_text([event.new if m == event.old else m for m in json_value(row["mediators"])])
    row["person"] = event.new if row["person"] == event.old else row["person"]


def _new_bench(row: Row, event: Any) -> None:
    row["person"], row["mediators"] = "", "[]"


def _handed_down(row: Row, event: Any) -> None:
    row["person"], row["mediators"] = event.responsible, "[]"


def _handler(row: Row, event: Any) -> None:
    row["person"] = event.handler


def _plan(row: Row, event: Any) -> None:
    plan = {
        "leader": event.leader,
        "person": event.person,
        "term": event.term,
        "guarantee": plain(event.guarantee),
    }
    row["plan"] = json_text(plan)


def _sponsored(row: Row, event: Any) -> None:
    row["sponsor"] = event.leader


def _returned(row: Row, event: Any) -> None:
    row["returned"] = 1


def _reviewed(row: Row, event: Any) -> None:
    row["returned"] = int(event.result == ReviewResult.REVOKED)


Change = Callable[[Row, Any], None]

SAID: Mapping[str, Change] = {  # what the matter is: people search for it
    DisputeReported.TOPIC: _reported,
    PetitionReceived.TOPIC: _received,
    HistoryImported.TOPIC: _imported,
    FactCorrected.TOPIC: _corrected,
    PetitionRegistered.TOPIC: _registered,
    PetitionClassified.TOPIC: _classified,
}
PEOPLE: Mapping[str, Change] = {  # who has a part in it
    MediatorAssigned.TOPIC: _mediators,
    MediatorReplaced.TOPIC: _mediator_replaced,
    ReferredUp.TOPIC: _new_bench,
    LevelSkipped.TOPIC: _new_bench,
    HandedDown.TOPIC: _handed_down,
    PetitionAccepted.TOPIC: _handler,
    HandlerReplaced.TOPIC: _handler,
    ResponsibilityPlanSet.TOPIC: _plan,
    CaseSponsored.TOPIC: _sponsored,
}
OTHERS: Mapping[str, Change] = {
    SeverityRaised.TOPIC: _severity,
    SeverityLowered.TOPIC: _severity,
    CustodyReturned.TOPIC: _returned,
    ReviewDecided.TOPIC: _reviewed,
    RecheckDecided.TOPIC: _reviewed,
}
