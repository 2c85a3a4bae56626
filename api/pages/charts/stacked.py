"""Bars made of parts that follow each other: ages of open cases, reasons, how long stays lasted.

The parts of a row add up to its length. A part of nothing has no box; a row of nothing says so in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pages.charts.amount import Say
from api.pages.charts.svg import Box, element, picture, rect, text

ROW, TRACK, BAR = 3.4, 1.5, 1.1  # em
ROOM = 0.09  # of the width: a narrower part shows no number inside


@dataclass(frozen=True, slots=True)
class Part:
    """How much, and how it is told."""

    size: float
    said: str


@dataclass(frozen=True, slots=True)
class Stack:
    """A row: its parts in the order of the legend; `total` is told at its end, "" says nothing."""

    name: str
    parts: Sequence[Part]
    total: str = ""


def boxes(rows: Sequence[Stack], *, whole: bool = False) -> list[list[Box | None]]:
    """The box of every part. `whole`: each row fills the width; else all share one scale, that of the longest."""
    sums = [sum(part.size for part in row.parts) for row in rows]
    longest = max(sums, default=0.0)
    found: list[list[Box | None]] = []
    for n, (row, own) in enumerate(zip(rows, sums, strict=True)):
        scale, x, line = own if whole else longest, 0.0, list[Box | None]()
        for part in row.parts:
            width = part.size / scale if scale else 0.0
            line.append(Box(x, n * ROW + TRACK, width, BAR) if width else None)
            x += width
        found.append(line)
    return found


def stacked(
    id: str, title: str, legend: Sequence[str], rows: Sequence[Stack], say: Say, *, whole: bool = False
) -> Markup:
    """`legend` names the parts; it is shown beside the picture, in which each part has the class `tone-N`."""
    told = "; ".join(f"{row.name}: {_told(row, legend, say)}" for row in rows)
    drawn = [
        element("g", *_row(n * ROW, row, line, legend, say), class_="row")
        for n, (row, line) in enumerate(zip(rows, boxes(rows, whole=whole), strict=True))
    ]
    return picture(id, "stacked", len(rows) * ROW - 0.4, title, told, *drawn)


def _told(row: Stack, legend: Sequence[str], say: Say) -> str:
    parts = [f"{name} {part.said}" for name, part in zip(legend, row.parts, strict=True) if part.size]
    return say.said("，").join(parts) or say.said("无案件")


def _row(top: float, row: Stack, line: list[Box | None], legend: Sequence[str], say: Say) -> list[Markup]:
    drawn = [text(0, top + 1, row.name, "name"), text(1, top + 1, row.total, "value", "end")]
    if not any(line):
        return [*drawn, text(0, top + TRACK + 0.8, say.said("无案件"), "none")]
    for tone, (box, part, name) in enumerate(zip(line, row.parts, legend, strict=True)):
        if box is None:
            continue
        drawn.append(rect(box, f"part tone-{tone}", f"{row.name}: {name} {part.said}"))
        if box.width >= ROOM:
            middle = box.x + box.width / 2
            drawn.append(text(middle, box.y + 0.84, part.said, f"inside on-{tone}", "middle"))
    return drawn
