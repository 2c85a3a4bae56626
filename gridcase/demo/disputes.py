"""A dispute of the demonstration: its parties, the bench of whoever holds it, and how it comes in.

What is done then is told by stories (dispute_paths.py), of parts. Whether it may be done is decided by the workflow alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.case import Party
from domain.terms import Category, Channel, Level, Role
from gridcase.demo import wording as w
from gridcase.demo.casework import Matter, Path
from gridcase.demo.district import COUNTY, LINKAGE_ROOM
from gridcase.demo.people import Official, citizen, firm

R = Role
CHANNELS = {
    Channel.SCREENING: 30,
    Channel.PATROL: 14,
    Channel.DUTY_DESK: 18,
    Channel.VISIT: 7,
    Channel.PHONE: 8,
    Channel.HOTLINE: 5,
    Channel.WEB: 3,
    Channel.POLICE_110: 10,
    Channel.COURT_REFERRAL: 3,
    Channel.UPPER_UNIT: 2,
}

FOUND = {
    Channel.SCREENING: "半月排查",
    Channel.PATROL: "夜间巡防",
    Channel.VISIT: "入户走访",
    Channel.DUTY_DESK: "当事人到村值班室反映",
    Channel.PHONE: "当事人来电",
    Channel.HOTLINE: "12345 转办",
    Channel.POLICE_110: "110 警情分流",
    Channel.COURT_REFERRAL: "法院诉前委派",
    Channel.ENTERPRISE: "企业调委会报送",
    Channel.WEB: "网上申请",
    Channel.UPPER_UNIT: "上级交办",
}


class DisputeMatter(Matter):
    """A dispute in a grid: its parties, what it is about, and the bench of whoever holds it."""

    TYPE, PREFIX = "dispute", "D"

    category: Category | None = None  # what it must be about, if the story asks for it
    about: w.Subject
    parties: tuple[str, ...]
    twin: DisputeMatter | None = None  # the same matter, reported before

    def again(self) -> DisputeMatter:
        """The same matter of the same parties, about to be reported once more."""
        other = DisputeMatter(self.work, self.rng, self.grid, (1, 0))
        other.severity, other.twin = self.severity, self
        return other

    def report(self, channel: Channel | None = None, *, complex_110: bool = False) -> None:
        """上报: by the desk that the channel leads to."""
        rng, work = self.rng, self.work
        place, twin = work.district.name(self.village), self.twin
        category = twin.about.category if twin else self.category or w.category_of(rng, work.clock.day.month)
        self.about = twin.about if twin else w.dispute_subject(rng, place, category)
        self.channel = channel or rng.choices(tuple(CHANNELS), tuple(CHANNELS.values()))[0]
        if channel is None and category is Category.LABOUR and rng.random() < 0.3:
            self.channel = Channel.ENTERPRISE
        people = () if twin else self._people(category)
        self.parties = twin.parties if twin else tuple(one.subject_id for one in people)
        self.open(
            "report",
            self.desk(),
            people,
            origin=self.grid,
            channel=self.channel,
            title=self.about.title,
            category=category,
            parties=tuple(Party(subject) for subject in self.parties),
            severity=self.severity,
            summary=self.about.summary,
            found_how=FOUND.get(self.channel, ""),
            onset=work.clock.day - timedelta(days=rng.randint(1, 40)),
            complex_110=complex_110,
        )
        if self.channel is Channel.POLICE_110:
            work.start(feedback(self), self.days(1, 4) if complex_110 else self.days(0, 0), "feedback")

    def _people(self, category: Category) -> tuple[Any, ...]:
        home, number = self.work.district.name(self.grid), self.work.new_code("S")
        both = [citizen(f"{number}a", self.rng, home), citizen(f"{number}b", self.rng, home)]
        if category in (Category.LABOUR, Category.PROPERTY):
            both[1] = firm(f"{number}b", self.rng, self.work.district.name(self.township))
        return tuple(both)

    def desk(self) -> Official:
        """Who writes it down."""
        match self.channel:
            case Channel.SCREENING | Channel.PATROL | Channel.VISIT:
                return self.one(self.grid, R.REPORTER)
            case Channel.POLICE_110:
                return self.one(LINKAGE_ROOM, R.INTAKE)
            case Channel.COURT_REFERRAL | Channel.UPPER_UNIT | Channel.HOTLINE | Channel.WEB:
                return self.one(f"{self.township}-ZX", R.INTAKE)
            case Channel.ENTERPRISE:
                return self.one(f"{COUNTY}100-QY", R.MEDIATOR)
        return self.one(self.village, R.INTAKE)

    @property
    def committee(self) -> str:
        return f"{self.village}-TW"

    @property
    def centre(self) -> str:
        return f"{self.township}-ZX"

    def mediators(self) -> list[Official]:
        """Those of whoever holds it; the village's for a grid."""
        case = self.case
        here = self.village if case.level == Level.GRID else self.work.district.territory(case.holder)
        return self.work.staff.all(here, R.MEDIATOR)

    @property
    def chair(self) -> Official:
        return self.work.staff.by_user[self.case.chair]


def feedback(m: DisputeMatter) -> Path:
    """反馈 110: in a day, or in five for a complex one; now and then too late."""
    if m.rng.random() < 0.08:
        yield m.days(2, 6)
    m.do(
        "give_feedback",
        m.one(LINKAGE_ROOM, R.MEDIATOR),
        result="已由属地受理，正在调处，处理情况已告知派出所。",
    )
