"""Whose matters a unit's are, from day to day, seen from the unit that a figure is asked for.

Days between which nobody changes places are alike: a figure counts in SQL what happened between them, and asks here
once per unit and stretch instead of once per case. Never decide here who belongs to whom: `read_unit_ancestors` does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Literal

import sqlalchemy as sa

# The units under the asked one, itself too; `child` is the one directly under it that a unit belongs to.
UNDER = """
    SELECT a.unit, a.valid_from, a.valid_to, '' AS child FROM read_unit_ancestors a
     WHERE a.ancestor = :unit AND a.valid_from < :to AND a.valid_to > :from
"""
CHILDREN = """
    SELECT b.unit, CASE WHEN b.valid_from > u.valid_from THEN b.valid_from ELSE u.valid_from END,
           CASE WHEN b.valid_to < u.valid_to THEN b.valid_to ELSE u.valid_to END, u.code
      FROM read_units u JOIN read_unit_ancestors b ON b.ancestor = u.code
     WHERE u.parent = :unit AND u.valid_from < :to AND u.valid_to > :from
       AND b.valid_from < :to AND b.valid_to > :from AND b.valid_from < u.valid_to AND u.valid_from < b.valid_to
"""

Span = tuple[str, str, str]  # the first day, the first day after, the child


class Belonging:
    """The units that belong to `unit` on days in [since, until), and to which of its children.

    `edges` are the days within on which that changes for any of them, in order.
    """

    def __init__(
        self, connection: sa.Connection, unit: str, since: str, until: str, *, children: bool
    ) -> None:
        self.unit = unit
        asked = {"unit": unit, "from": since, "to": until}
        self._under = _spans(connection, UNDER, asked)
        self._children = _spans(connection, CHILDREN, asked) if children else {}
        found = {
            day
            for spans in (*self._under.values(), *self._children.values())
            for first, after, _ in spans
            for day in (first, after)
        }
        self.edges = sorted(day for day in found if since < day < until)

    def child(self, unit: str, day: str) -> str | None:
        """Under which child of the asked unit this one's matters fell on a day, the asked unit itself if they were its
        own; None when they were not its at all."""
        if _on(self._under.get(unit, ()), day) is None:
            return None
        return _on(self._children.get(unit, ()), day) or self.unit


def _spans(connection: sa.Connection, sql: str, asked: dict[str, str]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    for unit, first, after, child in connection.execute(sa.text(sql), asked):
        found[unit].append((first, after, child))
    return found


def _on(spans: Sequence[Span], day: str) -> str | None:
    return next((child for first, after, child in spans if first <= day < after), None)


class Stretches:
    """Days, cut into stretches that begin with these (in order; "" for the beginning of time), told apart in SQL."""

    def __init__(self, firsts: Sequence[str]) -> None:
        self._firsts = firsts
        self.parameters: dict[str, str | int] = {}
        for n, first in enumerate(firsts):
            number = date.fromisoformat(first).toordinal() if first else 0
            self.parameters |= {f"on{n}": first, f"day{n}": number}

    def first(self, column: str, form: Literal["on", "day"] = "on") -> str:
        """The first day of the stretch in which a day lies; `column` has the day as text, or as a number ("day").

        Nested, so that a thousand edges are ten comparisons.
        """

        def between(low: int, high: int) -> str:
            if high - low == 1:
                return f":on{low}"
            middle = (low + high) // 2
            return f"CASE WHEN {column} < :{form}{middle} THEN {between(low, middle)} ELSE {between(middle, high)} END"

        return between(0, len(self._firsts))
