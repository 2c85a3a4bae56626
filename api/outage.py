"""Which errors mean that the database is away, and not that the program is wrong: nobody reads a traceback for these."""

from __future__ import annotations

import sqlite3

import psycopg
import sqlalchemy.exc
from eventsourcing.persistence import OperationalError

from eventlog.errors import Unavailable


def is_outage(error: Exception) -> bool:
    """Whether the database is away, full, or closed to us: nobody's mistake, and over some day."""
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(
        error,
        (Unavailable, OperationalError, sqlalchemy.exc.OperationalError, sqlalchemy.exc.TimeoutError,
         psycopg.OperationalError, sqlite3.OperationalError),
    )  # fmt: skip
