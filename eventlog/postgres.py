"""The log on PostgreSQL: psycopg 3, one advisory lock for all writers, held until the commit. Never write without it.

Two ways to record: a group of ordinary commands goes as one statement (at_once.py); everything else goes through a
transaction that takes the lock first and then looks (ledger.py). The order matters: under READ COMMITTED a statement
sees what was committed when it began, so who looks in the statement that takes the lock may look too early.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, OperationalError
from psycopg import Connection, errors
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolTimeout

from eventlog import ledger, reach
from eventlog.at_once import GIVE_BACK, LOCK, AtOnce
from eventlog.draft import Asked, Batch, Draft, Found, Last
from eventlog.errors import Conflict, KeyTaken, Unavailable
from eventlog.group import Waiting
from eventlog.migrations import SCHEMA_VERSION, upgrade
from eventlog.recorder import LogRecorder
from eventlog.rows import EventRow
from eventlog.wire import Lost, translated

_Connection = Connection[tuple[Any, ...]]
_T = TypeVar("_T")

POOL_SIZE = 16

BROKEN = (
    "The connection to PostgreSQL broke while something was being recorded, and nothing tells whether it was recorded. "
    "Look, or repeat the command with its key."
)

_BEYOND = """
SELECT position, originator_id, originator_version, topic, recorded_at, state
FROM unnest(?::uuid[], ?::bigint[]) AS asked (id, version)
JOIN events ON originator_id = id AND originator_version > version
ORDER BY originator_id, originator_version
"""
_MAY_REWRITE = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'subjects'::regclass"


class PostgresRecorder(LogRecorder):
    """`url` as libpq takes it."""

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        super().__init__(clock)
        try:
            # Says why it cannot; the pool would only time out.
            reach.connect(url).close()
        except psycopg.ProgrammingError as error:
            raise Unavailable(f"PostgreSQL cannot read the database URL: {error}") from error
        except psycopg.Error as error:
            raise Unavailable(f"PostgreSQL does not answer: {str(error).strip()}") from error
        self._pool: ConnectionPool[_Connection] = ConnectionPool(
            reach.conninfo(url), min_size=1, max_size=POOL_SIZE, kwargs={"autocommit": True},
            configure=reach.configure, timeout=reach.FREE_SECONDS, reconnect_timeout=reach.GIVE_UP_SECONDS, open=True,
        )  # fmt: skip
        self._url = url
        self._line: _Connection | None = None  # the connection on which everything is recorded
        self._at_once = AtOnce()

    def prepare(self, version: int = SCHEMA_VERSION) -> None:
        if (self._on_a_connection(self._version) or 0) >= version:
            return
        with translated(), psycopg.connect(reach.conninfo(self._url)) as connection:

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
                with self._pool.connection() as connection, translated():
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
            with translated():
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
            with translated():
                self._line = reach.connect(self._url)
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
        turn = self._believed is None
        draft, written = Draft(self._left or Last(), link, unchecked=True), 0
        try:
            with translated():
                if turn:
                    last = self._at_once.take_turn(line)
                    self._saw_end(last)
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
        self._recorded(group, receipts, draft.last)
        return True

    def _give_back_turn(self) -> None:
        if self._line is not None and not self._line.closed:
            try:
                self._line.execute(GIVE_BACK)
            except psycopg.Error:
                self._line.close()  # which gives it back too

    def _arrived(self, last: Last) -> bool:
        """Whether what should have ended the log like this did, asked after the connection was lost.

        The hash answers: it follows from everything before. The lock waits for whoever may still be committing.
        """
        try:
            connection = self._connected()
            with translated(), connection.transaction():
                connection.execute(LOCK)
                row = connection.execute(
                    "SELECT hash FROM events WHERE position = %s", (last.position,)
                ).fetchone()
        except (OperationalError, Unavailable) as error:
            raise Unavailable(BROKEN) from error
        return row is not None and row[0] == last.hash

    def _begin(self, asked: Asked) -> tuple[Last, Found]:
        for attempt in (1, 2):
            line = self._connected()
            try:
                with translated():
                    last, found = ledger.opened(line, asked)
                break
            except OperationalError:
                if not line.closed or attempt == 2:
                    raise
        self._saw_end(last)
        return last, found

    def _find(self, asked: Asked) -> Found:
        assert self._line is not None
        with translated():
            return ledger.find(self._line, asked)

    def _insert(self, batch: Batch) -> None:
        assert self._line is not None
        with translated():
            ledger.insert(self._line, batch)

    def _commit(self, draft: Draft) -> None:
        assert self._line is not None
        try:
            with translated():
                self._line.execute("COMMIT")
        except OperationalError as error:
            if not self._line.closed:
                raise
            if draft.last == draft.began:  # no event, so no hash that could tell
                raise Unavailable(BROKEN) from error
            if not self._arrived(draft.last):
                raise
        self._left = draft.last

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
        with translated():
            self._line.execute(
                "UPDATE subjects SET content = NULL, emptied_at = %s WHERE subject_id = %s AND emptied_at IS NULL",
                (at, subject_id),
            )

    def _run(self, sql: str, parameters: Sequence[object]) -> int:
        assert self._line is not None
        with translated():
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


@lru_cache(maxsize=256)
def _placeholders(sql: str) -> str:
    return sql.replace("?", "%s")
