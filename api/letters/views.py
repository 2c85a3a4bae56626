"""How letters look as data: which a case may have, which it has. References to people only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from api.fields import asked
from domain.case import Case, facts_of
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
    return [asked(facts[name], hints[name]) for name in letter.drafts]
