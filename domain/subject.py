"""What is decided about keeping the data of a person (信息主体): erasing it is asked for, approved twice, done.

The events name a reference, never anybody. Who may decide and when is workflows/shredding.py; do not put a rule here.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate

from domain.case import Entry


def subject_stream(reference: str) -> UUID:
    """The stream of what is decided about this reference."""
    return uuid5(NAMESPACE_URL, f"gridcase:subject:{reference}")


class Keeping(StrEnum):
    """保管状态: whether the data of a person is kept."""

    KEPT = "kept"  # 封存
    SHRED_REQUESTED = "shred_requested"  # 待批准销毁
    SHREDDED = "shredded"  # 已销毁


class SubjectEvent(Aggregate.Event):
    """The events are the storage format: add fields with defaults, never rename or drop one."""

    TOPIC: ClassVar[str] = ""
    ZH: ClassVar[str] = ""
    EN: ClassVar[str] = ""

    code: str  # the reference
    entry: Entry

    def mutate(self, aggregate: Any) -> Any:
        if aggregate is not None:
            return super().mutate(aggregate)
        subject = Subject.blank(self.code, self.timestamp)
        self.apply(subject)
        return subject

    def apply(self, aggregate: Any) -> None:
        self.change(aggregate)

    def change(self, subject: Any) -> None:
        """Assign this event's own facts."""


class ShredRequested(SubjectEvent):
    """申请销毁身份信息: the archive term is over and nothing is open; `cases` are those that mention the reference."""

    TOPIC = "subject.shred_requested"
    ZH, EN = "申请销毁身份信息", "Erasure of identity requested"

    retained_until: date
    cases: tuple[str, ...] = ()

    def change(self, subject: Any) -> None:
        subject.state, subject.approvals = Keeping.SHRED_REQUESTED, {}
        subject.retained_until = self.retained_until


class ShredApproved(SubjectEvent):
    """批准销毁身份信息: one of two approvals."""

    TOPIC = "subject.shred_approved"
    ZH, EN = "批准销毁身份信息", "Erasure of identity approved"

    def change(self, subject: Any) -> None:
        subject.approvals[self.entry.actor.user] = self.entry.actor.post


class ShredRejected(SubjectEvent):
    """不予销毁身份信息: the request is off; it may be made again."""

    TOPIC = "subject.shred_rejected"
    ZH, EN = "不予销毁身份信息", "Erasure of identity rejected"

    def change(self, subject: Any) -> None:
        subject.state, subject.approvals = Keeping.KEPT, {}


class Shredded(SubjectEvent):
    """身份信息已销毁: key and content are gone for good, in the same transaction as this event."""

    TOPIC = "subject.shredded"
    ZH, EN = "身份信息已销毁", "Identity erased"

    approved_by: tuple[str, ...]

    def change(self, subject: Any) -> None:
        subject.state = Keeping.SHREDDED


class Subject(Aggregate):
    """A person or organisation behind a reference, as far as keeping their data is decided. Knows no name."""

    code: str  # the reference
    state: Keeping
    approvals: dict[str, str]  # user -> post
    retained_until: date | None

    @classmethod
    def blank(cls, reference: str, at: datetime) -> Self:
        """Nothing is decided yet."""
        subject = cls.__new__(cls)
        subject.__base_init__(subject_stream(reference), 1, at)
        subject.code = reference
        subject.state = Keeping.KEPT
        subject.approvals, subject.retained_until = {}, None
        return subject

    def decide(self, event: type[SubjectEvent], entry: Entry, **facts: Any) -> None:
        """Record what was decided."""
        self.trigger_event(event, code=self.code, entry=entry, **facts)


def first_decision(reference: str, event: Any, entry: Entry, **facts: Any) -> Subject:
    """The subject of a reference about which nothing was decided before."""
    first = event(
        originator_id=subject_stream(reference),
        originator_version=1,
        timestamp=entry.occurred_at,
        code=reference,
        entry=entry,
        **facts,
    )
    subject: Subject = first.mutate(None)
    subject.pending_events.append(first)
    return subject
