"""The sweep: records which deadlines became late, and fires what the state says then. Twice does nothing twice.

It is told which cases to look at (a projection knows), but it believes only the case itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time

from domain.actor import SYSTEM
from domain.calendar import TZ
from domain.case import Case
from domain.clock import Clock, ClockStatus
from domain.errors import NotFound, Refused
from domain.policy import NATIONAL
from domain.rule import Breach
from domain.terms import Source
from workflows.command import Command
from workflows.service import Service


@dataclass
class SweepReport:
    """What a sweep did: cases looked at, (case, clock, colour) recorded as missed, (case, trigger) fired."""

    looked_at: int = 0
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    fired: list[tuple[str, str]] = field(default_factory=list)


def sweep(service: Service, cases: Iterable[str], at: datetime) -> SweepReport:
    """Look at these cases as of `at`; record what became late and fire what the tables say."""
    report, earliest = SweepReport(), first_law(service)
    for code in dict.fromkeys(cases):
        report.looked_at += 1
        try:
            case = service.case(code)
        except NotFound:
            continue
        for clock, colour, since in overdue(service, case, at):
            trigger = lateness(service, case, clock)
            facts = (
                {} if trigger else {"clock": clock.name, "colour": colour, "due": since, "unit": case.holder}
            )
            command = Command(
                trigger or "miss_deadline",
                code,
                SYSTEM,
                facts,
                at=max(since, earliest),
                reason=f"{clock.name} due {since.isoformat()}",
                key=f"sweep:{code}:{clock.name}:{clock.started_at.isoformat()}:{trigger or colour}",
                source=Source.SWEEP,
            )
            try:
                if service.do(command).repeated:
                    continue
            except Refused:  # the case moved on between the look and the command
                continue
            if trigger:
                report.fired.append((code, trigger))
                break  # the case stands elsewhere now; the next sweep looks again
            report.missed.append((code, clock.name, colour))
    return report


def first_law(service: Service) -> datetime:
    """The first instant that any policy covers. What a foreign log missed before is recorded as of then."""
    places = (service.jurisdiction, NATIONAL)
    return datetime.combine(
        min(s.effective_from for s in service.policies.all() if s.jurisdiction in places), time(), TZ
    )


def overdue(service: Service, case: Case, at: datetime) -> list[tuple[Clock, str, datetime]]:
    """The deadlines of a case that are late and not recorded yet: the clock, the colour, and since when."""
    found = []
    for clock in case.open_clocks():
        if clock.status is not ClockStatus.RUNNING:
            continue
        breach = str(service.rule_of(clock).breach)
        if clock.warn and clock.warn <= at and Breach.YELLOW not in clock.missed and breach == Breach.RED:
            found.append((clock, str(Breach.YELLOW), clock.warn))
        if clock.due <= at and breach not in clock.missed:
            found.append((clock, breach, clock.due))
    return sorted(found, key=lambda one: one[2])


def lateness(service: Service, case: Case, clock: Clock) -> str:
    """The trigger that the state names for this lateness; "" when it is only recorded."""
    state = service.engines[case.TYPE].table.states[case.state]
    return state.late if clock.code in state.runs else ""
