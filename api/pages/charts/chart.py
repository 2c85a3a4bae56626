"""A chart as a page shows it: the picture, what its parts are called, and the table of the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pages.charts.table import Table


@dataclass(frozen=True, slots=True)
class Legend:
    """A part's name, and the class that gives its colour."""

    name: str
    tone: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`note` is said under the picture: what must be known to read it right. Several charts may share one table."""

    title: str
    picture: Markup
    table: Table | None = None
    legend: Sequence[Legend] = ()
    note: str = ""
