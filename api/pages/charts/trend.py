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

TOP, HEIGHT, FOOT = 1.6, 7.0, 1.9  # em: room for the value over the line, the field, the months under it
SPARK = 2.2


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


def trend(id: str, title: str, months: Sequence[Month], say: Say, targets: Sequence[float] = ()) -> Markup:
    """A line with its scale, months and targets."""
    scale = [(share, TOP + HEIGHT * (1 - share)) for share in (0.0, 0.5, 1.0)]
    drawn = [line(0, y, 1, y, "grid") for _, y in scale]
    drawn += [text(0, y - 0.25, f"{share:.0%}", "scale") for share, y in scale if share]
    for target in targets:
        y = TOP + HEIGHT * (1 - target)
        drawn += [line(0, y, 1, y, "target"), text(1, y + 1.05, _asked(target, say), "target-name", "end")]
    drawn += _line(months, TOP, HEIGHT, say)
    drawn += _latest(months, say)
    for n, each in enumerate(months):
        shown = "month" if (len(months) - 1 - n) % 3 == 0 else "month between"
        drawn.append(text((n + 0.5) / len(months), TOP + HEIGHT + 1.4, each.name, shown, "middle"))
    return picture(id, "trend", TOP + HEIGHT + FOOT, title, _told(months, say), *drawn)


def spark(id: str, title: str, months: Sequence[Month], say: Say) -> Markup:
    """The same line without anything around it, for beside a number."""
    return picture(id, "spark", SPARK + 0.6, title, _told(months, say), *_line(months, 0.3, SPARK, say))


def _line(months: Sequence[Month], top: float, height: float, say: Say) -> list[Markup]:
    """Segments between neighbours, then the points over them."""
    places = spots(months, height)
    drawn = []
    for month, (before, after) in zip(months[1:], pairwise(places), strict=True):
        if before is not None and after is not None:
            class_ = "line provisional" if month.amount.provisional else "line"
            drawn.append(line(before.x, top + before.y, after.x, top + after.y, class_))
    for month, place in zip(months, places, strict=True):
        if place is not None:
            marks = [("weak", month.amount.weak), ("provisional", month.amount.provisional)]
            class_ = " ".join(["point", *(name for name, holds in marks if holds)])
            drawn.append(dot(place.x, top + place.y, 0.32, class_, f"{month.full}: {say.told(month.amount)}"))
    return drawn


def _latest(months: Sequence[Month], say: Say) -> list[Markup]:
    """The last value in numbers, over its point."""
    known = [(each, place) for each, place in zip(months, spots(months), strict=True) if place is not None]
    if not known:
        return [text(0.5, TOP + HEIGHT / 2, say.said("无案件"), "none", "middle")]
    month, place = known[-1]
    anchor = "end" if place.x > 0.85 else "middle" if place.x > 0.15 else "start"
    at = place.x + 0.5 / len(months) if anchor == "end" else place.x
    return [text(at, TOP + place.y - 0.7, say.share(month.amount.value), "value", anchor)]


def _asked(target: float, say: Say) -> str:
    return f"{say.said('目标')} {target:.0%}"


def _told(months: Sequence[Month], say: Say) -> str:
    return "; ".join(f"{each.full}: {say.told(each.amount)}" for each in months)
