"""Given a case, when somebody does something, then this is recorded, or that condition refuses it.

story = Story(engine, Petition)
story.given("receive", CLERK, at, **facts)                 # must succeed
story.when("accept", HEAD, at, **facts).then_refused("classified")
story.when("register", CLERK, at, **facts).then(state="reported.registered", event=PetitionRegistered)
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self

from domain.actor import Actor
from domain.calendar import TZ
from domain.case import Case, CaseEvent, Entry
from domain.deadline import due_on
from domain.errors import GridcaseError, Refused
from domain.organisation import Organisation
from domain.terms import Level, Outcome, Role, UnitKind
from domain.unit import ATTACHED_KINDS, Unit


def at(day: str, time: str = "09:00") -> datetime:
    """An instant in the township: at("2024-03-04") is nine in the morning."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=TZ)


FOUNDED = date(2000, 1, 1)


def organisation(*units: tuple[str, UnitKind, str]) -> Organisation:
    """Units as (code, kind, parent), parents first, all standing since 2000."""
    made = Organisation()
    entry = Entry(Actor("founder", Role.ORG_ADMIN), at(str(FOUNDED)))
    for code, kind, parent in units:
        level = made.level(parent, FOUNDED) if kind in ATTACHED_KINDS else None
        unit = Unit.create(code, code, kind, parent=parent, effective=FOUNDED, entry=entry, level=level)
        for event in unit.collect_events():
            made.apply(event)
    return made


class Story:
    """A case told step by step against a workflow. `event` and `problem` are what the last step came to."""

    def __init__(self, workflow: Any, kind: type[Case], code: str = "X-1") -> None:
        self.workflow, self.kind, self.code = workflow, kind, code
        self.told: Case | None = None
        self.event: Any = None
        self.problem: GridcaseError | None = None

    @property
    def case(self) -> Any:
        assert self.told is not None, "nothing has happened yet"
        return self.told

    def given(self, trigger: str, actor: Actor, at: datetime, **facts: Any) -> Self:
        """Something that happened before: it must succeed."""
        if self.told is None:
            self.told = self.kind.open(self.code, trigger, self.workflow, actor=actor, at=at, **facts)
            self.event = self.told.pending_events[-1]
        else:
            self.event = self.told.fire(trigger, self.workflow, actor=actor, at=at, **facts)
        return self

    def when(self, trigger: str, actor: Actor, at: datetime, **facts: Any) -> Self:
        """What is tried now: it may be refused."""
        self.event = self.problem = None
        try:
            return self.given(trigger, actor, at, **facts)
        except GridcaseError as problem:
            self.problem = problem
            return self

    def then(
        self,
        state: str | None = None,
        event: type[CaseEvent] | None = None,
        holder: str | None = None,
        level: Level | None = None,
        outcome: Outcome | None = None,
    ) -> Self:
        """It was recorded, and the case stands like this."""
        assert self.problem is None, str(self.problem)
        assert event is None or type(self.event) is event
        case = self.case
        stands = {"state": case.state, "holder": case.holder, "level": case.level, "outcome": case.outcome}
        asked = {"state": state, "holder": holder, "level": level, "outcome": outcome}
        assert {k: v for k, v in stands.items() if asked[k] is not None} == {
            k: v for k, v in asked.items() if v is not None
        }
        return self

    def then_refused(self, guard: str) -> Self:
        """Nothing was recorded, and the refusal names this guard."""
        assert isinstance(self.problem, Refused), self.problem or f"{self.event} was recorded"
        assert self.problem.guard == guard, str(self.problem)
        return self

    def due(self, clock: str) -> str:
        """The last day in time of a deadline of the case, such as "2024-05-19"."""
        return str(due_on(self.case.clocks[clock]))

    def clock(self, name: str) -> str:
        """How a deadline stands: running, paused, met, lapsed, cancelled; "" when it never began."""
        return str(self.case.clocks[name].status) if name in self.case.clocks else ""
