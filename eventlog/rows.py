"""What goes into the tables and comes out, before and after it is typed. No behaviour here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

EventRow = tuple[int, UUID, int, str, datetime, bytes]
"""position, originator_id, originator_version, topic, recorded_at, state: the columns of the events table in order."""

PlainRow = tuple[int, str, int, str, str, bytes]
"""An EventRow for readers that keep text: the id as text, recorded_at as "2026-03-02T01:00:00.000000Z"."""


@dataclass(frozen=True)
class RecordedEvent(Notification):
    """The library's notification with the instant at which the store recorded it."""

    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command that was carried out: its idempotency key, a digest of what it asked for, the answer it got."""

    key: str
    digest: str
    answer: bytes


class Receipt(NamedTuple):
    """Where and when an append was recorded. No positions when it held a command or people only."""

    positions: tuple[int, ...]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A person or organisation as the table holds it; `content` is None once erased."""

    subject_id: str
    kind: str
    content: bytes | None
    emptied_at: datetime | None = None


class Write(NamedTuple):
    """What one append records, all of it or nothing."""

    events: Sequence[StoredEvent] = ()
    command: CommandRecord | None = None
    subjects: Sequence[SubjectRow] = ()


def as_uuid(originator_id: UUID | str) -> UUID:
    return originator_id if isinstance(originator_id, UUID) else UUID(originator_id)


def notification(row: EventRow) -> RecordedEvent:
    position, originator_id, version, topic, recorded_at, state = row
    return RecordedEvent(originator_id, version, topic, state, position, recorded_at)
