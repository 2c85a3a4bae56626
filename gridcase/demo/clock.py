"""The demonstration's time: a clock that is set, and the hours in which a township works.

Nobody asks the machine's clock here: the same last day always gives the same year.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from domain.calendar import ONE_DAY, TZ, WorkCalendar

MORNING, NOON, AFTERNOON, EVENING = (
    (8 * 60 + 35, 11 * 60 + 40),
    12 * 60,
    (13 * 60 + 35, 17 * 60 + 20),
    19 * 60 + 30,
)


class DemoClock:
    """Shows the instant it was set to, in UTC. The log and the service are both given it, so that they agree."""

    def __init__(self, at: datetime) -> None:
        self.now = at.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    @property
    def day(self) -> date:
        return self.now.astimezone(TZ).date()

    def set(self, at: datetime) -> None:
        """Move forward. Raises ValueError for an instant that is past: the log would record it out of order."""
        if at < self.now:
            raise ValueError(
                f"The demonstration's clock is at {self.now.isoformat()} and cannot go back to {at.isoformat()}."
            )
        self.now = at


def midnight(day: date) -> datetime:
    """The first instant of a local day."""
    return datetime.combine(day, time(), TZ).astimezone(UTC)


def at_minute(day: date, minute: int, second: int = 0) -> datetime:
    """The instant so many minutes after local midnight."""
    return midnight(day) + timedelta(minutes=minute, seconds=second)


def minute_of(at: datetime) -> int:
    local = at.astimezone(TZ)
    return local.hour * 60 + local.minute


class Hours:
    """When things happen: grid workers walk on every day, offices work on working days."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar

    @staticmethod
    def day_after(day: date) -> date:
        return day + ONE_DAY

    def office(self, day: date, rng: Random, after: int = 0) -> datetime | None:
        """An instant in the office hours of this day after a minute of it; None when there is none (left)."""
        if not self.calendar.is_working_day(day):
            return None
        spans = [
            (max(first, after), last) for first, last in (MORNING, AFTERNOON) if max(first, after) < last
        ]
        if not spans:
            return None
        first, last = spans[0] if len(spans) == 1 else rng.choice(spans)
        return at_minute(day, rng.randint(first, last), rng.randint(0, 59))

    def working_days_after(self, at: datetime, days: int, rng: Random) -> datetime:
        """Office hours so many working days later; 0 is still today, if there is time, else the next working day."""
        day = at.astimezone(TZ).date()
        if days == 0:
            later = self.office(day, rng, minute_of(at) + 20)
            if later is not None:
                return later
            days = 1
        while days:
            day += ONE_DAY
            days -= self.calendar.is_working_day(day)
        found = self.office(day, rng)
        assert found is not None
        return found

    def days_after(self, at: datetime, days: int, rng: Random) -> datetime:
        """Daytime so many calendar days later; 0 is a little later today, or tomorrow when it is evening."""
        day = at.astimezone(TZ).date()
        if days == 0:
            minute = minute_of(at) + rng.randint(25, 180)
            if minute <= EVENING:
                return at_minute(day, max(minute, MORNING[0]), rng.randint(0, 59))
            days = 1
        return at_minute(day + days * ONE_DAY, rng.randint(MORNING[0], EVENING), rng.randint(0, 59))
