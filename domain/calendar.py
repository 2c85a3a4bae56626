"""节假日历: which days are worked, and in which zone a day begins. A calendar with another table is another version.

Never ask `weekday()` elsewhere: a Saturday may be worked (调休) and a Monday may be off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import Invalid
from domain.toml_table import TomlTable, parse_toml

TZ = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)

_ENGLISH = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "抗战胜利纪念日": "Victory Day",
}


@dataclass(frozen=True)
class YearTable:
    """One yearly notice: the days off, the days worked in exchange, and the holiday that each belongs to.

    A notice may reach into the last days of the year before it.
    """

    off: frozenset[date]
    work: frozenset[date]
    names: Mapping[date, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class WorkCalendar:
    """The days off and the make-up working days of some years, as one version.

    A day in a year without a table is judged by its weekday alone; `known` tells, so that an explanation can say it.
    """

    version: str
    years: Mapping[int, YearTable] = field(hash=False)
    tz: ZoneInfo = TZ
    _kinds: Mapping[date, bool] = field(init=False, repr=False, compare=False)  # True worked, False off
    _names: Mapping[date, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        kinds: dict[date, bool] = {}
        names: dict[date, str] = {}
        for _, table in sorted(self.years.items()):  # a later notice overrules an earlier one
            kinds |= dict.fromkeys(table.off, False) | dict.fromkeys(table.work, True)
            names |= table.names
        object.__setattr__(self, "_kinds", kinds)
        object.__setattr__(self, "_names", names)

    @classmethod
    def of(cls, years: Mapping[int, YearTable], tz: ZoneInfo = TZ) -> WorkCalendar:
        """A calendar whose version is told by its content: the same tables always have the same version."""
        told: list[Any] = [str(tz)]
        for year, table in sorted(years.items()):
            days = sorted(table.off | table.work)
            told.append([year, [[str(day), day in table.work, table.names.get(day, "")] for day in days]])
        content = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(content.encode()).hexdigest()[:12]
        span = f"{min(years)}-{max(years)}" if years else "weekends"
        return cls(f"{span}-{digest}", dict(years), tz)

    def with_year(self, year: int, table: YearTable) -> WorkCalendar:
        """This calendar with one year added or replaced. The same content gives the same version."""
        return WorkCalendar.of({**self.years, year: table}, self.tz)

    def known(self, year: int) -> bool:
        """Whether there is a table for this year."""
        return year in self.years

    def is_working_day(self, day: date) -> bool:
        told = self._kinds.get(day)
        return day.weekday() < 5 if told is None else told

    def is_make_up_day(self, day: date) -> bool:
        """Whether this is a weekend day worked in exchange for another (调休上班)."""
        return day.weekday() >= 5 and self.is_working_day(day)

    def name_zh(self, day: date) -> str:
        """Why the day is off: the holiday's name, or 周末; "" for a working day."""
        return (
            ""
            if self.is_working_day(day)
            else self._names.get(day) or ("放假" if day in self._kinds else "周末")
        )

    def name_en(self, day: date) -> str:
        if self.is_working_day(day):
            return ""
        told = self._names.get(day)
        if told is None:
            return "day off" if day in self._kinds else "weekend"
        return ", ".join(_ENGLISH.get(name, name) for name in told.split("、"))

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        return self.next_non_holiday(day + ONE_DAY)

    def next_non_holiday(self, day: date) -> date:
        """`day` itself when it is worked, else the first working day after it (Civil Code Art. 203: the last day of a
        term that falls on a day off moves to the day after the days off; a make-up working day is no day off)."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself is not counted; `day` for 0."""
        if count < 0:
            raise Invalid(
                "working days", count, "Count forward: give 0 or more.", "请向后计算：填不小于 0 的数。"
            )
        for _ in range(count):
            day = self.next_working_day(day)
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie after `after`, up to and including `until`; 0 when it is not later."""
        return sum(self.is_working_day(after + timedelta(days=n)) for n in range(1, (until - after).days + 1))

    def day_of(self, at: datetime) -> date:
        """The day on which an instant falls in this calendar's zone."""
        if at.tzinfo is None:
            raise Invalid(
                "instant",
                at.isoformat(),
                "Give it with a time zone, such as 2024-12-03T09:00:00+08:00.",
                "请写明时区，例如 2024-12-03T09:00:00+08:00。",
            )
        return at.astimezone(self.tz).date()

    def midnight(self, day: date) -> datetime:
        """The instant at which `day` begins."""
        return datetime.combine(day, time(), self.tz)


@cache
def builtin_calendar() -> WorkCalendar:
    """The project's own table (domain/holidays.toml), 2004 to 2026."""
    file = Path(__file__).with_name("holidays.toml")
    return WorkCalendar.of(read_yearly_toml(file.name, file.read_text(encoding="utf-8")))


