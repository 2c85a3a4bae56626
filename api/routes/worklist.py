"""What is there to do: open cases, and deadlines that come or are late. Pages by signed cursors, never by numbers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Response

from api.access.sight import acting_scope, scope_of
from api.access.signed import Me
from api.context import Context
from api.cursor import next_link, question
from api.fields import Line
from api.filters import CaseFilters
from api.headers import Since, answer
from api.here import Here
from api.openapi import problems, shows
from api.parties import without_tokens
from domain.actor import Actor
from domain.scope import Scope
from projections import deadlines as due
from projections import worklist as work

router = APIRouter(tags=["work"])

Filtered = Annotated[CaseFilters, Depends()]
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
    me: Me,
    filters: Filtered,
    count: Annotated[bool, Query(description="Tell how many there are in all.")] = False,
    allowed: Annotated[
        bool, Query(description="Tell of each case what you may do with it in your office.")
    ] = False,
    limit: Limit = 50,
    cursor: Mark = None,
    since: Since = None,
) -> Response:
    """Open cases with the deadline that comes next; with `allowed` each with the triggers that you may fire."""
    at = context.now()
    actor = me.actor() if allowed else None
    reached = context.catch_up(since)
    asked = filters.said() | _said(allowed=allowed or None)
    wanted = filters.wanted(scope_of(context, me), at, context.service.reference.organisation())
    path = "/api/v1/worklist"
    after = context.cursors.read(question(path, asked), cursor)
    with context.reads.connect() as connection:
        listing = work.Listing(connection, wanted)
        rows = listing.page(filters.sort, (after[0], after[1]) if after else None, limit + 1)
        total = listing.count() if count else None
    page = without_tokens(rows[:limit], {})
    if actor is not None:
        own = acting_scope(context, me, actor)
        page = [row | {"allowed": _allowed(context, row["code"], actor, own)} for row in page]
    mark = None
    if len(rows) > limit:
        mark = context.cursors.make(question(path, asked), list(work.cursor(rows[limit - 1], filters.sort)))
    link = next_link(path, asked, mark, limit)
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
    me: Me,
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
            connection, at, kind, scope=scope_of(context, me), unit=_unit(context, unit), within=within, rule=rule,
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


def _allowed(context: Context, code: str, actor: Actor, scope: Scope) -> list[str]:
    return context.service.allowed(context.service.case(code), actor, scope)
