"""Which units stand on a day, and whose matters belong to whom: names and places through time.

The organisation (domain/organisation.py) knows; here its answers are laid out as spans of days, so that lists and
figures can join them. Never work out a parent here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.errors import NotFound
from domain.organisation import Organisation
from domain.unit import Unit
from projections.rows import Row, Rows
from projections.schema import FOREVER, METADATA, Text, day, plain
from projections.seen import UNITS, Seen

READ_UNITS = sa.Table(
    "read_units",
    METADATA,
    sa.Column("code", Text, primary_key=True),
    sa.Column("valid_from", Text, primary_key=True),
    sa.Column(
        "valid_to", Text, nullable=False
    ),  # the first day on which it no longer holds; FOREVER while it does
    sa.Column("name", Text, nullable=False),
    sa.Column("kind", Text, nullable=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("parent", Text, nullable=False),  # "" for the root
    sa.Column(
        "attached", sa.Integer, nullable=False
    ),  # 1 for a body of another unit (a committee, a centre …)
    sa.Column("township_class", sa.Integer),
    sa.Column("population", sa.Integer),
    sa.Index("ix_read_units_parent", "parent"),
)

READ_UNIT_ANCESTORS = sa.Table(
    "read_unit_ancestors",
    METADATA,
    sa.Column("unit", Text, primary_key=True),
    sa.Column("ancestor", Text, primary_key=True),  # the unit itself too
    sa.Column("valid_from", Text, primary_key=True),
    sa.Column("valid_to", Text, nullable=False),
    sa.Column(
        "former", sa.Integer, nullable=False
    ),  # 1 after the unit's end, while its heir belongs to the ancestor
    sa.Index("ix_read_unit_ancestors_ancestor", "ancestor"),
)


class Units:
    """The organisation as tables. A unit's event may move whole subtrees: all is laid out anew and compared."""

    name = "units"
    tables = (READ_UNITS, READ_UNIT_ANCESTORS)
    topics = UNITS
    remembers = "unit."

    def recall(self, event: Any, rows: Rows) -> None:
        _known(rows).apply(event)

    def fold(self, events: Sequence[Seen], rows: Rows) -> None:
        if not events:
            return
        known = _known(rows)
        for *_, event in events:
            known.apply(event)
        _replace(rows, READ_UNITS, known.spans())
        _replace(rows, READ_UNIT_ANCESTORS, known.ancestors())


def units_on(connection: sa.Connection, on: date, *, parent: str | None = None) -> list[Row]:
    """The units that stand on a local day, by code; with `parent` those directly under it."""
    query = sa.select(READ_UNITS).where(*standing(READ_UNITS, on)).order_by(READ_UNITS.c.code)
    if parent is not None:
        query = query.where(READ_UNITS.c.parent == parent)
    return [_shown(row) for row in connection.execute(query)]


def unit(connection: sa.Connection, code: str, on: date) -> Row:
    """A unit on a day with its `children`, its `ancestors` (codes, nearest first) and all its `spans`.

    Raises NotFound for a code that is unknown or does not stand on the day.
    """
    query = sa.select(READ_UNITS).where(READ_UNITS.c.code == code).order_by(READ_UNITS.c.valid_from)
    spans = [_shown(row) for row in connection.execute(query)]
    now = next(
        (span for span in spans if span["valid_from"] <= day(on) < (span["valid_to"] or FOREVER)), None
    )
    if now is None:
        known = ", ".join(f"{span['valid_from']} to {span['valid_to'] or 'now'}" for span in spans)
        raise NotFound(
            "unit", code, f"Asked for {on}; it stands {known}." if spans else "Look at the list of units."
        )
    above = sa.select(READ_UNITS.c.code).join(
        READ_UNIT_ANCESTORS, READ_UNIT_ANCESTORS.c.ancestor == READ_UNITS.c.code
    )
    above = above.where(READ_UNIT_ANCESTORS.c.unit == code, READ_UNITS.c.code != code)
    above = above.where(*standing(READ_UNIT_ANCESTORS, on), *standing(READ_UNITS, on))
    order = (READ_UNITS.c.attached.desc(), READ_UNITS.c.level, READ_UNITS.c.code)
    return {
        **now,
        "children": units_on(connection, on, parent=code),
        "ancestors": list(connection.execute(above.order_by(*order)).scalars()),
        "spans": spans,
    }


def under(code: str, on: date, *, former: bool = True) -> sa.Select[Any]:
    """A sub-select of the unit codes whose matters belong to `code` on a day, with units that have ended (`former`)."""
    query = under_any((code,), on)
    return query if former else query.where(READ_UNIT_ANCESTORS.c.former == 0)


def under_any(codes: Iterable[str], on: date) -> sa.Select[Any]:
    """A sub-select of the unit codes whose matters belong to any of these on a day, with units that have ended."""
    a = READ_UNIT_ANCESTORS.c
    return sa.select(a.unit).where(a.ancestor.in_(sorted(codes)), *standing(READ_UNIT_ANCESTORS, on))


