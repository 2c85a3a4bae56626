"""The page of a case: what it is, where it is, what is due and why, what happened, what can be done now.

Names are shown nowhere on it (parties.py); what somebody may see or do is decided by the service. Do not decide here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from api.access.sight import acting_scope, scope_of, seen_case
from api.access.signed import Me, Signed
from api.context import Context
from api.fact_kinds import BY_NAME, PERSON, USER
from api.forms import has_route
from api.here import Here
from api.pages.chart import Chart, chart, way
from api.pages.choices import path_of
from api.pages.live import SOON, Live
from api.pages.shell import page, words
from api.pages.steps import Group, grouped
from api.parties import called
from api.views import last_day
from domain.actor import Actor
from domain.calendar import TZ
from domain.case import Case, case_id
from domain.clock import Clock, ClockStatus
from domain.errors import NotFound
from domain.explanation import Step
from domain.organisation import Organisation, local_date
from domain.rule import Title
from domain.terms import Level
from projections.alike import Alike, alike
from projections.audit import history
from projections.schema import parsed
from workflows.accounts import Accounts
from workflows.who import RIGHT_POST

router = APIRouter()

SHOWN: Final = 12  # entries of the timeline, the newest first; the rest on demand
RELATIONS: Final[Mapping[str, Title]] = {
    "related": Title("关联", "related"),
    "merged_into": Title("已并入该案", "merged into it"),
    "absorbed": Title("该案已并入本案", "merged into this one"),
    "unmerged_from": Title("曾并入该案，后撤销", "was merged into it for a time"),
    "released": Title("该案曾并入本案，后移出", "was merged into this one for a time"),
    "settled_in": Title("在该案中调解", "mediated in it"),
    "new_facts_in": Title("新的事实理由另立该案", "new facts went into it"),
    "new_facts_of": Title("由该案的新事实而来", "came of its new facts"),
}


@dataclass(frozen=True)
class Duty:
    """A deadline as the page tells it. `how`: late, soon, in_time, paused, met, met_late, lapsed, cancelled."""

    title: Title
    how: str
    due: datetime
    on: date
    days: int  # calendar days left; negative when it is over
    hourly: bool  # it ends at an hour, not at midnight
    basis: str
    stopped: datetime | None
    steps: Sequence[Step]


@dataclass(frozen=True)
class Hindered:
    """What cannot be done now, and the condition that stands in the way."""

    verb: Title
    sentence: Title


@router.get("/cases/{code}")
def case_page(request: Request, context: Here, me: Me, code: str) -> Response:
    """Everything about a case on one page."""
    following = Live.of(context, code, SOON)
    case = seen_case(context, me, code)
    at = context.now()
    table = context.service.engines[case.TYPE].table
    with context.reads.connect() as connection:
        rows = history(connection, case.code, policies=context.service.policies, in_parts=True)
        near = likenesses(context, me, case, at, connection)
    actor = acting_on(context, me, case)
    groups = actions(context, case, actor)
    duties = [duty(context, case, clock, at) for clock in by_urgency(case)]
    done = request.query_params.get("done", "")
    return page(
        request, context, me, "case.html",
        live=following,
        case=case,
        names=called(case.parties),
        table=table,
        state=table.states.get(str(case.state)),
        path=list(path_of(context.service.reference.organisation(), case.holder, local_date(at))),
        duties=[one for one in duties if one.stopped is None],
        past_duties=[one for one in duties if one.stopped is not None],
        next_steps=[one for group in groups if group.name == "next" for one in group.actions],
        groups=[group for group in groups if group.name != "next"],
        hindered=hindered(context, case, actor),
        entries=list(reversed(rows)),
        shown=len(rows) if request.query_params.get("all") else SHOWN,
        chart=drawing(case, rows, table, words(request).code),
        done=Title(*table.verbs[done]) if done in table.verbs else None,
        in_charge=in_charge(case),
        officials=officials(context, rows, case),
        links=[(RELATIONS.get(relation, Title(relation, relation)), other) for relation, other in case.links],
        alike=near,
        may_reveal=any(one.trigger == "reveal" for group in groups for one in group.actions),
    )  # fmt: skip


def acting_on(context: Context, me: Signed, case: Case) -> Actor | None:
    """Who would act, in the office that they have chosen; None where that office does not see the case."""
    actor = me.actor() if me.acting else None
    seen = actor is not None and context.service.covers(acting_scope(context, me, actor), case)
    return actor if seen else None


def likenesses(
    context: Context, me: Signed, case: Case, at: datetime, connection: sa.Connection
) -> list[Alike]:
    """Cases of the same place that may be the same matter, without those that are linked already."""
    units, on = context.service.reference.organisation(), local_date(at)
    if not case.origin or not units.exists(case.origin) or case.opened_at is None:
        return []
    linked = {code for _, code in case.links}
    found = alike(
        connection, str(case_id(case.code)), case.title, [party.subject for party in case.parties],
        places(units, case.origin, on), case.opened_at, scope_of(context, me), on,
    )  # fmt: skip
    return [one for one in found if one.code not in linked]


def places(units: Organisation, origin: str, on: date) -> set[str]:
    """The village in which a case arose, with its grids and bodies; elsewhere the unit itself."""
    start = units.stand_in(origin, on) or origin
    if not units.is_active(start, on):
        return {origin}
    host = units.host(start, on)
    if units.level(host, on) == Level.GRID:
        host = units.parent(host, on) or host
    below = units.subtree(host, on) if units.level(host, on) <= Level.VILLAGE else {host}
    return {origin, *below}


def actions(context: Context, case: Case, actor: Actor | None) -> list[Group]:
    """The buttons, under their headings."""
    if actor is None:
        return []
    table = context.service.engines[case.TYPE].table
    allowed = [trigger for trigger in context.service.allowed(case, actor) if has_route(table, trigger)]
    return grouped(table, allowed, case)


def hindered(context: Context, case: Case, actor: Actor | None) -> list[Hindered]:
    """What this post does in this state, but cannot now: with the sentence of the condition that is not met."""
    if actor is None:
        return []
    engine = context.service.engines[case.TYPE]
    found = engine.hindered(case, actor, context.now())
    return [
        Hindered(Title(*engine.table.verbs[trigger]), Title(guard.zh, guard.en))
        for trigger, guard in found.items()
        if guard != RIGHT_POST and has_route(engine.table, trigger)
    ]


def hindrance(context: Context, case: Case, actor: Actor, trigger: str) -> Title | None:
    """Why this actor cannot take this step now; None when they can, as far as the case alone tells."""
    engine = context.service.engines[case.TYPE]
    if trigger in context.service.allowed(case, actor):
        return None
    guard = engine.hindered(case, actor, context.now()).get(trigger)
    if guard is None:
        return Title("此状态下没有这一步。", "There is no such step in this state.")
    return Title(f"{guard.zh}。", f"{guard.en[:1].upper()}{guard.en[1:]}.")


# People in charge.


def in_charge(case: Any) -> list[tuple[Title, list[str]]]:
    """Who answers for the case, by office: users."""
    named = [
        (Title("主持调解员", "Chair"), [getattr(case, "chair", "")]),
        (
            Title("调解员", "Mediators"),
            [one for one in getattr(case, "mediators", ()) if one != getattr(case, "chair", "")],
        ),
        (Title("承办人", "Handler"), [getattr(case, "handler", "")]),
        (Title("责任领导", "Leader"), [case.plan.leader] if case.plan else []),
        (Title("责任人", "Responsible"), [case.plan.person] if case.plan else []),
        (Title("包案领导", "Sponsor"), [case.sponsor]),
    ]
    return [(label, [user for user in users if user]) for label, users in named if any(users)]


def officials(context: Context, rows: Sequence[Mapping[str, Any]], case: Case) -> Mapping[str, str]:
    """User -> the name of the official, as far as accounts tell it."""
    users = {row["user"] for row in rows} | {user for _, users in in_charge(case) for user in users}
    for row in rows:
        users |= set(named_in(row["changes"]["facts"]))
    return Accounts(context.service.log, context.service.reference).names(sorted(users))


def named_in(facts: Mapping[str, Any]) -> Iterator[str]:
    """The accounts that the facts of an event name."""
    for fact, value in facts.items():
        if BY_NAME.get(fact) in (USER, PERSON):
            yield from (str(one) for one in (value if isinstance(value, list) else [value]) if one)


# Deadlines.


def by_urgency(case: Case) -> list[Clock]:
    return sorted(case.clocks.values(), key=lambda clock: (not clock.is_open, clock.due, clock.name))


def duty(context: Context, case: Case, clock: Clock, at: datetime) -> Duty:
    """A deadline with its explanation; without one where the holiday table that it was worked out with is unknown here."""
    rule = context.service.rule_of(clock)
    try:
        steps = context.service.explain(case, clock.name)
    except NotFound:
        steps = []
    on = last_day(clock.due)
    local = clock.due.astimezone(TZ)
    return Duty(
        Title(rule.title_zh, rule.title_en),
        standing(clock, at),
        clock.due,
        on,
        (on - local_date(at)).days,
        (local.hour, local.minute) != (0, 0),
        rule.basis,
        None if clock.is_open else clock.stopped_at,
        steps,
    )


def standing(clock: Clock, at: datetime) -> str:
    """How a duty stands at an instant, as the macro `duty` says it."""
    match clock.status:
        case ClockStatus.PAUSED:
            return "paused"
        case ClockStatus.MET:
            return "met_late" if clock.is_late(at) else "met"
        case ClockStatus.RUNNING if clock.is_late(at):
            return "late"
        case ClockStatus.RUNNING:
            soon = clock.warn if clock.warn is not None else clock.due - timedelta(days=1)
            return "soon" if at >= soon else "in_time"
    return str(clock.status)


# The way it went.


def drawing(case: Case, rows: Sequence[Mapping[str, Any]], table: Any, code: str) -> Chart:
    """The statechart, with the way told by the history; of a case that the read side does not know yet, where it is."""
    told = [(row["state"], parsed(row["occurred_at"])) for row in rows]
    if not told and case.opened_at is not None:
        told = [(str(case.state), case.opened_at)]
    return chart(table, way(told), code)
