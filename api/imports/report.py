"""What became of an import, in the form that `--json` prints. Do not add keys: programs read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from domain.errors import Invalid

OnError = Literal["continue", "stop"]
Progress = Callable[[int, int], None]
"""Called with (done, total) now and then; what is counted differs from import to import, only the share matters."""

SHOWN = 200  # characters of a bad value that the report repeats
MOST_REJECTED = 100_000  # rows that a report tells


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken in: its line in the file (the first, if it spans several), what is wrong, what helps."""

    line: int
    field: str
    value: str
    remedy: str
    remedy_zh: str = ""

    @classmethod
    def because(cls, line: int, problem: Invalid) -> Rejected:
        value = "" if problem.value is None else str(problem.value)
        return cls(line, problem.field, value[:SHOWN], problem.remedy, problem.remedy_zh)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A word that no rule of the mapping is for: its activities were recorded, and change nothing."""

    field: str
    value: str
    rows: int


def keep(rejected: list[Rejected], row: Rejected) -> None:
    """Put a row among the rejected ones. Raises Invalid when there are so many that the file is another than was meant."""
    if len(rejected) >= MOST_REJECTED:
        raise Invalid(
            "file", f"{MOST_REJECTED} rows", "So many rows are not usable: is it the right file, and its mapping?",
            "不可用的行过多：请核对文件与映射是否相符。",
        )  # fmt: skip
    rejected.append(row)


@dataclass
class UnitReport:
    created: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class CaseReport:
    """`source_events` counts what the rows tell (a wide row tells several events), without the rejected rows.

    Of these `already_present` were in the log before; `recorded_events` were recorded now, or would be in a dry run.
    """

    cases: int = 0
    source_events: int = 0
    recorded_events: int = 0
    already_present: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    unmapped: list[Unmapped] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CalendarReport:
    """`version` is the calendar that holds from now on; `changed` are the years that this import changed."""

    years: list[int]
    changed: list[int]
    version: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