def read_yearly_toml(name: str, text: str) -> dict[int, YearTable]:
    """Read years in the form of domain/holidays.toml: [2026], then a line per holiday: 春节 = { off = "…", work = "…" }.

    Raises Invalid, naming file, year and holiday, when the text has another form.
    """
    years = {}
    for year, lines in parse_toml(name, text).items():
        if not (year.isdecimal() and len(year) == 4 and isinstance(lines, dict)):
            raise Invalid(
                f"{name}.{year}",
                lines,
                "Write a table per year, such as [2026].",
                "请每年写一个表，例如 [2026]。",
            )
        years[int(year)] = _table(TomlTable(f"{name}.{year}", lines))
    if not years:
        raise Invalid(
            name,
            text[:40],
            "It tells no year: write a table per year, such as [2026].",
            "其中没有年份：请每年写一个表，例如 [2026]。",
        )
    return years


def _table(table: TomlTable) -> YearTable:
    year = int(table.where.rpartition(".")[2])
    off: dict[date, str] = {}
    work: dict[date, str] = {}
    for name in table.names():
        line = table.table(name)
        told = {field: line.take(field, str, "") for field in ("off", "work")}
        for kind, days in (("off", off), ("work", work)):
            try:
                days |= dict.fromkeys(_days(year, told[kind]), name)
            except ValueError:
                raise line.wrong(
                    kind,
                    told[kind],
                    'Write days such as "10-01..10-07 10-10".',
                    "请按“10-01..10-07 10-10”的样子填写日期。",
                ) from None
        line.done()
    return YearTable(frozenset(off), frozenset(work), off | work)


def _days(year: int, text: str) -> Iterator[date]:
    for part in text.split():
        first, _, last = part.partition("..")
        begin, end = (date.fromisoformat(d if len(d) > 5 else f"{year}-{d}") for d in (first, last or first))
        yield from (begin + timedelta(days=n) for n in range((end - begin).days + 1))


def read_yearly_json(text: str) -> tuple[int, YearTable]:
    """Read one year in the form of the public holiday-cn files: {"year", "days": [{"name", "date", "isOffDay"}]}.

    Raises Invalid, naming the entry, when the text has another form, or a day is told twice or lies outside the notice.
    """
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise Invalid(
            "calendar file",
            text[:40],
            f"It is no JSON ({broken}). Take the yearly file as published.",
            f"不是 JSON（{broken}）。请用按年发布的原文件。",
        ) from None
    year, days = (told.get("year"), told.get("days")) if isinstance(told, dict) else (None, None)
    if type(year) is not int or not 1949 <= year <= 9998:
        raise Invalid(
            "year",
            year,
            'The file must say its year, such as "year": 2026.',
            '文件须写明年份，例如 "year": 2026。',
        )
    if not isinstance(days, list) or not days:
        raise Invalid(
            "days",
            days,
            'The file must list its days: [{"name": …, "date": …, "isOffDay": …}].',
            '文件须列出各日：[{"name": …, "date": …, "isOffDay": …}]。',
        )
    kinds: dict[date, bool] = {}
    names: dict[date, str] = {}
    for number, entry in enumerate(days):
        day, off, name = _entry(f"days[{number}]", entry, year)
        if day in kinds:
            raise Invalid(
                f"days[{number}].date",
                str(day),
                "This day is told twice. Keep one entry for it.",
                "这一日写了两次，请保留一条。",
            )
        kinds[day], names[day] = off, name
    return year, YearTable(
        frozenset(d for d, off in kinds.items() if off),
        frozenset(d for d, off in kinds.items() if not off),
        names,
    )


def _entry(where: str, entry: object, year: int) -> tuple[date, bool, str]:
    if not isinstance(entry, dict):
        raise Invalid(
            where,
            entry,
            "Each day is an object with name, date and isOffDay.",
            "每一日须有 name、date 和 isOffDay 三项。",
        )
    written, off, name = entry.get("date"), entry.get("isOffDay"), entry.get("name", "")
    try:
        day = date.fromisoformat(written if isinstance(written, str) else "")
    except ValueError:
        raise Invalid(
            f"{where}.date", written, "Write the date as YYYY-MM-DD.", "日期请写成 YYYY-MM-DD。"
        ) from None
    if day.year != year and (day.year, day.month) != (year - 1, 12):
        raise Invalid(
            f"{where}.date",
            written,
            f"The notice of {year} tells days of {year} and of December before it.",
            f"{year}年的通知只列{year}年和上一年12月的日期。",
        )
    if not isinstance(off, bool):
        raise Invalid(
            f"{where}.isOffDay",
            off,
            "Write true for a day off, false for a make-up working day.",
            "休息日填 true，调休上班日填 false。",
        )
    if not isinstance(name, str):
        raise Invalid(
            f"{where}.name", name, "Write the holiday's name, such as 春节.", "请填节日名称，例如“春节”。"
        )
    return day, off, name
