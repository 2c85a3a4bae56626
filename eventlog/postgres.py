"""The log on PostgreSQL: psycopg 3, one advisory lock for all writers. Do not move the lock into the insert.

The lock is a statement of its own, before the one that reads the last position: under READ COMMITTED a statement sees
what was committed when it began, so a lock taken by the same statement would come too late. It is released by the
commit, after which the next writer and every reader see these positions.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, OperationalError, PersistenceError
from psycopg import Connection, Cursor, errors
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolTimeout

from eventlog.at_once import LOCK, AtOnce
from eventlog.draft import Asked, Batch, Draft, Found, Last
from eventlog.errors import Conflict, KeyTaken, SubjectEmptied, Unavailable
from eventlog.group import Waiting
from eventlog.migrations import SCHEMA_VERSION, upgrade
from eventlog.recorder import LogRecorder
from eventlog.rows import EventRow
from eventlog.wire import Lost

_Connection = Connection[tuple[Any, ...]]
_T = TypeVar("_T")

CONNECT_SECONDS = 10
POOL_SIZE = 16

TRUSTED = 3  # times that nobody else had written: then no turn is taken before
COPY_FROM = 100  # rows: from here on COPY is faster than arrays

_LAST = "SELECT position, recorded_at, hash FROM events ORDER BY position DESC LIMIT 1"
_VERSIONS = """
SELECT id, (SELECT max(originator_version) FROM events WHERE originator_id = id) FROM unnest(%s::uuid[]) AS id
"""
_BEYOND = """
SELECT position, originator_id, originator_version, topic, recorded_at, state
FROM unnest(?::uuid[], ?::bigint[]) AS asked (id, version)
JOIN events ON originator_id = id AND originator_version > version
ORDER BY originator_id, originator_version
"""
_MAY_REWRITE = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'subjects'::regclass"
_TAKEN = "SELECT key FROM commands WHERE key = ANY(%s)"
_EMPTIED = "SELECT subject_id FROM subjects WHERE subject_id = ANY(%s) AND emptied_at IS NOT NULL"
_PUT_EVENTS = """
INSERT INTO events
SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[], %s::text[], %s::timestamptz[], %s::bytea[], %s::bytea[])
"""
_COPY_EVENTS = "COPY events FROM STDIN (FORMAT binary)"
_EVENT_TYPES = ("int8", "uuid", "int8", "text", "timestamptz", "bytea", "bytea")
_PUT_COMMANDS = """
INSERT INTO commands SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::timestamptz[])
"""
_PUT_SUBJECTS = """
INSERT INTO subjects AS s (subject_id, kind, content) SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[])
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
        self._url = url
        self._line: _Connection | None = None  # the connection on which everything is recorded
        self._left: Last | None = None  # where this process has left the log
        self._undisturbed = 0  # how often nobody else had written meanwhile
        self._at_once = AtOnce()

    def prepare(self, version: int = SCHEMA_VERSION) -> None:
        if (self._on_a_connection(self._version) or 0) >= version:
            return
        with _translated(), psycopg.connect(self._url) as connection:

            def begin() -> int | None:
                connection.execute(LOCK)  # two may prepare at once
                return self._version(connection)

            upgrade("postgresql", connection, begin, version)

    def _version(self, connection: _Connection) -> int | None:
        """Of the tables; None: there are none. Raises Unavailable for a newer one."""
        row = connection.execute("SELECT to_regclass('log_schema')").fetchone()
        if row is None or row[0] is None:
            return None
        row = connection.execute("SELECT max(version) FROM log_schema").fetchone()
        found = row[0] if row else None
        self._check_version(found)
        return found

    def close(self) -> None:
        with self._writing:
            if self._line is not None:
                self._line.close()
        self._pool.close()

    def connections(self) -> dict[str, int]:
        told = self._pool.get_stats()
        size, idle = told.get("pool_size", 0), told.get("pool_available", 0)
        return {"busy": size - idle, "idle": idle, "waiting": told.get("requests_waiting", 0)}

    def _on_a_connection(self, work: Callable[[_Connection], _T]) -> _T:
        """Runs `work`. Once more when the connection had died, as all do when the server restarts."""
        for attempt in (1, 2):
            try:
                with self._pool.connection() as connection, _translated():
                    return work(connection)
            except PoolTimeout as error:
                raise Unavailable(f"No connection to PostgreSQL became free ({error}). Is it up?") from error
            except OperationalError:
                if not connection.closed or attempt == 2:
                    raise
                self._pool.check()  # the other idle ones died at the same time
        raise AssertionError("unreachable")

    # Reading.

    def _query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        sql = _placeholders(sql)
        if self._line is not None and self._writer == threading.get_ident():
            with _translated():
                return self._line.execute(sql, parameters, binary=True).fetchall()
        return self._on_a_connection(lambda c: c.execute(sql, parameters, binary=True).fetchall())

    _PLAIN_COLUMNS = (
        "position, originator_id::text, originator_version, topic,"
        """ to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), state"""
    )

    def rows_beyond(self, versions: Mapping[UUID, int]) -> dict[UUID, list[EventRow]]:
        if len(versions) < 2:
            return super().rows_beyond(versions)
        draft = self._mine()
        held = draft is not None and any(map(draft.holds, versions))
        rows = (self.query if held else self._query)(_BEYOND, (list(versions), list(versions.values())))
        found: dict[UUID, list[EventRow]] = {id_: [] for id_ in versions}
        for row in rows:
            found[row[1]].append(row)
        if draft is not None:
            for id_, its in found.items():
                draft.learn_version(id_, its[-1][2] if its else versions[id_])
        return found

    def _event_rows(self, rows: list[tuple[Any, ...]]) -> list[EventRow]:
        return rows

    def _instant(self, value: datetime) -> datetime:
        return value

    # Writing.

    def _connected(self) -> _Connection:
        """The connection for recording, opened when there is none."""
        if self._line is None or self._line.closed:
            with _translated():
                self._line = psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_SECONDS)
                _configure(self._line)
        return self._line

    def _record_unchecked(self, group: list[Waiting]) -> bool:
        if not self._at_once.fits(group):
            return False
        with self._writing:
            try:
                return self._record_at_once(group) or self._record_at_once(group)
            except (Conflict, KeyTaken):
                return False

    def _record_at_once(self, group: list[Waiting]) -> bool:
        """False when nothing was recorded, because somebody else had. Raises for the whole group."""
        link, line = self._link_now(), self._connected()
        turn = self._left is None or self._undisturbed < TRUSTED
        draft, written = Draft(self._left or Last(), link, unchecked=True), 0
        try:
            with _translated():
                if turn:
                    last = self._at_once.take_turn(line)
                    self._undisturbed = self._undisturbed + 1 if last == self._left else 0
                    draft = Draft(last, link, unchecked=True)
                now = self._now()
                receipts = [draft.admit(one.write, now) for one in group]
                written = self._at_once.send(line, draft, give_back=turn)
        except (Conflict, KeyTaken):
            raise
        except IntegrityError:
            pass  # of positions
        except Lost:
            written = int(draft.last.position > draft.began.position and self._arrived(draft.last))
        finally:
            if turn and not written:
                self._give_back_turn()
        if not written:
            self._undisturbed = 0
            return False
        self._left = draft.last
        for one, receipt in zip(group, receipts, strict=True):
            one.receipt = receipt
        self._news.tell(draft.last.position)
        return True

    def _give_back_turn(self) -> None:
        if self._line is not None and not self._line.closed:
            self._line.execute("SELECT pg_advisory_unlock_all()")

    def _arrived(self, last: Last) -> bool:
        """Whether what should have ended the log like this did, asked after the connection was lost.

        The hash answers: it follows from everything before. The lock waits for whoever may still be committing.
        """
        try:
            connection = self._connected()
            with _translated(), connection.transaction():
                connection.execute(LOCK)
                row = connection.execute(
                    "SELECT hash FROM events WHERE position = %s", (last.position,)
                ).fetchone()
        except (OperationalError, Unavailable) as error:
            raise Unavailable(
                "The connection to PostgreSQL broke while something was being recorded, and it does not answer: "
                f"whether it was recorded is not known. Look, or repeat the command with its key. ({error})"
            ) from error
        return row is not None and row[0] == last.hash

    def _begin(self, asked: Asked) -> tuple[Last, Found]:
        for attempt in (1, 2):
            line = self._connected()
            try:
                with _translated():
                    last, found = self._locked(line, asked)
                break
            except OperationalError:
                if not line.closed or attempt == 2:
                    raise
        self._undisturbed = self._undisturbed + 1 if last == self._left else 0
        return last, found

    @classmethod
    def _locked(cls, line: _Connection, asked: Asked) -> tuple[Last, Found]:
        """In a transaction that holds the lock: where the log ends, and what was asked."""
        with line.pipeline():
            line.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            line.execute(LOCK)
            last = line.execute(_LAST, binary=True)
            answers = cls._ask(line, asked)
        row = last.fetchone()
        return Last(*row) if row else Last(), cls._found(*answers)

    def _find(self, asked: Asked) -> Found:
        assert self._line is not None
        with _translated():
            several = bool(asked.aggregates) + bool(asked.keys) + bool(asked.subjects) > 1
            with self._line.pipeline() if several else contextlib.nullcontext():
                answers = self._ask(self._line, asked)
            return self._found(*answers)

    @staticmethod
    def _ask(line: _Connection, asked: Asked) -> list[Cursor[tuple[Any, ...]] | None]:
        questions = ((_VERSIONS, asked.aggregates), (_TAKEN, asked.keys), (_EMPTIED, asked.subjects))
        return [line.execute(sql, (list(of),), binary=True) if of else None for sql, of in questions]

    @staticmethod
    def _found(*answers: Cursor[tuple[Any, ...]] | None) -> Found:
        versions, taken, emptied = (answer.fetchall() if answer else [] for answer in answers)
        return Found(
            {id_: version for id_, version in versions if version is not None},
            {key for (key,) in taken},
            {subject for (subject,) in emptied},
        )

    def _insert(self, batch: Batch) -> None:
        assert self._line is not None
        line = self._line
        with _translated():
            with line.pipeline():
                if batch.commands:
                    rows = [(c.key, c.digest, c.answer, at) for c, at in batch.commands]
                    line.execute(_PUT_COMMANDS, _columns(rows))
                people = None
                if batch.subjects:
                    people = line.execute(
                        _PUT_SUBJECTS,
                        _columns([(one.subject_id, one.kind, one.content) for one in batch.subjects]),
                    )
                if batch.rows and len(batch.rows) < COPY_FROM:
                    line.execute(_PUT_EVENTS, _columns(batch.rows))
            if people is not None and people.rowcount < len(batch.subjects):
                row = line.execute(_EMPTIED, ([one.subject_id for one in batch.subjects],)).fetchone()
                raise SubjectEmptied(row[0] if row else "?")
            if len(batch.rows) >= COPY_FROM:
                with line.cursor() as cursor, cursor.copy(_COPY_EVENTS) as copy:
                    copy.set_types(_EVENT_TYPES)
                    for new in batch.rows:
                        copy.write_row(new)

    def _commit(self, last: Last) -> None:
        assert self._line is not None
        try:
            with _translated():
                self._line.execute("COMMIT")
        except OperationalError:
            if not self._line.closed or not self._arrived(last):
                raise
        self._left = last

    def _rollback(self) -> None:
        if self._line is None:
            return
        # After a refused statement psycopg may count as prepared what an aborted pipeline never prepared.
        if self._line.info.transaction_status == TransactionStatus.INTRANS:
            with contextlib.suppress(psycopg.Error):
                self._line.execute("ROLLBACK")
        elif self._line.info.transaction_status != TransactionStatus.IDLE:
            self._line.close()

    def _erase_subject(self, subject_id: str, at: datetime) -> None:
        assert self._line is not None
        with _translated():
            self._line.execute(
                "UPDATE subjects SET content = NULL, emptied_at = %s WHERE subject_id = %s AND emptied_at IS NULL",
                (at, subject_id),
            )

    def _run(self, sql: str, parameters: Sequence[object]) -> int:
        assert self._line is not None
        with _translated():
            return self._line.execute(_placeholders(sql), parameters).rowcount

    def scrub(self, *, whole: bool = False) -> bool:
        # Writes a new file and removes the old one. The server's own log keeps page images until they are recycled.
        def rewrite(connection: _Connection) -> bool:
            if connection.execute(_MAY_REWRITE).fetchone() != (True,):
                return False  # VACUUM would only warn
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


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


@lru_cache(maxsize=256)
def _placeholders(sql: str) -> str:
    return sql.replace("?", "%s")


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """The driver's errors as ours or the library's."""
    try:
        yield
    except errors.UniqueViolation as error:
        key = re.search(r"^Key \(key\)=\((.*)\) already exists", error.diag.message_detail or "", re.S)
        if error.diag.constraint_name == "commands_key" and key:
            raise KeyTaken(key[1]) from error
        version = re.search(r"=\(([0-9a-f-]{36}), (\d+)\)", error.diag.message_detail or "")
        if error.diag.constraint_name == "events_version" and version:
            raise Conflict(UUID(version[1]), int(version[2])) from error
        raise IntegrityError(error) from error
    except (errors.UndefinedTable, errors.UndefinedColumn) as error:
        raise Unavailable(
            f"The log has no tables yet, or older ones ({error.diag.message_primary}). Call prepare() first."
        ) from error
    except psycopg.IntegrityError as error:
        raise IntegrityError(error) from error
    except psycopg.OperationalError as error:
        raise OperationalError(error) from error
    except psycopg.Error as error:
        raise PersistenceError(error) from error
