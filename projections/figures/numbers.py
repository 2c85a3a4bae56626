"""Exact numbers of figures: fractions until they are shown, then rounded half up at four digits. Never add floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

SECONDS_OF_A_DAY = 86_400


def shown(value: Fraction | None) -> float | None:
    """The value rounded half up at four digits; None stays None (0/0 is no number)."""
    if value is None:
        return None
    return int(value * 10_000 + Fraction(1, 2)) / 10_000


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def median(ordered: Sequence[int]) -> Fraction:
    """The mean of the middle two, of numbers in order."""
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle])
    return Fraction(ordered[middle - 1] + ordered[middle], 2)


def nearest_rank(ordered: Sequence[int], percent: int) -> Fraction:
    """The smallest number that at least so many percent of the numbers do not exceed."""
    return Fraction(ordered[-(-len(ordered) * percent // 100) - 1])
