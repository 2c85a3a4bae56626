"""A running deadline as the log keeps it. Its arithmetic is in domain/deadline.py; here is only what is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ClockStatus(StrEnum):
    """How a deadline stands after the event that last touched it."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"  # what it asked for was done (in time or late: compare stopped_at with due)
    LAPSED = "lapsed"  # a right that was not used in time
    CANCELLED = "cancelled"  # the duty fell away (case closed another way, custody moved on)


@dataclass(frozen=True, slots=True)
class Pause:
    """A lawful pause: the cause, and when it began and ended (None while it lasts)."""

    cause: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """An approved extension: its length ("30 CD"), when and by which user it was approved."""

    length: str
    approved_at: datetime
    approved_by: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline of one case.

    `name` is the rule's code, followed by "/" and a number where a case has several ("D-FULFIL/2").
    `policy` ("CN-2022/1") and `calendar` (a version) say by which rules `due` was worked out, so that the
    explanation can be repeated word for word. `due` is the first instant at which the duty is late, `warn` the first
    at which it is yellow. `missed` holds the colours that the sweep has already recorded.
    """

    name: str
    policy: str
    calendar: str
    started_at: datetime
    length: str
    due: datetime
    warn: datetime | None = None
    status: ClockStatus = ClockStatus.RUNNING
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None
    stopped_at: datetime | None = None
    missed: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The rule's code, without the number."""
        return self.name.partition("/")[0]

    @property
    def is_open(self) -> bool:
        return self.status in (ClockStatus.RUNNING, ClockStatus.PAUSED)

    def is_late(self, at: datetime) -> bool:
        """Whether the duty was missed, seen from `at`: unmet past its due instant, or met after it."""
        if self.status is ClockStatus.RUNNING:
            return at >= self.due
        if self.status is ClockStatus.MET and self.stopped_at is not None:
            # met during a pause: the time since the pause began does not count, and `due` was not moved on
            counted_to = next((p.since for p in self.pauses if p.until is None), self.stopped_at)
            return counted_to >= self.due
        return False
