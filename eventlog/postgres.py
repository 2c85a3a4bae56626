"""The log on PostgreSQL: psycopg 3, one advisory lock for all writers. Do not move the lock into the insert.

The lock is a statement of its own, before the one that reads the last position: under READ COMMITTED a statement sees
what was committed when it began, so a lock taken by the same statement would come too late. It is released by the
commit, after which the next writer and every reader see these positions.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, OperationalError, PersistenceError
from psycopg import Connection, errors
from psycopg_pool import ConnectionPool, PoolTimeout

from eventlog.errors import Conflict, KeyTaken, Unavailable
from eventlog.recorder import SCHEMA_VERSION, THE_BEGINNING, LogRecorder, raise_emptied
from eventlog.rows import EventRow, Receipt, Write

_Connection = Connection[tuple[Any, ...]]
_T = TypeVar("_T")

WRITERS_LOCK = 0x6772_6964_6361_7365  # "gridcase"; held until the commit by whoever gives out positions
CONNECT_SECONDS = 10
POOL_SIZE = 16

_TABLES = """
CREATE TABLE IF NOT EXISTS log_schema (version integer NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    position bigint PRIMARY KEY,
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    recorded_at timestamptz NOT NULL,
    state bytea NOT NULL,
    CONSTRAINT events_version UNIQUE (originator_id, originator_version)
);
CREATE TABLE IF NOT EXISTS commands (
    key text CONSTRAINT commands_key PRIMARY KEY, digest text NOT NULL, answer bytea NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS subjects (
    subject_id text PRIMARY KEY, kind text NOT NULL, content bytea, emptied_at timestamptz
);
CREATE OR REPLACE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are append-only: % refused', TG_OP; END $$;
CREATE OR REPLACE TRIGGER events_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_append_only();
"""

_LAST = "SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1"
_PUT_EVENT = "INSERT INTO events VALUES (%s, %s, %s, %s, %s, %s)"
_PUT_EVENTS = """
INSERT INTO events SELECT position, id, version, topic, %s, state
FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[], %s::text[], %s::bytea[]) AS e (position, id, version, topic, state)
"""
_PUT_COMMAND = "INSERT INTO commands VALUES (%s, %s, %s, %s)"
_PUT_SUBJECT = """
INSERT INTO subjects AS s (subject_id, kind, content) VALUES (%s, %s, %s)
ON CONFLICT (subject_id) DO UPDATE SET kind = excluded.kind, content = excluded.content WHERE s.emptied_at IS NULL
"""


class PostgresRecorder(LogRecorder):
    """`url` as libpq takes it."""

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        super().__init__(clock)
        try:
            # Says why it cannot; the pool would only time out.
            psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
        except psycopg.ProgrammingError as error:
            raise Unavailable(f"PostgreSQL cannot read the database URL: {error}") from error
        except psycopg.Error as error:
            raise Unavailable(f"PostgreSQL does not answer: {str(error).strip()}") from error
        self._pool: ConnectionPool[_Connection] = ConnectionPool(
            url, min_size=1, max_size=POOL_SIZE, kwargs={"autocommit": True}, configure=_configure, open=True
        )
        self._mine: _Connection | None = None  # the writing thread's connection inside a transaction
        self._last: tuple[int, datetime] | None = None
        self._started_at = 0

    def prepare(self) -> None:
        def create(connection: _Connection) -> None:
            with connection.transaction():
                connection.execute(
                    "SELECT pg_advisory_xact_lock(%s)", (WRITERS_LOCK,)
                )  # two may prepare at once
                row = connection.execute("SELECT to_regclass('log_schema')").fetchone()
                if row is not None and row[0] is not None:
                    found = connection.execute("SELECT max(version) FROM log_schema").fetchone()
                    self._check_version(found[0] if found else None)
                    if found is not None and found[0] == SCHEMA_VERSION:
                        return
                connection.execute(_TABLES)
                connection.execute("INSERT INTO log_schema VALUES (%s)", (SCHEMA_VERSION,))

        self._on_a_connection(create)

    def close(self) -> None:
        self._pool.close()

    def _on_a_connection(self, work: Callable[[_Connection], _T], *, keep: bool = False) -> _T:
        """Runs `work` (and with `keep` does not give the connection back when it succeeds).

        Once more when the connection had died, as all do when the server restarts: only for work that records nothing
        before it ends.
        """
        for attempt in (1, 2):
            try:
                connection = self._pool.getconn()
            except PoolTimeout as error:
                raise Unavailable(f"No connection to PostgreSQL became free ({error}). Is it up?") from error
            try:
                with _translated():
                    done = work(connection)
            except BaseException as error:
                died = connection.closed and isinstance(error, OperationalError)
                self._pool.putconn(connection)
                if not died or attempt == 2:
                    raise
                self._pool.check()  # the other idle ones died at the same time
            else:
                if not keep:
                    self._pool.putconn(connection)
                return done
        raise AssertionError("unreachable")

    # Reading.

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        sql = _placeholders(sql)
        if self._mine is not None and self._writer == threading.get_ident():
            with _translated():
                return self._mine.execute(sql, parameters, binary=True).fetchall()
        return self._on_a_connection(lambda c: c.execute(sql, parameters, binary=True).fetchall())

    _PLAIN_COLUMNS = (
        "position, originator_id::text, originator_version, topic,"
        """ to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), state"""
    )

    def _event_rows(self, rows: list[tuple[Any, ...]]) -> list[EventRow]:
        return rows

    def _instant(self, value: datetime) -> datetime:
        return value

    # Writing.

    def _begin(self) -> None:
        self._mine, row = self._on_a_connection(self._locked, keep=True)
        self._last = row or (0, THE_BEGINNING)
        self._started_at = self._last[0]

    @staticmethod
    def _locked(connection: _Connection) -> tuple[_Connection, tuple[int, datetime] | None]:
        """The connection in a transaction that holds the lock, and the last position and recorded_at."""
        with connection.pipeline():
            # Not prepared: psycopg believes prepared what an aborted pipeline never prepared. Inserts, which may be
            # refused, are therefore sent without a pipeline.
            connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED", prepare=False)
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (WRITERS_LOCK,), prepare=False)
            row = connection.execute(_LAST, binary=True, prepare=False).fetchone()
        return connection, None if row is None else (row[0], row[1])

    def _commit(self) -> None:
        assert self._mine is not None
        with _translated():
            self._mine.execute("COMMIT")
        self._release()

    def _rollback(self) -> None:
        if self._mine is not None:
            with contextlib.suppress(psycopg.Error):
                self._mine.execute("ROLLBACK")
            self._release()

    def _release(self) -> None:
        assert self._mine is not None
        connection, self._mine = self._mine, None
        self._pool.putconn(connection)

    def _last_written(self) -> int:
        return self._last[0] if self._last is not None and self._last[0] > self._started_at else 0

    def _record(self, write: Write, *, nested: bool) -> Receipt:
        assert self._mine is not None and self._last is not None
        first = self._last[0] + 1
        recorded_at = self._now(self._last[1])
        try:
            with _translated(write):
                if nested:
                    self._mine.execute("SAVEPOINT append")
                self._insert(self._mine, write, first, recorded_at)
                if nested:
                    self._mine.execute("RELEASE append")
        except BaseException:
            if nested:
                with contextlib.suppress(psycopg.Error):
                    self._mine.execute("ROLLBACK TO append")
            raise
        if write.events:
            self._last = (first + len(write.events) - 1, recorded_at)
        return Receipt(tuple(range(first, first + len(write.events))), recorded_at)

    @staticmethod
    def _insert(connection: _Connection, write: Write, first: int, recorded_at: datetime) -> None:
        # The command comes first: a repeated one is told as such, and not as the conflict that it also is.
        if write.command is not None:
            c = write.command
            connection.execute(_PUT_COMMAND, (c.key, c.digest, c.answer, recorded_at))
        for row in write.subjects:
            put = connection.execute(_PUT_SUBJECT, (row.subject_id, row.kind, row.content))
            raise_emptied(row, put.rowcount)
        if len(write.events) == 1:
            (e,) = write.events
            values = (first, e.originator_id, e.originator_version, e.topic, recorded_at, e.state)
            connection.execute(_PUT_EVENT, values)
        elif write.events:
            positions = list(range(first, first + len(write.events)))
            rows = ((e.originator_id, e.originator_version, e.topic, e.state) for e in write.events)
            connection.execute(_PUT_EVENTS, (recorded_at, positions, *map(list, zip(*rows, strict=True))))

    def _erase_subject(self, subject_id: str, at: datetime) -> None:
        assert self._mine is not None
        with _translated():
            self._mine.execute(
                "UPDATE subjects SET content = NULL, emptied_at = %s WHERE subject_id = %s AND emptied_at IS NULL",
                (at, subject_id),
            )

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        assert self._mine is not None
        with _translated():
            return self._mine.execute(_placeholders(sql), parameters).rowcount

    def scrub(self, *, whole: bool = False) -> bool:
        # Writes a new file and removes the old one. The server's own log keeps page images until they are recycled.
        def rewrite(connection: _Connection) -> bool:
            connection.execute("SET lock_timeout = '10s'")
            try:
                connection.execute("VACUUM FULL subjects")
            except errors.LockNotAvailable:
                return False
            finally:
                connection.execute("RESET lock_timeout")
            return True

        return self._on_a_connection(rewrite)

    def streams_with(self, *parts: bytes, after: int = 0) -> list[UUID]:
        held = " OR ".join(["position(%s::bytea in state) > 0"] * len(parts))
        sql = f"SELECT DISTINCT originator_id FROM events WHERE position > %s AND ({held})"
        return [row[0] for row in self.query(sql, (after, *parts))]


def _configure(connection: _Connection) -> None:
    connection.execute("SET timezone TO 'UTC'")


@lru_cache(maxsize=256)
def _placeholders(sql: str) -> str:
    return sql.replace("?", "%s")


@contextlib.contextmanager
def _translated(write: Write | None = None) -> Iterator[None]:
    """The driver's errors as ours or the library's."""
    try:
        yield
    except errors.UniqueViolation as error:
        if write is not None and write.command is not None and error.diag.constraint_name == "commands_key":
            raise KeyTaken(write.command.key) from error
        found = re.search(r"=\(([0-9a-f-]{36}), (\d+)\)", error.diag.message_detail or "")
        if error.diag.constraint_name == "events_version" and found:
            raise Conflict(UUID(found[1]), int(found[2])) from error
        raise IntegrityError(error) from error
    except errors.UndefinedTable as error:
        raise Unavailable(
            f"The log has no tables yet ({error.diag.message_primary}). Call prepare() first."
        ) from error
    except psycopg.IntegrityError as error:
        raise IntegrityError(error) from error
    except psycopg.OperationalError as error:
        raise OperationalError(error) from error
    except psycopg.Error as error:
        raise PersistenceError(error) from error
