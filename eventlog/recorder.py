"""What both databases have in common: the transaction, the questions, the library's interface. No SQL dialect in here.

A position is given out under a lock that is held until the commit, without gaps, so positions become visible in
order: a reader that has seen position n will never find something new before n. Do not add a way to write without
that lock (design.md, trap 7: a faster one loses events for tailing readers).
"""

from __future__ import annotations

import contextlib
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent, Subscription

from eventlog.errors import SubjectEmptied, Unavailable
from eventlog.news import News
from eventlog.rows import CommandRecord, EventRow, PlainRow, Receipt, SubjectRow, Write, as_uuid, notification

SCHEMA_VERSION = 1
THE_BEGINNING = datetime.min.replace(tzinfo=UTC)  # before anything is recorded

_COLUMNS = "position, originator_id, originator_version, topic, recorded_at, state"


def utc_now() -> datetime:
    return datetime.now(tz=UTC)


class LogRecorder(ApplicationRecorder):
    """The library's recorder interface, and what the event log needs beside it. Thread-safe."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._writing = threading.RLock()  # one transaction at a time in this process
        self._writer: int | None = None  # the thread inside transaction()
        self._news = News(self.head)

    # What a dialect provides.

    @abstractmethod
    def prepare(self) -> None:
        """Creates the tables and triggers where they are missing. Raises Unavailable for a newer schema."""

    @abstractmethod
    def close(self) -> None:
        """Gives back every connection."""

    @abstractmethod
    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Reads, inside this thread's transaction if it has one. Placeholders are `?`."""

    @abstractmethod
    def _begin(self) -> None:
        """Opens the write transaction and takes the lock under which positions are given out."""

    @abstractmethod
    def _commit(self) -> None: ...

    @abstractmethod
    def _rollback(self) -> None: ...

    @abstractmethod
    def _record(self, write: Write, *, nested: bool) -> Receipt:
        """Inserts; when `nested`, a failure undoes this write alone. Raises Conflict, KeyTaken or SubjectEmptied."""

    @abstractmethod
    def _event_rows(self, rows: list[tuple[Any, ...]]) -> list[EventRow]:
        """Driver values to EventRow."""

    @abstractmethod
    def _erase_subject(self, subject_id: str, at: datetime) -> None:
        """Removes the content, keeps the row."""

    @abstractmethod
    def _instant(self, value: Any) -> datetime: ...

    @abstractmethod
    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Changes a table of the vault inside this thread's transaction; answers how many rows. Placeholders: `?`."""

    @abstractmethod
    def scrub(self, *, whole: bool = False) -> bool:
        """Writes `subjects` anew, so that nothing erased stays in the database's files. False: somebody was reading.

        `whole` is for a file in which content ever stood unsealed: every page is written anew.
        """

    @abstractmethod
    def streams_with(self, *parts: bytes, after: int = 0) -> list[UUID]:
        """The aggregates with an event beyond `after` whose bytes hold one of these. Reads the whole log."""

    # Writing.

    def record(self, write: Write) -> Receipt:
        """One append: its own transaction, or a part of the batch this thread is in."""
        if self._writer == threading.get_ident():
            return self._record(write, nested=True)
        with self.transaction():
            return self._record(write, nested=False)

    def erase_subject(self, subject_id: str, at: datetime) -> None:
        with self.joined():
            self._erase_subject(subject_id, at)

    @contextlib.contextmanager
    def joined(self) -> Iterator[None]:
        """The transaction that this thread is in, or one of its own."""
        if self._writer == threading.get_ident():
            yield
        else:
            with self.transaction():
                yield

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """The write transaction of this thread: committed at the end, undone by any exception."""
        with self._writing:
            if self._writer is not None:
                raise RuntimeError("A write transaction is open in this thread. Do not nest batches.")
            self._begin()
            self._writer = threading.get_ident()
            try:
                yield
                self._commit()
            except BaseException:
                self._rollback()
                raise
            finally:
                self._writer = None
            committed = self._last_written()
        if committed:
            self._news.tell(committed)

    @abstractmethod
    def _last_written(self) -> int:
        """The last position given out by the transaction that was just committed, 0 for none."""

    def _now(self, last: datetime) -> datetime:
        """The instant to record: the clock's, but never before what is already recorded."""
        now = self._clock()
        if now.tzinfo is None:
            raise ValueError(f"The log's clock gave {now!r} without a time zone. Use one that has one.")
        return max(now.astimezone(UTC), last)

    # Reading.

    def rows_after(
        self,
        after: int,
        limit: int | None,
        topics: Sequence[str] = (),
        topic_prefix: str | None = None,
        upto: int | None = None,
    ) -> list[EventRow]:
        where, parameters = ["position > ?"], [after]  # type: tuple[list[str], list[object]]
        if upto is not None:
            where.append("position <= ?")
            parameters.append(upto)
        if topics:
            where.append(f"topic IN ({', '.join('?' * len(topics))})")
            parameters.extend(topics)
        if topic_prefix is not None:
            where.append("substr(topic, 1, ?) = ?")
            parameters += [len(topic_prefix), topic_prefix]
        return self._events(where, parameters, "position", limit)

    def rows_of(
        self,
        originator_id: UUID | str,
        after_version: int | None = None,
        upto_version: int | None = None,
        *,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[EventRow]:
        where, parameters = ["originator_id = ?"], [self._id(originator_id)]
        if after_version is not None:
            where.append("originator_version > ?")
            parameters.append(after_version)
        if upto_version is not None:
            where.append("originator_version <= ?")
            parameters.append(upto_version)
        return self._events(where, parameters, "originator_version" + (" DESC" if desc else ""), limit)

    _PLAIN_COLUMNS: ClassVar[str]  # a PlainRow in the dialect's words

    def plain_rows_after(self, after: int, limit: int) -> list[PlainRow]:
        """At most `limit` events beyond a position, in the order of the log."""
        sql = f"SELECT {self._PLAIN_COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?"
        return self.query(sql, (after, limit))

    def plain_rows_by_stream(
        self, after: tuple[UUID | str, int], last: UUID | str, upto: int, limit: int
    ) -> list[PlainRow]:
        """At most `limit` events up to position `upto`, stream by stream, by id and version.

        Only those beyond `after` (an id and a version), of streams up to and with `last`.
        """
        sql = (
            f"SELECT {self._PLAIN_COLUMNS} FROM events"
            " WHERE (originator_id, originator_version) > (?, ?) AND originator_id <= ? AND position <= ?"
            " ORDER BY events.originator_id, originator_version LIMIT ?"  # not the column of that name read as text
        )
        return self.query(sql, (self._id(after[0]), after[1], self._id(last), upto, limit))

    def _id(self, originator_id: UUID | str) -> object:
        """An aggregate's id as the driver takes it."""
        return as_uuid(originator_id)

    def _events(
        self, where: list[str], parameters: list[Any], order: str, limit: int | None
    ) -> list[EventRow]:
        sql = f"SELECT {_COLUMNS} FROM events WHERE {' AND '.join(where)} ORDER BY {order}"
        if limit is not None:
            sql += " LIMIT ?"
            parameters = [*parameters, limit]
        return self._event_rows(self.query(sql, parameters))

    def head(self) -> int:
        """The position of the last recorded event, 0 for an empty log."""
        return int(self.query("SELECT coalesce(max(position), 0) FROM events")[0][0])

    def command(self, key: str) -> CommandRecord | None:
        rows = self.query("SELECT key, digest, answer FROM commands WHERE key = ?", (key,))
        return CommandRecord(*rows[0]) if rows else None

    def subjects(self, subject_ids: Sequence[str]) -> list[SubjectRow]:
        found: list[SubjectRow] = []
        for start in range(0, len(subject_ids), 500):  # SQLite bounds the number of placeholders
            part = subject_ids[start : start + 500]
            marks = ", ".join("?" * len(part))
            sql = f"SELECT subject_id, kind, content, emptied_at FROM subjects WHERE subject_id IN ({marks})"
            for subject_id, kind, content, emptied_at in self.query(sql, part):
                at = None if emptied_at is None else self._instant(emptied_at)
                found.append(SubjectRow(subject_id, kind, content, at))
        return found

    def wait(self, after: int, timeout: float) -> bool:
        """Whether something beyond `after` is recorded, waiting at most `timeout` seconds for it."""
        if self._writer == threading.get_ident():
            return (
                self.head() > after
            )  # in a batch nobody else records, and its own events are no news for others yet
        return self._news.wait(after, timeout)

    def _check_version(self, found: int | None) -> None:
        if found is not None and found > SCHEMA_VERSION:
            raise Unavailable(
                f"The log's tables have version {found}, this program knows {SCHEMA_VERSION}. Upgrade the program."
            )

    # The library's interface.

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        return list(self.record(Write(stored_events)).positions) if stored_events else None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        return [notification(row) for row in self.rows_of(originator_id, gt, lte, desc=desc, limit=limit)]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        return [notification(row) for row in self.rows_after(after, limit, topics, upto=stop)]

    def max_notification_id(self) -> int | None:
        return self.head() or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        return PullSubscription(self, gt, topics)


class PullSubscription(Subscription[LogRecorder]):
    """Every notification once and in order, waiting for new ones until stopped. No thread, no LISTEN."""

    _ready: Iterator[Notification] = iter(())

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            found = next(self._ready, None)
            if found is not None:
                self._last_notification_id = found.id
                return found
            after = self._last_notification_id or 0
            head = self._recorder.head()
            rows = self._recorder.rows_after(after, 500, self._topics)
            self._ready = map(notification, rows)
            if not rows:
                self._last_notification_id = max(after, head)  # nothing of these topics up to here
                self._recorder.wait(self._last_notification_id, 1.0)
        raise StopIteration


def raise_emptied(row: SubjectRow, written: int) -> None:
    """An upsert that touched no row met an erased subject."""
    if not written:
        raise SubjectEmptied(row.subject_id)
