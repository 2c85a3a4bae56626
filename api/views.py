"""How a case and its deadlines look as JSON. References to people only: a name has no way into this file."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL

import msgspec

from api.forms import asks, has_route
from api.parties import called, without_tokens
from api.routes.commands import paths
from domain.actor import Actor
from domain.calendar import TZ
from domain.case import TYPES, Case, Party
from domain.clock import Clock, Extension, Pause
from domain.explanation import Step
from domain.scope import EVERYTHING, Scope
from workflows.service import Service
from workflows.table import Table

TICK = timedelta(microseconds=1)


@cache
def details(type_: str) -> tuple[str, ...]:
    """The attributes that belong to this type of case alone, in the order in which its class tells them."""
    blank, common = (
        cls.blank(NAMESPACE_URL, datetime.min.replace(tzinfo=UTC)) for cls in (TYPES[type_], Case)
    )
    return tuple(name for name in vars(blank) if name not in vars(common))


class ClockView(msgspec.Struct):
    """A deadline. `due` is the first late instant, `due_on` the last day in time; `late` as of now."""

    name: str
    zh: str
    en: str
    status: str
    started_at: datetime
    length: str
    due: datetime
    due_on: date
    warn: datetime | None
    late: bool
    policy: str
    basis: str
    pauses: tuple[Pause, ...]
    extension: Extension | None
    stopped_at: datetime | None
    missed: tuple[str, ...]


class CustodyView(msgspec.Struct):
    """One stay with a unit."""

    unit: str
    level: int | None
    since: datetime
    until: datetime | None
    sender: str
    taken: bool


class AllowedView(msgspec.Struct):
    """What the actor may do now, as far as the case alone tells: the address, and the facts that its form asks for."""

    trigger: str
    zh: str
    en: str
    href: str
    asks: list[dict[str, Any]]


class CaseView(msgspec.Struct):
    """A case as it is. `level` is 0 grid, 1 village, 2 township, 3 county; parties are references, never names.

    `details` holds what belongs to its type; `allowed` is null for somebody who has not chosen an office.
    """

    code: str
    type: str
    version: int
    state: str
    state_zh: str
    state_en: str
    level: int | None
    highest: int | None
    holder: str
    origin: str
    outcome: str | None
    title: str
    channel: str
    severity: str
    peak: str
    opened_at: datetime | None
    closed_at: datetime | None
    parties: list[Party]
    custody: list[CustodyView]
    clocks: list[ClockView]
    plan: dict[str, Any] | None
    joint: dict[str, Any] | None
    sponsor: str
    supervisions: dict[str, str]
    links: list[dict[str, str]]
    details: dict[str, Any]
    allowed: list[AllowedView] | None


def case_view(
    service: Service, case: Case, at: datetime, actor: Actor | None, scope: Scope = EVERYTHING
) -> CaseView:
    """A case as `at` sees it, with what the actor, who sees so much, may do."""
    table = service.engines[case.TYPE].table
    state = table.states[case.state]
    return CaseView(
        code=case.code,
        type=case.TYPE,
        version=case.version,
        state=case.state,
        state_zh=state.zh,
        state_en=state.en,
        level=_number(case.level),
        highest=_number(case.highest),
        holder=case.holder,
        origin=case.origin,
        outcome=None if case.outcome is None else str(case.outcome),
        title=without_tokens(case.title, called(case.parties)),
        channel=str(case.channel),
        severity=str(case.severity),
        peak=str(case.peak),
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        parties=list(case.parties),
        custody=[
            CustodyView(c.unit, _number(c.level), c.since, c.until, c.sender, c.taken) for c in case.custody
        ],
        clocks=[clock_view(service, clock, at) for clock in sorted(case.clocks.values(), key=_next_first)],
        plan=asdict(case.plan) if case.plan else None,
        joint=asdict(case.joint) if case.joint else None,
        sponsor=case.sponsor,
        supervisions={str(number): standing for number, standing in case.supervisions.items()},
        links=[{"relation": relation, "code": code} for relation, code in case.links],
        details={name: plain(getattr(case, name)) for name in details(case.TYPE)},
        allowed=None if actor is None else allowed_view(service, table, case, actor, scope),
    )


def allowed_view(service: Service, table: Table, case: Case, actor: Actor, scope: Scope) -> list[AllowedView]:
    ways = paths(table)
    return [
        AllowedView(
            trigger,
            *table.verbs[trigger],
            "/api/v1" + ways[trigger].format(code=case.code),
            asks(table, trigger),
        )
        for trigger in service.allowed(case, actor, scope)
        if has_route(table, trigger)
    ]


def clock_view(service: Service, clock: Clock, at: datetime) -> ClockView:
    rule = service.rule_of(clock)
    return ClockView(
        name=clock.name,
        zh=rule.title_zh,
        en=rule.title_en,
        status=str(clock.status),
        started_at=clock.started_at,
        length=clock.length,
        due=clock.due,
        due_on=last_day(clock.due),
        warn=clock.warn,
        late=clock.is_late(at),
        policy=clock.policy,
        basis=rule.basis,
        pauses=clock.pauses,
        extension=clock.extension,
        stopped_at=clock.stopped_at,
        missed=clock.missed,
    )


def last_day(due: datetime) -> date:
    """The last local day in time, of the first late instant."""
    return (due - TICK).astimezone(TZ).date()


class DeadlineView(msgspec.Struct):
    """A deadline of a case with the steps of its explanation."""

    clock: ClockView
    steps: list[Step]


def _number(level: int | None) -> int | None:
    return None if level is None else int(level)


def _next_first(clock: Clock) -> tuple[bool, datetime, str]:
    return not clock.is_open, clock.due, clock.name


def plain(value: Any) -> Any:
    """Plain data with sorted sets, so that the same case always reads the same."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return msgspec.to_builtins(
        value, str_keys=True, enc_hook=lambda other: dict(other) if hasattr(other, "keys") else str(other)
    )
