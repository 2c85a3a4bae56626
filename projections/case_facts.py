"""Which facts of which event the worklist shows: one small function per event that carries one. No rule lives here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.case import CaseEvent, CaseOpened
from domain.conduct import CaseSponsored, ResponsibilityPlanSet, SeverityLowered, SeverityRaised
from domain.custody import CustodyReturned, HandedDown, LevelSkipped, ReferredUp
from domain.dispute import DisputeReported
from domain.mediation import MediatorAssigned, MediatorReplaced
from domain.petition import PetitionReceived, ReviewResult
from domain.petition_handling import HandlerReplaced
from domain.petition_intake import PetitionAccepted, PetitionClassified, PetitionRegistered
from domain.petition_review import RecheckDecided, ReviewDecided
from domain.record import FactCorrected, HistoryImported
from projections.rows import Row
from projections.schema import instant, json_text, json_value, plain

NEVER = "9999-12-31T00:00:00.000000Z"  # no deadline runs; sorts last


def blank(case: str, event: CaseOpened) -> Row:
    """A case before its first event."""
    texts = (
        "title",
        "summary",
        "category",
        "petition_class",
        "state",
        "stage",
        "holder",
        "origin",
        "channel",
        "person",
    )
    return dict.fromkeys((*texts, "plan", "sponsor", "next_due_clock", "search_text"), "") | {
        "case_id": case,
        "code": event.code,
        "type": event.type,
        "level": None,
        "severity": None,
        "mediators": "[]",
        "people": ",",
        "opened_at": instant(event.entry.occurred_at),
        "updated_at": "",
        "closed_at": None,
        "outcome": None,
        "version": 0,
        "position": 0,
        "clocks": "{}",
        "next_due": NEVER,
        "next_warn": None,
        "returned": 0,
        "new": 0,
    }


def _opened(row: Row, event: Any) -> None:
    row["title"], row["origin"] = plain(event.title), event.origin
    row["channel"] = event.channel.value
    row["severity"] = None if event.severity is None else event.severity.value


def _reported(row: Row, event: DisputeReported) -> None:
    _opened(row, event)
    row["category"], row["summary"] = event.category.value, plain(event.summary)


def _received(row: Row, event: PetitionReceived) -> None:
    _opened(row, event)
    row["summary"] = plain(event.record)


def _imported(row: Row, event: HistoryImported) -> None:
    _opened(row, event)
    row["category"] = plain(str(event.category))


def _corrected(row: Row, event: FactCorrected) -> None:
    if event.field in ("title", "origin", "severity", "category", "channel"):
        row[event.field] = plain(event.new)


def _registered(row: Row, event: PetitionRegistered) -> None:
    row["summary"] = plain(event.request)


def _classified(row: Row, event: PetitionClassified) -> None:
    row["petition_class"] = event.petition_class.value


def _severity(row: Row, event: SeverityRaised | SeverityLowered) -> None:
    row["severity"] = event.severity.value


def _mediators(row: Row, event: MediatorAssigned) -> None:
    row["person"] = event.chair
    row["mediators"] = json_text([event.chair, *(m for m in event.mediators if m != event.chair)])


def _mediator_replaced(row: Row, event: MediatorReplaced) -> None:
    row["mediators"] = json_text([event.new if m == event.old else m for m in json_value(row["mediators"])])
    row["person"] = event.new if row["person"] == event.old else row["person"]


def _new_bench(row: Row, event: ReferredUp | LevelSkipped) -> None:
    row["person"], row["mediators"] = "", "[]"


def _handed_down(row: Row, event: HandedDown) -> None:
    row["person"], row["mediators"] = event.responsible, "[]"


def _handler(row: Row, event: PetitionAccepted | HandlerReplaced) -> None:
    row["person"] = event.handler


def _plan(row: Row, event: ResponsibilityPlanSet) -> None:
    plan = {
        "leader": event.leader,
        "person": event.person,
        "term": event.term,
        "guarantee": plain(event.guarantee),
    }
    row["plan"] = json_text(plan)


def _sponsored(row: Row, event: CaseSponsored) -> None:
    row["sponsor"] = event.leader


def _returned(row: Row, event: CustodyReturned) -> None:
    row["returned"] = 1


def _reviewed(row: Row, event: ReviewDecided | RecheckDecided) -> None:
    row["returned"] = int(event.result is ReviewResult.REVOKED)


FACTS: Mapping[type[CaseEvent], Callable[[Row, Any], None]] = {
    DisputeReported: _reported,
    PetitionReceived: _received,
    HistoryImported: _imported,
    FactCorrected: _corrected,
    PetitionRegistered: _registered,
    PetitionClassified: _classified,
    SeverityRaised: _severity,
    SeverityLowered: _severity,
    MediatorAssigned: _mediators,
    MediatorReplaced: _mediator_replaced,
    ReferredUp: _new_bench,
    LevelSkipped: _new_bench,
    HandedDown: _handed_down,
    PetitionAccepted: _handler,
    HandlerReplaced: _handler,
    ResponsibilityPlanSet: _plan,
    CaseSponsored: _sponsored,
    CustodyReturned: _returned,
    ReviewDecided: _reviewed,
    RecheckDecided: _reviewed,
}
