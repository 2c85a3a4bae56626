"""Issuing a letter (制发文书): decide, take the next number, have it set, record who was read and what was issued.

All of it is one transaction, so a number is taken by a letter that exists or not at all. Do not set type here: the
press is given by whoever runs the service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from uuid import UUID

from domain.actor import Actor
from domain.calendar import WorkCalendar
from domain.case import Case, facts_of
from domain.errors import Invalid, NotFound, Refused
from domain.letter import LetterBook, LetterIssued, LetterKind, book_id, letter_number
from domain.names import name_of
from domain.organisation import Organisation, local_date
from domain.policy import PolicyBook, PolicySet
from domain.terms import Role
from eventlog.errors import Conflict
from workflows.command import Command
from workflows.engine import Engine
from workflows.facts import check_written, complete, take
from workflows.letters import FILLS, GUARDS, LETTERS, Letter, addressee_of, ready
from workflows.move import Guard, Move

if TYPE_CHECKING:
    from workflows.service import Service

SOMEBODY = Actor("", Role.UNIT_HEAD)  # who will make a decision that is only drafted


@dataclass(frozen=True, slots=True)
class Told:
    """All that a letter is made of, but who people are.

    `case` and `events` are as they were before it was issued, `facts` those of `LetterIssued`, `draft` typed; `policy`
    is the set in force on the day, the rest what case and events refer to. `how` is "told" or "drafted".
    """

    letter: Letter
    how: str
    case: Any
    events: Sequence[Any]
    facts: Mapping[str, Any]
    draft: Mapping[str, Any]
    at: datetime
    policy: PolicySet
    policies: PolicyBook
    units: Organisation
    calendar: WorkCalendar

    @property
    def number(self) -> str:
        """The number on the letter; a preview has none."""
        serial = self.facts["serial"]
        return letter_number(self.facts["year"], serial) if serial else ""


class Made(NamedTuple):
    """A letter that was set: digests of file and words, what set it, and the references that it names."""

    digest: str
    wording: str
    maker: str
    reads: tuple[str, ...]


class Press(Protocol):
    """Sets letters (api/letters). Raises `Invalid` for a letter that cannot be made, naming what is missing."""

    def make(self, told: Told) -> Made: ...


class LetterOffice:
    """What `issue_letter` needs beside the table: the book of numbers, and the press."""

    def __init__(self, service: Service, press: Press) -> None:
        self.service, self.press = service, press

    def beside(self, command: Command) -> list[UUID]:
        """The book that the letter is numbered in, to be checked out with its case."""
        case, now = self.service.case(command.case), self.service.clock()
        day = local_date(command.at or max(now, case.opened_at or now))
        holder = self.service.reference.organisation().stand_in(case.holder, day) if case.holder else ""
        return [book_id(holder, day.year)]

    def record(
        self,
        case: Case,
        beside: Sequence[Any],
        actor: Actor,
        at: datetime,
        facts: Mapping[str, Any],
        note: Mapping[str, Any],
    ) -> list[Any]:
        """Record the letter on its case, and answer with the book. Raises `Refused`, `Invalid` or `Conflict`."""
        engine = self.service.engines[case.TYPE]
        step = engine.decide(case, "issue_letter", actor=actor, at=at, facts=facts)
        told = self.told(case, step.facts, at, step.policy)
        check_draft(told, engine)
        issuer, year = step.facts["issuer"], step.facts["year"]
        book: LetterBook | None = beside[0]
        if book is None:
            book = LetterBook.opened(issuer, year, case.code, at)
        elif (book.unit, book.year) == (issuer, year):
            book.take(case.code, at)
        else:  # the case went to another unit since we asked which book it is
            raise Conflict(case.id, case.version + 1)
        numbered = {**told.facts, "serial": book.last}
        made = self.press.make(replace(told, facts=numbered))
        name = name_of(told.letter.kind).zh
        for subject in made.reads:
            purpose = {"subject": subject, "purpose": f"制作{name}{letter_number(year, book.last)}"}
            read = engine.decide(case, "reveal", actor=actor, at=at, facts=purpose)
            case.record(read, actor=actor, at=at, note=note)
        facts = {**numbered, "digest": made.digest, "wording": made.wording, "maker": made.maker}
        case.record(replace(step, facts=facts), actor=actor, at=at, note=note)
        return [book]

    def preview(self, case: Case, given: Mapping[str, Any], at: datetime) -> Told:
        """What a letter would be made of if it were issued now, by whom ever. Raises `Refused` or `Invalid`."""
        engine = self.service.engines[case.TYPE]
        asked = engine.table.asks["issue_letter"]
        facts = complete(asked, take(LetterIssued, asked, given))
        move = engine.move(case, "issue_letter", SOMEBODY, at, facts)
        for condition in GUARDS:
            if not condition(move):
                raise Refused("issue_letter", str(case.state), condition.name, condition.zh, condition.en)
        filled_in = {name: fill(move) for name, fill in FILLS.items()}
        told = self.told(case, {**facts, **filled_in}, at, move.policy.ref)
        check_draft(told, engine)
        return told

    def issued(self, case: Case, number: int) -> tuple[LetterIssued, Told]:
        """The letter with this place in the case, and what it was made of. Raises `NotFound`."""
        history = [logged.event for logged in self.service.log.history(case.id)]
        issued = [event for event in history if isinstance(event, LetterIssued)]
        if not 0 < number <= len(issued):
            raise NotFound("letter", number, f"{case.code} has {len(issued)} letters, counted from 1.")
        event = issued[number - 1]
        before = self.service.case(case.code, event.originator_version - 1)
        facts = {name: getattr(event, name) for name in facts_of(LetterIssued)}
        return event, self.told(before, facts, event.entry.occurred_at, event.entry.policy)

    def told(self, case: Case, facts: Mapping[str, Any], at: datetime, policy: str) -> Told:
        """What the letter is made of, with the case as it is in hand."""
        letter = LETTERS[LetterKind(facts["kind"])]
        how = ready(letter, case)
        history = self.service.log.history(case.id)
        events = [logged.event for logged in history if logged.event.originator_version <= case.version]
        facts = {**facts, "addressee": addressee_of(letter, case, facts)}
        policies, reference = self.service.policies, self.service.reference
        return Told(
            letter, how, case, events, facts, drafted(letter, facts["draft"], how), at, policies.get(policy), policies,
            reference.organisation(), reference.calendar(),
        )  # fmt: skip


def check_draft(told: Told, engine: Engine) -> None:
    """Raises `Invalid` for drafted facts with which the decision could not be made."""
    if told.how != "drafted":
        return
    letter, case = told.letter, told.case
    move = engine.move(case, letter.trigger, replace(SOMEBODY, unit=case.holder), told.at, told.draft)
    unmet = unmet_by(move, letter, engine)
    if unmet is not None:
        field = next((fact for fact in unmet.asks if fact in told.draft), "")
        value = told.draft[field] if field else str(letter.kind)
        name = f"draft.{field}" if field else "kind"
        raise Invalid(name, value, f"{unmet.en[0].upper()}{unmet.en[1:]}.", f"{unmet.zh}。")


def drafted(letter: Letter, given: Mapping[str, Any], how: str) -> dict[str, Any]:
    """The drafted facts with their types. Raises `Invalid` for what is wrong, missing, empty, or not asked for."""
    facts = facts_of(letter.tells) if letter.tells is not None and how == "drafted" else {}
    asked = {name: facts[name] for name in letter.drafts if name in facts}
    try:
        taken = complete(asked, take(letter.tells or LetterIssued, asked, given))
        check_written(asked, taken)
    except Invalid as wrong:
        raise wrong.named(lambda name: f"draft.{name}") from None
    return taken


def unmet_by(move: Move, letter: Letter, engine: Engine) -> Guard | None:
    """The first condition of the decision that the case and the drafted facts alone do not meet."""
    known = set(letter.drafts)
    for row, _ in engine.table.lines(letter.trigger, str(move.case.state)):
        for guard in row.guards:
            if set(guard.asks) <= known and not guard(move):
                return guard
    return None
