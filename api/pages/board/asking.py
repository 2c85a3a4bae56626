"""One look at a unit in a period, at one knowledge cut: what its parts ask the figures, and where a number leads.

All parts of a page ask through one `Asking`, so that every number on it is known at the same instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Final
from urllib.parse import urlencode

import sqlalchemy as sa

from api.boards import Boards
from api.pages.charts.amount import Amount, Say
from api.pages.charts.table import Cell
from api.pages.languages import Language, Said
from api.pages.periods import Span
from domain.calendar import TZ
from domain.policy import Limits
from projections.figures import FIGURES, figure
from projections.figures.definition import limits_as_parameters
from projections.figures.numbers import share, shown

Row = Mapping[str, Any]
YEAR: Final = 12  # months of a trend


@dataclass(frozen=True, slots=True)
class Asking:
    """`at` is the instant of the question, `cut` up to when what was recorded counts.

    `by_unit`: the units under this one will be told apart, so each year is asked that way at once: one look at all
    deadlines is dear, and a second one costs as much.
    """

    connection: sa.Connection
    unit: str
    span: Span
    at: datetime
    cut: datetime
    limits: Limits
    language: Language
    by_unit: bool = False
    kept: Boards = field(default_factory=Boards)
    say: Say = field(init=False)
    asked: dict[str, list[Row]] = field(
        init=False, default_factory=dict
    )  # figure -> rows of the period by unit

    def __post_init__(self) -> None:
        object.__setattr__(self, "say", Say(self.language.code, self.language))

    def name(self, said: Said | Enum) -> str:
        """What something is called, where the name stands alone: in English it begins with a capital."""
        called = self.language.say(said)
        return called[:1].upper() + called[1:]

    def of(self, unit: str) -> Asking:
        """The same question about another unit."""
        return self if unit == self.unit else replace(self, unit=unit, by_unit=False)

    def rows(self, name: str, *by: str) -> list[Row]:
        """The figure in the period, broken down by these, and perhaps further: add up what you pick."""
        if "unit" in by and name in self.asked:
            return self.asked[name]
        return self._rows(name, self.span.since, self.span.until, by)

    def year(self, name: str, *by: str) -> tuple[list[Row], list[Row]]:
        """The rows of the period, and those of the twelve months up to its end: one question, grouped by month.

        Only for figures whose cases are decided on one day each, so that months add up.
        """
        first, *_, last = self.span.months(YEAR)
        more = ("unit",) if self.by_unit else ()
        rows = self._rows(name, first.since, last.until, ("month", *by, *more))
        within = {str(month) for month in self.span.parts()}
        period = [row for row in rows if row["month"] in within]
        if self.by_unit:
            self.asked[name] = period
        return period, rows

    def _rows(self, name: str, since: date, until: date, by: Sequence[str]) -> list[Row]:
        days = tuple(limits_as_parameters(self.limits).items())

        def ask() -> list[Row]:
            told = figure(
                self.connection, name, self.unit, since, until,
                at=self.at, by=by, known_at=self.cut, limits=self.limits,
            )  # fmt: skip
            rows: list[Row] = told["rows"]
            return rows

        return self.kept.rows(self.at, (name, self.unit, since, until, tuple(by), self.cut, days), ask)

    def provisional(self, name: str, until: date) -> bool:
        """Whether a period that ends before `until` is not over, or its window has not passed, at the cut."""
        window = FIGURES[name].window
        days = limits_as_parameters(self.limits)[window] if window else 0
        return self.cut.astimezone(TZ).date() < until + timedelta(days)

    def amount(self, name: str, rows: Iterable[Row]) -> Amount:
        """These rows of the period as one: counts add up, the share is worked out from their sums."""
        return total(rows, self.provisional(name, self.span.until))

    def trend(self, name: str, rows: Iterable[Row]) -> list[tuple[Span, Amount]]:
        """Rows by month as one share for each month, those without a case too."""
        told = list(rows)
        return [
            (
                month,
                total(
                    (row for row in told if row["month"] == str(month)), self.provisional(name, month.until)
                ),
            )
            for month in self.span.months(YEAR)
        ]

    def link(
        self, name: str, key: Mapping[str, str] | None = None, part: str = "", span: Span | None = None
    ) -> str:
        """The page of a number: its figure, the row `key`, and the cases of `part`."""
        within = span or self.span
        asked = {
            "unit": self.unit,
            "from": within.since.isoformat(),
            "to": within.until.isoformat(),
            "known_at": self.cut.astimezone(TZ).isoformat(),
            "key": ",".join(f"{dimension}={value}" for dimension, value in (key or {}).items()),
            "part": part,
        }
        return f"/figures/{name}?{urlencode({name: value for name, value in asked.items() if value})}"

    def counted(self, count: int, href: str) -> Cell:
        """A count in a table; nothing leads to nothing."""
        return Cell(self.say.count(count), href if count else "")

    def cell(self, amount: Amount, href: str) -> Cell:
        """A share in a table, with what must be known of it; nothing leads to what was not counted."""
        return Cell(
            self.say.share(amount.value), href if amount.denominator else "", self.say.caveats(amount)
        )

    def board(self, unit: str = "", span: Span | None = None) -> str:
        """The board of this or another unit and period."""
        return "/dashboard?" + urlencode({"unit": unit or self.unit, "period": str(span or self.span)})


def total(rows: Iterable[Row], provisional: bool = False) -> Amount:
    """Rows that exclude each other, as one share."""
    told = list(rows)
    numerator, denominator = (sum(row[part] for row in told) for part in ("numerator", "denominator"))
    return Amount(numerator, denominator, shown(share(numerator, denominator)), provisional)


def excluded(rows: Iterable[Row]) -> dict[str, int]:
    """What was left out of these rows, by reason."""
    found: dict[str, int] = {}
    for row in rows:
        for reason, count in row["excluded"].items():
            found[reason] = found.get(reason, 0) + count
    return found