def names_of(connection: sa.Connection, codes: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """The names of these units: code -> [(first day, name), …], oldest first."""
    wanted, found = sorted(set(codes) - {""}), dict[str, list[tuple[str, str]]]()
    for start in range(0, len(wanted), 500):
        query = sa.select(READ_UNITS.c.code, READ_UNITS.c.valid_from, READ_UNITS.c.name)
        query = query.where(READ_UNITS.c.code.in_(wanted[start : start + 500]))
        for code, since, name in connection.execute(
            query.order_by(READ_UNITS.c.code, READ_UNITS.c.valid_from)
        ):
            found.setdefault(code, []).append((since, name))
    return found


def standing(table: sa.Table, on: date) -> tuple[sa.ColumnElement[bool], ...]:
    """That a row of these tables holds on a local day."""
    return table.c.valid_from <= day(on), table.c.valid_to > day(on)


def _shown(row: sa.Row[Any]) -> Row:
    shown = dict(row._mapping)
    shown["valid_to"] = None if shown["valid_to"] == FOREVER else shown["valid_to"]
    return shown


def _known(rows: Rows) -> Known:
    found: Known = rows.memory.setdefault("organisation", Known())
    return found


def _replace(rows: Rows, table: sa.Table, wanted: Iterable[Row]) -> None:
    names = [c.name for c in table.primary_key.columns]
    now = {tuple(row[name] for name in names): row for row in wanted}
    before = {tuple(row[name] for name in names): row for row in rows.select(table)}
    for gone in sorted(before.keys() - now.keys()):
        rows.delete(table, *gone)
    for key, row in now.items():
        if before.get(key) != row:
            rows.put(table, row)


class Known:
    """The organisation so far, asked on every day on which something about a unit may have changed."""

    def __init__(self) -> None:
        self.organisation = Organisation()
        self._by_id: dict[UUID, Unit] = {}
        self._units: dict[str, Unit] = {}

    def apply(self, event: Any) -> None:
        """Take in the next event of a unit."""
        self.organisation.apply(event)
        unit = event.mutate(self._by_id.get(event.originator_id))
        self._by_id[unit.id] = self._units[unit.code] = unit

    def spans(self) -> Iterator[Row]:
        """A row per unit and span of days in which nothing about it changes."""
        for code in self._units:
            states = [(on, self._facts(code, on)) for on in self._days(code)]
            for since, until, facts in _spans(states):
                yield {"code": code, "valid_from": since, "valid_to": until, **facts}

    def ancestors(self) -> Iterator[Row]:
        """A row per unit, unit above it (itself too) and span of days."""
        for code in self._units:
            days = [(on, self._above(code, on)) for on in self._days(code)]
            for ancestor in sorted({above for _, found in days for above in found}):
                states = [(on, found.get(ancestor)) for on, found in days]
                for since, until, facts in _spans(states):
                    yield {
                        "unit": code,
                        "ancestor": ancestor,
                        "valid_from": since,
                        "valid_to": until,
                        **facts,
                    }

    def _days(self, code: str) -> list[date]:
        """The days on which anything about a unit may change: its own, and those of all that were ever above it."""
        found: set[date] = set()
        todo, seen = [code], {code}
        while todo:
            unit = self._units[todo.pop()]
            found.update(on for on, _ in unit.spans)
            found.update([unit.valid_to] if unit.valid_to else [])
            for above in {unit.heir, *(view.parent for _, view in unit.spans)} - seen:
                if above in self._units:
                    seen.add(above)
                    todo.append(above)
        return sorted(found)

    def _facts(self, code: str, on: date) -> Row | None:
        """What holds for a unit on a day; None when it does not stand."""
        if not self.organisation.is_active(code, on):
            return None
        view = self.organisation.get(code, on)
        return {
            "name": plain(view.name),
            "kind": str(view.kind),
            "level": int(view.level),
            "parent": view.parent,
            "attached": int(view.is_attached),
            "township_class": view.township_class,
            "population": view.population,
        }

    def _above(self, code: str, on: date) -> dict[str, Row]:
        """Whose matters the unit's are on a day, its own while it stands."""
        if on < self._units[code].valid_from:
            return {}
        owner = self._answering(code, on)
        found = [owner, *self.organisation.ancestors(owner, on)] if owner else []
        return {ancestor: {"former": int(owner != code)} for ancestor in found}

    def _answering(self, code: str, on: date) -> str:
        """The unit itself, or who answers for it after its end; "" for nobody."""
        seen: set[str] = set()
        while code in self._units and code not in seen:
            unit = self._units[code]
            if self.organisation.is_active(code, on):
                return code
            if on < unit.valid_from:
                break
            seen.add(code)
            code = unit.heir or unit.spans[-1][1].parent
        return ""


def _spans(states: list[tuple[date, Row | None]]) -> Iterator[tuple[str, str, Row]]:
    """(first day, first day after, facts) of every stretch of equal facts; stretches of None are left out."""
    since, held = "", None
    for on, facts in states:
        if facts != held:
            if held is not None:
                yield since, day(on), held
            since, held = day(on), facts
    if held is not None:
        yield since, FOREVER, held
