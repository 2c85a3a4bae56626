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

from eventlog.errors import Conflict, KeyTaken, LogError, Unavailable
from eventlog.recorder import SCHEMA_VERSION, THE_BEGINNING, LogRecorder, raise_emptied
from eventlog.rows import EventRow, Receipt, Write, as_uuid

BUSY_SECONDS = 30.0

_TABLES = """
CREATE TABLE IF NOT EXISTS log_schema (version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    state BLOB NOT NULL,
    UNIQUE (originator_id, originator_version)
);
CREATE TABLE IF NOT EXISTS commands (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, answer BLOB NOT NULL, recorded_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subjects (
    subject_id TEXT PRIMARY KEY, kind TEXT NOT NULL, content BLOB, emptied_at TEXT
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS events_never_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only: UPDATE refused'); END;
CREATE TRIGGER IF NOT EXISTS events_never_go BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only: DELETE refused'); END;
"""

_LAST = "SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1"
_PUT_EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)"
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
        # The last position and recorded_at, known inside a transaction, and the position before it.
        self._last: tuple[int, datetime] | None = None
        self._started_at = 0

    def _connect(self) -> sqlite3.Connection:
        with _translated():
            return sqlite3.connect(
                self._path,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )

    def _connect_writer(self) -> sqlite3.Connection:
        connection = self._connect()
        with _translated():
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

    def prepare(self) -> None:
        with self._writing, _translated():
            run = self._write_connection.execute
            run("BEGIN IMMEDIATE")
            try:
                for statement in _statements(_TABLES):
                    run(statement)
                found = run("SELECT max(version) FROM log_schema").fetchone()[0]
                self._check_version(found)
                if found is None:
                    run("INSERT INTO log_schema VALUES (?)", (SCHEMA_VERSION,))
                run("COMMIT")
            except BaseException:
                self._rollback()
                raise

    def close(self) -> None:
        with self._writing, self._readers:
            for connection in [*self._all_readers, self._write_connection]:
                connection.close()
            self._all_readers, self._idle = [], []

    # Reading.

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        if self._writer == threading.get_ident():
            with _translated():
                return self._write_connection.execute(sql, parameters).fetchall()
        if self._in_memory:
            with self._writing, _translated():
                return self._write_connection.execute(sql, parameters).fetchall()
        with self._reader() as connection, _translated():
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

    def _begin(self) -> None:
        with _translated():
            self._write_connection.execute("BEGIN IMMEDIATE")
            self._last, self._started_at = None, -1

    def _commit(self) -> None:
        with _translated():
            self._write_connection.execute("COMMIT")

    def _rollback(self) -> None:
        # A failed COMMIT (disk full) may have ended the transaction already.
        with contextlib.suppress(sqlite3.Error):
            self._write_connection.execute("ROLLBACK")

    def _last_written(self) -> int:
        return self._last[0] if self._last is not None and self._last[0] > self._started_at else 0

    def _record(self, write: Write, *, nested: bool) -> Receipt:
        run = self._write_connection.execute
        if self._last is None:
            with _translated():
                row = run(_LAST).fetchone()
            self._last = (row[0], datetime.fromisoformat(row[1])) if row else (0, THE_BEGINNING)
            self._started_at = self._last[0]
        first = self._last[0] + 1
        recorded_at = self._now(self._last[1])
        if nested:
            run("SAVEPOINT append")
        try:
            self._insert(write, first, recorded_at.isoformat(timespec="microseconds"))
        except BaseException:
            if nested:
                run("ROLLBACK TO append")
                run("RELEASE append")
            raise
        if nested:
            run("RELEASE append")
        if write.events:
            self._last = (first + len(write.events) - 1, recorded_at)
        return Receipt(tuple(range(first, first + len(write.events))), recorded_at)

    def _insert(self, write: Write, first: int, recorded_at: str) -> None:
        run = self._write_connection.execute
        with _translated():
            # The command comes first: a repeated one is told as such, and not as the conflict that it also is.
            if write.command is not None:
                c = write.command
                try:
                    run(_PUT_COMMAND, (c.key, c.digest, c.answer, recorded_at))
                except sqlite3.IntegrityError as error:
                    raise KeyTaken(c.key) from error
            for row in write.subjects:
                raise_emptied(row, run(_PUT_SUBJECT, (row.subject_id, row.kind, row.content)).rowcount)
            for position, e in enumerate(write.events, first):
                values = (position, str(e.originator_id), e.originator_version, e.topic, recorded_at, e.state)
                try:
                    run(_PUT_EVENT, values)
                except sqlite3.IntegrityError as error:
                    if "originator_id" not in str(error):
                        raise
                    raise Conflict(as_uuid(e.originator_id), e.originator_version) from error

    def _erase_subject(self, subject_id: str, at: datetime) -> None:
        sql = "UPDATE subjects SET content = NULL, emptied_at = ? WHERE subject_id = ? AND emptied_at IS NULL"
        when = at.astimezone(UTC).isoformat(timespec="microseconds")
        with _translated():
            self._write_connection.execute(sql, (when, subject_id))

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        with _translated():
            return self._write_connection.execute(sql, parameters).rowcount

    def scrub(self, *, whole: bool = False) -> bool:
        # A page that was split may keep a stale copy of a moved row, which secure_delete does not see; the pages of a
        # dropped table are overwritten whole. Then the write-ahead log, which holds the pages as they were.
        run = self._write_connection.execute
        with self.transaction(), _translated():
            (sql,) = run("SELECT sql FROM sqlite_schema WHERE name = 'subjects'").fetchone()
            run(sql.replace("subjects", "subjects_anew", 1))
            run("INSERT INTO subjects_anew SELECT * FROM subjects")
            run("DROP TABLE subjects")
            run("ALTER TABLE subjects_anew RENAME TO subjects")
        with self._writing, _translated():
            if whole:
                run("VACUUM")
            busy, _, _ = run("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def streams_with(self, *parts: bytes, after: int = 0) -> list[UUID]:
        held = " OR ".join(["instr(state, ?) > 0"] * len(parts))
        sql = f"SELECT DISTINCT originator_id FROM events WHERE position > ? AND ({held})"
        return [UUID(row[0]) for row in self.query(sql, (after, *parts))]


def _statements(script: str) -> list[str]:
    """Single statements (executescript would commit between them); a trigger's own semicolon stays inside it."""
    found, open_ = [], ""
    for line in script.splitlines(keepends=True):
        open_ += line
        if sqlite3.complete_statement(open_):
            found.append(open_)
            open_ = ""
    return found


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """The driver's errors as the library's, with a remedy where there is one."""
    try:
        yield
    except LogError:
        raise
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise Unavailable(f"The log has no tables yet ({error}). Call prepare() first.") from error
        if "unable to open" in str(error):
            raise Unavailable(
                f"The log's file does not open ({error}). Look at its folder and rights."
            ) from error
        if "locked" in str(error):
            raise Unavailable(
                f"Another process has held the log's file for {BUSY_SECONDS:.0f} seconds. Nothing was recorded."
            ) from error
        raise OperationalError(error) from error
    except sqlite3.Error as error:
        raise PersistenceError(error) from error
