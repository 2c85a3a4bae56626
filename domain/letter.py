"""Letters (文书): which kinds there are, that one was issued, and the book in which a unit numbers them.

Event types are the storage format: add fields with defaults, never rename or drop one. The letter itself is never in
the log: it names people (docs/decisions/0013-letters-are-made-again.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate

from domain.case import CaseEvent


class LetterKind(StrEnum):
    """文书种类."""

    RECEIPT = "receipt"  # 信访事项登记回执
    ACCEPTANCE = "acceptance"  # 信访事项受理告知书
    EXTENSION = "extension"  # 信访事项延长办理期限告知书
    OPINION = "opinion"  # 信访事项处理意见书
    REFUSAL = "refusal"  # 信访事项不予受理告知书
    AGREEMENT = "agreement"  # 人民调解协议书
    RECORD = "record"  # 人民调解笔录
    TERMINATION = "termination"  # 人民调解终止告知书
    DELIVERY = "delivery"  # 送达回证


def letter_number(year: int, serial: int) -> str:
    """文号: 〔2026〕第12号, unique within the unit that issues."""
    return f"〔{year}〕第{serial}号"


@dataclass(frozen=True, slots=True)
class IssuedLetter:
    """A letter as its case knows it. `addressee` is a reference, "" for one to all parties."""

    kind: LetterKind
    year: int
    serial: int
    issuer: str
    addressee: str
    issued_at: datetime
    digest: str
    letter: int = 0

    @property
    def number(self) -> str:
        return letter_number(self.year, self.serial)


class LetterIssued(CaseEvent):
    """制发文书: made, numbered and ready to be delivered.

    `letter` is the letter of this case that a 送达回证 goes with, counted from 1; `session` the meeting that a record
    is about (0: the last). `draft` holds the facts of a decision that is recorded only once it was told. `digest` is
    the SHA-256 of the file, `wording` that of its words, `maker` what set it.
    """

    TOPIC = "case.letter_issued"
    ZH, EN = "制发文书", "Letter issued"

    kind: LetterKind
    year: int
    serial: int
    issuer: str
    addressee: str = ""
    letter: int = 0
    session: int = 0
    draft: dict[str, Any] = field(default_factory=dict)
    template: str = ""
    digest: str = ""
    wording: str = ""
    maker: str = ""

    def change(self, case: Any) -> None:
        case.letters.append(
            IssuedLetter(
                self.kind, self.year, self.serial, self.issuer, self.addressee, self.entry.occurred_at,
                self.digest, self.letter,
            )
        )  # fmt: skip


def book_id(unit: str, year: int) -> UUID:
    """The stream of a unit's book of one year."""
    return uuid5(NAMESPACE_URL, f"gridcase:letters:{unit}:{year}")


class NumberTaken(Aggregate.Event):
    """文书取号: the next number of the book went to a letter of this case."""

    TOPIC: ClassVar[str] = "letter_book.number_taken"
    ZH: ClassVar[str] = "文书取号"
    EN: ClassVar[str] = "Letter number taken"

    unit: str
    year: int
    serial: int
    case: str

    def mutate(self, aggregate: Any) -> Any:
        if aggregate is not None:
            return super().mutate(aggregate)
        book = LetterBook.blank(self.unit, self.year, self.timestamp)
        self.apply(book)
        return book

    def apply(self, aggregate: Any) -> None:
        aggregate.last = self.serial


class LetterBook(Aggregate):
    """发文登记簿: the numbers that a unit gave in a year, one after another and without a gap."""

    unit: str
    year: int
    last: int

    @classmethod
    def blank(cls, unit: str, year: int, at: datetime) -> Self:
        """No number is given yet."""
        book = cls.__new__(cls)
        book.__base_init__(book_id(unit, year), 1, at)
        book.unit, book.year, book.last = unit, year, 0
        return book

    def take(self, case: str, at: datetime) -> None:
        """Give the next number to a letter of this case. Two takers at once are a conflict: one of them asks again."""
        self.trigger_event(
            NumberTaken, timestamp=at, unit=self.unit, year=self.year, serial=self.last + 1, case=case
        )

    @classmethod
    def opened(cls, unit: str, year: int, case: str, at: datetime) -> Self:
        """A new book with its first number taken."""
        event: Any = NumberTaken  # its fields are known at run time only
        first = event(
            originator_id=book_id(unit, year),
            originator_version=1,
            timestamp=at,
            unit=unit,
            year=year,
            serial=1,
            case=case,
        )
        book: Self = first.mutate(None)
        book.pending_events.append(first)
        return book
