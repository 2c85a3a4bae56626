"""Which of several workers works: one leads, the others stand by and take over when it is gone.

The lead is a lock that the database, or the operating system, lets go by itself when its holder dies. It saves double
work and nothing else: that no event is folded twice is what the positions say. Never wait for it in here.
"""

from __future__ import annotations

import contextlib
import sqlite3
from time import monotonic
from typing import Protocol

import sqlalchemy as sa

from eventlog.reach import END_WHO_HANGS

KEY = 0x6772_6964_6C65_6164  # "gridlead"
LOOK_EVERY = 1.0  # seconds between looks whether the lead is still held
SILENT_SECONDS = 10  # without a sign of life, until PostgreSQL takes the lead from a program that hangs


class Leader(Protocol):
    """One candidate. For one thread."""

    def leads(self) -> bool:
        """Whether this one leads now, or has just taken the lead. Raises what the driver says when it cannot try.

        Who leads asks every few seconds: that is its sign of life.
        """

    def step_down(self) -> None:
        """Let go of the lead, if it is held: somebody else may have it at once."""


def candidate(engine: sa.Engine) -> Leader:
    """A candidate for the lead on the read side that this engine writes."""
    if engine.dialect.name == "postgresql":
        return _Session(engine)
    if engine.url.database in (None, "", ":memory:"):
        return _Alone()
    return _File(f"{engine.url.database}-leader")


class _Alone:
    """Nobody else can see a database in memory."""

    def leads(self) -> bool:
        return True

    def step_down(self) -> None:
        pass


class _File:
    """A second, empty SQLite file, kept locked: that holds between processes, on any system, and ends with a process."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._held: sqlite3.Connection | None = None

    def leads(self) -> bool:
        if self._held is not None:
            return True
        connection = sqlite3.connect(self._path, timeout=0.0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                return False
            raise
        self._held = connection
        return True

    def step_down(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None


class _Session:
    """A session of PostgreSQL with nothing else in it, and its advisory lock. (A pooler must be in session mode.)"""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._session: sa.Connection | None = None
        self._holds = False
        self._looked_at = 0.0

    def leads(self) -> bool:
        if self._holds and monotonic() - self._looked_at < LOOK_EVERY:
            return True
        held = self._holds
        try:
            session = self._session or self._opened()
            if held:
                # The sign of life, too.
                session.exec_driver_sql(END_WHO_HANGS, (SILENT_SECONDS,))
            else:
                found = session.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (KEY,))
                self._holds = bool(found.scalar_one())
        except sa.exc.DBAPIError:
            self.step_down()
            if not held:
                raise
        self._looked_at = monotonic()
        return self._holds

    def _opened(self) -> sa.Connection:
        session = self._session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        session.detach()  # from the pool, which goes on without it
        session.exec_driver_sql(f"SET idle_session_timeout = '{SILENT_SECONDS}s'")
        return session

    def step_down(self) -> None:
        session, held, self._session, self._holds = self._session, self._holds, None, False
        if session is not None:
            with contextlib.suppress(sa.exc.SQLAlchemyError), session:
                if held:  # by itself the server lets go a moment later
                    session.exec_driver_sql("SELECT pg_advisory_unlock(%s)", (KEY,))
