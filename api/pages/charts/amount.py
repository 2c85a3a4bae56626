"""A share or a length of time as a figure answered it, and how it is told. Never 0 for what was not counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal

FEW = 10  # below it a share is shown and not judged: one case more or less would turn it (domain rules 5.9)
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Amount:
    """A row of a figure. `value` is None for 0/0; `provisional`: later events may still change it."""

    numerator: int
    denominator: int
    value: float | None
    provisional: bool = False

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Amount:
        """From a row of a figure's answer."""
        return cls(row["numerator"], row["denominator"], row["value"], row.get("provisional", False))

    @property
    def weak(self) -> bool:
        return 0 < self.denominator < FEW

    @property
    def at(self) -> float:
        """Where the value stands between 0 and 1; a missing one stands nowhere, so ask `value` first."""
        return min(max(self.value or 0.0, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Say:
    """Numbers and words in the reader's language. `said` translates a Chinese sentence."""

    locale: str
    said: Callable[[str], str]

    def count(self, number: int) -> str:
        return _written(number, "#,##0", self.locale)

    def share(self, value: float | None) -> str:
        """With both digits that the four of the figure leave: 94.96 % must not read as the 95 it missed."""
        return NOTHING if value is None else _written(value * 100, "0.00", self.locale) + "%"

    def asked(self, value: float) -> str:
        """A target as a number: "95%"."""
        return _written(value * 100, "0.##", self.locale) + "%"

    def target(self, value: float) -> str:
        """The same with the word: "目标 95%"."""
        return f"{self.said('目标')} {self.asked(value)}"

    def days(self, value: float | None) -> str:
        return NOTHING if value is None else _written(value, "#,##0.0", self.locale)

    def part(self, amount: Amount) -> str:
        """ "12 / 14"."""
        return f"{self.count(amount.numerator)} / {self.count(amount.denominator)}"

    def caveats(self, amount: Amount) -> tuple[str, ...]:
        """What has to be said beside the number: no cases, few cases, provisional."""
        if amount.value is None:
            return (self.said("无案件"),)
        found = [self.said("样本少")] if amount.weak else []
        return (*found, self.said("暂定")) if amount.provisional else tuple(found)

    def told(self, amount: Amount) -> str:
        """The whole number in words: "88.24% (15 / 17), provisional"."""
        said = (
            self.share(amount.value)
            if amount.value is None
            else f"{self.share(amount.value)} ({self.part(amount)})"
        )
        return self.said("，").join((said, *self.caveats(amount)))


@lru_cache(maxsize=16_384)  # a page writes two thousand numbers, and most of them again on the next
def _written(number: float, pattern: str, locale: str) -> str:
    return str(format_decimal(number, pattern, locale=locale))
