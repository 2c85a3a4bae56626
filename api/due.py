"""The deadline that comes next, in words: 今天到期, 还有 3 天, 已逾期 2 天. How a duty stands, never how a person does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from api.views import last_day
from domain.calendar import TZ
from domain.organisation import local_date
from domain.policy import PolicySet
from domain.rule import Title
from projections.schema import parsed

HOUR = 3600


@dataclass(frozen=True)
class Due:
    """A deadline of a row: what is due, its last day in time, how it stands and how that is said."""

    title: Title
    at: datetime  # the first late instant
    on: date
    how: Literal["late", "soon", "in_time"]
    said: Title

    @property
    def kind(self) -> str:
        """The colour that stands beside the word."""
        return "" if self.how == "in_time" else self.how


def next_due(row: Mapping[str, Any], now: datetime, policy: PolicySet) -> Due | None:
    """Of a row of the worklist; None where no deadline runs."""
    if row["next_due"] is None:
        return None
    name = row["next_due_clock"]
    _, warn = row["clocks"][name]
    return told(clock_title(policy, name), parsed(row["next_due"]), parsed(warn) if warn else None, now)


def clock_title(policy: PolicySet, name: str) -> Title:
    """What a deadline is called by the rules in force: "D-FULFIL/2" is the second of its kind."""
    code, _, number = name.partition("/")
    rule = policy.rules.get(code)
    return Title(rule.title_zh + number, f"{rule.title_en} {number}".rstrip()) if rule else Title(name, name)


def told(title: Title, due: datetime, warn: datetime | None, now: datetime) -> Due:
    """How a running deadline stands at an instant."""
    on, today = last_day(due), local_date(now)
    days, local = (on - today).days, due.astimezone(TZ)
    hourly = (local.hour, local.minute) != (0, 0)
    if now >= due:
        return Due(title, due, on, "late", late_by(-days, int((now - due).total_seconds()) // HOUR))
    if days == 0:
        zh, en = (
            (f"今天{local:%H:%M}到期", f"Due today at {local:%H:%M}") if hourly else ("今天到期", "Due today")
        )
        return Due(title, due, on, "soon", Title(zh, en))
    if days == 1:
        return Due(title, due, on, "soon", Title("明天到期", "Due tomorrow"))
    how: Literal["soon", "in_time"] = "soon" if warn is not None and now >= warn else "in_time"
    return Due(title, due, on, how, Title(f"还有{days}天", f"{days} days left"))


def late_by(days: int, hours: int) -> Title:
    """By how much a deadline was missed: in days, before the first day is over in hours."""
    if days > 0:
        return Title(f"已逾期{days}天", f"{days} day{'s' * (days > 1)} overdue")
    if hours > 0:
        return Title(f"已逾期{hours}小时", f"{hours} hour{'s' * (hours > 1)} overdue")
    return Title("刚刚逾期", "Overdue")
