"""The year at work: what happens next is taken from one agenda, in order of time, and done by real commands.

A path (one matter's story) is a generator that yields the instant at which it goes on. Never insert rows here: what the
service refuses does not happen, and is counted.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from domain.actor import Actor
from domain.case import Case, case_id
from domain.errors import GridcaseError
from domain.terms import Role, Severity, Source
from eventlog.identity import Identity
from gridcase.demo.clock import DemoClock, Hours, midnight
from gridcase.demo.district import District
from gridcase.demo.letters import tell
from gridcase.demo.people import Official, Staff
from gridcase.demo.wording import LATE
from workflows.command import Answer, Command
from workflows.service import COMPANIONS, Service
from workflows.sweep import overdue, sweep

Path = Generator[datetime, None, None]
BATCH = 600  # commands in one transaction
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
ENTERED_LATE = frozenset(
    {"hold_session", "visit", "note_progress", "fulfil", "verify_fact", "hear_statement", "settle"}
)


class Rest(Exception):
    """A matter has reached the state in which the end of the year shall find it."""


class Casework:
    """Everything that happens in the year, in order of time."""

    def __init__(self, service: Service, clock: DemoClock) -> None:
        self.service, self.clock = service, clock
        self.district = District(service.reference, clock)
        self.staff = Staff(self.district)
        self.hours = Hours(service.reference.calendar())
        self.done: Counter[tuple[str, str]] = Counter()  # (case type, trigger) -> how often
        self.refusals: list[str] = []
        self._agenda: list[tuple[datetime, int, Path, str]] = []
        self._entries = 0
        self._due: list[tuple[datetime, str]] = []  # what the next nights have to look at
        self._next_due: dict[str, datetime] = {}
        self._codes: Counter[str] = Counter()
        self._cases: dict[str, Case] = {}  # as they were after the last command on them

    @property
    def commands(self) -> int:
        return self.done.total()

    def start(self, path: Path, at: datetime, name: str = "") -> None:
        """Let a path begin. Of two at one instant the one that was put first goes first."""
        self._entries += 1
        heapq.heappush(self._agenda, (max(at, self.clock.now), self._entries, path, name))

    def new_code(self, prefix: str) -> str:
        """Such as D-20260302-00017: the day, and a number that only grows."""
        self._codes[prefix] += 1
        return f"{prefix}-{self.clock.day:%Y%m%d}-{self._codes[prefix]:05}"

    def run(self, ends_at: datetime, told: Callable[[datetime], None] = lambda at: None) -> None:
        """Go on until `ends_at`. What is on the agenda then never happens."""
        self.start(self._nights(), midnight(self.clock.day))
        while self._agenda and self._agenda[0][0] <= ends_at:
            enough = self.commands + BATCH
            with self.service.log.batch():
                while self._agenda and self._agenda[0][0] <= ends_at and self.commands < enough:
                    at, _, path, name = heapq.heappop(self._agenda)
                    self.clock.set(at)
                    self._go_on(path, name)
            told(self.clock.now)

    def _go_on(self, path: Path, name: str) -> None:
        try:
            self.start(path, next(path), name)
        except (StopIteration, Rest):
            return
        except GridcaseError as refusal:
            self.refusals.append(f"{name} {self.clock.now.isoformat()}: {refusal}")

    def do(self, command: Command) -> Answer:
        answer = self.service.do(command)
        self.done[answer.type, command.trigger] += 1
        self.look(answer.case)
        if other := COMPANIONS.get(command.trigger):
            self.done[answer.type, other[1]] += 1
            self.look(str(command.facts[other[0]]))
        return answer

    def case(self, code: str) -> Case:
        """The case as it is now."""
        return self._cases[code]

    def look(self, code: str) -> None:
        """Take the case from the log's memory, and note when it will next be late, so that that night looks at it."""
        with self.service.log.checkout(case_id(code)) as (case,):
            assert isinstance(case, Case)
        self._cases[code] = case
        late = overdue(self.service, case, NEVER)
        if not late:
            self._next_due.pop(code, None)
        elif self._next_due.get(code) != late[0][2]:
            self._next_due[code] = late[0][2]
            heapq.heappush(self._due, (late[0][2], code))

    def _nights(self) -> Path:
        """Every midnight the sweep looks at the cases that became late during the day."""
        while True:
            at, looked_at = self.clock.now, []
            while self._due and self._due[0][0] <= at:
                due, code = heapq.heappop(self._due)
                if self._next_due.get(code) == due:
                    looked_at.append(code)
            report = sweep(self.service, looked_at, at)
            for code in looked_at:
                self._next_due.pop(code, None)
                self.look(code)
            for code, *_ in report.missed:
                self.done[self.case(code).TYPE, "miss_deadline"] += 1
            for code, trigger in report.fired:
                self.done[self.case(code).TYPE, trigger] += 1
            yield midnight(self.hours.day_after(self.clock.day))


