"""时限说明: the words in which a due date tells how it came about. Only wording; domain/deadline.py does the counting.

Sentences are part of what people are told in letters: change them together with their tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain.calendar import ONE_DAY, WorkCalendar
from domain.clock import Clock, Extension, Pause
from domain.length import Length, Unit
from domain.rule import PAUSE_CAUSES, Rule, Title


class Move(NamedTuple):
    """One move of the reckoning: from which last day to which, and the first late instant after it.

    `detail` is the pause or the extension behind it, `amount` by how much it moved on.
    """

    what: str
    before: date
    day: date
    due: datetime
    detail: Pause | Extension | None = None
    amount: Length | timedelta | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation.

    `what` is base, length, skipped, pause, extension, roll or result. `date` is the last day in time so far, `due` the
    first late instant if the reckoning ended here, `days` the calendar days that this step added (or, for skipped, the
    days that were passed over).
    """

    what: str
    date: date
    due: datetime
    days: int
    sentence_zh: str
    sentence_en: str


def worded(move: Move, clock: Clock, rule: Rule, calendar: WorkCalendar) -> Step:
    """A move in Chinese and English."""
    days = (move.day - move.before).days
    match move.what, move.detail:
        case "base", _:
            said = _base(move, clock, rule)
        case "skipped", _:
            skipped = [day for day in _days(move) if not calendar.is_working_day(day)]
            days, said = len(skipped), _skipped(move, calendar, skipped)
        case "length", _ if move.amount is not None:
            said = _length(move, move.amount)
        case "length", _:
            said = Title(f"约定期限至{_when(move)}。", f"Agreed term: until {_when(move)}.")
        case "pause", Pause() as pause:
            said = _pause(move, pause, calendar)
        case "extension", Extension() as extension:
            said = _extension(move, extension, calendar)
        case "roll", _:
            said = _roll(move, calendar)
        case _:
            said = Title(
                f"最后一日为{move.day}，自{_minute(move.due)}起逾期。",
                f"The last day in time is {move.day}; late from {_minute(move.due)}.",
            )
    return Step(move.what, move.day, move.due, days, said.zh, said.en)


def _base(move: Move, clock: Clock, rule: Rule) -> Title:
    if clock.length.endswith(f" {Unit.H}"):
        return Title(
            f"自{_minute(move.due)}开始计时（{clock.policy} {rule.code}，依据：{rule.basis}）。",
            f"Starts at {_minute(move.due)} ({clock.policy} {rule.code}; basis: {rule.basis}).",
        )
    counted = Title("不计入", "not counted") if rule.exclude_start else Title("计入", "counted")
    return Title(
        f"{move.day}开始，当日{counted.zh}（{clock.policy} {rule.code}，依据：{rule.basis}）。",
        f"Starts on {move.day}, that day {counted.en} ({clock.policy} {rule.code}; basis: {rule.basis}).",
    )


def _length(move: Move, amount: Length | timedelta) -> Title:
    clipped = isinstance(amount, Length) and amount.unit is Unit.MO and move.day.day < move.before.day
    by = _amount(amount)
    return Title(
        f"加{by.zh}，至{_when(move)}{'（该月无对应日，以月末日为准）' if clipped else ''}。",
        f"Plus {by.en}: until {_when(move)}"
        f"{' (the month has no corresponding day: its last day)' if clipped else ''}.",
    )


def _skipped(move: Move, calendar: WorkCalendar, skipped: list[date]) -> Title:
    runs = list(_runs(skipped, calendar))
    worked = [str(day) for day in _days(move) if calendar.is_make_up_day(day)]
    zh = (
        "其间跳过" + "、".join(f"{_span(a, b, '至')}（{calendar.name_zh(a)}）" for a, b in runs)
        if runs
        else "其间无休息日"
    )
    en = (
        "Skipped: " + ", ".join(f"{_span(a, b, ' to ')} ({calendar.name_en(a)})" for a, b in runs)
        if runs
        else "No day off"
    )
    if worked:
        zh += f"；{'、'.join(worked)}调休上班，计入"
        en += f"; counted as make-up working days: {', '.join(worked)}"
    note = _unknown(range(move.before.year, move.day.year + 1), calendar)
    return Title(f"{zh}{note.zh}。", f"{en}{note.en}.")


def _pause(move: Move, pause: Pause, calendar: WorkCalendar) -> Title:
    cause = PAUSE_CAUSES[pause.cause]
    since = calendar.day_of(pause.since)
    if pause.until is None:
        return Title(
            f"自{since}起因{cause.zh}暂停计时；恢复前以下日期为暂定。",
            f"Paused since {since} ({cause.en}); until it resumes, what follows is provisional.",
        )
    until = calendar.day_of(pause.until)
    by = _amount(move.amount or timedelta())
    return Title(
        f"{since}至{until}因{cause.zh}暂停{by.zh}，不计入期限，顺延至{_when(move)}。",
        f"Paused {since} to {until} ({cause.en}): {by.en} not counted, until {_when(move)}.",
    )


def _extension(move: Move, extension: Extension, calendar: WorkCalendar) -> Title:
    length, approved = Length.parse(extension.length), calendar.day_of(extension.approved_at)
    return Title(
        f"{approved}批准延长{length.title_zh}，至{_when(move)}。",
        f"Extended by {length.title_en}, approved on {approved}: until {_when(move)}.",
    )


def _roll(move: Move, calendar: WorkCalendar) -> Title:
    note = _unknown([move.before.year], calendar)
    if move.day == move.before:
        return Title(
            f"最后一日{move.day}不是休息日{note.zh}。", f"The last day {move.day} is no day off{note.en}."
        )
    return Title(
        f"最后一日{move.before}为{calendar.name_zh(move.before)}，顺延至其后首个工作日{move.day}{note.zh}。",
        f"The last day {move.before} is off ({calendar.name_en(move.before)}): "
        f"moved to the next working day {move.day}{note.en}.",
    )


def _unknown(years: range | list[int], calendar: WorkCalendar) -> Title:
    unknown = [str(year) for year in years if not calendar.known(year)]
    if not unknown:
        return Title("", "")
    return Title(
        f"（{'、'.join(unknown)}年没有节假日表，只按周末计算）",
        f" (no holiday table for {', '.join(unknown)}: by weekends alone)",
    )


def _days(move: Move) -> list[date]:
    return [move.before + timedelta(days=n) for n in range(1, (move.day - move.before).days + 1)]


def _runs(days: list[date], calendar: WorkCalendar) -> Iterator[tuple[date, date]]:
    """Neighbouring days off of one name, as first and last day."""
    first: date | None = None
    for n, day in enumerate(days):
        first = first or day
        after = days[n + 1] if n + 1 < len(days) else None
        if after != day + ONE_DAY or calendar.name_zh(after) != calendar.name_zh(day):
            yield first, day
            first = None


def _amount(amount: Length | timedelta) -> Title:
    if isinstance(amount, Length):
        return Title(amount.title_zh, amount.title_en)
    hours, seconds = divmod(int(amount.total_seconds()), 3600)
    if not seconds:
        return Title(Length(hours, Unit.H).title_zh, Length(hours, Unit.H).title_en)
    return Title(f"{hours}小时{seconds // 60}分", f"{hours} h {seconds // 60} min")


def _span(first: date, last: date, to: str) -> str:
    return str(first) if first == last else f"{first}{to}{last}"


def _when(move: Move) -> str:
    """The day, or the minute where the term does not end with a day."""
    local = move.due
    return str(move.day) if (local.hour, local.minute, local.second) == (0, 0, 0) else _minute(local)


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
