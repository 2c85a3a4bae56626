"""Rows on their way from the file's order into the order of cases, kept in a temporary database and never in memory.

It has nothing to do with the log: it is thrown away when the import ends.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import msgspec

from api.imports.case_mapping import Told

AT_ONCE = 2_000  # rows written together

_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Told).decode


class Staging:
    """A place for what rows tell. Use it as a context manager: on leaving, it is gone."""

    def __init__(self) -> None:
        self.count = 0
        self._waiting: list[tuple[object, ...]] = []
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Staging:
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="gridcase-import-"))
        self._rows = sqlite3.connect(Path(folder) / "staged.db", isolation_level=None)
        self._stack.callback(self._rows.close)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "CREATE TABLE staged (number TEXT NOT NULL, rank, line INTEGER NOT NULL, told BLOB NOT NULL)",
            "BEGIN",
        ):
            self._rows.execute(statement)
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def put(self, line: int, told: Iterable[Told]) -> None:
        for one in told:
            self._waiting.append((one.number, one.rank, line, _encode(one)))
            self.count += 1
        if len(self._waiting) >= AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._rows.executemany("INSERT INTO staged VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def cases(self) -> Iterator[list[tuple[int, Told]]]:
        """Case by case what the rows told, each with its line, in order: by rank, and of one rank by line."""
        self._flush()
        ordered = self._rows.execute(
            "SELECT number, line, told FROM staged ORDER BY number, rank, line, rowid"
        )
        for _, rows in groupby(ordered, key=itemgetter(0)):
            yield [(line, _decode(told)) for _, line, told in rows]
