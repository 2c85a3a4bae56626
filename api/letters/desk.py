"""What people do with letters beside issuing them: look at one before, have one again.

Having one again reads who people are, so it is recorded like any reading, or nothing is handed out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from api.letters.press import LetterPress
from api.letters.typeset import typesetter
from domain.actor import Actor
from domain.case import Case
from domain.errors import Invalid, NotFound
from domain.letter import LetterIssued
from domain.names import name_of
from domain.remedies import wrong
from domain.rule import Title
from eventlog.identity import Identity
from eventlog.log import Logged
from eventlog.masking import mask_value
from workflows.command import Command
from workflows.letter_office import LetterOffice
from workflows.service import Service


class NotAsIssued(NotFound):
    """A letter that was issued and cannot be made again as it was. `why` says it for people."""

    def __init__(self, number: str, why: Title) -> None:
        self.why = Title(
            f"{why.zh}{number}无法再按原样制作。经签名盖章的原件在案卷中。",
            f"{why.en} {number} cannot be made again as it was. The signed original is in the file.",
        )
        super().__init__("letter that can be made again", number, self.why.en)


ERASED = Title("受送达人的身份信息已销毁，", "What was known of a person in it was erased:")
CORRECTED = Title("其所依据的信息在制发后已更正，", "What it is made of was corrected since it was issued:")


class Copy(NamedTuple):
    """An issued letter made again. `identical` is False where other fonts or another typst set the same words."""

    name: str
    content: bytes
    identical: bool


class Desk:
    """The desk at which letters are asked for, one per process; with it, the service can issue them."""

    def __init__(self, service: Service, font_folder: Path | None = None) -> None:
        self.service = service
        self.press = LetterPress(service.log, typesetter(font_folder))
        self.office = service.office = LetterOffice(service, self.press)

    def pdf(self, case: Case, given: Mapping[str, Any], at: datetime) -> bytes:
        """A preview. `given` are the facts that issuing would be asked with. Raises `Refused` or `Invalid`."""
        told = self.office.preview(case, self._masked(case, given), at)
        return self.press.typesetter.pdf(told.facts["template"], self.press.sample(told), at)

    def pictures(self, case: Case, given: Mapping[str, Any], at: datetime) -> list[bytes]:
        """The pages of a preview as PNG."""
        told = self.office.preview(case, self._masked(case, given), at)
        return self.press.typesetter.png(told.facts["template"], self.press.sample(told))

    def copy(self, code: str, number: int, actor: Actor, purpose: str) -> Copy:
        """An issued letter again: who reads it, and for what, is recorded first.

        Raises `NotAsIssued` when it cannot be what was issued: somebody's data was erased or corrected meanwhile.
        """
        if not purpose.strip():
            raise wrong("purpose", purpose, "blank")
        case = self.service.case(code)
        event, told = self.office.issued(case, number)
        name = name_of(event.kind).zh
        try:
            content, made = self.press.printed(told)
        except Invalid as gone:
            if gone.field != "addressee":
                raise
            raise NotAsIssued(told.number, ERASED) from None
        if made.wording != event.wording:
            raise NotAsIssued(told.number, CORRECTED)
        for subject in made.reads:
            facts = {"subject": subject, "purpose": f"调阅{name}{told.number}：{purpose}"}
            self.service.do(Command("reveal", code, actor, facts))
        return Copy(f"{name}{told.number}.pdf", content, made.digest == event.digest)

    def with_digest(self, digest: str) -> Logged | None:
        """The event by which a file with this SHA-256 was issued; reads every letter's event, so be rare."""
        after = 0
        while found := self.service.log.read(after, 1000, topics=(LetterIssued.TOPIC,)):
            for logged in found:
                if logged.event.digest == digest:
                    return logged
            after = found[-1].position
        return None

    def _masked(self, case: Case, given: Mapping[str, Any]) -> dict[str, Any]:
        """Names that somebody typed into a draft are hidden in a preview as they would be in the log."""
        kept = self.service.log.subjects.get([party.subject for party in case.parties]).values()
        masked: dict[str, Any] = mask_value(dict(given), [one for one in kept if isinstance(one, Identity)])
        return masked
