"""A small township for tests: one county, two towns, three villages, two grids, and the people who work there."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count
from typing import Any

from domain.actor import Actor
from domain.calendar import TZ
from domain.case import Entry
from domain.terms import Role, UnitKind
from eventlog.log import EventLog
from workflows.command import Answer, Command
from workflows.service import Service

UNITS = (
    ("C", UnitKind.COUNTY, ""), ("CB", UnitKind.BUREAU, "C"),
    ("T1", UnitKind.TOWN, "C"), ("T1C", UnitKind.CENTRE, "T1"), ("T2", UnitKind.RURAL_TOWNSHIP, "C"),
    ("V1", UnitKind.VILLAGE, "T1"), ("V1M", UnitKind.COMMITTEE, "V1"), ("V2", UnitKind.COMMUNITY, "T1"),
    ("V3", UnitKind.VILLAGE, "T2"), ("G1", UnitKind.GRID, "V1"), ("G2", UnitKind.GRID, "V1"),
)  # fmt: skip

ADMIN = Actor("admin", Role.ORG_ADMIN, "C")
WANG = Actor("wang", Role.REPORTER, "G1")  # grid worker
LI = Actor("li", Role.MEDIATOR, "V1M")  # mediator of the village committee
ZHAO = Actor("zhao", Role.UNIT_HEAD, "V1")  # head of the village
QIAN = Actor("qian", Role.UNIT_HEAD, "T1")  # head of the township
SUN = Actor("sun", Role.MEDIATOR, "T1C")  # mediator of the township centre
ZHOU = Actor("zhou", Role.UNIT_HEAD, "C")  # head of the county
CHECKER = Actor("checker", Role.SUPERVISOR, "C")


def at(month: int, day: int, hour: int = 9, year: int = 2026) -> datetime:
    """A local instant of the year that the tests live in."""
    return datetime(year, month, day, hour, tzinfo=TZ)


class Now:
    """A clock that a test sets."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant


class Township:
    """A service over a log with these units; `do` fires a trigger and moves the clock to when it happens."""

    def __init__(self, log: EventLog, now: Now, jurisdiction: str = "CN") -> None:
        self.log, self.now = log, now
        numbers = count(1)
        self.service = Service(
            log,
            clock=now,
            jurisdiction=jurisdiction,
            new_code=lambda kind, _: f"{kind[0].upper()}-{next(numbers)}",
        )
        entry = Entry(ADMIN, now())
        for code, kind, parent in UNITS:
            self.service.reference.create_unit(
                code, code, kind, effective=date(2000, 1, 1), entry=entry, parent=parent
            )

    def report(self, when: datetime, **facts: Any) -> str:
        """A dispute between two parties in grid G1; answers with its code."""
        told = {
            "origin": "G1",
            "channel": "screening",
            "title": "晒谷场边界",
            "category": "neighbour",
            "parties": [{"subject": "s1"}, {"subject": "s2"}],
        }
        return self.do("report", "", when, WANG, type="dispute", **(told | facts)).case

    def do(self, trigger: str, case: str, when: datetime, actor: Actor, **facts: Any) -> Answer:
        """Fire a trigger at an instant. Names of `Command` fields among the facts go to the command."""
        self.now.instant = max(self.now.instant, when)
        own = {
            name: facts.pop(name) for name in ("type", "reason", "expected", "key", "people") if name in facts
        }
        return self.service.do(Command(trigger, case, actor, facts, at=when, **own))

    def in_mediation(self, when: datetime, **facts: Any) -> str:
        """A dispute in mediation in the village: offered, accepted, chair named, rights explained, consents given."""
        code = self.report(when, **facts)
        self.do("offer", code, when, WANG, unit="V1M")
        self.do("accept", code, when, LI, within_scope=True)
        self.do("assign_mediator", code, when, ZHAO, chair="li")
        self.do("explain_rights", code, when, LI, told=["s1", "s2"])
        self.do("consent", code, when, LI, party="s1")
        self.do("consent", code, when, LI, party="s2")
        self.do("open_mediation", code, when, LI)
        return code

    def session(self, code: str, when: datetime) -> None:
        self.do(
            "hold_session", code, when, LI, place="村委会", attended=["li", "s1", "s2"], record="双方陈述"
        )
