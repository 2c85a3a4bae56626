"""期间: a month, a quarter or a year of local days, as addresses write it and people call it.

"2026-09", "2026-Q3", "2026". Days are half open: `until` is the first that no longer belongs to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from domain.errors import Invalid

Kind = Literal["month", "quarter", "year"]
MONTHS: dict[Kind, int] = {"month": 1, "quarter": 3, "year": 12}
WRITTEN = re.compile(r"(?P<year>(?:19|20|21)[0-9]{2})(?:-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])))?")


class Days(Protocol):
    """Any stretch of local days."""

    @property
    def since(self) -> date: ...
    @property
    def until(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Span:
    """`first` counts months since the year 0, so that going back and forth is plain arithmetic."""

    kind: Kind
    first: int

    @classmethod
    def read(cls, written: str) -> Span:
        """Raises Invalid."""
        found = WRITTEN.fullmatch(written)
        if found is None:
            raise Invalid(
                "period",
                written,
                "Give a month (2026-09), a quarter (2026-Q3) or a year (2026).",
                "请填月份（2026-09）、季度（2026-Q3）或年份（2026）。",
            )
        year = int(found["year"]) * 12
        if found["month"]:
            return cls("month", year + int(found["month"]) - 1)
        if found["quarter"]:
            return cls("quarter", year + (int(found["quarter"]) - 1) * 3)
        return cls("year", year)

    @classmethod
    def around(cls, on: date, kind: Kind) -> Span:
        """The month, quarter or year in which a day lies."""
        length = MONTHS[kind]
        return cls(kind, (on.year * 12 + on.month - 1) // length * length)

    @property
    def since(self) -> date:
        return _first_day(self.first)

    @property
    def until(self) -> date:
        return _first_day(self.first + MONTHS[self.kind])

    @property
    def before(self) -> Span:
        return Span(self.kind, self.first - MONTHS[self.kind])

    @property
    def after(self) -> Span:
        return Span(self.kind, self.first + MONTHS[self.kind])

    @classmethod
    def of(cls, since: date, until: date) -> Span | None:
        """The month, quarter or year that is just these days; None for any others."""
        for kind in MONTHS:
            span = cls.around(since, kind)
            if (span.since, span.until) == (since, until):
                return span
        return None

    def parts(self) -> list[Span]:
        """The months that it is made of."""
        return self.months(MONTHS[self.kind])

    def months(self, back: int) -> list[Span]:
        """The last so many months up to the end of it, oldest first."""
        end = self.first + MONTHS[self.kind]
        return [Span("month", month) for month in range(end - back, end)]

    def __str__(self) -> str:
        year, month = divmod(self.first, 12)
        if self.kind == "month":
            return f"{year:04}-{month + 1:02}"
        return f"{year:04}-Q{month // 3 + 1}" if self.kind == "quarter" else f"{year:04}"

    def name(self, locale: str) -> str:
        """2026年9月 · September 2026; 2026年第三季度 · third quarter of 2026; 2026年 · 2026."""
        year, month = divmod(self.first, 12)
        if locale == "zh":
            part = {"month": f"{month + 1}月", "quarter": f"第{'一二三四'[month // 3]}季度", "year": ""}
            return f"{year}年{part[self.kind]}"
        part = {"month": f"{ENGLISH[month]} ", "quarter": f"Q{month // 3 + 1} ", "year": ""}
        return f"{part[self.kind]}{year}"

    def short(self, locale: str) -> str:
        """The month alone, as an axis has it: 9月 · Sep."""
        month = self.first % 12
        return f"{month + 1}月" if locale == "zh" else ENGLISH[month][:3]


ENGLISH = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
