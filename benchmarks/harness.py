"""What every benchmark says: how much it measures, and its tables of results. Where it runs is in places.py."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

T = TypeVar("T")


class Skipped(Exception):
    """A benchmark, or a part of it, cannot run here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much to measure. `quick` only proves that it runs."""

    quick: bool = False
    full: bool = False
    parts: tuple[str, ...] = ()

    def pick(self, quick: T, normal: T, full: T | None = None) -> T:
        """The size for this run; `full` defaults to `normal`."""
        if self.quick:
            return quick
        return full if self.full and full is not None else normal

    def wants(self, part: str) -> bool:
        return not self.parts or part in self.parts


@dataclass(slots=True)
class Table:
    """Results: a title, columns, rows of text, and notes that say what was compared."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        rows = [self.columns, *self.rows]
        widths = [max(_width(row[n]) for row in rows) for n in range(len(self.columns))]
        lines = [self.title]
        for row in rows:
            cells = [
                _padded(cell, width, left=not n)
                for n, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  " + "  ".join(cells).rstrip())
        return "\n".join([*lines, *(f"  · {note}" for note in self.notes)])

    def markdown(self) -> str:
        rows = [self.columns, ["---", *["---:"] * (len(self.columns) - 1)], *self.rows]
        lines = [f"**{self.title}**", "", *(f"| {' | '.join(row)} |" for row in rows)]
        return "\n".join([*lines, "", *(f"* {note}" for note in self.notes)]).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int, *, left: bool) -> str:
    blank = " " * (width - _width(text))
    return text + blank if left else blank + text


def number(value: float) -> str:
    """Three figures are enough: 1.7, 412, 13,200."""
    if value < 10:
        return f"{value:.2f}"
    if value < 100:
        return f"{value:.1f}"
    return f"{value:,.0f}"


def ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}×" if theirs else "–"


def middle(values: Sequence[float]) -> float:
    return float(median(values)) if values else 0.0


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def told(what: str) -> None:
    """Progress, on standard error: it is no result."""
    print(f"  … {what}", file=sys.stderr, flush=True)


def machine() -> str:
    """What it was measured on."""
    cpu = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} cores ({cpu}), Python {platform.python_version()}, {system}"


def in_turn(rounds: int, contenders: Mapping[str, Callable[[], Any]]) -> dict[str, list[Any]]:
    """Each contender once per round, in turn, so that a slow minute of the machine meets all of them."""
    results: dict[str, list[Any]] = {name: [] for name in contenders}
    for turn in range(rounds):
        names = list(contenders)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            results[name].append(contenders[name]())
    return results
