"""The demonstration's year as a whole: what happens on which day, and how it is loaded.

All chance is `random.Random(seed)`: the same last day and seed give the same events, byte for byte.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path as FilePath
from random import Random
from typing import Any

from domain.actor import Actor
from domain.case import Entry
from domain.errors import Invalid
from domain.terms import Role, Source
from eventlog.log import EventLog
from gridcase.demo import accounts, dispute_paths, district, letters, petition_paths
from gridcase.demo.casework import Casework, Matter, Path
from gridcase.demo.clock import EVENING, MORNING, DemoClock, at_minute, midnight
from gridcase.demo.disputes import DisputeMatter
from gridcase.demo.petitions import PetitionMatter
from workflows.accounts import Accounts
from workflows.service import Service

DAYS, DISPUTES, PETITIONS = 365, 3_000, 600
BUSY = (10, 10, 10, 10, 10, 6, 5)  # Monday to Sunday
GRID_SHARE = {"001": 30, "100": 26, "101": 17, "102": 15, "200": 9, "201": 9}  # by township


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was loaded. `refused` counts steps that the workflow did not allow: none, unless rules changed."""

    units: int
    disputes: int
    petitions: int
    letters: int
    commands: int
    refused: int
    seconds: float


class Year:
    """A year of a district, ready to run."""

    def __init__(
        self,
        log: EventLog,
        clock: DemoClock,
        ends_on: date,
        seed: int,
        scale: float,
        font_folder: FilePath | None,
    ) -> None:
        self.log, self.clock, self.ends_on, self.seed = log, clock, ends_on, seed
        self.first = ends_on - timedelta(days=DAYS)
        self.rng = Random(seed)
        self.work = Casework(Service(log, clock=clock), clock)
        self.writes = letters.press(self.work.service, font_folder)
        self.grids = district.GRIDS
        self.shares = [GRID_SHARE[grid[6:9]] for grid in self.grids]
        self.scale = scale
        self.begun = 0

    def run(self, progress: Callable[[float], None]) -> None:
        reference, admin = self.work.service.reference, self.work.staff.admin
        actor = Actor(admin.user, Role.ORG_ADMIN, district.COUNTY)
        with self.log.batch():
            self.units = district.found(reference, self._entry(actor, "机构底册导入", ""))
        self.accounts = Accounts(self.log, reference, self.clock)
        accounts.open_accounts(self.accounts)
        self.work.start(self._reorganised(actor), at_minute(self.first + timedelta(days=150), 9 * 60))
        for table, kind, total in (
            (dispute_paths, DisputeMatter, DISPUTES),
            (petition_paths, PetitionMatter, PETITIONS),
        ):
            self._plan(table, kind, round(total * self.scale))
        span = (midnight(self.ends_on) - self.clock.now).total_seconds()
        self.work.run(
            midnight(self.ends_on),
            lambda at: progress(1 - (midnight(self.ends_on) - at).total_seconds() / span),
        )

    def _entry(self, actor: Actor, reason: str, basis: str) -> Entry:
        return Entry(actor, self.clock.now, reason, basis, source=Source.DEMO)

    def _reorganised(self, actor: Actor) -> Path:
        """One merger and one new name in the middle of the year, so that lineage shows."""
        reference, today = self.work.service.reference, self.clock.day
        district.merge_villages(reference, self._entry(actor, "行政村规模调整", "澄政发〔调整〕12号"), today)
        accounts.move_merged(self.accounts, today)
        yield at_minute(today + timedelta(days=45), 10 * 60)
        district.rename_village(
            reference, self._entry(actor, "村民代表会议表决更名", "澄政函〔更名〕5号"), self.clock.day
        )

    def _plan(self, table: Any, kind: type[Matter], total: int) -> None:
        """Each path once in the first months, what is open at the end, and the rest by weight through the year."""
        paths: Sequence[tuple[Any, int, Any]] = table.PATHS
        for n, (path, _, severity) in enumerate(paths):
            day = self.first + timedelta(days=4 + n * 120 // len(paths))
            self._begin(kind, path, severity, day, writes=path.__name__ in letters.SHOWN)
        resting = 0
        for state, path, severity, soonest, latest in table.OPEN_AT_THE_END:
            for n in range(max(3, round(4 * self.scale))):
                day = self.ends_on - timedelta(days=self.rng.randint(soonest, latest))
                self._begin(kind, path, severity, day, state, writes=n == 0)
                resting += 1
        days = [self.first + timedelta(days=n) for n in range(DAYS)]
        busy = [BUSY[day.weekday()] for day in days]
        weights = [weight for _, weight, _ in paths]
        for _ in range(max(0, total - len(paths) - resting)):
            path, _, severity = self.rng.choices(paths, weights)[0]
            self._begin(kind, path, severity, self.rng.choices(days, busy)[0])

    def _begin(
        self, kind: type[Matter], path: Callable[[Any], Path], severity: Any, day: date, rests_in: str = "",
        writes: bool = False,
    ) -> None:  # fmt: skip
        self.begun += 1
        grid = self.rng.choices(self.grids, self.shares)[0]
        matter = kind(self.work, Random(f"{self.seed}/{self.begun}"), grid, severity, rests_in)
        matter.writes = self.writes and (writes or letters.wanted(matter, day, self.ends_on))
        self.work.start(
            path(matter),
            at_minute(day, self.rng.randint(MORNING[0], EVENING), self.rng.randint(0, 59)),
            path.__name__,
        )


def load_demo(
    open_log: Callable[[Callable[[], datetime]], EventLog],
    *,
    ends_on: date,
    seed: int = 1,
    scale: float = 1.0,
    progress: Callable[[float], None] | None = None,
    font_folder: FilePath | None = None,
) -> DemoReport:
    """Write the year of casework that ends with the midnight on which `ends_on` begins, through the real commands.

    `open_log` is given the demonstration's clock and answers with an empty log that records by it; it is closed at the
    end. `scale` 1 are some 3,000 disputes and 600 petitions; every path happens at least once at any scale. `progress`
    is told the share of the year that is done. Raises `Invalid` when something is in the log already.
    """
    began = time.perf_counter()
    clock = DemoClock(at_minute(ends_on - timedelta(days=DAYS + 1), 9 * 60))
    log = open_log(clock)
    try:
        log.prepare()
        if log.head():
            raise Invalid(
                "database",
                log.head(),
                "The demonstration needs an empty log: name another database.",
                "演示数据须装入空数据库：请另指定一个数据库。",
            )
        year = Year(log, clock, ends_on, seed, scale, font_folder)
        year.run(progress or (lambda share: None))
    finally:
        log.close()
    work = year.work
    opened = work.done["dispute", "report"], work.done["petition", "receive"]
    issued = sum(work.done[kind, "issue_letter"] for kind in ("dispute", "petition"))
    return DemoReport(
        year.units, *opened, issued, work.commands, len(work.refusals), time.perf_counter() - began
    )
