"""What is there to do: open cases, and deadlines that come or are late. Pages by signed cursors, never by numbers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response

from api.context import Context
from api.cursor import next_link, question
from api.fields import Day, Line, Post
from api.headers import Since, answer
from api.here import Here
from api.openapi import problems, shows
from api.parties import without_tokens
from api.routes.cases import actor_asked
from domain.actor import Actor
from domain.organisation import local_date
from domain.scope import EVERYTHING
from domain.terms import Category, Channel, PetitionClass, Severity
from projections import deadlines as due
from projections import worklist as work

router = APIRouter(tags=["work"])

Limit = Annotated[int, Query(ge=1, le=200)]
Mark = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]


class WorkPage(msgspec.Struct, omit_defaults=True):
    """Cases as they stand; `next` is the cursor of the next page, `total` is there when `count` was asked for."""

    items: list[dict[str, Any]]
    next: str | None
    total: int | None = None


class DeadlinePage(msgspec.Struct):
    """Deadlines, the soonest due first; `next` is the cursor of the next page."""

    items: list[dict[str, Any]]
    next: str | None


@router.get(
    "/worklist",
    operation_id="worklist",
    summary="待办案件 · Worklist",
    responses={
        200: shows(WorkPage, "A page of cases.", {"Link": "The next page."}),
        **problems(400, 404, 422),
    },
)
def worklist(
    context: Here,
    q: Annotated[Line, Query(description="Words that must all occur, in Chinese or English.")] = "",
    unit: Annotated[Line | None, Query(description="Held by this unit or one under it.")] = None,
    on: Annotated[
        Day | None, Query(description="The day on which `unit`'s subtree is meant; left out: today.")
    ] = None,
    holder: Annotated[Line | None, Query(description="Held by exactly this unit.")] = None,
    person: Annotated[Line | None, Query(description="A user with a part in the work.")] = None,
    type: Annotated[Literal["dispute", "petition"] | None, Query()] = None,
    state: Annotated[Line | None, Query()] = None,
    stage: Annotated[Line | None, Query()] = None,
    level: Annotated[int | None, Query(ge=0, le=5)] = None,
    severity: Annotated[Severity | None, Query()] = None,
    channel: Annotated[Channel | None, Query()] = None,
    category: Annotated[Category | None, Query()] = None,
    petition_class: Annotated[PetitionClass | None, Query()] = None,
    late: Annotated[bool, Query(description="Only with a deadline that is past due now.")] = False,
    returned: Annotated[bool | None, Query(description="Given back, and nobody has acted since.")] = None,
    new: Annotated[bool | None, Query(description="Not taken yet by whoever holds it.")] = None,
    closed: Annotated[bool, Query(description="Closed cases too.")] = False,
    sort: Annotated[Literal["next_due", "updated", "opened"], Query()] = "next_due",
    count: Annotated[bool, Query(description="Tell how many there are in all.")] = False,
    as_user: Annotated[
        Line | None, Query(description="With as_post and as_unit: tell what this actor may do.")
    ] = None,
    as_post: Annotated[Post | None, Query()] = None,
    as_unit: Annotated[Line | None, Query()] = None,
    limit: Limit = 50,
    cursor: Mark = None,
    since: Since = None,
) -> Response:
    """Open cases with the deadline that comes next; with an actor, each with the triggers that they may fire."""
    at = context.now()
    actor = actor_asked(context, as_user, as_post, as_unit)
    reached = context.catch_up(since)
    filters = _said(
        q=q or None, unit=unit, on=on, holder=holder, person=person, type=type, state=state, stage=stage, level=level,
        severity=severity, channel=channel, category=category, petition_class=petition_class, late=late or None,
        returned=returned, new=new, closed=closed or None, sort=sort, as_user=as_user, as_post=as_post, as_unit=as_unit,
    )  # fmt: skip
    wanted = work.Wanted(
        scope=EVERYTHING, today=local_date(at), unit=_unit(context, unit), on=on, holder=holder, person=person,
        type=type, state=state, stage=stage, level=level, severity=severity, channel=channel, category=category,
        petition_class=petition_class, returned=returned, new=new, late_at=at if late else None, open_only=not closed,
        text=q,
    )  # fmt: skip
    path = "/api/v1/worklist"
    after = context.cursors.read(question(path, filters), cursor)
    with context.reads.connect() as connection:
        rows = work.worklist(
            connection, wanted, sort=sort, after=(after[0], after[1]) if after else None, limit=limit + 1
        )
        total = work.count(connection, wanted) if count else None
    page = without_tokens(rows[:limit], {})
    if actor is not None:
        page = [row | {"allowed": _allowed(context, row["code"], actor)} for row in page]
    more = len(rows) > limit
    mark = (
        context.cursors.make(question(path, filters), list(work.cursor(rows[limit - 1], sort)))
        if more
        else None
    )
    link = next_link(path, filters, mark, limit)
    return answer(WorkPage(page, mark, total), Link=link, Gridcase_Read_Position=reached)


@router.get(
    "/deadlines",
    operation_id="deadlines",
    summary="时限 · Deadlines",
    responses={
        200: shows(DeadlinePage, "A page of deadlines.", {"Link": "The next page."}),
        **problems(400, 404, 422),
    },
)
def deadlines(
    context: Here,
    kind: Annotated[Literal["coming", "late", "met", "lapsed", "all"], Query()] = "coming",
    unit: Annotated[Line | None, Query(description="Whose duty lies with this unit or one under it.")] = None,
    within: Annotated[int | None, Query(ge=0, le=3650, description="Coming within so many days.")] = None,
    rule: Annotated[Line | None, Query(description="Of this rule: `D-ACCEPT`.")] = None,
    limit: Limit = 100,
    cursor: Mark = None,
    since: Since = None,
) -> Response:
    """Deadlines of all cases as seen now: coming, late, met, or lapsed."""
    at = context.now()
    reached = context.catch_up(since)
    filters = _said(kind=kind, unit=unit, within=within, rule=rule)
    path = "/api/v1/deadlines"
    after = context.cursors.read(question(path, filters), cursor)
    with context.reads.connect() as connection:
        rows = due.deadlines(
            connection, at, kind, scope=EVERYTHING, unit=_unit(context, unit), within=within, rule=rule,
            after=(after[0], after[1], after[2], after[3]) if after else None, limit=limit + 1,
            policies=context.service.policies,
        )  # fmt: skip
    mark = None
    if len(rows) > limit:
        mark = context.cursors.make(question(path, filters), list(due.cursor(rows[limit - 1])))
    link = next_link(path, filters, mark, limit)
    return answer(
        DeadlinePage(without_tokens(rows[:limit], {}), mark), Link=link, Gridcase_Read_Position=reached
    )


def _said(**filters: Any) -> dict[str, str]:
    """The filters as they stand in an address, without those that were left out."""
    said = {name: str(value) for name, value in filters.items() if value is not None}
    return {name: value.lower() if value in ("True", "False") else value for name, value in said.items()}


def _unit(context: Context, code: str | None) -> str | None:
    """The code, if it is one that we know. Raises NotFound: an empty page would hide a slip of the pen."""
    if code is not None:
        context.service.reference.organisation().names(code)
    return code


def _allowed(context: Context, code: str, actor: Actor) -> list[str]:
    return context.service.allowed(context.service.case(code), actor)
