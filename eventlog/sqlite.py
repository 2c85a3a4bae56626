"""The log on SQLite: one file, one writer, many readers. WAL and full sync; do not lower either to gain speed.

Readers get connections of their own from a small stack, so they never wait for the writer. An in-memory database has
a single connection, which its readers share with the writer.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError, OperationalError, PersistenceError

from eventlog.draft import THE_BEGINNING, Asked, Batch, Draft, Found, Last
from eventlog.errors import Conflict, KeyTaken, SubjectEmptied, Unavailable
from eventlog.group import Waiting
from eventlog.migrations import SCHEMA_VERSION, upgrade
from eventlog.recorder import LogRecorder
from eventlog.rows import EventRow

BUSY_SECONDS = 30.0

_LAST = "SELECT position, recorded_at, hash FROM events ORDER BY position DESC LIMIT 1"
_PUT_EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)"
_VERSION = "SELECT max(originator_version) FROM events WHERE originator_id = ?"
_TAKEN = "SELECT 1 FROM commands WHERE key = ?"
_EMPTIED = "SELECT 1 FROM subjects WHERE subject_id = ? AND emptied_at IS NOT NULL"
_PUT_COMMAND = "INSERT INTO commands VALUES (?, ?, ?, ?)"
_PUT_SUBJECT = """
INSERT INTO subjects (subject_id, kind, content) VALUES (?, ?, ?)
ON CONFLICT (subject_id) DO UPDATE SET kind = excluded.kind, content = excluded.content WHERE emptied_at IS NULL
"""


class SQLiteRecorder(LogRecorder):
    """`path` is a file, or ":memory:"."""

    def __init__(self, path: str, clock: Callable[[], datetime]) -> None:
        super().__init__(clock)
        self._path = path
        self._in_memory = path == ":memory:"
        if not self._in_memory and not Path(path).absolute().parent.is_dir():
            raise Unavailable(
                f"The folder of the log {path!r} does not exist. Make it, or name another file."
            )
        self._write_connection = self._connect_writer()
        self._idle: list[sqlite3.Connection] = []
        self._all_readers: list[sqlite3.Connection] = []
        self._readers = threading.Lock()

    def _connect(self) -> sqlite3.Connection:
        with _translated:
            return sqlite3.connect(
                self._path,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )

    def _connect_writer(self) -> sqlite3.Connection:
        connection = self._connect()
        with _translated:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
            # The switch to WAL does not wait for other processes that open the new file at the same time.
            for attempt in range(100):
                try:
                    connection.execute("PRAGMA journal_mode = WAL")
                    break
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error) or attempt == 99:
                        raise
                    time.sleep(0.05)
        return connection

    def prepare(self, version: int = SCHEMA_VERSION) -> None:
        def begin() -> int | None:
            self._write_connection.execute("BEGIN IMMEDIATE")
            return self._version()

        with self._writing, _translated:
            if (self._version() or 0) < version:
                upgrade("sqlite", self._write_connection, begin, version)

    def _version(self) -> int | None:
        """Of the tables; None: there are none. Raises Unavailable for a newer one."""
        run = self._write_connection.execute
        if not run("SELECT name FROM sqlite_schema WHERE name = 'log_schema'").fetchall():
            return None
        found: int | None = run("SELECT max(version) FROM log_schema").fetchone()[0]
        self._check_version(found)
        return found

    def close(self) -> None:
        with self._writing, self._readers:
            for connection in [*self._all_readers, self._write_connection]:
                connection.close()
            self._all_readers, self._idle = [], []

    # Reading.

    def _query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        if self._writer == threading.get_ident():
            with _translated:
                return self._write_connection.execute(sql, parameters).fetchall()
        if self._in_memory:
            with self._writing, _translated:
                return self._write_connection.execute(sql, parameters).fetchall()
        with self._reader() as connection, _translated:
            return connection.execute(sql, parameters).fetchall()

    @contextlib.contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        with self._readers:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._connect()
            with self._readers:
                self._all_readers.append(connection)
        try:
            yield connection
        finally:
            with self._readers:
                self._idle.append(connection)

    _PLAIN_COLUMNS = (
        "position, originator_id, originator_version, topic, substr(recorded_at, 1, 26) || 'Z', state"
    )

    def _id(self, originator_id: UUID | str) -> str:
        return str(originator_id)

    def _event_rows(self, rows: list[tuple[Any, ...]]) -> list[EventRow]:
        at = datetime.fromisoformat
        return [(p, UUID(i), version, topic, at(when), state) for p, i, version, topic, when, state in rows]

    def _instant(self, value: Any) -> datetime:
        return datetime.fromisoformat(value)

    # Writing.

    def _begin(self, asked: Asked) -> tuple[Last, Found]:
        run = self._write_connection.execute
        with _translated:
            run("BEGIN IMMEDIATE")
            row = run(_LAST).fetchone()
        last = Last(row[0], datetime.fromisoformat(row[1]), row[2]) if row else Last()
        self._saw_end(last)
        return last, self._find(asked) if asked else Found()

    def _record_unchecked(self, group: list[Waiting]) -> bool:
        # Without the layers of a transaction that others may join: a lone writer waits for every one of them.
        with self._writing:
            try:
                draft, now = Draft(self._begin_unchecked(), self._link_now(), unchecked=True), self._now()
                receipts = [draft.admit(one.write, now) for one in group]
                self._insert(draft.take())
                self._commit(draft)
            except BaseException as error:
                self._rollback()
                self._undisturbed = 0
                if isinstance(error, (IntegrityError, SubjectEmptied)):
                    return False
                raise
        self._recorded(group, receipts, draft.last)
        return True

    def _begin_unchecked(self) -> Last:
        last = self._believed
        if last is None:
            return self._begin(Asked())[0]
        with _translated:
            self._write_connection.execute("BEGIN IMMEDIATE")
        return last

    def _find(self, asked: Asked) -> Found:
        run, found = self._write_connection.execute, Found()
        with _translated:
            for aggregate in asked.aggregates:
                (version,) = run(_VERSION, (str(aggregate),)).fetchone()
                if version is not None:
                    found.versions[aggregate] = version
            found.taken = {key for key in asked.keys if run(_TAKEN, (key,)).fetchone()}
            found.emptied = {subject for subject in asked.subjects if run(_EMPTIED, (subject,)).fetchone()}
        return found

    def _insert(self, batch: Batch) -> None:
        run = self._write_connection.execute
        with _translated:
            for c, at in batch.commands:
                try:
                    run(_PUT_COMMAND, (c.key, c.digest, c.answer, _iso(at)))
                except sqlite3.IntegrityError as error:
                    raise KeyTaken(c.key) from error
            for row in batch.subjects:
                put = run(_PUT_SUBJECT, (row.subject_id, row.kind, row.content))
                if not put.rowcount:  # an upsert that touched no row met an erased subject
                    raise SubjectEmptied(row.subject_id)
            values, at, written = [], THE_BEGINNING, ""
            for position, id_, version, topic, recorded_at, state, hash_ in batch.rows:
                if recorded_at is not at:
                    at, written = recorded_at, _iso(recorded_at)
                values.append((position, str(id_), version, topic, written, state, hash_))
            try:
                self._write_connection.executemany(_PUT_EVENT, values)
            except sqlite3.IntegrityError as error:
                (inserted,) = run("SELECT max(position) FROM events").fetchone()
                refused = next((row for row in batch.rows if row[0] > (inserted or 0)), None)
                if refused is None or "originator_id" not in str(error):
                    raise
                raise Conflict(refused[1], refused[2]) from error

    def _commit(self, draft: Draft) -> None:
        with _translated:
            self._write_connection.execute("COMMIT")
        self._left = draft.last

    def _rollback(self) -> None:
        # A failed COMMIT (disk full) may have ended the transaction already.
        with contextlib.suppress(sqlite3.Error):
            if self._write_connection.in_transaction:
                self._write_connection.execute("ROLLBACK")

    def _erase_subject(self, subject_id: str, at: datetime) -> None:
        sql = "UPDATE subjects SET content = NULL, emptied_at = ? WHERE subject_id = ? AND emptied_at IS NULL"
        when = _iso(at.astimezone(UTC))
        with _translated:
            self._write_connection.execute(sql, (when, subject_id))

    def _run(self, sql: str, parameters: Sequence[object]) -> int:
        with _translated:
            return self._write_connection.execute(sql, parameters).rowcount

    def scrub(self, *, whole: bool = False) -> bool:
        # A page that was split may keep a stale copy of a moved row, which secure_delete does not see; the pages of a
        # dropped table are overwritten whole. Then the write-ahead log, which holds the pages as they were.
        run = self._write_connection.execute
        with self.transaction(), _translated:
            (sql,) = run("SELECT sql FROM sqlite_schema WHERE name = 'subjects'").fetchone()
            run(sql.replace("subjects", "subjects_anew", 1))
            run("INSERT INTO subjects_anew SELECT * FROM subjects")
            run("DROP TABLE subjects")
            run("ALTER TABLE subjects_anew RENAME TO subjects")
        with self._writing, _translated:
            if whole:
                run("VACUUM")
            busy, _, _ = run("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def streams_with(self, *parts: bytes, after: int = 0) -> list[UUID]:
        held = " OR ".join(["instr(state, ?) > 0"] * len(parts))
        sql = f"SELECT DISTINCT originator_id FROM events WHERE position > ? AND ({held})"
        return [UUID(row[0]) for row in self.query(sql, (after, *parts))]


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


class _Translated:
    """The driver's errors as the library's, with a remedy where there is one. (A class: it is on every way.)"""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise _said(error) from error


_translated = _Translated()


def _said(error: sqlite3.Error) -> PersistenceError:
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError):
        return IntegrityError(error)
    if "not a database" in text:
        return Unavailable(
            f"The log's file is no database, or a damaged one ({error}). Name another file, or bring a backup back."
        )
    if not isinstance(error, sqlite3.OperationalError):
        return PersistenceError(error)
    if "no such table" in text or "no such column" in text:
        return Unavailable(f"The log has no tables yet, or older ones ({error}). Call prepare() first.")
    if "unable to open" in text:
        return Unavailable(f"The log's file does not open ({error}). Look at its folder and rights.")
    if "readonly" in text:
        return Unavailable(
            f"The log's file takes no writes ({error}). Look at its rights, its folder's, its disk's."
        )
    if "disk is full" in text:
        return Unavailable("The disk with the log's file is full. Nothing was recorded: make room.")
    if "disk I/O" in text:
        return Unavailable(
            f"The disk with the log's file does not work ({error}). Look at it, and at the room left."
        )
    if "locked" in text:
        return Unavailable(
            f"Another process has held the log's file for {BUSY_SECONDS:.0f} seconds. Nothing was recorded."
        )
    return OperationalError(error)
