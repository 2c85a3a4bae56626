"""Which columns an exported list has. Places, states and days: no column of a person, and titles as pages show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from api.due import clock_title, next_due
from api.parties import anonymous
from api.views import last_day
from domain.calendar import TZ
from domain.clock import ClockStatus
from domain.names import CASE_TYPES, state_name, value_name
from domain.organisation import Organisation, local_date
from domain.policy import PolicySet
from domain.rule import Title
from domain.terms import Category, Channel, Level, Outcome, PetitionClass, Severity
from projections.schema import parsed

Cell = str | date | datetime | None
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """With what eyes the rows are read: language, now, the units by their names of today, the rules in force."""

    code: str
    now: datetime
    units: Organisation
    policy: PolicySet

    def say(self, title: Title) -> str:
        return title.zh if self.code == "zh" else title.en

    def named(self, kind: type[Any], value: Any) -> str:
        return "" if value in (None, "") else self.say(value_name(kind, value))

    def unit(self, code: str) -> str:
        on = local_date(self.now)
        return (
            self.units.get(code, on).name
            if self.units.exists(code) and self.units.is_active(code, on)
            else code
        )

    def yes(self, holds: bool) -> str:
        return self.say(Title("是", "yes") if holds else Title("否", "no"))


@dataclass(frozen=True)
class Column:
    """`width` in characters."""

    head: Title
    width: int
    cell: Callable[[Row, Seen], Cell]


def local(stored: str | None) -> datetime | None:
    """A stored instant in the zone of the jurisdiction, to the minute, as spreadsheets have it: without a zone."""
    return None if not stored else parsed(stored).astimezone(TZ).replace(tzinfo=None, second=0, microsecond=0)


def title_of(row: Row, seen: Seen) -> str:
    return anonymous(row["title"], {}, seen.code)


def _due(row: Row, seen: Seen) -> Cell:
    return last_day(parsed(row["next_due"])) if row["next_due"] else None


def _sort(row: Row, seen: Seen) -> Cell:
    return seen.named(Category, row["category"]) or seen.named(PetitionClass, row["petition_class"])


T = Title
# fmt: off
CASES: Final[Sequence[Column]] = (
    Column(T("编号", "Code"), 15, lambda row, seen: row["code"]),
    Column(T("类型", "Type"), 10, lambda row, seen: seen.say(CASE_TYPES.get(row["type"], T(row["type"], row["type"])))),
    Column(T("标题", "Title"), 40, title_of),
    Column(T("分类", "Category"), 16, _sort),
    Column(T("当前单位", "Held by"), 24, lambda row, seen: seen.unit(row["holder"])),
    Column(T("单位代码", "Unit code"), 18, lambda row, seen: row["holder"]),
    Column(T("状态", "State"), 20, lambda row, seen: seen.say(state_name(row["state"]))),
    Column(T("层级", "Level"), 12, lambda row, seen: seen.named(Level, row["level"])),
    Column(T("严重程度", "Severity"), 10, lambda row, seen: seen.named(Severity, row["severity"])),
    Column(T("渠道", "Channel"), 12, lambda row, seen: seen.named(Channel, row["channel"])),
    Column(T("上报时间", "Reported at"), 17, lambda row, seen: local(row["opened_at"])),
    Column(T("最近更新", "Updated at"), 17, lambda row, seen: local(row["updated_at"])),
    Column(T("当前期限", "Next deadline"), 24, lambda row, seen: (
        seen.say(clock_title(seen.policy, row["next_due_clock"])) if row["next_due"] else "")),
    Column(T("到期日", "Due on"), 12, _due),
    Column(T("期限情况", "Standing"), 14, lambda row, seen: (
        seen.say(due.said) if (due := next_due(row, seen.now, seen.policy)) else "")),
    Column(T("办结时间", "Closed at"), 17, lambda row, seen: local(row["closed_at"])),
    Column(T("办结结果", "Outcome"), 12, lambda row, seen: seen.named(Outcome, row["outcome"])),
)

DEADLINES: Final[Sequence[Column]] = (
    Column(T("编号", "Code"), 15, lambda row, seen: row["code"]),
    Column(T("标题", "Title"), 40, title_of),
    Column(T("期限", "Deadline"), 26, lambda row, seen: seen.say(T(row["title_zh"], row["title_en"]))),
    Column(T("责任单位", "Whose duty"), 24, lambda row, seen: seen.unit(row["unit"])),
    Column(T("单位代码", "Unit code"), 18, lambda row, seen: row["unit"]),
    Column(T("起算时间", "Started at"), 17, lambda row, seen: local(row["started_at"])),
    Column(T("到期日", "Due on"), 12, lambda row, seen: last_day(parsed(row["due"]))),
    Column(T("状态", "Status"), 12, lambda row, seen: seen.named(ClockStatus, row["status"])),
    Column(T("是否逾期", "Late"), 10, lambda row, seen: seen.yes(row["is_late"])),
    Column(T("终止时间", "Stopped at"), 17, lambda row, seen: local(row["stopped_at"])),
)
# fmt: on
