"""What can be asked of the log, also inside the transaction that this thread is in. No SQL dialect in here.

A batch keeps its newest rows in memory for a while (draft.py). A question that they would answer is answered from them,
or they are inserted first: never ask the database behind the draft's back.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent, Subscription

from eventlog.draft import Draft
from eventlog.news import News
from eventlog.rows import CommandRecord, EventRow, PlainRow, Receipt, SubjectRow, Write, as_uuid, notification

RARE_TOPICS = ("unit.", "calendar.")  # prefixes with an index of their own (migrations): read at every start

_Ask = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
_COLUMNS = "position, originator_id, originator_version, topic, recorded_at, state"


class Questions(ApplicationRecorder):
    """The reading half of a recorder."""

    _PLAIN_COLUMNS: ClassVar[str]  # a PlainRow in the dialect's words

    def __init__(self) -> None:
        self._news = News(self.head)

    @abstractmethod
    def _mine(self) -> Draft | None:
        """The draft of the transaction that this thread is in."""

    @abstractmethod
    def _flush(self, draft: Draft) -> None:
        """Inserts what waits in the draft."""

    @abstractmethod
    def _query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Reads, inside this thread's transaction if it has one. Placeholders are `?`."""

    @abstractmethod
    def _event_rows(self, rows: list[tuple[Any, ...]]) -> list[EventRow]:
        """Driver values to EventRow."""

    @abstractmethod
    def _instant(self, value: Any) -> datetime: ...

    @abstractmethod
    def record(self, write: Write) -> Receipt:
        """Records, all of it or nothing."""

    @abstractmethod
    def streams_with(self, *parts: bytes, after: int = 0) -> list[UUID]:
        """The aggregates with an event beyond `after` whose bytes hold one of these. Reads the whole log."""

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Reads, inside this thread's transaction if it has one. Placeholders are `?`."""
        draft = self._mine()
        if draft is not None:
            self._flush(draft)
        return self._query(sql, parameters)

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
        if topic_prefix in RARE_TOPICS:  # written out, so that the database recognises its index
            where.append(f"substr(topic, 1, {len(topic_prefix)}) = '{topic_prefix}'")
        elif topic_prefix is not None:
            where.append("substr(topic, 1, ?) = ?")
            parameters += [len(topic_prefix), topic_prefix]
        return self._events(self.query, where, parameters, "position", limit)

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
        draft = self._mine()
        ask = self.query if draft is None or draft.holds(as_uuid(originator_id)) else self._query
        order = "originator_version" + (" DESC" if desc else "")
        rows = self._events(ask, where, parameters, order, limit)
        if draft is not None and upto_version is None and limit is None and not desc:
            draft.learn_version(as_uuid(originator_id), rows[-1][2] if rows else after_version or 0)
        return rows

    def version(self, originator_id: UUID) -> int:
        """Of the last event of an aggregate, 0 without any."""
        sql = "SELECT coalesce(max(originator_version), 0) FROM events WHERE originator_id = ?"
        return int(self.query(sql, (self._id(originator_id),))[0][0])

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

    def rows_beyond(self, versions: Mapping[UUID, int]) -> dict[UUID, list[EventRow]]:
        """The rows of several aggregates, of each beyond a version."""
        return {id_: self.rows_of(id_, after_version=version) for id_, version in versions.items()}

    def _id(self, originator_id: UUID | str) -> object:
        """An aggregate's id as the driver takes it."""
        return as_uuid(originator_id)

    def _events(
        self, ask: _Ask, where: list[str], parameters: list[Any], order: str, limit: int | None
    ) -> list[EventRow]:
        sql = f"SELECT {_COLUMNS} FROM events WHERE {' AND '.join(where)} ORDER BY {order}"
        if limit is not None:
            sql += " LIMIT ?"
            parameters = [*parameters, limit]
        return self._event_rows(ask(sql, parameters))

    def head(self) -> int:
        """The position of the last recorded event, 0 for an empty log."""
        draft = self._mine()
        if draft is not None:
            return draft.last.position
        return int(self._query("SELECT coalesce(max(position), 0) FROM events")[0][0])

    def command(self, key: str) -> CommandRecord | None:
        draft = self._mine()
        if draft is not None and key in draft.commands:
            return draft.commands[key][0]
        rows = self._query("SELECT key, digest, answer FROM commands WHERE key = ?", (key,))
        if draft is not None:
            draft.learn_key(key, bool(rows))
        return CommandRecord(*rows[0]) if rows else None

    def subjects(self, subject_ids: Sequence[str]) -> list[SubjectRow]:
        draft = self._mine()
        waiting = draft.subjects if draft is not None else {}
        found = [waiting[subject_id] for subject_id in subject_ids if subject_id in waiting]
        stored = [subject_id for subject_id in subject_ids if subject_id not in waiting]
        for start in range(0, len(stored), 500):  # SQLite bounds the number of placeholders
            part = stored[start : start + 500]
            marks = ", ".join("?" * len(part))
            sql = f"SELECT subject_id, kind, content, emptied_at FROM subjects WHERE subject_id IN ({marks})"
            for subject_id, kind, content, emptied_at in self._query(sql, part):
                at = None if emptied_at is None else self._instant(emptied_at)
                found.append(SubjectRow(subject_id, kind, content, at))
        return found

    def wait(self, after: int, timeout: float) -> bool:
        """Whether something beyond `after` is recorded, waiting at most `timeout` seconds for it."""
        if self._mine() is not None:
            return self.head() > after  # in a batch nobody else records
        return self._news.wait(after, timeout)

    def schema_version(self) -> int:
        """The version of the log's tables; 0 where there are none."""
        return int(self.query("SELECT coalesce(max(version), 0) FROM log_schema")[0][0])

    def connections(self) -> dict[str, int]:
        """This process' connections: busy, idle, and how many wait for one. Empty where there is no pool."""
        return {}

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


class PullSubscription(Subscription[Questions]):
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
