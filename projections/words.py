"""Text that is found at once, in Chinese as in English: a row's words, and the index over them on each database.

Chinese is written without spaces: its words here are every two characters that stand side by side, so that any part of
a sentence is found. What other letters and digits make up is a word as it stands, found by how it begins. No extension
is asked of the database: SQLite has FTS5, PostgreSQL a GIN index over `tsvector`. Never put a name in here: what is
given to `words_of` comes from the log, where names are references.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from projections.schema import plain

WORDS = "words"  # the column that holds them, in the table that has a `number` of its own for every row

Words = sa.Text().with_variant(TSVECTOR(), "postgresql")

FEW_FOUND = (
    5_000  # rows: of more than that so many are hit that a walk in the order of a list soon fills its page
)
LONGEST = 60  # characters of one word: enough for any code
WIDE = "\u2e80"  # from here on scripts are written without spaces

_RUN = re.compile(
    rf"[^\W_{WIDE}-\U0010ffff]+|[^\W_\0-{chr(ord(WIDE) - 1)}]+"
)  # what `isalnum` says of each character
_TOKEN = re.compile(r"⟦[^⟦⟧]*⟧")  # a reference to a person (eventlog/masking.py): nobody is found by it


def folded(text: str) -> str:
    """Text as it is searched: lower case, full-width letters and digits as narrow ones, no references to people."""
    return plain(unicodedata.normalize("NFKC", _TOKEN.sub(" ", text)).lower())


def words_of(text: str) -> str:
    """The words of a folded text, each once, in order, as PostgreSQL writes a `tsvector`: what the index holds of it."""
    found: set[str] = set()
    for run in _runs(text):
        if run < WIDE:
            found.add(run[:LONGEST])
        else:
            found.update(run[n : n + 2] for n in range(len(run)))
    return " ".join(f"'{word}'" for word in sorted(found))


def _asked(text: str) -> Iterator[tuple[str, bool]]:
    """The words that a text must hold to hold this folded one, each with whether it may go on there."""
    for run in _runs(text):
        if run < WIDE:
            yield run[:LONGEST], True
        elif len(run) == 1:
            yield run, True
        else:
            yield from ((run[n : n + 2], False) for n in range(len(run) - 1))


def _runs(text: str) -> list[str]:
    """Letters and digits that stand together, those of scripts without spaces apart from the others."""
    return _RUN.findall(text)


@dataclass(frozen=True, slots=True)
class Found:
    """A way to narrow rows down: those whose `key` is among `keys`. `asked` says the same of a row that is there."""

    key: sa.ColumnElement[Any]
    keys: sa.Select[Any] | sa.CompoundSelect[Any]
    asked: sa.ColumnElement[bool]
    few: int | None = None  # keys with which it is worth to begin, where that is fewer than elsewhere


def found_by(table: sa.Table, text: str, dialect: str) -> Found | None:
    """The rows of the live table that hold every word of a folded text; None where the text has no letters."""
    words, number, held = dict.fromkeys(_asked(text)), table.c.number, table.c[WORDS]
    if not words:
        return None
    if dialect == "postgresql":
        query = " & ".join(f"'{word}'" + (":*" if more else "") for word, more in words)
        asked = held.op("@@", is_comparison=True)(sa.cast(query, TSQUERY))
        return Found(number, sa.select(number).where(asked), asked, FEW_FOUND)
    query = " ".join(f'"{word}"' + (" *" if more else "") for word, more in words)
    index = sa.table(_index(table.name), sa.column("rowid"))
    matches = sa.literal_column(index.name).op("MATCH", is_comparison=True)(query)
    written = (sa.func.instr(held, f"'{word}" + ("" if more else "'")) > 0 for word, more in words)
    return Found(number, sa.select(index.c.rowid).where(matches), sa.and_(*written), FEW_FOUND)


# The index. On PostgreSQL it goes with its table; on SQLite it is a table beside it, kept by triggers.


def make(connection: sa.Connection, table: sa.Table, name: str, generation: int) -> None:
    """Index the words of a table that stands under `name`, if it has any."""
    if WORDS not in table.c:
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            f"CREATE INDEX ix_{table.name}_words_{generation} ON {name} USING gin (words)"
        )
        return
    index = _index(name)
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {index} USING fts5(words, content='', detail=none, columnsize=0, tokenize='ascii')"
    )
    connection.exec_driver_sql(f"INSERT INTO {index} (rowid, words) SELECT number, words FROM {name}")
    _keep(connection, name)


def drop(connection: sa.Connection, table: sa.Table, name: str) -> None:
    """Take away what stands beside a table; before the table itself goes."""
    if WORDS in table.c and connection.dialect.name == "sqlite":
        _forget(connection, name)
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_index(name)}")


def rename(connection: sa.Connection, table: sa.Table, name: str, to: str) -> None:
    """Let the table that stands under `name` stand under another, with its index."""
    beside = WORDS in table.c and connection.dialect.name == "sqlite"
    if beside:
        _forget(connection, name)  # a trigger names its tables in a text that SQLite does not rename
    connection.exec_driver_sql(f"ALTER TABLE {name} RENAME TO {to}")
    if beside:
        connection.exec_driver_sql(f"ALTER TABLE {_index(name)} RENAME TO {_index(to)}")
        _keep(connection, to)


def _index(name: str) -> str:
    return f"{name}_words"


def _keep(connection: sa.Connection, name: str) -> None:
    index = _index(name)
    put = f"INSERT INTO {index} (rowid, words) VALUES (new.number, new.words)"
    take = f"INSERT INTO {index} ({index}, rowid, words) VALUES ('delete', old.number, old.words)"
    changed = "UPDATE OF number, words"
    for on, when, does in (
        ("INSERT", "", (put,)),
        ("DELETE", "", (take,)),
        (changed, "WHEN (old.number, old.words) IS NOT (new.number, new.words)", (take, put)),
    ):
        trigger = f"{index}_{on.split()[0].lower()}"
        body = " ".join(f"{one};" for one in does)
        connection.exec_driver_sql(f"CREATE TRIGGER {trigger} AFTER {on} ON {name} {when} BEGIN {body} END")


def _forget(connection: sa.Connection, name: str) -> None:
    for on in ("insert", "delete", "update"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {_index(name)}_{on}")
