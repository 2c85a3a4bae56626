"""时限计算: how a clock starts, stops for a while, is extended and ends, and how its due instant came about.

Pure functions on `Clock`; `due` is the first late instant. Do not add timedeltas to instants elsewhere: 60 calendar
days are not 60 times 24 hours, and the day on which an instant falls depends on the calendar's zone.

The reckoning and the explanation are one list of moves, so an explanation cannot differ from the date.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from domain.calendar import ONE_DAY, TZ, WorkCalendar
from domain.clock import Clock, ClockStatus, Extension, Pause
from domain.errors import Invalid
from domain.explanation import Move, Step, worded
from domain.length import Length, Unit
from domain.rule import Rule, Title

TICK: Final = timedelta(microseconds=1)

EXTENSION_PROBLEMS: Final[Mapping[str, Title]] = MappingProxyType(
    {
        "not_open": Title("该时限已经结束，不能延长。", "The deadline has ended; it cannot be extended."),
        "not_extendable": Title("该时限依规定不得延长。", "The rule knows no extension of this deadline."),
        "already_extended": Title("该时限已经延长过一次。", "The deadline was extended once already."),
        "other_unit": Title(
            "延长的单位与时限不符。", "The extension is in a unit that this deadline is not counted in."
        ),
        "too_long": Title("延长超过规定的最长期限。", "The extension is longer than the rule allows."),
        "too_late": Title(
            "时限届满后批准的延长无效。", "An extension approved after the deadline is not valid."
        ),
    }
)


def start(
    rule: Rule,
    policy_ref: str,
    calendar: WorkCalendar,
    at: datetime,
    *,
    number: str = "",
    length: Length | None = None,
    due: date | datetime | None = None,
) -> Clock:
    """A running clock. The rule's length holds unless `length` or `due` was agreed or ordered in this case.

    `due` as a date is the last day in time; as a datetime it is the first late instant, kept as it is. Raises Invalid
    when there is no length at all, or two, or an instant without zone.
    """
    if length is not None and due is not None:
        raise Invalid(
            "due",
            str(due),
            f"Give a length ({length}) or a date, not both.",
            f"期限长度（{length}）和日期只能填一项。",
        )
    term = due if due is not None else length or rule.length
    if term is None:
        raise Invalid(
            "length",
            None,
            f"{rule.code} is agreed per case: give a length or a date.",
            f"{rule.code} 由个案约定：请填期限长度或者日期。",
        )
    if isinstance(term, datetime) and term.tzinfo is None:
        raise Invalid(
            "due",
            term.isoformat(),
            "Give the instant with a time zone, or a date.",
            "请填带时区的时间，或者只填日期。",
        )
    text = str(term) if isinstance(term, Length) else term.isoformat()
    name = f"{rule.code}/{number}" if number else rule.code
    return _settled(Clock(name, policy_ref, calendar.version, at, text, at), rule, calendar)


def restart(clock: Clock, at: datetime, rule: Rule, calendar: WorkCalendar) -> Clock:
    """The same duty anew from `at`, under the policy it is bound to; pauses and extension belonged to the old run."""
    term = _term(clock)
    number = clock.name.partition("/")[2]
    length = term if isinstance(term, Length) else None
    return start(rule, clock.policy, calendar, at, number=number, length=length)


def pause(clock: Clock, cause: str, at: datetime, rule: Rule) -> Clock:
    """Stop the clock for a lawful cause. Unchanged when the rule does not know the cause, when the clock does not run,
    or when it is late already: a pause heals nothing. `due` keeps its value until the clock is resumed."""
    if cause not in rule.pause or clock.status is not ClockStatus.RUNNING or at >= clock.due:
        return clock
    earliest = max([clock.started_at, *(p.until for p in clock.pauses if p.until)])
    if at < earliest:
        remedy = f"The clock can be paused from {earliest.isoformat()} on."
        raise Invalid("at", at.isoformat(), remedy, f"最早可自{earliest:%Y-%m-%d %H:%M}起中止")
    return replace(clock, status=ClockStatus.PAUSED, pauses=(*clock.pauses, Pause(cause, at)))


def resume(clock: Clock, at: datetime, rule: Rule, calendar: WorkCalendar) -> Clock:
    """Let a paused clock run again, its due instant moved on by the time that was not counted. Else unchanged."""
    if clock.status is not ClockStatus.PAUSED:
        return clock
    *before, last = clock.pauses
    if at < last.since:
        remedy = f"The pause began at {last.since.isoformat()}; it cannot end before."
        raise Invalid("at", at.isoformat(), remedy, f"中止自{last.since:%Y-%m-%d %H:%M}起，恢复不能更早")
    pauses = (*before, replace(last, until=at))
    return _settled(replace(clock, status=ClockStatus.RUNNING, pauses=pauses), rule, calendar)


def extension_problem(clock: Clock, length: Length, at: datetime, rule: Rule) -> str | None:
    """Why this extension would not be lawful (a key of EXTENSION_PROBLEMS), or None. Who approves is not asked here."""
    if not clock.is_open:
        return "not_open"
    if rule.extend is None:
        return "not_extendable"
    if clock.extension is not None:
        return "already_extended"
    most, term = rule.extend.max, _term(clock)
    hourly = isinstance(term, datetime) or (isinstance(term, Length) and term.unit is Unit.H)
    if (most and length.unit is not most.unit) or (length.unit is Unit.H and not hourly):
        return "other_unit"
    if most and length.count > most.count:
        return "too_long"
    if rule.extend.before_due and clock.is_late(at):
        return "too_late"
    return None


def extend(clock: Clock, length: Length, at: datetime, by: str, rule: Rule, calendar: WorkCalendar) -> Clock:
    """The clock with an extension approved at `at` by the user `by`. Raises Invalid when it would not be lawful."""
    problem = extension_problem(clock, length, at, rule)
    if problem:
        raise Invalid("days", length.count, EXTENSION_PROBLEMS[problem].en, EXTENSION_PROBLEMS[problem].zh)
    return _settled(replace(clock, extension=Extension(str(length), at, by)), rule, calendar)


def stop(clock: Clock, at: datetime, status: ClockStatus) -> Clock:
    """End an open clock: MET, LAPSED or CANCELLED. An open pause stays open, so that the time in it is not held against
    the duty (see `Clock.is_late`). Raises Invalid when the clock has ended before."""
    if not clock.is_open:
        raise Invalid(
            "clock",
            clock.name,
            f"It ended before ({clock.status}). Stop only open clocks.",
            f"此期限已经结束（{clock.status}），只能停止进行中的期限。",
        )
    if status in (ClockStatus.RUNNING, ClockStatus.PAUSED):
        raise Invalid(
            "status", status, "A clock ends as met, lapsed or cancelled.", "期限只能以完成、失效或终止结束。"
        )
    return replace(clock, status=status, stopped_at=at)


def due_on(clock: Clock, tz: ZoneInfo = TZ) -> date:
    """The last day in time."""
    return (clock.due.astimezone(UTC) - TICK).astimezone(tz).date()


def explain(clock: Clock, rule: Rule, calendar: WorkCalendar) -> list[Step]:
    """How `clock.due` came about, step by step; the last step's `due` is `clock.due`.

    Ask with the rule of `clock.policy` and the calendar of `clock.calendar`; Invalid with others, since they would tell
    another story. While a pause lasts, the result is provisional and says so.
    """
    if rule.code != clock.code:
        raise Invalid(
            "rule",
            rule.code,
            f"Take rule {clock.code} of {clock.policy}.",
            f"请用 {clock.policy} 的规则 {clock.code}。",
        )
    if calendar.version != clock.calendar:
        raise Invalid(
            "calendar",
            calendar.version,
            f"Take the calendar of version {clock.calendar}.",
            f"请用版本为 {clock.calendar} 的日历。",
        )
    moves = _moves(clock, rule, calendar, _term(clock), rule.roll)
    return [worded(move, clock, rule, calendar) for move in moves]


def _term(clock: Clock) -> Length | date | datetime:
    """What the clock keeps as its length: "60 CD", an agreed last day, or an agreed instant."""
    if " " in clock.length:
        return Length.parse(clock.length)
    return datetime.fromisoformat(clock.length) if "T" in clock.length else date.fromisoformat(clock.length)


def _settled(clock: Clock, rule: Rule, calendar: WorkCalendar) -> Clock:
    """The clock with `due` and `warn` reckoned anew from what is recorded in it, under this calendar."""
    due = _moves(clock, rule, calendar, _term(clock), rule.roll)[-1].due
    warn = _moves(clock, rule, calendar, rule.warn, roll=False)[-1].due if rule.warn else None
    return replace(clock, calendar=calendar.version, due=due, warn=warn if warn and warn < due else None)


def _moves(
    clock: Clock, rule: Rule, calendar: WorkCalendar, term: Length | date | datetime, roll: bool
) -> list[Move]:
    """The reckoning: base, length, skipped days, pauses, extension, roll, result. Each move says where it leads."""
    way = _Way(calendar, clock.started_at, rule.exclude_start, term)
    unit = Unit.CD
    if isinstance(term, Length):
        unit = term.unit
        way.go("length", term)
    else:
        way.jump("length", term)
    for each in clock.pauses:
        if each.until is None:
            way.stay("pause", each)
        elif unit is Unit.H:
            way.go_time("pause", each.until - each.since, each)
        else:
            first, last = calendar.day_of(each.since), calendar.day_of(each.until)
            working = unit is Unit.WD
            days = calendar.working_days_between(first, last) if working else (last - first).days
            way.go("pause", Length(days, Unit.WD if working else Unit.CD), each)
    if clock.extension:
        way.go("extension", Length.parse(clock.extension.length), clock.extension)
    if roll:
        way.roll()
    way.stay("result")
    return way.moves


class _Way:
    """Walks from the start to the due instant and notes every move."""

    def __init__(self, calendar: WorkCalendar, at: datetime, exclude_start: bool, term: object) -> None:
        self.calendar = calendar
        day = calendar.day_of(at)
        if isinstance(term, Length) and term.unit is Unit.H:
            self.due = at.astimezone(calendar.tz)
        else:
            self.due = calendar.midnight(day + ONE_DAY if exclude_start else day)
        self.moves = [Move("base", day, day, self.due)]

    @property
    def day(self) -> date:
        """The last day in time, as far as we have come."""
        return self.calendar.day_of(self.due.astimezone(UTC) - TICK)

    def go(self, what: str, length: Length, detail: Pause | Extension | None = None) -> None:
        """Move on by a length; days keep the time of day (midnight, but for agreed instants)."""
        if length.unit is Unit.H:
            self.go_time(what, timedelta(hours=length.count), detail)
        else:
            before = self.day
            self._land(what, _day_after(before, length, self.calendar), detail, length)
            if length.unit is Unit.WD:
                self.moves.append(Move("skipped", before, self.day, self.due))

    def go_time(self, what: str, time: timedelta, detail: Pause | Extension | None = None) -> None:
        """Move on by exact time."""
        before = self.day
        self.due = (self.due.astimezone(UTC) + time).astimezone(self.calendar.tz)
        self.moves.append(Move(what, before, self.day, self.due, detail, time))

    def jump(self, what: str, term: date | datetime) -> None:
        """Go to an agreed day or instant."""
        before = self.day
        if isinstance(term, datetime):
            self.due = term.astimezone(self.calendar.tz)
        else:
            self.due = self.calendar.midnight(term + ONE_DAY)
        self.moves.append(Move(what, before, self.day, self.due))

    def stay(self, what: str, detail: Pause | None = None) -> None:
        self.moves.append(Move(what, self.day, self.day, self.due, detail))

    def roll(self) -> None:
        if not self.calendar.is_working_day(self.day) or not self.calendar.known(self.day.year):
            self._land("roll", self.calendar.next_non_holiday(self.day))

    def _land(
        self, what: str, day: date, detail: Pause | Extension | None = None, amount: Length | None = None
    ) -> None:
        before = self.day
        local = self.due.astimezone(self.calendar.tz)
        self.due = datetime.combine(local.date() + (day - before), local.time(), self.calendar.tz)
        self.moves.append(Move(what, before, day, self.due, detail, amount))


def _day_after(day: date, length: Length, calendar: WorkCalendar) -> date:
    if length.unit is Unit.WD:
        return calendar.add_working_days(day, length.count)
    if length.unit is Unit.CD:
        return day + timedelta(days=length.count)
    year, month = divmod(day.year * 12 + day.month - 1 + length.count, 12)
    last = monthrange(year, month + 1)[1]
    return date(
        year, month + 1, min(day.day, last)
    )  # the corresponding day, else month's end (Civil Code Art. 202)
