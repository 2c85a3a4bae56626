"""Values from cells: which column a fact comes from, how its words translate, and how an instant is read.

Nothing is guessed: a value that the mapping does not know is rejected with its remedy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.errors import Invalid

EARLIEST, LATEST = 1900, 2999  # years; anything else is a slip of the pen
BARE_DAY = len("2024-01-31")
HOURS = ("%H", "%I", "%c", "%X")


class Row(NamedTuple):
    """One row of a file: its first line there, and its cells by column, without surrounding blanks."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """Where a fact comes from: the first of `columns` that is not empty, or a constant."""

    columns: tuple[str, ...] = ()
    constant: str = ""
    values: Mapping[str, str] | None = None
    default: str | None = None
    prefix: str = ""

    @property
    def name(self) -> str:
        """How the fact is called in a message: the column it stands in."""
        return self.columns[0] if self.columns else "constant"

    def read(self, row: Row) -> str:
        """The fact in our words; "" when the row does not tell it. Raises Invalid for a word that is not translated."""
        text = self.constant
        for column in self.columns:
            text = row.cells.get(column, "")
            if text:
                break
        if self.values is not None:
            found = self.values.get(text)
            if found is not None:
                return found
            if self.default is not None:
                return self.default
            if text:
                known = ", ".join(self.values)
                raise Invalid(
                    self.name,
                    text,
                    f"The mapping translates {known}: add this value, or a default.",
                    f"映射文件只有 {known}：请补上此值，或给出缺省值。",
                )
        if not text:
            return self.default or ""
        return self.prefix + text

    def possible(self) -> Iterator[str] | None:
        """Every word that can come out, when the mapping alone decides that; else None."""
        if self.values is not None:
            return iter((*self.values.values(), *([self.default] if self.default is not None else [])))
        return iter((self.constant,)) if not self.columns else None


@dataclass(frozen=True, slots=True)
class Instants:
    """How a file writes instants: the zone of those without an offset, and its formats (ISO 8601 always counts)."""

    zone: ZoneInfo
    formats: tuple[str, ...] = ()

    def instant(self, field: str, text: str) -> datetime:
        """In UTC; a bare day is the instant at which it begins."""
        found, _ = self._parse(field, text)
        return found.astimezone(UTC)

    def day_or_instant(self, field: str, text: str) -> date | datetime:
        """A bare day stays a day (the last one in time), an instant keeps its zone."""
        found, timed = self._parse(field, text)
        return found if timed else found.date()

    def _parse(self, field: str, text: str) -> tuple[datetime, bool]:
        for form in self.formats:
            try:
                found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added below
            except ValueError:
                continue
            return self._aware(field, text, found), any(hour in form for hour in HOURS)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            forms = " or ".join(self.formats) or "ISO 8601, such as 2024-03-05 09:30:00"
            raise Invalid(
                field,
                text,
                f"Write the instant as {forms}, or name its format in the mapping.",
                f"请把时间写成 {forms}，或在映射文件中写明格式。",
            ) from None
        return self._aware(field, text, found), len(text) > BARE_DAY

    def _aware(self, field: str, text: str, found: datetime) -> datetime:
        if not EARLIEST <= found.year <= LATEST:
            raise Invalid(
                field,
                text,
                f"Write a year between {EARLIEST} and {LATEST}.",
                f"年份须在 {EARLIEST} 至 {LATEST} 之间。",
            )
        if found.tzinfo is not None:
            return found
        local = found.replace(tzinfo=self.zone)
        if len(text) > BARE_DAY and local.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) != found:
            raise Invalid(
                field,
                text,
                f"There was no such time in {self.zone.key}: the clocks went forward over it. Correct it, or give the offset.",
                f"{self.zone.key} 当日此时因拨快时钟而不存在，请更正，或写明时区偏移。",
            )
        return local
