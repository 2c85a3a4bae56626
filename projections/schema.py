"""The read side's database: column types, the form of stored values, the engine, table copies for a rebuild.

Values have one form on every database, so that read tables are byte-identical after every rebuild: instants as
"2026-03-02T01:00:00.000000Z", days as "2026-03-02", enumerations as their values, levels and truths as integers, JSON
with sorted keys. Never store a driver's own date or JSON type.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa

from eventlog import reach

FOREVER = "9999-12-31"  # the end of what has none, where it is compared with days

METADATA = sa.MetaData()

# "C" makes PostgreSQL compare text as SQLite does, whatever the server's locale.
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


@lru_cache(maxsize=8192)  # several projections store the same instants of an event
def instant(at: datetime) -> str:
    """An instant as stored. Sorts as text."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")[:26] + "Z"


def parsed(text: str) -> datetime:
    """The instant that `instant` stored."""
    return datetime.fromisoformat(text)


def day(on: date) -> str:
    return on.isoformat()


def plain(text: str) -> str:
    """Free text without what PostgreSQL cannot store."""
    return text.replace("\0", "") if "\0" in text else text


def _other(value: object) -> object:
    if isinstance(value, datetime):  # a frozen clock's own class
        return instant(value)
    if isinstance(value, date):
        return day(value)
    raise TypeError(f"{type(value).__qualname__} {value!r} has no stored form.")


_encoder = msgspec.json.Encoder(order="sorted", enc_hook=_other)


def json_text(value: Any) -> str:
    """Plain data and dataclasses as JSON text with sorted keys."""
    return _encoder.encode(value).decode()


def json_value(text: str) -> Any:
    return msgspec.json.decode(text)


def open_engine(url: str) -> sa.Engine:
    """The engine for a GRIDCASE_DATABASE_URL: `sqlite:///file.db` or `postgresql://…` (driver psycopg 3)."""
    if not url.startswith("sqlite:"):
        # libpq reads the URL, which may name several servers; SQLAlchemy's own reader knows one.
        return sa.create_engine(
            "postgresql+psycopg://", creator=lambda: _connected(url), hide_parameters=True
        )
    made = sa.make_url(url)
    in_memory = made.database in (None, "", ":memory:")
    engine = sa.create_engine(
        made,
        hide_parameters=True,  # what people wrote belongs into no error message
        connect_args={"timeout": 30.0, "check_same_thread": False},
        poolclass=sa.pool.StaticPool if in_memory else sa.pool.QueuePool,
    )
    sa.event.listen(engine, "connect", _sqlite_connection)
    sa.event.listen(engine, "begin", _sqlite_begin)
    return engine


def _connected(url: str) -> Any:
    connection = reach.connect(url)
    connection.execute("SET jit = off")  # compiling a list's query takes longer than the query
    connection.autocommit = False  # SQLAlchemy begins and ends transactions
    return connection


def _sqlite_connection(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_sqlite_begin` says so
    connection.execute("PRAGMA journal_mode = WAL")
    # What is lost with the power is lost together with its position, and folded again.
    connection.execute("PRAGMA synchronous = NORMAL")


def _sqlite_begin(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("writes"):
        # KiB: rows of a batch go all over their tables.
        connection.exec_driver_sql("PRAGMA cache_size = -65536")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


@contextlib.contextmanager
def writing(engine: sa.Engine, patience: int = 0) -> Iterator[sa.Connection]:
    """A write transaction of the read side: committed at the end, undone by any exception. Keep it short.

    `patience` in seconds for somebody else's lock, 0 for as long as it takes.
    """
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(
                f"SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = '{patience}s'"
            )
        yield connection


def shape(tables: tuple[sa.Table, ...]) -> str:
    """A digest of the columns and keys: it changes when a program's tables do."""
    said = [
        (
            t.name,
            [(c.name, str(c.type), c.primary_key) for c in t.columns],
            sorted(str(i.name) for i in t.indexes),
        )
        for t in tables
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def copy_of(table: sa.Table, name: str, generation: int) -> sa.Table:
    """The table under another name; key and indexes are named by generation, so that two can stand side by side."""
    copy = table.to_metadata(sa.MetaData(), name=name)
    copy.primary_key.name = sa.quoted_name(f"pk_{table.name}_{generation}", None)
    for index in copy.indexes:
        index.name = sa.quoted_name(f"{index.name}_{generation}", None)
    return copy
