"""The demonstration's letters: where somebody looks around, what was decided lately is told in writing as well.

A letter takes nothing from the story's chance, so the year is the same with and without letters; what a letter says of
itself (digest, wording, maker) follows from the installation's key and fonts. Where there is no Chinese font, there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.letters.desk import Desk
from api.letters.typeset import FontsMissing, typesetter
from domain.errors import GridcaseError
from domain.letter import LetterKind
from domain.terms import Source
from gridcase.demo.accounts import LOOKED_AT
from workflows.command import Command
from workflows.letters import LETTERS, WRITERS, told
from workflows.service import Service

if TYPE_CHECKING:
    from gridcase.demo.casework import Casework, Matter

# How long before the end of the year a matter may have begun: letters of all of them would take as long as the year itself.
LATELY: Final = {"dispute": timedelta(days=120), "petition": timedelta(days=60)}
SHOWN: Final = frozenset({"declined", "extended", "ended_in_village"})  # once, for their kind

# What is decided -> the letter that tells of it.
KINDS: Final[Mapping[str, LetterKind]] = {
    "register": LetterKind.RECEIPT,
    "accept": LetterKind.ACCEPTANCE,
    "decline": LetterKind.REFUSAL,
    "extend": LetterKind.EXTENSION,
    "issue_opinion": LetterKind.OPINION,
    "hold_session": LetterKind.RECORD,
    "agree": LetterKind.AGREEMENT,
    "terminate": LetterKind.TERMINATION,
}


def press(service: Service, font_folder: Path | None) -> bool:
    """Give the service what it sets letters with. False where there is no font for them."""
    try:
        assert typesetter(font_folder).faces
    except FontsMissing:
        return False
    Desk(service, font_folder)
    return True


def wanted(matter: Matter, begins: date, ends_on: date) -> bool:
    """Whether somebody at one of the printed accounts will look for this matter's letters."""
    return begins >= ends_on - LATELY[matter.TYPE] and matter.grid.startswith(LOOKED_AT[matter.TYPE])


def tell(work: Casework, case: Any, command: Command) -> None:
    """Tell the parties in writing of what this command decided, if there is a letter for it. Whoever did it writes it."""
    kind = KINDS.get(command.trigger)
    if kind is None or not told(LETTERS[kind], case) or command.actor.post not in WRITERS.roles:
        return
    facts: dict[str, Any] = {"kind": kind}
    if LETTERS[kind].to_one:
        facts["addressee"] = case.parties[0].subject
    letter = Command(
        "issue_letter",
        command.case,
        command.actor,
        facts,
        at=command.at,
        reason=command.reason,
        source=Source.DEMO,
    )
    try:
        work.do(letter)
    except GridcaseError as refusal:
        work.refusals.append(f"{kind} of {command.case}: {refusal}")