class Matter:
    """One case and who works on it. Subclasses know what a dispute or a petition is about."""

    TYPE = ""
    PREFIX = ""

    def __init__(
        self, work: Casework, rng: Random, grid: str, severities: tuple[int, int], rests_in: str = ""
    ) -> None:
        """`severities` weighs 小事 against 大事; `rests_in` is the state in which the story stops."""
        self.work, self.rng, self.grid, self.rests_in = work, rng, grid, rests_in
        self.severity = rng.choices((Severity.MINOR, Severity.MAJOR), severities)[0]
        self.code = ""
        self.writes = False  # whether its letters are issued
        self._last = datetime.min.replace(tzinfo=UTC)

    # When.

    @property
    def now(self) -> datetime:
        return self.work.clock.now

    def days(self, least: int, most: int) -> datetime:
        """Daytime, some calendar days later."""
        return self.work.hours.days_after(self.now, self.rng.randint(least, most), self.rng)

    def workdays(self, least: int, most: int) -> datetime:
        """Office hours, some working days later."""
        return self.work.hours.working_days_after(self.now, self.rng.randint(least, most), self.rng)

    def hours(self, least: float, most: float) -> datetime:
        return self.now + timedelta(minutes=self.rng.randint(int(least * 60), int(most * 60)))

    # Where it stands.

    @property
    def case(self) -> Any:
        return self.work.case(self.code)

    @property
    def state(self) -> str:
        return str(self.case.state) if self.code else ""

    @property
    def is_open(self) -> bool:
        return bool(self.case.is_open)

    @property
    def village(self) -> str:
        return self.work.district.village(self.grid)

    @property
    def township(self) -> str:
        return self.work.district.township(self.grid)

    # Who.

    def one(self, unit: str, post: Role) -> Official:
        return self.rng.choice(self.work.staff.of(unit, post))

    def head(self, unit: str = "") -> Official:
        """Who heads the unit that holds the case, or another; for a grid, its village."""
        staff = self.work.staff
        return (staff.of(unit or self.case.holder, Role.UNIT_HEAD) or staff.of(self.village, Role.UNIT_HEAD))[
            0
        ]

    def upper_head(self) -> Official:
        """Who heads the territory above the one that holds the case."""
        district = self.work.district
        here = district.territory(self.case.holder)
        return self.work.staff.of(district.units.parent(here, self.work.clock.day), Role.UNIT_HEAD)[0]

    def citizen(self, subject: str, desk: Official) -> Actor:
        """A citizen acts through the desk that writes it down."""
        return Actor(desk.user, Role.CITIZEN, self.work.staff.actor(desk).unit, subject)

    # What.

    def do(self, trigger: str, who: Official | Actor, /, because: str = "", **facts: Any) -> Answer:
        """Carry out a command that happened some minutes ago; now and then one that was entered late."""
        return self._send(trigger, who, because, facts)

    def open(self, trigger: str, who: Official | Actor, people: Iterable[Identity], **facts: Any) -> Answer:
        """Open the case: from here on it has its code for life."""
        self.code = self.work.new_code(self.PREFIX)
        return self._send(trigger, who, "", facts, type=self.TYPE, people=tuple(people))

    def _send(
        self, trigger: str, who: Official | Actor, because: str, facts: dict[str, Any], **rest: Any
    ) -> Answer:
        actor = self.work.staff.actor(who) if isinstance(who, Official) else who
        at = self.now - timedelta(minutes=self.rng.randint(2, 25))
        if trigger in ENTERED_LATE and self.rng.random() < 0.03:
            earlier = self.now - timedelta(minutes=self.rng.randint(25 * 60, 44 * 60))
            if earlier > self._last:
                at, because = earlier, self.rng.choice(LATE)
        if at <= self._last:
            at = min(self.now, self._last + timedelta(minutes=self.rng.randint(1, 3)))
        self._last = at
        command = Command(trigger, self.code, actor, facts, at=at, reason=because, source=Source.DEMO, **rest)
        answer = self.work.do(command)
        if self.writes:
            tell(self.work, self.case, command)
        if self.rests_in == answer.state:
            raise Rest
        return answer
