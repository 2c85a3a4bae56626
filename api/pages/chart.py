"""The statechart of a case with the way it went, laid out for the template to draw: boxes, arrows, numbers. No markup here.

Only the way that was gone is drawn as arrows; every way that there is would be a knot (docs/workflows has them all).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from domain.case import CLOSED, NEW
from domain.names import PHASES, STAGES
from domain.rule import Title
from workflows.table import Table

WIDE: Final = {"zh": 128, "en": 188}  # of a box, as its words need it
HIGH: Final = 40
APART, UNDER = 48, 20  # between columns, between rows
TOP, EDGE = 44, 14  # over the first row (the stage's name), around everything
LEFT_OUT: Final = frozenset({NEW})


@dataclass(frozen=True)
class Stay:
    """The case came into a state."""

    state: str
    since: datetime


@dataclass(frozen=True)
class Box:
    """A state. `numbers` are the places on the way at which the case was in it."""

    state: str
    name: Title
    x: int
    y: int
    wide: int
    numbers: tuple[int, ...] = ()
    now: bool = False

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.wide // 2, self.y + HIGH // 2


@dataclass(frozen=True)
class Chart:
    """Everything that is drawn: size, headings over columns, boxes, arrows as path data."""

    width: int
    height: int
    heads: tuple[tuple[int, Title], ...]
    boxes: tuple[Box, ...]
    arrows: tuple[str, ...]
    stays: tuple[Stay, ...]


def chart(table: Table, stays: Sequence[Stay], code: str) -> Chart:
    """The boxes of a table's states in columns by stage, and the way through them. `code` is the reader's language."""
    wide = WIDE[code]
    columns: dict[str, list[str]] = {}
    for known in table.states.values():
        if known.name not in LEFT_OUT:
            columns.setdefault(known.stage, []).append(known.name)
    now = stays[-1].state if stays else ""
    boxes: dict[str, Box] = {}
    heads = []
    for column, (stage, states) in enumerate(columns.items()):
        x = EDGE + column * (wide + APART)
        if states != [stage]:
            heads.append((x + wide // 2, STAGES[stage]))
        for row, state in enumerate(states):
            numbers = tuple(n for n, stay in enumerate(stays, 1) if stay.state == state)
            y = TOP + row * (HIGH + UNDER)
            boxes[state] = Box(state, _name(state), x, y, wide, numbers, state == now)
    ways = dict.fromkeys((a.state, b.state) for a, b in pairwise(stays))
    arrows = tuple(_arrow(boxes[a], boxes[b]) for a, b in ways if a in boxes and b in boxes and a != b)
    width = 2 * EDGE + len(columns) * (wide + APART) - APART
    height = TOP + max(len(states) for states in columns.values()) * (HIGH + UNDER) - UNDER + EDGE
    return Chart(width, height, tuple(heads), tuple(boxes.values()), arrows, tuple(stays))


def way(rows: Sequence[tuple[str, datetime]]) -> list[Stay]:
    """The states of a history, each when it began; a state that did not change is told once."""
    found: list[Stay] = []
    for state, at in rows:
        if not found or found[-1].state != state:
            found.append(Stay(state, at))
    return found


def _name(state: str) -> Title:
    """The phase alone: the stage stands over the column."""
    stage, _, phase = state.partition(".")
    return (
        PHASES.get(phase, STAGES.get(stage, Title(state, state)))
        if phase or state == CLOSED
        else STAGES[stage]
    )


def _arrow(a: Box, b: Box) -> str:
    """Path data from the edge of one box to the edge of another."""
    if a.x == b.x:
        x = a.middle[0]
        if 0 < b.y - a.y <= HIGH + UNDER:
            return f"M{x} {a.y + HIGH}V{b.y - 3}"
        if 0 < a.y - b.y <= HIGH + UNDER:
            return f"M{x - 20} {a.y}V{b.y + HIGH + 3}"
        side, bend = a.x + a.wide, 22
        return f"M{side} {a.middle[1]}C{side + bend} {a.middle[1]} {side + bend} {b.middle[1]} {side + 3} {b.middle[1]}"
    forward = b.x > a.x
    start = a.x + a.wide if forward else a.x
    end = b.x - 3 if forward else b.x + b.wide + 3
    shift = 0 if forward else 8  # a way back does not lie on the way there
    half = (start + end) // 2
    ya, yb = a.middle[1] + shift, b.middle[1] + shift
    return f"M{start} {ya}C{half} {ya} {half} {yb} {end} {yb}"
