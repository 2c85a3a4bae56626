"""What has happened on a case since the version that somebody looked at: as a page, and beside the form that they fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.access.sight import seen_case
from api.access.signed import Me
from api.context import Context
from api.fields import Line
from api.here import Here
from api.pages.cases import hindrance
from api.pages.shell import page
from api.parties import called
from domain.case import case_id
from workflows.accounts import Accounts

router = APIRouter()


@router.get("/cases/{code}/changes")
def changes(
    request: Request,
    context: Here,
    me: Me,
    code: str,
    since: Annotated[int, Query(ge=0, le=2**31)] = 0,
    step: Annotated[Line, Query()] = "",
) -> Response:
    """Everything after the version `since`; and whether the step whose form is being filled in is still there."""
    case = seen_case(context, me, code)
    known = step in context.service.engines[case.TYPE].table.verbs
    return page(
        request, context, me, "changes.html",
        case=case,
        step=step if known else "",
        # A page shows it; beside a form that it would push down it waits to be opened.
        opened=request.headers.get("sec-fetch-dest", "document") == "document",
        names=called(case.parties),
        changes=by_name(context, context.service.changes(case_id(case.code), since)),
        against=hindrance(context, case, me.actor(), step) if me.acting and known else None,
    )  # fmt: skip


def by_name(context: Context, found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Changes with `who`: the name of the official, as far as accounts tell it."""
    users = {str(change["user"]) for change in found}
    names = Accounts(context.service.log, context.service.reference).names(users)
    return [{**change, "who": names.get(str(change["user"]), change["user"])} for change in found]
