"""The form of one step of a case, and sending it. What the form asks is in sheets.py; who may, in the workflow table."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.access.sight import seen_case
from api.access.signed import Me, Signed
from api.context import Context
from api.forms import has_route, opens
from api.here import Here
from api.pages.cases import hindrance
from api.pages.live import SOON, Live
from api.pages.sheets import Form, Sheet
from api.pages.shell import page, see_other
from api.pages.typed import Posted
from api.parties import called
from domain.case import Case
from domain.terms import Source
from workflows.table import Table

router = APIRouter()

WAIT_SECONDS = 2.0  # for the read side, so that whoever did something sees it in the history


@router.get("/cases/{code}/{trigger}")
def form(request: Request, context: Here, me: Me, code: str, trigger: str) -> Response:
    """The form, blank."""
    following = Live.of(context, code)
    case, table = case_and_table(context, me, code, trigger)
    made = Form(context, me, table, trigger, case)
    against = hindrance(context, case, made.actor, trigger)
    sheet = made.sheet(status=409 if against else 200, refusal=against)
    return shown(request, context, me, case, sheet, following, fresh=True)


@router.post("/cases/{code}/{trigger}")
def send(request: Request, context: Here, me: Me, code: str, trigger: str, typed: Posted) -> Response:
    """Do it and go back to the case; or the form again, with everything that was typed."""
    following = Live.of(context, code)
    case, table = case_and_table(context, me, code, trigger)
    made = Form(context, me, table, trigger, case, typed, source_of(request))
    done = made.send()
    if isinstance(done, Sheet):
        return shown(request, context, me, made.case or case, done, following)
    context.wait_for(done.position, WAIT_SECONDS)
    return see_other(f"/cases/{code}", done=trigger)


def case_and_table(context: Context, me: Signed, code: str, trigger: str) -> tuple[Case, Table]:
    """Raises NotFound for a case that is not there (for this reader), 404 for a step that nobody takes by a form."""
    case = seen_case(context, me, code)
    table = context.service.engines[case.TYPE].table
    if trigger not in table.events or opens(table, trigger) or not has_route(table, trigger):
        raise HTTPException(404)
    return case, table


def shown(
    request: Request,
    context: Context,
    me: Signed,
    case: Case,
    sheet: Sheet,
    following: Live,
    fresh: bool = False,
) -> Response:
    return page(
        request, context, me, "trigger.html", status=sheet.status, case=case, names=called(case.parties), sheet=sheet,
        live=replace(following, every=SOON, version=case.version), fresh=fresh,
    )  # fmt: skip


def source_of(request: Request) -> Source:
    """Whether it comes from a phone, as far as the browser tells."""
    return Source.MOBILE if request.headers.get("sec-ch-ua-mobile") == "?1" else Source.DESK
