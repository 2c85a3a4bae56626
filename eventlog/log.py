"""The event log as the rest of the house sees it: load, check out, append, read, wait. It decides nothing.

log = open_log("sqlite:///gridcase.db")
log.prepare()
with log.checkout(case_id) as (case,):
    case.fire(…)                      # decides, leaves events pending
    log.append(case, command=CommandRecord(key, digest, answer))
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from eventlog.checkout import Kept, Turns
from eventlog.encoding import EventMapper
from eventlog.errors import AggregateNotFound, BadUrl, Conflict, KeyTaken, LogError, UnknownTopic, Unreadable
from eventlog.identity import Identity
from eventlog.master import MasterKeys
from eventlog.plain import PlainForms
from eventlog.postgres import PostgresRecorder
from eventlog.recorder import LogRecorder, utc_now
from eventlog.rows import CommandRecord, EventRow, Receipt, Write
from eventlog.sqlite import SQLiteRecorder
from eventlog.subjects import Subjects

__all__ = [
    "AggregateNotFound", "BadUrl", "CommandRecord", "Conflict", "EventLog", "KeyTaken", "LogError", "Logged", "Receipt",
    "UnknownTopic", "Unreadable", "open_log", "utc_now",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Logged:
    """A recorded event: where in the log, when the store recorded it (also the event's `timestamp`), the event."""

    position: int
    recorded_at: datetime
    event: Any


class EventLog:
    """Thread-safe. One per process and database; several processes may share a database."""

    def __init__(
        self,
        recorder: LogRecorder,
        clock: Callable[[], datetime] = utc_now,
        cache: int = 1024,
        keys: MasterKeys | None = None,
        url: str = "",
    ) -> None:
        self.url = url  # where other processes open it too; "" for one that they cannot
        self.recorder = recorder
        self.mapper = EventMapper()
        self.plain = PlainForms(self.mapper)
        self.subjects = Subjects(recorder, keys or MasterKeys("GRIDCASE_MASTER_KEY_FILE"))
        self._clock = clock
        self._kept = Kept(cache)
        self._turns = Turns()
        self._current_in_batch: set[UUID] = set()  # in a batch nobody else writes: no need to ask again

    def prepare(self) -> None:
        """Creates the tables where they are missing.

        Raises Unavailable when they are newer than this program, MasterKeyMissing when people are sealed with a key
        that was not given.
        """
        self.recorder.prepare()
        self.subjects.prepare()

    def close(self) -> None:
        self._kept.clear()
        self.recorder.close()

    # Aggregates.

    def load(self, aggregate_id: UUID, version: int | None = None) -> Any:
        """A fresh copy, as of `version` if given. Calls nothing but `mutate`. Raises AggregateNotFound."""
        aggregate = self._forwarded(None, self.recorder.rows_of(aggregate_id, upto_version=version))
        if aggregate is None:
            raise AggregateNotFound(aggregate_id, version)
        return aggregate

    def version(self, aggregate_id: UUID) -> int:
        """The version that an aggregate has come to, 0 for a missing one: what a kept copy is compared with."""
        return self.recorder.version(aggregate_id)

    @contextlib.contextmanager
    def checkout(self, *aggregate_ids: UUID, trust: bool = False) -> Iterator[list[Any]]:
        """The aggregates up to date, None for a missing one, held by this thread alone until the block ends.

        All aggregates of a command in one call: a second checkout inside the first is a RuntimeError. After an
        exception, or with events left pending, the copies are thrown away.

        With `trust` the copies in memory are taken without asking the database whether another process has recorded
        since. Nothing can be recorded on an outdated one, and a block that ends without recording on it, or with an
        exception, ends with Conflict when it was outdated: then decide again, without trust.
        """
        with self._turns.hold(aggregate_ids):
            found: dict[UUID, Any | None] = {}
            trusted: dict[UUID, int] = {}
            try:
                if trust and not self._turns.in_batch:
                    for aggregate_id in aggregate_ids:
                        if (kept := self._kept.get(aggregate_id)) is not None:
                            found[aggregate_id], trusted[aggregate_id] = kept, kept.version
                found |= self._current([id_ for id_ in aggregate_ids if id_ not in trusted])
                yield [found[aggregate_id] for aggregate_id in aggregate_ids]
            except BaseException as error:
                self._kept.evict(*aggregate_ids)
                if isinstance(error, Exception) and not isinstance(error, Conflict):
                    self._check(trusted, error)
                raise
            self._kept.evict(*(id_ for id_, one in found.items() if one is not None and one.pending_events))
            self._check({id_: v for id_, v in trusted.items() if getattr(found[id_], "version", v) == v})

    def _check(self, trusted: dict[UUID, int], error: Exception | None = None) -> None:
        """Raises Conflict when another process has recorded on one of these."""
        if trusted:
            for aggregate_id, rows in self.recorder.rows_beyond(trusted).items():
                if rows:
                    self._kept.evict(aggregate_id)
                    raise Conflict(aggregate_id, trusted[aggregate_id] + 1) from error

    def _current(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, Any | None]:
        found = {aggregate_id: self._kept.get(aggregate_id) for aggregate_id in aggregate_ids}
        asked = {
            id_: 0 if one is None else one.version
            for id_, one in found.items()
            if one is None or not self._turns.in_batch or id_ not in self._current_in_batch
        }
        for aggregate_id, rows in self.recorder.rows_beyond(asked).items():
            aggregate = found[aggregate_id] = self._forwarded(found[aggregate_id], rows)
            if aggregate is not None:
                self._kept.put(aggregate_id, aggregate)
                if self._turns.in_batch:
                    self._current_in_batch.add(aggregate_id)
        return found

    def _forwarded(self, aggregate: Any | None, rows: list[EventRow]) -> Any | None:
        for row in rows:
            aggregate = self.mapper.decode(*row).mutate(aggregate)
        return aggregate

    def append(
        self, *aggregates: Any, command: CommandRecord | None = None, identities: Sequence[Identity] = ()
    ) -> Receipt:
        """Records the pending events of all aggregates, the command and the people: all of it or nothing.

        Raises Conflict (with aggregate_id), KeyTaken, SubjectEmptied or Unencodable; then the aggregates given are
        spent: load them again. Afterwards the events in memory carry `timestamp` as recorded.
        """
        pending: list[tuple[Any, list[Any]]] = []
        try:
            for aggregate in {id(aggregate): aggregate for aggregate in aggregates}.values():
                pending.append((aggregate, list(aggregate.collect_events())))
            stored = [self.mapper.to_stored_event(event) for _, events in pending for event in events]
            write = Write(stored, command, self.subjects.rows(identities))
            if not (stored or command or identities):
                return Receipt((), self._clock())
            receipt = self.recorder.record(write)
        except BaseException:
            self._kept.evict(*(aggregate.id for aggregate in aggregates))
            raise
        for aggregate, events in pending:
            _stamp(aggregate, events, receipt.recorded_at)
        return receipt

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction for many appends: readable inside by this thread, for everybody else after the end.

        An append that is refused inside undoes itself alone, and the batch may go on; an exception that leaves the
        block undoes everything. Others wait to write as long as it is open: keep it to some thousand appends.
        """
        with self._at_once(unchecked=False):
            yield

    @contextlib.contextmanager
    def joined(self) -> Iterator[None]:
        """The batch that this thread is in, or one of its own."""
        with contextlib.nullcontext() if self._turns.in_batch else self.batch():
            yield

    @contextlib.contextmanager
    def bulk(self) -> Iterator[None]:
        """A batch of what is new for certain, as fast as the database takes it and in constant memory.

        Nothing is looked up before: what is there already (a version, a key, an erased person) raises at this append,
        at a later one or at the end, and undoes everything.
        """
        with self._at_once(unchecked=True):
            yield

    @contextlib.contextmanager
    def _at_once(self, *, unchecked: bool) -> Iterator[None]:
        with self._turns.alone():
            try:
                with self.recorder.transaction(unchecked=unchecked):
                    yield
            except BaseException:
                self._kept.clear()
                raise
            finally:
                self._current_in_batch.clear()

    def answer_of(self, key: str) -> CommandRecord | None:
        """The command recorded under this idempotency key."""
        return self.recorder.command(key)

    # The log.

    def read(
        self, after: int, limit: int = 1000, topics: Sequence[str] = (), topic_prefix: str | None = None
    ) -> list[Logged]:
        """At most `limit` events beyond position `after`, in order; of these exact topics and this prefix, if given.

        A filtered reader that wants to know how far it has read asks head() before. Raises UnknownTopic, Unreadable.
        """
        return self._logged(self.recorder.rows_after(after, limit, topics, topic_prefix))

    def history(self, aggregate_id: UUID, after_version: int = 0) -> list[Logged]:
        """The events of one aggregate, oldest first; empty for an unknown one."""
        return self._logged(self.recorder.rows_of(aggregate_id, after_version))

    def _logged(self, rows: list[EventRow]) -> list[Logged]:
        decode = self.mapper.decode
        return [Logged(row[0], row[4], decode(*row)) for row in rows]

    def head(self) -> int:
        """The position of the last recorded event, 0 for an empty log."""
        return self.recorder.head()

    def wait(self, after: int, timeout: float) -> bool:
        """Whether something beyond `after` is recorded; returns as soon as it is, or after `timeout` seconds."""
        return self.recorder.wait(after, timeout)


def beside(path: str) -> MasterKeys:
    """The master keys of an SQLite database that names none: in a file beside it, in memory like itself."""
    if path == ":memory:":
        return MasterKeys.for_this_process()
    return MasterKeys.in_file(Path(path).with_suffix(".master.key"), may_make=True)


def _stamp(aggregate: Any, events: list[Any], recorded_at: datetime) -> None:
    """Makes memory equal to what a reader will get: the store has replaced the provisional timestamp."""
    if not events:
        return
    for event in events:
        object.__setattr__(event, "timestamp", recorded_at)
    aggregate.modified_on = recorded_at
    if events[0].originator_version == aggregate.INITIAL_VERSION:
        aggregate._created_on = recorded_at


def open_log(
    url: str,
    *,
    clock: Callable[[], datetime] = utc_now,
    cache: int = 1024,
    keys: MasterKeys | None = None,
) -> EventLog:
    """Opens `sqlite:///file`, `sqlite:///:memory:` or `postgresql://…`; `cache` is how many aggregates stay in memory.

    `keys` are the master keys of the people store. None: on SQLite `file.master.key` beside the database, made when
    the log is first prepared; on PostgreSQL no people can be kept.

    Raises BadUrl for another form and Unavailable when the database does not answer. Call prepare() once.
    """
    scheme, separator, rest = url.partition("://")
    if scheme == "sqlite" and separator:
        path = rest.removeprefix("/")
        if not rest.startswith("/") or not path or "?" in path:
            raise BadUrl(
                f"{url!r}: write sqlite:///file.db, sqlite:////absolute/file.db or sqlite:///:memory:."
            )
        keys = keys or beside(path)
        shared = "" if path == ":memory:" else url
        return EventLog(SQLiteRecorder(path, clock), clock, cache, keys, shared)
    if scheme == "postgresql" and separator:
        return EventLog(PostgresRecorder(url, clock), clock, cache, keys, url)
    shown = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url)
    raise BadUrl(f"{shown!r}: a log is kept in sqlite:///file.db or in postgresql://user@host/name.")
