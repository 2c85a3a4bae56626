"""Read tables as a fold sees them: dictionaries in memory, written together at the end of a batch.

A fold never waits for the database once per event: a table with `case_id` in its key is read for all cases of the
batch at once, and what was read or written stays for the next batch. Rows are read outside of the write transaction;
that nobody else wrote in between is what the runner's position check says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

Row = dict[str, Any]
Key = tuple[Any, ...]
Values = tuple[Any, ...]  # of a row, in the order of the table's columns

KEPT_CASES = 4_000  # whose rows stay in memory, per table: some 25 KB each over all tables
KEPT_LEARNT = 200_000  # keys of rows that are known to be there
_TYPES = {sa.Text: "text", sa.Integer: "integer", sa.BigInteger: "bigint"}  # in PostgreSQL's words
_CHUNK = 500  # SQLite bounds the number of placeholders


class Rows:
    """The tables of one projection. `names` says under which names they stand now (a rebuild uses others)."""

    def __init__(
        self, engine: sa.Engine, tables: Iterable[sa.Table], names: Mapping[str, str] | None = None
    ) -> None:
        self._engine = engine
        self._shelves = {t.name: _Shelf(t, (names or {}).get(t.name, t.name)) for t in tables}
        self._opened: Mapping[str, bool] = {}
        self.memory: dict[str, Any] = {}  # what a `Remembering` projection keeps beside its tables

    # What a fold uses.

    def get(self, table: sa.Table, *key: Any) -> Row | None:
        """The row with this primary key. Change it only to `put` it again."""
        shelf = self._shelves.get(table.name) or self._shelf(table)
        if shelf.case_at is not None:
            rows = shelf.cases.get(key[shelf.case_at])
            return (self._case(shelf, key[shelf.case_at]) if rows is None else rows).get(key)
        if key not in shelf.single:
            found = self._query(shelf, dict(zip(shelf.key, key, strict=True)))
            shelf.single[key] = found[0] if found else None
        return shelf.single[key]

    def put(self, table: sa.Table, row: Row) -> None:
        """Insert, or replace the row with the same primary key. Give every column."""
        shelf = self._shelves.get(table.name) or self._shelf(table)
        key = shelf.key_of(row)
        if shelf.case_at is None:
            shelf.single[key] = row
        else:
            rows = shelf.cases.get(key[shelf.case_at])
            if rows is None:
                rows = self._case(shelf, key[shelf.case_at])
            if key not in rows and key not in shelf.changed:
                shelf.fresh.add(key)
            rows[key] = row
        shelf.changed[key] = row

    def add(self, table: sa.Table, values: Values) -> None:
        """Insert a row that cannot be there yet and that this fold never reads again: cheaper than `put`."""
        self._shelf(table).added.append(values)

    def learn(self, table: sa.Table, row: Row) -> None:
        """Insert a row that says the same whoever writes it: where it is there already, it stays as it is."""
        shelf = self._shelf(table)
        key = shelf.key_of(row)
        shelf.single[key] = row
        if key not in shelf.learnt:
            shelf.learning[key] = row

    def delete(self, table: sa.Table, *key: Any) -> None:
        """Remove the row with this primary key; none is fine."""
        shelf = self._shelf(table)
        if shelf.case_at is None:
            shelf.single[key] = None
        else:
            self._case(shelf, key[shelf.case_at]).pop(key, None)
        shelf.fresh.discard(key)
        shelf.changed[key] = None

    def select(self, table: sa.Table, **equals: Any) -> list[Row]:
        """The rows with these values, by primary key. With `case_id` it costs no query; without, one each time."""
        shelf = self._shelf(table)
        if shelf.case_at is not None and "case_id" in equals:
            found = self._case(shelf, equals.pop("case_id"))
        else:
            found = {shelf.key_of(row): row for row in self._query(shelf, equals)}
            for key, row in shelf.changed.items():
                found.pop(key, None)
                if row is not None:
                    found[key] = row
        kept = list(found.values())
        for name, value in equals.items():
            kept = [row for row in kept if row[name] == value]
        return sorted(kept, key=shelf.key_of) if len(kept) > 1 else kept

    # What the runner uses.

    def begin(self, opened: Mapping[str, bool]) -> None:
        """The cases of the next batch, each with whether its first event is in it (then nothing is stored yet)."""
        self._opened = opened
        for shelf in self._shelves.values():
            for case in opened:
                if (rows := shelf.cases.pop(case, None)) is not None:
                    shelf.cases[case] = rows  # used last

    def flush(self, connection: sa.Connection) -> None:
        """Write what changed, in the caller's transaction: one statement per table and kind."""
        write = _postgres if connection.dialect.name == "postgresql" else _sqlite
        for shelf in self._shelves.values():
            gone: list[Key] = []
            kept: list[Row] = []
            new = shelf.added
            for key, row in shelf.changed.items():
                if row is None:
                    gone.append(key)
                elif key in shelf.fresh:
                    new.append(shelf.values_of(row))
                else:
                    kept.append(row)
            write(connection, shelf, gone, kept, new)
            if (
                shelf.learning
            ):  # in order, so that of two who learn the same none waits for the other in a circle
                _learn(connection, shelf, [shelf.values_of(row) for _, row in sorted(shelf.learning.items())])

    def done(self, kept: int | None = None) -> None:
        """The transaction is committed: nothing is left to write, and what was used longest ago may go."""
        kept = KEPT_CASES if kept is None else kept
        for shelf in self._shelves.values():
            shelf.changed.clear()
            shelf.fresh.clear()
            shelf.added.clear()
            shelf.learnt |= shelf.learning.keys()
            shelf.learning.clear()
            if len(shelf.learnt) > KEPT_LEARNT:
                shelf.learnt.clear()
            while len(shelf.cases) > kept:
                del shelf.cases[next(iter(shelf.cases))]
            if len(shelf.single) > kept:
                shelf.single.clear()

    # How rows are found.

    def _shelf(self, table: sa.Table) -> _Shelf:
        shelf = self._shelves.get(table.name)
        if shelf is None:
            raise KeyError(
                f"{table.name} belongs to another projection; a fold uses its own: {', '.join(self._shelves)}"
            )
        return shelf

    def _case(self, shelf: _Shelf, case: str) -> dict[Key, Row]:
        rows = shelf.cases.get(case)
        if rows is None:
            self._load(shelf, case)
            rows = shelf.cases[case]
        return rows

    def _load(self, shelf: _Shelf, case: str) -> None:
        """Read this case and, since they will be asked for next, all others of the batch."""
        wanted = [
            one for one in {**self._opened, case: self._opened.get(case, False)} if one not in shelf.cases
        ]
        for one in wanted:
            shelf.cases[one] = {}
        stored = [one for one in wanted if not self._opened.get(one, False)]
        column = shelf.table.c.case_id
        with self._engine.connect() as connection:
            for start in range(0, len(stored), _CHUNK):
                query = sa.select(shelf.table).where(column.in_(stored[start : start + _CHUNK]))
                for row in _dicts(connection, query, shelf.columns):
                    shelf.cases[row["case_id"]][shelf.key_of(row)] = row

    def _query(self, shelf: _Shelf, equals: Mapping[str, Any]) -> list[Row]:
        query = sa.select(shelf.table).where(
            *(shelf.table.c[name] == value for name, value in equals.items())
        )
        with self._engine.connect() as connection:
            return _dicts(connection, query, shelf.columns)


