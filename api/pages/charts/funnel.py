"""The funnel of containment: how far up disputes went, and what was settled where it should be.

Each level has a bar as long as the share of disputes that came so far. Of it, what ended there stands in the dark and
middle tone, and the light rest went on: it is the whole bar of the level above. Nothing is lost between two bars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pages.charts.amount import Say
from api.pages.charts.svg import Box, element, picture, rect, text

ROW, TRACK, BAR = 3.0, 1.4, 1.0  # em
CONTAINED, ENDED, WENT_ON = range(3)


@dataclass(frozen=True, slots=True)
class Step:
    """A level: how many disputes had it as their highest (`ended`), and how many of these count as contained."""

    name: str
    ended: int
    contained: int


def reached(steps: Sequence[Step]) -> list[int]:
    """How many came at least so far up: those that ended there or above."""
    return [sum(step.ended for step in steps[n:]) for n in range(len(steps))]


def boxes(steps: Sequence[Step]) -> list[tuple[Box | None, Box | None, Box | None]]:
    """Of each level the boxes of what was contained, what ended otherwise, and what went on."""
    came = reached(steps)
    whole = came[0] if came else 0
    found = []
    for n, (step, all_) in enumerate(zip(steps, came, strict=True)):
        x, row = 0.0, list[Box | None]()
        for size in (step.contained, step.ended - step.contained, all_ - step.ended):
            width = size / whole if whole else 0.0
            row.append(Box(x, n * ROW + TRACK, width, BAR) if width else None)
            x += width
        found.append((row[0], row[1], row[2]))
    return found


def funnel(id: str, title: str, steps: Sequence[Step], say: Say) -> Markup:
    if not any(step.ended for step in steps):
        return picture(id, "funnel", 2.0, title, say.said("无案件"), text(0, 1.2, say.said("无案件"), "none"))
    drawn = [
        element("g", *_row(n * ROW, step, all_, row, say), class_="row")
        for n, (step, all_, row) in enumerate(zip(steps, reached(steps), boxes(steps), strict=True))
    ]
    told = "; ".join(
        f"{step.name}: {said}" for step, all_ in zip(steps, reached(steps), strict=True)
        for said in [_said(step, all_, say)]
    )  # fmt: skip
    return picture(id, "funnel", len(steps) * ROW - 0.3, title, told, *drawn)


def _said(step: Step, all_: int, say: Say) -> str:
    parts = [
        f"{say.said('到达')} {say.count(all_)}",
        f"{say.said('在此化解')} {say.count(step.contained)}",
        f"{say.said('在此以其他方式结束')} {say.count(step.ended - step.contained)}",
        f"{say.said('继续上行')} {say.count(all_ - step.ended)}",
    ]
    return say.said("，").join(parts)


def _row(top: float, step: Step, all_: int, row: tuple[Box | None, ...], say: Say) -> list[Markup]:
    drawn = [text(0, top + 1, step.name, "name"), text(1, top + 1, say.count(all_), "value", "end")]
    for tone, box in enumerate(row):
        if box is not None:
            drawn.append(rect(box, f"part flow-{tone}", f"{step.name}: {_said(step, all_, say)}"))
    return drawn
