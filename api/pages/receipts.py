"""The receipt of a petition, and what a petitioner sees with it: how the matter stands, and nothing about people.

A query code follows from the case code and a key of this installation: it is kept nowhere. Whoever has it is not asked who
they are, so nothing may be shown here that a stranger who finds the slip must not know.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import codes
from api.access.sight import seen_case
from api.access.signed import Me, Visitor
from api.context import Context
from api.here import Here
from api.pages.cases import by_urgency, duty
from api.pages.shell import page
from api.pages.typed import Posted
from domain.case import Case
from domain.errors import NotFound
from domain.rule import Title
from eventlog.credentials import Credentials

router = APIRouter()

TRIES, WITHIN = 10, timedelta(minutes=15)  # of one address, and for one case
NO_SUCH: Final = Title(
    "案件编号或查询码不对。请对照回执再输入一次；回执遗失的，请到登记的窗口查询。",
    "The case code or the query code is not right. Compare with the receipt; if it is lost, ask at the window "
    "that registered the matter.",
)
TOO_OFTEN: Final = Title(
    "查询次数过多，请十五分钟后再试。", "Too many tries. Wait a quarter of an hour, then try again."
)


def query_code(context: Context, code: str) -> str:
    """The code on the receipt of a case."""
    return codes.query_code(context.service.log.subjects, code)


def plain(code: str) -> str:
    """What somebody read off a slip: letters that look alike are taken as one."""
    return "".join(code.upper().replace("O", "0").replace("I", "1").replace("L", "1").split()).replace(
        "-", ""
    )


@router.get("/cases/{code}/receipt")
def receipt(request: Request, context: Here, me: Me, code: str) -> Response:
    """To be printed and handed over."""
    case = seen_case(context, me, code)
    if case.TYPE != "petition":
        raise NotFound("receipt", code, "Only petitions have receipts.")
    duties = [duty(context, case, clock, context.now()) for clock in by_urgency(case) if clock.is_open]
    return page(
        request, context, me, "receipt.html", case=case, query=query_code(context, case.code), duties=duties,
        address=str(request.url.replace(path="/status", query="")),
    )  # fmt: skip


@router.get("/status")
def ask(
    request: Request, context: Here, me: Visitor, case: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    return page(request, context, me, "status.html", asked=case, wrong=None, case=None)


@router.post("/status")
async def status(request: Request, context: Here, me: Visitor, typed: Posted) -> Response:
    """How a matter stands, for whoever has its query code. No sign-in, so no token either: it changes nothing."""
    address = request.client.host if request.client else ""
    return await run_in_threadpool(answered, request, context, me, typed, address)


def answered(request: Request, context: Context, me: Visitor, typed: Posted, address: str) -> Response:
    now, code = context.now(), typed.one("case").upper()
    case, wrong = looked_up(context, code, typed.one("query"), f"status:{address}", now)
    duties = [duty(context, case, clock, now) for clock in by_urgency(case) if clock.is_open] if case else []
    code_of = {None: 200, NO_SUCH: 404, TOO_OFTEN: 429}[wrong]
    return page(
        request, context, me, "status.html", status=code_of, asked=code, wrong=wrong, case=case, duties=duties
    )


def looked_up(
    context: Context, code: str, query: str, place: str, now: datetime
) -> tuple[Case | None, Title | None]:
    """The case, or the sentence why not: the same one whether the case or the query code does not exist."""
    credentials, places = Credentials(context.service.log.recorder), (place, f"status:{code[:64]}")
    if any(credentials.failures(one, now - WITHIN)[0] >= TRIES for one in places):
        return None, TOO_OFTEN
    if plain(query) == plain(query_code(context, code)):
        try:
            return context.service.case(code), None
        except NotFound:
            pass
    credentials.failed(places, now)
    return None, NO_SUCH
