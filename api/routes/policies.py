"""Policies: the deadline rules of a jurisdiction as versioned data, and how a due date comes about under them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Response

from api.fields import Day, Instant, Line
from api.headers import answer
from api.here import Here
from api.openapi import problems, shows
from api.views import last_day, plain
from domain.deadline import explain, start
from domain.explanation import Step
from domain.length import Length
from domain.policy import PolicySet
from domain.rule import ExtensionRule, Rule

router = APIRouter(prefix="/policies", tags=["rules"])


class RuleView(msgspec.Struct):
    """A deadline rule: "60 CD" calendar days, "5 WD" working days, "1 MO" months, "24 H" hours; null: as agreed."""

    code: str
    zh: str
    en: str
    length: str | None
    warn: str | None
    exclude_start: bool
    roll: bool
    pause: tuple[str, ...]
    extension: dict[str, Any] | None
    breach: str
    applies: str
    basis: str


class PolicyView(msgspec.Struct):
    """A policy set in short."""

    ref: str
    jurisdiction: str
    zh: str
    en: str
    effective_from: date
    effective_to: date | None
    rules: int


class PolicyWhole(msgspec.Struct):
    """A policy set with its rules and the numbers that guards and figures ask for."""

    ref: str
    jurisdiction: str
    zh: str
    en: str
    effective_from: date
    effective_to: date | None
    rules: list[RuleView]
    limits: dict[str, Any]


class Explained(msgspec.Struct):
    """How a due date comes about, step by step, in Chinese and English."""

    rule: str
    policy: str
    calendar: str
    due: datetime
    due_on: date
    warn: datetime | None
    steps: list[Step]


@router.get(
    "",
    operation_id="policies",
    summary="时限政策 · Policy sets",
    responses={200: shows(list[PolicyView], "Oldest first.")},
)
def policies(context: Here) -> Response:
    """Every policy set that is known, past ones too: a case keeps the set under which its clock started."""
    return answer([_in_short(policy) for policy in context.service.policies.all()])


@router.get(
    "/explain",
    operation_id="policy_explain",
    summary="时限说明 · Explain a due date",
    responses={200: shows(Explained, "The due date and its steps."), **problems(404, 422)},
)
def policy_explain(
    context: Here,
    rule: Annotated[Line, Query(description="Code of a rule: `P-HANDLE`.")],
    start_at: Annotated[Instant, Query(alias="start", description="When the clock starts, with its zone.")],
    policy: Annotated[
        Line | None, Query(description="A set: `CN-2022/1`. Left out: the one in force then.")
    ] = None,
    length: Annotated[Line | None, Query(description="Agreed length, such as `30 CD`.")] = None,
    due: Annotated[Day | None, Query(description="Agreed last day.")] = None,
) -> Response:
    """How the due date of a rule comes about for a clock that starts at an instant: no case is needed."""
    service, calendar = context.service, context.service.reference.calendar()
    told = (
        service.policies.get(policy) if policy else service.policies.in_force(service.jurisdiction, start_at)
    )
    chosen = told.rule(rule)
    clock = start(
        chosen, told.ref, calendar, start_at, length=Length.parse(length) if length else None, due=due
    )
    steps = explain(clock, chosen, calendar)
    return answer(
        Explained(rule, told.ref, calendar.version, clock.due, last_day(clock.due), clock.warn, steps)
    )


@router.get(
    "/{id}/{version}",
    operation_id="policy",
    summary="一套时限政策 · A policy set",
    responses={200: shows(PolicyWhole, "Its rules and limits."), **problems(404, 422)},
)
def policy_set(
    context: Here,
    id: Annotated[Line, Path(description="Such as `CN-2022`.")],
    version: Annotated[int, Path(ge=1, le=9999)],
) -> Response:
    """A set with every rule: length, yellow threshold, pauses, extension, what a miss does, article of law."""
    return answer(_whole(context.service.policies.get(f"{id}/{version}")))


def _in_short(policy: PolicySet) -> PolicyView:
    return PolicyView(
        policy.ref, policy.jurisdiction, policy.title_zh, policy.title_en, policy.effective_from, policy.effective_to,
        len(policy.rules),
    )  # fmt: skip


def _whole(policy: PolicySet) -> PolicyWhole:
    limits = {name: plain(getattr(policy.limits, name)) for name in type(policy.limits).__slots__}
    return PolicyWhole(
        policy.ref, policy.jurisdiction, policy.title_zh, policy.title_en, policy.effective_from, policy.effective_to,
        [_rule(rule) for rule in policy.rules.values()], limits,
    )  # fmt: skip


def _rule(rule: Rule) -> RuleView:
    return RuleView(
        code=rule.code,
        zh=rule.title_zh,
        en=rule.title_en,
        length=str(rule.length) if rule.length else None,
        warn=str(rule.warn) if rule.warn else None,
        exclude_start=rule.exclude_start,
        roll=rule.roll,
        pause=rule.pause,
        extension=_extension(rule.extend),
        breach=str(rule.breach),
        applies=rule.applies,
        basis=rule.basis,
    )


def _extension(extend: ExtensionRule | None) -> dict[str, Any] | None:
    if extend is None:
        return None
    return {"by": str(extend.by), "max": str(extend.max or "as agreed"), "before_due": extend.before_due}
