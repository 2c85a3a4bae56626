"""Where a case begins: the grid worker's report on a phone, the village duty desk, the petition window.

The forms are those of the opening triggers (sheets.py). This file says only what is asked first and what is filled in
beforehand; nothing else about an opening belongs here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter, Request, Response

from api.access.signed import Me, Signed
from api.context import Context
from api.here import Here
from api.pages.navigation import REGISTERS, REPORTS
from api.pages.sheets import Form, Sheet
from api.pages.shell import page, see_other
from api.pages.trigger import WAIT_SECONDS, source_of
from api.pages.typed import Posted, Typed
from domain.rule import Title
from domain.terms import Role
from workflows.dispute import DISPUTE
from workflows.petition import PETITION
from workflows.table import Table

router = APIRouter()


@dataclass(frozen=True)
class Intake:
    """An opening as its page shows it. `first` are the facts that everybody fills in; the others are folded away."""

    path: str
    table: Table
    trigger: str
    title: Title
    lead: Title
    send: Title
    first: tuple[str, ...]
    posts: frozenset[Role]
    channels: Mapping[Role, str]  # the usual one of each post
    usual: Mapping[str, str]
    after: str  # where it leads, below the case


REPORT: Final = Intake(
    "/report",
    DISPUTE,
    "report",
    Title("上报矛盾纠纷", "Report a dispute"),
    Title(
        "先写清楚发生了什么。当场就能说和的，上报后下一步选“就地化解”。",
        "Say first what happened. What can be settled on the spot is settled in the next step.",
    ),
    Title("上报", "Report"),
    ("title", "summary", "category", "severity", "channel", "parties"),
    REPORTS,
    {Role.REPORTER: "visit", Role.MEDIATOR: "duty_desk"},
    {"severity": "minor"},
    "",
)
REGISTER: Final = Intake(
    "/register",
    PETITION,
    "receive",
    Title("登记信访", "Register a petition"),
    Title(
        "口头反映的，如实记录并读给信访人听。收件后交给信访人查询码，凭码可以查办理情况。",
        "What is told by word of mouth is written down as it was said and read out. The petitioner then gets a query code.",
    ),
    Title("收件", "Receive"),
    ("title", "record", "channel", "by_office", "parties"),
    REGISTERS,
    {Role.INTAKE: "visit"},
    {"by_office": "true"},
    "/receipt",
)


@router.get(REPORT.path)
def report(request: Request, context: Here, me: Me) -> Response:
    return shown(
        request,
        context,
        me,
        REPORT,
        form_of(request, context, me, REPORT, beforehand(REPORT, me)).sheet(),
        fresh=True,
    )


@router.post(REPORT.path)
def send_report(request: Request, context: Here, me: Me, typed: Posted) -> Response:
    return sent(request, context, me, REPORT, typed)


@router.get(REGISTER.path)
def register(request: Request, context: Here, me: Me) -> Response:
    return shown(
        request,
        context,
        me,
        REGISTER,
        form_of(request, context, me, REGISTER, beforehand(REGISTER, me)).sheet(),
        fresh=True,
    )


@router.post(REGISTER.path)
def send_register(request: Request, context: Here, me: Me, typed: Posted) -> Response:
    return sent(request, context, me, REGISTER, typed)


def beforehand(intake: Intake, me: Signed) -> Typed:
    """What is filled in before anybody types: the own unit and the usual way in."""
    office = me.acting
    facts = dict(intake.usual)
    if office is not None:
        facts["origin"] = office.unit
        facts |= {"channel": intake.channels[office.post]} if office.post in intake.channels else {}
    return Typed((f"facts.{name}", value) for name, value in facts.items())


def form_of(request: Request, context: Context, me: Signed, intake: Intake, typed: Typed) -> Form:
    return Form(context, me, intake.table, intake.trigger, None, typed, source_of(request))


def sent(request: Request, context: Context, me: Signed, intake: Intake, typed: Typed) -> Response:
    """Open the case and go on to it; or the form again, with everything that was typed."""
    done = form_of(request, context, me, intake, typed).send()
    if isinstance(done, Sheet):
        return shown(request, context, me, intake, done)
    context.wait_for(done.position, WAIT_SECONDS)
    return see_other(f"/cases/{done.case}{intake.after}", done=intake.trigger)


def shown(
    request: Request, context: Context, me: Signed, intake: Intake, sheet: Sheet, fresh: bool = False
) -> Response:
    named = {control.name.removeprefix("facts."): control for control in sheet.fields}
    first = [named.pop(name) for name in intake.first if name in named]
    may = me.acting is not None and me.acting.post in intake.posts
    return page(
        request, context, me, "intake.html", status=sheet.status, intake=intake, may=may, fresh=fresh,
        sheet=replace(sheet, fields=first, usual=list(named.values())),
    )  # fmt: skip
