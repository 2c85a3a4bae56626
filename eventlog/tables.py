"""The log's tables as plain rows: all of them read in one snapshot, or filled in one transaction. For backup and restore.

A value has one form whatever the database: numbers, text, bytes; ids and instants as SQLite keeps them. So the same log
gives the same rows on both. Nothing is interpreted here, and nothing but restore may write past the recorder.
"""

from __future__ import annotations

import contextlib
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from eventlog.at_once import LOCK
from eventlog.errors import Unavailable
from eventlog.sqlite import BUSY_SECONDS

TABLES = (
    "hash_suites", "events", "commands", "subjects", "vault", "checkpoints", "tree_blocks", "passwords", "tokens",
    "saved_searches",
)  # fmt: skip
"""Every table of the log but `log_schema`, in the order in which they are kept; older versions lack some."""

NOT_KEPT = ("sessions", "attempts")
"""What ends with its database: nobody is signed in to a restored one."""

AT_ONCE = 5_000  # rows in memory, and in one part of a backup

Row = Sequence[Any]


class Tables(ABC):
    """The log's tables of one database. `names` are those that are there, `schema` their version (0: there are none)."""

    dialect: str
    names: list[str]
    schema: int

    @abstractmethod
    def columns(self, table: str) -> dict[str, bool]:
        """Its columns in order, and whether each holds bytes."""

    @abstractmethod
    def rows(self, table: str) -> Iterator[list[Row]]:
        """Its rows in the order of its key, some thousand at a time."""

    @abstractmethod
    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None: ...

    @abstractmethod
    def clear(self, table: str) -> None:
        """Takes away its rows, where the database lets anybody."""

    @abstractmethod
    def ask(self, statement: str) -> list[tuple[Any, ...]]: ...

    def count(self, table: str) -> int:
        return int(self.ask(f"SELECT count(*) FROM {table}")[0][0]) if table in self.names else 0

    def _look(self, known: set[str]) -> None:
        self.names = [name for name in TABLES if name in known]
        self.schema = 0
        if "log_schema" in known:
            self.schema = int(self.ask("SELECT coalesce(max(version), 0) FROM log_schema")[0][0])

    def _in_order(self, table: str) -> str:
        names = ", ".join(f'"{name}"' for name in self.columns(table))
        return f'SELECT {names} FROM "{table}" ORDER BY {self._key(table)}'

    @abstractmethod
    def _key(self, table: str) -> str: ...


@contextlib.contextmanager
def snapshot(url: str) -> Iterator[Tables]:
    """Everything as it was at one instant, while others write. Raises Unavailable."""
    path = _sqlite_path(url)
    with _on_sqlite(path, "BEGIN") if path else _on_postgres(url, reading=True) as tables:
        yield tables


@contextlib.contextmanager
def filling(url: str) -> Iterator[Tables]:
    """One write transaction that nobody writes beside: committed at the end, undone by any exception."""
    path = _sqlite_path(url)
    with _on_sqlite(path, "BEGIN IMMEDIATE") if path else _on_postgres(url, reading=False) as tables:
        yield tables


def _sqlite_path(url: str) -> Path | None:
    scheme, _, rest = url.partition(":///")
    if scheme != "sqlite":
        return None
    if rest == ":memory:":
        raise Unavailable("A database in memory ends with its process: there is nothing to keep.")
    return Path(rest)


@contextlib.contextmanager
def _on_sqlite(path: Path, begin: str) -> Iterator[Tables]:
    if not path.is_file():
        raise Unavailable(f"There is no database {path}. Look at GRIDCASE_DATABASE_URL.")
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(begin)
        yield _SQLite(connection)
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise Unavailable(f"The database {path} cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise Unavailable(f"The database {path} is not whole: {error}.") from error
    finally:
        connection.close()


class _SQLite(Tables):
    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._look({row[0] for row in self.ask("SELECT name FROM sqlite_schema WHERE type = 'table'")})

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()

    def columns(self, table: str) -> dict[str, bool]:
        return {row[1]: row[2].upper() == "BLOB" for row in self.ask(f"PRAGMA table_info({table})")}

    def _key(self, table: str) -> str:
        keys = sorted((row[5], row[1]) for row in self.ask(f"PRAGMA table_info({table})") if row[5])
        return ", ".join(f'"{name}"' for _, name in keys)

    def rows(self, table: str) -> Iterator[list[Row]]:
        found = self._connection.execute(self._in_order(table))
        while some := found.fetchmany(AT_ONCE):
            yield list(some)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        self._connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)

    def clear(self, table: str) -> None:
        self._connection.execute(f'DELETE FROM "{table}"')


@contextlib.contextmanager
def _on_postgres(url: str, *, reading: bool) -> Iterator[Tables]:
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            if reading:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.read_only = True
            else:
                connection.execute(LOCK)
            connection.execute("SET LOCAL timezone TO 'UTC'")
            yield _Postgres(connection)
    except psycopg.Error as error:
        raise Unavailable(f"PostgreSQL cannot do it: {str(error).strip()}") from error


class _Postgres(Tables):
    dialect = "postgresql"

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection
        here = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        self._look({row[0] for row in self.ask(here)})

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()

    def columns(self, table: str) -> dict[str, bool]:
        return {name: kind == "bytea" for name, kind in self._types(table).items()}

    def _types(self, table: str) -> dict[str, str]:
        rows = self._connection.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            (table,),
        )
        return {str(name): str(kind) for name, kind in rows}

    def _key(self, table: str) -> str:
        rows = self._connection.execute(
            "SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (number, place) "
            "JOIN pg_attribute a ON a.attnum = k.number "
            "WHERE i.indrelid = to_regclass(%s) AND i.indisprimary AND a.attrelid = i.indrelid ORDER BY k.place",
            (table,),
        )
        types = self._types(table)
        # The order of SQLite, whatever the locale: the digest is over rows in their order.
        return ", ".join(f'"{name}"' + (' COLLATE "C"' if types[name] == "text" else "") for (name,) in rows)

    def rows(self, table: str) -> Iterator[list[Row]]:
        with self._connection.cursor("backup", binary=True) as cursor:
            cursor.execute(self._in_order(table))
            while some := cursor.fetchmany(AT_ONCE):
                yield [[plain(value) for value in row] for row in some]

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self._connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)

    def clear(self, table: str) -> None:
        self._connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def plain(value: Any) -> Any:
    """A value of either driver in the one form."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value
