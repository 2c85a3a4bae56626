"""A dot for each unit of a peer group on one scale: compares units, never people, and ranks nobody.

Rows come in the order in which they are given (that of the codes): a place in a list is no judgement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pages.charts.amount import Amount, Say
from api.pages.charts.svg import Box, dot, element, line, picture, rect, text

ROW, HEAD, TRACK, RADIUS = (
    2.7,
    2.2,
    1.85,
    0.45,
)  # em: of a row, of a group's name, from a row's top to its line


@dataclass(frozen=True, slots=True)
class Dot:
    """A unit and its share; `own` is the unit that the page is about."""

    name: str
    amount: Amount
    own: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The units that may be compared: townships of one class."""

    name: str
    dots: Sequence[Dot]


def dots(id: str, title: str, groups: Sequence[Group], say: Say, target: float | None = None) -> Markup:
    told = "; ".join(
        f"{group.name}: {say.said('，').join(f'{each.name} {say.told(each.amount)}' for each in group.dots)}"
        for group in groups
    )
    drawn, top = list[Markup](), 0.0
    for group in groups:
        if group.name:
            drawn.append(text(0, top + 1.2, group.name, "group"))
            top += HEAD
        for each in group.dots:
            drawn.append(element("g", *_row(top, each, say, target), class_=_class(each)))
            top += ROW
    return picture(id, "dots", top, title, told, *drawn)


def _class(each: Dot) -> str:
    marks = [("own", each.own), ("weak", each.amount.weak), ("provisional", each.amount.provisional)]
    return " ".join(["row", *(name for name, holds in marks if holds)])


def _row(top: float, each: Dot, say: Say, target: float | None) -> list[Markup]:
    amount, y = each.amount, top + TRACK
    said = say.share(amount.value)
    drawn = [
        *([rect(Box(0, top, 1, ROW - 0.2), "band")] if each.own else []),
        text(0, top + 1.1, each.name, "name"),
        text(1, top + 1.1, said, "value", "end"),
        line(0, y, 1, y, "track"),
    ]
    if target is not None:
        drawn.append(line(target, y - 0.4, target, y + 0.4, "target"))
    if amount.value is not None:
        drawn.append(dot(inset(amount), y, RADIUS, "point", f"{each.name}: {say.told(amount)}"))
    return drawn


def inset(amount: Amount) -> float:
    """Where the dot stands: the value, kept so far from the edges that no half of it is cut off on a phone."""
    return min(max(amount.at, 0.012), 0.988)
