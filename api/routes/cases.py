"""A case as it is, what happened to it, and how its due dates came about."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from api.access.sight import acting_scope, scope_of, seen_case
from api.access.signed import Me
from api.context import Context
from api.cursor import next_link, question
from api.headers import Since, answer, etag
from api.here import Here
from api.openapi import problems, shows
from api.routes.commands import Code
from api.views import CaseView, DeadlineView, case_view, clock_view
from domain.errors import NotFound
from domain.scope import Scope

router = APIRouter(prefix="/cases", tags=["cases"])


class HistoryPage(msgspec.Struct):
    """Events of a case, oldest first; `next` is the cursor of the next page."""

    items: list[dict[str, Any]]
    next: str | None


@router.get(
    "/{code}",
    operation_id="case",
    summary="案件 · A case",
    responses={200: shows(CaseView, "The case.", {"ETag": "Its version."}), **problems(404, 422)},
)
def case(
    context: Here,
    me: Me,
    code: Code,
    version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="As it was at this version.")
    ] = None,
) -> Response:
    """The case as the log has it now; `allowed` tells what you may do in your office, and what each form asks."""
    found = seen_case(context, me, code, version)
    actor = me.actor() if me.acting else None
    scope = acting_scope(context, me, actor) if actor else Scope()
    return answer(case_view(context.service, found, context.now(), actor, scope), ETag=etag(found.version))


@router.get(
    "/{code}/history",
    operation_id="case_history",
    summary="案件经过 · History of a case",
    responses={200: shows(HistoryPage, "Who, when, what, why, by which right."), **problems(400, 404, 422)},
)
def case_history(
    context: Here,
    me: Me,
    code: Code,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    since: Since = None,
) -> Response:
    """Every event in readable Chinese and English sentences, oldest first."""
    context.wait_until(since)
    path = f"/api/v1/cases/{code}/history"
    after = context.cursors.read(question(path, {}), cursor)
    reached, entries = context.histories.of(code, scope_of(context, me))
    if after:
        entries = [entry for entry in entries if entry[0] > int(after[0])]
    page = entries[:limit]
    mark = context.cursors.make(question(path, {}), [page[-1][0]]) if len(entries) > limit else None
    link = next_link(path, {}, mark, limit)
    return answer(
        {"items": [told for _, told in page], "next": mark}, Link=link, Gridcase_Read_Position=reached
    )


@router.get(
    "/{code}/deadlines",
    operation_id="case_deadlines",
    summary="案件时限 · Deadlines of a case",
    responses={
        200: shows(list[DeadlineView], "The open ones first, each with its explanation."),
        **problems(404, 422),
    },
)
def case_deadlines(context: Here, me: Me, code: Code) -> Response:
    """Every deadline that the case has or had, and how its due date came about, step by step."""
    service, at = context.service, context.now()
    found = seen_case(context, me, code)
    clocks = sorted(found.clocks.values(), key=lambda clock: (not clock.is_open, clock.due, clock.name))
    return answer(
        [DeadlineView(clock_view(service, clock, at), _steps(context, found, clock.name)) for clock in clocks]
    )


def _steps(context: Context, found: Any, name: str) -> list[Any]:
    """The explanation; none where the holiday table that it was worked out with is not known here any more."""
    try:
        return context.service.explain(found, name)
    except NotFound:
        return []
