"""Horizontal bars on one scale from 0 to 100 %, each with the share that the duty asks for.

A missing value has no bar at all, only its words: an empty track would read as nought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pages.charts.amount import Amount, Say
from api.pages.charts.svg import Box, element, line, picture, rect, text

ROW, TRACK, BAR = 3.4, 1.5, 1.0  # em: of a row, from its top to the bar, of the bar


@dataclass(frozen=True, slots=True)
class Bar:
    """A name and its share; `target` is what is asked for, as a share, or None."""

    name: str
    amount: Amount
    target: float | None = None


def boxes(rows: Sequence[Bar], full: float = 1.0) -> list[Box | None]:
    """The bar of each row; None where there is no value. `full` is the share that fills the width."""
    return [
        None if row.amount.value is None else Box(0.0, n * ROW + TRACK, min(row.amount.at / full, 1.0), BAR)
        for n, row in enumerate(rows)
    ]


def bars(id: str, title: str, rows: Sequence[Bar], say: Say, *, full: float = 1.0) -> Markup:
    """`full` is the share that fills the width: less than 1 where no share comes near it, and then without targets."""
    if not rows:
        return picture(id, "bars", 2.0, title, say.said("无案件"), text(0, 1.2, say.said("无案件"), "none"))
    words = "; ".join(f"{row.name}: {told(row, say)}" for row in rows)
    drawn = [
        element("g", *_row(n, row, box, say), class_=_class(row))
        for n, (row, box) in enumerate(zip(rows, boxes(rows, full), strict=True))
    ]
    return picture(id, "bars", len(rows) * ROW - 0.4, title, words, *drawn)


def told(row: Bar, say: Say) -> str:
    """The value, and whether it is what was asked for. Few cases are not judged."""
    amount, target = row.amount, row.target
    words = say.told(amount)
    if target is None:
        return words
    return say.said("，").join((words, say.target(target), *verdict(amount, target, say)))


def verdict(amount: Amount, target: float, say: Say) -> tuple[str, ...]:
    if amount.value is None or amount.weak:
        return ()
    return (say.said("达标") if amount.value >= target else say.said("未达标"),)


def _class(row: Bar) -> str:
    amount = row.amount
    marks = [("weak", amount.weak), ("provisional", amount.provisional)]
    missed = (
        row.target is not None and amount.value is not None and not amount.weak and amount.value < row.target
    )
    return " ".join(["row", *(name for name, holds in [*marks, ("missed", missed)] if holds)])


def _row(n: int, row: Bar, box: Box | None, say: Say) -> list[Markup]:
    top = n * ROW
    parts = [
        text(
            0,
            top + 1,
            row.name,
            "name",
            more=f" · {say.target(row.target)}" if row.target is not None else "",
        ),
        text(1, top + 1, say.share(row.amount.value), "value", "end"),
    ]
    if box is None:
        words = say.said("，").join(say.caveats(row.amount))
        return [*parts, text(0, top + TRACK + 0.8, words, "none")]
    parts += [rect(Box(0, box.y, 1, BAR), "track"), rect(box, "bar", f"{row.name}: {told(row, say)}")]
    if row.target is not None:
        parts.append(line(row.target, box.y - 0.25, row.target, box.bottom + 0.25, "target"))
    return parts