class _Shelf:
    """One table: what is known of it, what changed, and its statements."""

    def __init__(self, table: sa.Table, name: str) -> None:
        self.table = table if name == table.name else table.to_metadata(sa.MetaData(), name=name)
        self.columns = [c.name for c in table.columns]
        self.key = [c.name for c in table.primary_key.columns]
        self.case_at = self.key.index("case_id") if "case_id" in self.key else None
        self.key_of = _picker(self.key)
        self.values_of = _picker(self.columns)
        self.cases: dict[str, dict[Key, Row]] = {}  # case -> all its rows, the case used last at the end
        self.single: dict[Key, Row | None] = {}  # rows of a table without cases, as far as asked for
        self.changed: dict[Key, Row | None] = {}
        self.fresh: set[Key] = set()  # of the changed: those that are not stored yet
        self.added: list[Values] = []
        self.learning: dict[Key, Row] = {}
        self.learnt: set[Key] = set()
        marks = ", ".join("?" * len(self.columns))
        columns = {name: f'"{name}"' for name in self.columns}  # "user" is a word of SQL
        key = ", ".join(columns[name] for name in self.key)
        update = ", ".join(
            f"{said} = excluded.{said}" for name, said in columns.items() if name not in self.key
        )
        self.insert = f"INSERT INTO {name} ({', '.join(columns.values())}) VALUES ({marks})"
        self.upsert = f"{self.insert} ON CONFLICT ({key}) DO " + (
            f"UPDATE SET {update}" if update else "NOTHING"
        )
        same = " AND ".join(f"{columns[name]} = ?" for name in self.key)
        self.delete = f"DELETE FROM {name} WHERE {same}"
        arrays = ", ".join(f"%s::{_TYPES[type(c.type)]}[]" for c in table.primary_key.columns)
        named = ", ".join(columns[name] for name in self.key)
        match = " AND ".join(f"t.{columns[name]} = k.{columns[name]}" for name in self.key)
        self.take_out = f"DELETE FROM {name} t USING unnest({arrays}) AS k ({named}) WHERE {match}"
        arrays = ", ".join(f"%s::{_TYPES[type(c.type)]}[]" for c in table.columns)
        self.learn = f"INSERT INTO {name} SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"
        self.copy = f"COPY {name} ({', '.join(columns.values())}) FROM STDIN"


def _sqlite(
    connection: sa.Connection, shelf: _Shelf, gone: list[Key], kept: list[Row], new: list[Values]
) -> None:
    changed = [shelf.values_of(row) for row in kept]
    for statement, values in ((shelf.delete, gone), (shelf.upsert, changed), (shelf.insert, new)):
        if values:
            connection.exec_driver_sql(statement, values)


def _postgres(
    connection: sa.Connection, shelf: _Shelf, gone: list[Key], kept: list[Row], new: list[Values]
) -> None:
    """Changed rows are taken out and put in again by COPY: a fraction of what so many statements cost."""
    if out := [*gone, *map(shelf.key_of, kept)]:
        connection.exec_driver_sql(shelf.take_out, tuple(map(list, zip(*out, strict=True))))
    if rows := [*map(shelf.values_of, kept), *new]:
        cursor = connection.connection.cursor()
        try:
            with cursor.copy(shelf.copy) as copy:
                for row in rows:
                    copy.write_row(row)
        finally:
            cursor.close()


def _learn(connection: sa.Connection, shelf: _Shelf, rows: list[Values]) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(shelf.learn, tuple(map(list, zip(*rows, strict=True))))
    else:
        connection.exec_driver_sql(f"{shelf.insert} ON CONFLICT DO NOTHING", rows)


def _picker(names: Sequence[str]) -> Any:
    """A function from a row to the tuple of these values."""
    if len(names) == 1:
        only = names[0]
        return lambda row: (row[only],)
    return itemgetter(*names)


def _dicts(connection: sa.Connection, query: sa.Select[Any], columns: Sequence[str]) -> list[Row]:
    return [dict(zip(columns, row, strict=True)) for row in connection.execute(query)]
