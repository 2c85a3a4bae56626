"""What somebody with every right on the database could do to the log, for the tests that find it out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID

import psycopg

from eventlog.chain import BEFORE_THE_FIRST, SUITE, SUITES
from eventlog.signing import SigningKeys
from eventlog.sources import as_instant, as_uuid

OURS = SigningKeys.of("4b" * 31 + "c3", "our key")
THEIRS = SigningKeys.of("17" * 31 + "a0", "their key")

Row = tuple[Any, ...]
COLUMNS = ("position", "originator_id", "originator_version", "topic", "recorded_at", "state", "hash")


class Intruder:
    """Writes into the tables past the program and past the triggers."""

    def __init__(self, url: str) -> None:
        self._on_sqlite = url.startswith("sqlite")
        if self._on_sqlite:
            self._connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"))
            triggers = self._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            for (name,) in triggers.fetchall():
                self._connection.execute(f"DROP TRIGGER {name}")
        else:
            self._connection = psycopg.connect(url)
            self._connection.execute("SET session_replication_role = replica")  # no trigger fires

    def run(self, sql: str, *parameters: object) -> list[Row]:
        """With `?` for parameters; committed at once."""
        cursor = self._connection.execute(sql if self._on_sqlite else sql.replace("?", "%s"), parameters)
        rows = cursor.fetchall() if cursor.description else []
        self._connection.commit()
        return [tuple(row) for row in rows]

    def events(self) -> list[Row]:
        return self.run(f"SELECT {', '.join(COLUMNS)} FROM events ORDER BY position")

    def replace_events(self, change: Callable[[list[Row]], list[Row]]) -> None:
        """The table as `change` makes it of what it was."""
        rows = change(self.events())
        self.run("DELETE FROM events")
        marks = ", ".join("?" * len(COLUMNS))
        for row in rows:
            self._connection.execute(
                f"INSERT INTO events VALUES ({marks})".replace("?", "?" if self._on_sqlite else "%s"), row
            )
        self._connection.commit()

    def close(self) -> None:
        self._connection.close()


def intruding(url: str) -> closing[Intruder]:
    return closing(Intruder(url))


def rechained(rows: list[Row]) -> list[Row]:
    """As a forger does it who knows how the chain is made: new positions, every hash computed anew."""
    made, previous = [], BEFORE_THE_FIRST
    for position, (_, id_, version, topic, at, state, _) in enumerate(rows, 1):
        previous = SUITES[SUITE](previous, position, as_uuid(id_), version, topic, as_instant(at), state)
        made.append((position, id_, version, topic, at, state, previous))
    return made


def renumbered(rows: list[Row]) -> list[Row]:
    """New positions, every hash as it was."""
    return [(position, *row[1:]) for position, row in enumerate(rows, 1)]


def changed(row: Row, column: str, value: object) -> Row:
    at = COLUMNS.index(column)
    return (*row[:at], value, *row[at + 1 :])


def stranger(url: str, row: Row) -> Row:
    """An event that nobody recorded, in the place of another."""
    new = changed(changed(row, "originator_version", 1), "state", b'{"line":"nobody said this"}')
    id_ = UUID(int=77)
    return changed(new, "originator_id", str(id_) if url.startswith("sqlite") else id_)
