"""How letters look as data: which a case may have, which it has. References to people only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from api.fact_kinds import PARTY
from api.fields import asked
from domain.case import Case, facts_of
from domain.fact_names import fact_name
from domain.letter import LetterKind
from domain.names import name_of
from workflows.facts import hints_of
from workflows.letters import Letter, possible


class PossibleLetter(msgspec.Struct):
    """A letter that the case may have now: "told" of a decision on record, or "drafted" of the facts in `draft`."""

    kind: LetterKind
    zh: str
    en: str
    how: str
    to_one: bool
    draft: list[dict[str, Any]]


class IssuedView(msgspec.Struct):
    """A letter that was issued. `letter` is its place in the case, `goes_with` that of the letter it accompanies."""

    letter: int
    kind: LetterKind
    zh: str
    en: str
    number: str
    issuer: str
    addressee: str
    issued_at: datetime
    digest: str
    goes_with: int


class LettersView(msgspec.Struct):
    """The letters of a case."""

    possible: list[PossibleLetter]
    issued: list[IssuedView]


def letters_view(case: Case) -> LettersView:
    """The letters that the case may have and has."""
    may = [
        PossibleLetter(letter.kind, *name_of(letter.kind), how, letter.to_one, draft_asks(letter, how))
        for letter, how in possible(case)
    ]
    has = [
        IssuedView(
            n, one.kind, *name_of(one.kind), one.number, one.issuer, one.addressee, one.issued_at, one.digest, one.letter
        )
        for n, one in enumerate(case.letters, 1)
    ]  # fmt: skip
    return LettersView(may, has)


def draft_asks(letter: Letter, how: str) -> list[dict[str, Any]]:
    """The facts that a drafted letter's form asks for."""
    if letter.tells is None or how != "drafted":
        return []
    facts, hints = facts_of(letter.tells), hints_of(letter.tells)
    return [asked(facts[name], hints[name], letter.trigger) for name in letter.drafts]


def issuing_asks(letter: Letter, how: str, case: Any) -> list[tuple[str, dict[str, Any]]]:
    """What issuing it asks on this case: where in the command's facts, and how it is described. Nothing that is clear."""
    found = []
    if letter.kind is LetterKind.DELIVERY:
        others = [(n, one) for n, one in enumerate(case.letters, 1) if one.kind is not LetterKind.DELIVERY]
        named = [(str(n), name_of(one.kind), one.number) for n, one in others]
        offered = [(n, f"{title.zh}{number}", f"{title.en} {number}") for n, title, number in named]
        found.append(("facts.letter", _choice_of("letter", offered)))
    if letter.to_one and len(case.subjects) > 1:
        party = {"type": "text", "stands_for": PARTY, "required": True}
        found.append(("facts.addressee", _named("addressee") | party))
    if letter.kind is LetterKind.RECORD and (held := sum(case.attempts.values())) > 1:
        sessions = [(str(n), f"第{n}次", f"No. {n}") for n in range(held, 0, -1)]
        last = {"required": False, "default": str(held)}
        found.append(("facts.session", _choice_of("session", sessions) | last))
    return found + [(f"facts.draft.{one['name']}", one) for one in draft_asks(letter, how)]


def _named(fact: str) -> dict[str, Any]:
    named = fact_name(fact)
    return {"name": fact, "zh": named.zh, "en": named.en}


def _choice_of(fact: str, choices: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    offered = [{"value": value, "zh": zh, "en": en} for value, zh, en in choices]
    return _named(fact) | {"type": "choice", "choices": offered, "required": True}
