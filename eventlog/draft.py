"""What a write transaction has admitted: checked, numbered and chained in memory, to be inserted in one go.

It is used under the lock that gives out positions, so what it knows of the log stays true until the commit. It asks
no database: who fills it looks up first what `unknown` names.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple, Self
from uuid import UUID

from eventlog.chain import BEFORE_THE_FIRST, SUITE, SUITES, Link
from eventlog.errors import Conflict, KeyTaken, SubjectEmptied
from eventlog.rows import CommandRecord, Receipt, SubjectRow, Write, as_uuid

THE_BEGINNING = datetime.min.replace(tzinfo=UTC)  # before anything is recorded

NewRow = tuple[int, UUID, int, str, datetime, bytes, bytes]
"""The columns of the events table, with the hash."""


class Last(NamedTuple):
    """Where the log ends: of its last event."""

    position: int = 0
    recorded_at: datetime = THE_BEGINNING
    hash: bytes = BEFORE_THE_FIRST


@dataclass(slots=True)
class Asked:
    """What has to be known before something can be admitted."""

    aggregates: set[UUID] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)

    @classmethod
    def by(cls, writes: Iterable[Write]) -> Self:
        asked = cls()
        for write in writes:
            asked.aggregates.update(as_uuid(e.originator_id) for e in write.events)
            asked.subjects.update(row.subject_id for row in write.subjects)
            if write.command is not None:
                asked.keys.add(write.command.key)
        return asked

    def __bool__(self) -> bool:
        return bool(self.aggregates or self.keys or self.subjects)


@dataclass(slots=True)
class Found:
    """What the log holds of what was asked."""

    versions: dict[UUID, int] = field(default_factory=dict)  # the last one; missing: none
    taken: Set[str] = frozenset()
    emptied: Set[str] = frozenset()


@dataclass(slots=True)
class Batch:
    """Rows to insert: events, commands with their instants, people."""

    rows: list[NewRow]
    commands: list[tuple[CommandRecord, datetime]]
    subjects: list[SubjectRow]

    def __bool__(self) -> bool:
        return bool(self.rows or self.commands or self.subjects)


class Draft:
    """One transaction's writes. `unchecked` trusts the database's constraints, which undo everything."""

    __slots__ = (
        "_emptied", "_held", "_keys", "_link", "_unchecked", "_versions", "began", "commands", "last", "rows", "spoilt",
        "subjects",
    )  # fmt: skip

    def __init__(self, last: Last, link: Link = SUITES[SUITE], *, unchecked: bool = False) -> None:
        self.began = self.last = last
        self.rows: list[NewRow] = []
        self.commands: dict[str, tuple[CommandRecord, datetime]] = {}
        self.subjects: dict[str, SubjectRow] = {}
        self.spoilt = False  # an insert failed: nothing of this transaction can be recorded any more
        self._held: set[UUID] = set()
        self._link, self._unchecked = link, unchecked
        self._versions: dict[UUID, int] = {}
        self._keys: dict[str, bool] = {}  # whether taken
        self._emptied: dict[str, bool] = {}

    # What is known.

    def unknown(self, writes: Iterable[Write]) -> Asked:
        """What to look up before these are admitted."""
        if self._unchecked:
            return Asked()
        asked = Asked.by(writes)  # a few; what is known may be much
        return Asked(
            {one for one in asked.aggregates if one not in self._versions},
            {one for one in asked.keys if one not in self._keys},
            {one for one in asked.subjects if one not in self._emptied},
        )

    def learn(self, asked: Asked, found: Found) -> None:
        for aggregate in asked.aggregates:
            self._versions.setdefault(aggregate, found.versions.get(aggregate, 0))
        for key in asked.keys:
            self._keys.setdefault(key, key in found.taken)
        for subject in asked.subjects:
            self._emptied[subject] = subject in found.emptied

    def learn_version(self, aggregate_id: UUID, version: int) -> None:
        """The last version of an aggregate, seen under the lock."""
        if not self._unchecked:
            self._versions.setdefault(aggregate_id, version)

    def learn_key(self, key: str, taken: bool) -> None:
        if not self._unchecked:
            self._keys[key] = taken

    def forget_subjects(self) -> None:
        """Somebody was erased in this transaction."""
        self._emptied.clear()

    def holds(self, aggregate_id: UUID) -> bool:
        """Whether events of this aggregate wait to be inserted."""
        return aggregate_id in self._held

    # What is admitted.

    def admit(self, write: Write, now: datetime) -> Receipt:
        """The write's place in the log, or Conflict, KeyTaken, SubjectEmptied; then nothing of it is admitted."""
        if write.command is not None and write.command.key in self.commands:
            raise KeyTaken(write.command.key)
        versions = {} if self._unchecked else self._checked(write)
        recorded_at = max(now, self.last.recorded_at)
        first = position = self.last.position + 1
        hash_, link = self.last.hash, self._link
        rows: list[NewRow] = []
        for position, e in enumerate(write.events, first):
            id_, version = as_uuid(e.originator_id), e.originator_version
            hash_ = link(hash_, position, id_, version, e.topic, recorded_at, e.state)
            rows.append((position, id_, version, e.topic, recorded_at, e.state, hash_))
            self._held.add(id_)
        if rows:
            self.last = Last(position, recorded_at, hash_)
            self.rows += rows
        if write.command is not None:
            self.commands[write.command.key] = (write.command, recorded_at)
            self.learn_key(write.command.key, True)
        if write.subjects:
            self.subjects.update((row.subject_id, row) for row in write.subjects)
        self._versions.update(versions)
        return Receipt(tuple(range(first, first + len(rows))), recorded_at)

    def _checked(self, write: Write) -> dict[UUID, int]:
        """The versions reached with this write."""
        # The command comes first: a repeated one is told as such, and not as the conflict that it also is.
        if write.command is not None and self._keys[write.command.key]:
            raise KeyTaken(write.command.key)
        for row in write.subjects:
            if self._emptied[row.subject_id]:
                raise SubjectEmptied(row.subject_id)
        reached: dict[UUID, int] = {}
        for e in write.events:
            aggregate_id = as_uuid(e.originator_id)
            if e.originator_version <= reached.get(aggregate_id, self._versions[aggregate_id]):
                raise Conflict(aggregate_id, e.originator_version)
            reached[aggregate_id] = e.originator_version
        return reached

    def take(self) -> Batch:
        """What is to be inserted now. What is known stays."""
        taken = Batch(self.rows, list(self.commands.values()), list(self.subjects.values()))
        self.rows, self.commands, self.subjects = [], {}, {}
        self._held.clear()
        return taken
