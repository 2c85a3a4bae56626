"""What is there to do: cases as they stand now, a page at a time in the order that somebody wants, counted, or all of them.

A list must answer at once whatever is asked of it. Where something narrows it down to few cases, those are gathered
first; where nothing does, the table is walked in the order of the list until the page is full. Which of the two is
asked of the database each time: what a planner guesses of a search word or a subtree is wrong by orders of magnitude.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from domain.case import case_id
from domain.errors import Invalid
from domain.scope import Scope
from projections.case_facts import NEVER
from projections.rows import Row
from projections.schema import json_value
from projections.scoped import FEW, how_many, visible
from projections.wanted import Wanted
from projections.worklist_table import READ_WORKLIST, Worklist

__all__ = ["READ_WORKLIST", "SORTS", "Listing", "Wanted", "Worklist", "count", "cursor", "one", "worklist"]

SORTED = 2_000  # cases that are read to be sorted; with more, a walk in the order wanted soon fills its page

# What each order sorts by, and whether the greatest comes first. With "-" before it, the other way round.
SORTS: Mapping[str, tuple[sa.Column[Any], bool]] = {
    "next_due": (READ_WORKLIST.c.next_due, False),
    "updated": (READ_WORKLIST.c.updated_at, True),
    "opened": (READ_WORKLIST.c.opened_at, True),
    "code": (READ_WORKLIST.c.code, False),
}

C = READ_WORKLIST.c
SHOWN = [c for c in C if c.name not in ("number", "search_text", "words")]


class Listing:
    """The cases that are wanted, and how the database had best look for them: asked once for a page and its count."""

    def __init__(self, connection: sa.Connection, wanted: Wanted) -> None:
        self.connection = connection
        self.conditions: list[sa.ColumnElement[bool]] = wanted.compared()
        ways = list(wanted.narrowed(connection.dialect.name))
        sizes: list[int] = []
        for way in ways:
            few = FEW if way.few is None else min(FEW, way.few)
            size = how_many(connection, way.keys, min([few, *sizes]))
            sizes.append(size if size <= few else FEW + 1)
        fewest = min(sizes, default=FEW + 1)
        self.gathered = fewest <= FEW
        self._known: int | None = None
        for way, size in zip(ways, sizes, strict=True):
            if self.gathered and size == fewest:
                self.conditions.append(way.key.in_(way.keys))
                fewest = -1  # one is enough to begin with
            else:
                self.conditions.append(way.asked)
        if not self.gathered and connection.dialect.name == "postgresql":
            # As long as this transaction lasts. Its planner would rather sort all of them than walk an index.
            connection.exec_driver_sql("SET LOCAL enable_sort = off")

    def page(
        self, sort: str = "next_due", after: tuple[str, str] | None = None, limit: int = 50
    ) -> list[Row]:
        """Cases in the order of `sort`: next_due (soonest first), updated or opened (latest first), code.

        `after` is `cursor(row, sort)` of the last row seen. Raises Invalid for an unknown order.
        """
        column, descending = _order(sort)
        order = column, C.case_id
        if self.gathered or column is not C.next_due:
            keys = [tuple(row) for row in self._first(SORTED + 1, *order)]
            if len(keys) <= SORTED:
                self._known = len(keys)
                keys.sort(reverse=descending)
                if after is not None:
                    keys = [key for key in keys if (key < after if descending else key > after)]
                return _rows(self.connection, [case for _, case in keys[:limit]])
        query = sa.select(C.case_id).where(*self.conditions).limit(limit)
        if after is not None:
            last, place = sa.tuple_(*map(sa.literal, after)), sa.tuple_(*order)
            query = query.where(place < last if descending else place > last)
        query = query.order_by(*(each.desc() if descending else each for each in order))
        return _rows(self.connection, list(self.connection.execute(query).scalars()))

    def count(self, upto: int | None = None) -> int:
        """How many there are in all; with `upto` nobody counts further than one more than that."""
        if upto is None:
            query = sa.select(sa.func.count()).select_from(READ_WORKLIST).where(*self.conditions)
            return int(self.connection.execute(query).scalar_one())
        return len(self._first(upto + 1, sa.literal(1)))

    def about(self) -> tuple[int, bool]:
        """How many there are, and whether that is all: where it would take long, nobody counts beyond `SORTED`."""
        if self._known is None:
            self._known = self.count(None if self.gathered else SORTED)
        exact = self.gathered or self._known <= SORTED
        return (self._known if exact else SORTED), exact

    def _first(self, limit: int, *columns: sa.ColumnElement[Any]) -> Sequence[sa.Row[Any]]:
        """Any so many of them: as they are gathered, or as they come in the index that holds all that is compared."""
        query = sa.select(*columns).select_from(READ_WORKLIST).where(*self.conditions).limit(limit)
        if not self.gathered:
            query = query.order_by(C.next_due, C.case_id)
        return self.connection.execute(query).all()

    def rows(self, sort: str = "next_due") -> Iterator[Row]:
        """All of them as they are at this instant, in the order of `sort`, however many: none is kept in memory."""
        column, descending = _order(sort)
        order = [each.desc() if descending else each for each in (column, C.case_id)]
        query = sa.select(*SHOWN).where(*self.conditions).order_by(*order)
        with self.connection.execute(query.execution_options(yield_per=500)) as found:
            yield from map(_shown, found)


def worklist(
    connection: sa.Connection,
    wanted: Wanted,
    *,
    sort: str = "next_due",
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> list[Row]:
    """A page of the cases that are wanted: see `Listing.page`."""
    return Listing(connection, wanted).page(sort, after, limit)


def count(connection: sa.Connection, wanted: Wanted, *, upto: int | None = None) -> int:
    """How many cases `worklist` would list in all: see `Listing.count`."""
    return Listing(connection, wanted).count(upto)


def one(connection: sa.Connection, code: str, scope: Scope, on: date) -> Row | None:
    """The case with this code, open or closed; None also where it is not in the scope."""
    query = sa.select(*SHOWN).where(C.case_id == str(case_id(code)), visible(scope, C.case_id, on))
    row = connection.execute(query).first()
    return None if row is None else _shown(row)


def cursor(row: Row, sort: str) -> tuple[str, str]:
    """Where a page ends: what `after` of the next page takes."""
    return row[_order(sort)[0].name] or NEVER, row["case_id"]


def _order(sort: str) -> tuple[sa.Column[Any], bool]:
    column, descending = SORTS.get(sort.removeprefix("-"), (None, False))
    if column is None:
        raise Invalid(
            "sort",
            sort,
            f"Give one of: {', '.join(SORTS)}; with - before it the other way round.",
            f"请填其中之一：{'、'.join(SORTS)}；前面加 - 为倒序。",
        )
    return column, descending is not sort.startswith("-")


def _rows(connection: sa.Connection, cases: list[str]) -> list[Row]:
    """The rows of these cases, in their order."""
    query = sa.select(*SHOWN).where(C.case_id.in_(cases))
    found = {row.case_id: _shown(row) for row in connection.execute(query)}
    return [found[case] for case in cases if case in found]


def _shown(row: sa.Row[Any]) -> Row:
    """A row as people read it: no marks for nothing, lists instead of JSON."""
    shown = dict(row._mapping)
    if shown["next_due"] == NEVER:
        shown["next_due"] = None
    for name in ("mediators", "plan", "clocks"):
        shown[name] = json_value(shown[name]) if shown[name] else None
    shown["returned"], shown["new"] = bool(shown["returned"]), bool(shown["new"])
    return shown
