"""A line through months. What was not counted breaks the line; what may still change is dashed and hollow.

Shares always stand on the scale from 0 to 100 %, so that charts side by side can be compared. Never begin a scale
above nought: it makes small changes look like large ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from api.pages.charts.amount import Amount, Say
from api.pages.charts.svg import dot, line, picture, text

TOP, HEIGHT, FOOT = 2.9, 7.0, 1.7  # em: the words over the field, the field, the months under it
SPARK, DOT, SPECK = (
    2.4,
    0.32,
    0.17,
)  # em: the field of a spark, the radius of a point, of one that is not the last
EVERY = 3  # months that are named on the axis, counted from the last


@dataclass(frozen=True, slots=True)
class Month:
    """A point: the name on the axis ("3月"), the full one ("2026年3月"), and the share."""

    name: str
    full: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a point lies: `x` a share of the width, `y` em from the top of the field."""

    x: float
    y: float


def spots(months: Sequence[Month], height: float = HEIGHT) -> list[Spot | None]:
    """One for each month, in the middle of its part of the width; None where nothing was counted."""
    return [
        None if each.amount.value is None else Spot((n + 0.5) / len(months), height * (1 - each.amount.at))
        for n, each in enumerate(months)
    ]


def trend(id: str, title: str, months: Sequence[Month], say: Say, target: float | None = None) -> Markup:
    """A line with its scale, the target, and in words the target and the last value."""
    scale = [(share, TOP + HEIGHT * (1 - share)) for share in (0.0, 0.5, 1.0)]
    drawn = [line(0, y, 1, y, "grid") for _, y in scale]
    if target is not None:
        y = TOP + HEIGHT * (1 - target)
        drawn += [line(0, y, 1, y, "target"), text(0, 1, say.target(target), "target-name")]
    drawn += [_latest(months, say), *_line(months, TOP, HEIGHT, say, DOT)]
    drawn += [text(0, y - 0.45, f"{share:.0%}", "scale") for share, y in scale if share]
    for n, each in enumerate(months):
        if (len(months) - 1 - n) % EVERY == 0:
            drawn.append(text((n + 0.5) / len(months), TOP + HEIGHT + 1.3, each.name, "month", "middle"))
    return picture(id, "trend", TOP + HEIGHT + FOOT, title, _told(months, say), *drawn)


def spark(id: str, title: str, months: Sequence[Month], say: Say) -> Markup:
    """The same line without anything around it, for beside a number."""
    drawn = _line(months, 0.4, SPARK, say, SPECK)
    return picture(id, "spark", SPARK + 0.8, title, _told(months, say), *drawn)


def _line(months: Sequence[Month], top: float, height: float, say: Say, radius: float) -> list[Markup]:
    """Segments between neighbours, then the points over them."""
    places = spots(months, height)
    drawn = []
    for month, (before, after) in zip(months[1:], pairwise(places), strict=True):
        if before is not None and after is not None:
            class_ = "line provisional" if month.amount.provisional else "line"
            drawn.append(line(before.x, top + before.y, after.x, top + after.y, class_))
    last = max((n for n, place in enumerate(places) if place is not None), default=-1)
    for n, (month, place) in enumerate(zip(months, places, strict=True)):
        if place is not None:
            marks = [("weak", month.amount.weak), ("provisional", month.amount.provisional)]
            class_ = " ".join(["point", *(name for name, holds in marks if holds)])
            drawn.append(
                dot(
                    place.x,
                    top + place.y,
                    DOT if n == last else radius,
                    class_,
                    f"{month.full}: {say.told(month.amount)}",
                )
            )
    return drawn


def _latest(months: Sequence[Month], say: Say) -> Markup:
    """The last value in numbers, with its month."""
    known = _counted(months)
    if not known:
        return text(1, 1, say.said("无案件"), "none", "end")
    return text(1, 1, f"{known[-1].name} {say.share(known[-1].amount.value)}", "value", "end")


def _told(months: Sequence[Month], say: Say) -> str:
    """From where to where. Month by month it stands in the table beside, where it can be walked through."""
    known = _counted(months)
    if not known:
        return say.said("无案件")
    ends = known[:1] + known[1:][-1:]
    return " → ".join(f"{each.full}: {say.told(each.amount)}" for each in ends)


def _counted(months: Sequence[Month]) -> list[Month]:
    return [each for each in months if each.amount.value is not None]
