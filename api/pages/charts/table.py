"""The table beside a chart: the same numbers for whoever reads, copies, prints or hears them. Its cells are links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """`href` leads to what is behind the number, `notes` are said after it (few cases, provisional)."""

    text: str
    href: str = ""
    notes: tuple[str, ...] = ()
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its name, what the name leads to, and the cells under the heads. `group` begins a new group of rows."""

    name: str
    cells: Sequence[Cell]
    href: str = ""
    group: str = ""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`heads[0]` stands over the names; every line has a cell for each of the others."""

    caption: str
    heads: Sequence[str]
    lines: Sequence[Line]
