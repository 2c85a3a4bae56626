"""One's own account: the office in which one acts, the password, sessions, tokens. Others' accounts: accounts/."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.access.signed import Me, Signed, heard
from api.context import Context
from api.here import Here
from api.pages.accounts.history import history
from api.pages.shell import own_path, page, see_other
from api.pages.sign_in import NOT_TWICE, said, secret_in
from api.pages.typed import Posted
from domain.account import Reach
from domain.actor import Actor
from domain.errors import Invalid
from domain.rule import Title
from domain.terms import Role

router = APIRouter(prefix="/me")

DAYS = (7, 30, 90, 365)


@router.get("")
def me(request: Request, context: Here, me: Me, done: Annotated[str, Query(max_length=40)] = "") -> Response:
    return shown(request, context, me, done=done)


@router.post("/office")
def choose(request: Request, context: Here, me: Me, typed: Posted) -> Response:
    """Act in another of one's offices from now on, in this session."""
    heard_of = heard(request)
    chosen = typed.one("office")
    if (
        heard_of is not None
        and heard_of.how == "session"
        and chosen in {office.name for office in me.offices}
    ):
        context.accounts.credentials.choose(heard_of.digest, office=chosen, language=me.language)
        context.door.forget(heard_of.digest)
    return see_other(own_path(typed.one("next"), "/work"))


@router.get("/password")
def password(request: Request, context: Here, me: Me) -> Response:
    return page(request, context, me, "password.html", wrong={})


@router.post("/password")
def change_password(request: Request, context: Here, me: Me, typed: Posted) -> Response:
    """Change it; every other session ends."""
    heard_of = heard(request)
    wrong: dict[str, Title] = {}
    if secret_in(typed, "new_password") != secret_in(typed, "password_again"):
        wrong["password_again"] = NOT_TWICE
    else:
        try:
            context.accounts.change_password(
                me.user, secret_in(typed, "old_password"), secret_in(typed, "new_password"), by=oneself(me),
                session=heard_of.digest if heard_of else b"",
            )  # fmt: skip
        except Invalid as error:
            wrong[error.field] = Title(error.remedy_zh or error.remedy, error.remedy)
    if wrong:
        return page(request, context, me, "password.html", status=422, wrong=said(request, wrong))
    context.door.forget()
    return see_other("/me", done="password")


@router.post("/sign-out-everywhere")
def everywhere(request: Request, context: Here, me: Me) -> Response:
    """End every session of one's own, this one too."""
    context.accounts.sign_out_everywhere(me.user, by=oneself(me))
    context.door.forget()
    return see_other("/sign-in")


@router.post("/tokens")
def issue(request: Request, context: Here, me: Me, typed: Posted) -> Response:
    """Issue a token for a program; it is on this page once and nowhere else."""
    days = int(typed.one("days")) if typed.one("days") in map(str, DAYS) else DAYS[0]
    reach = Reach.ACT if typed.one("reach") == Reach.ACT else Reach.READ
    try:
        secret, token = context.accounts.issue(
            me.user, reach=reach, expires=context.now() + timedelta(days=days), office=typed.one("office"),
            label=typed.one("label"), by=oneself(me),
        )  # fmt: skip
    except Invalid as error:
        wrong = {error.field: Title(error.remedy_zh or error.remedy, error.remedy)}
        return shown(request, context, me, status=422, wrong=said(request, wrong))
    return page(request, context, me, "token.html", secret=secret, token=token)


@router.post("/tokens/{id}/revoke")
def revoke(request: Request, context: Here, me: Me, id: str) -> Response:
    context.accounts.revoke(me.user, id, by=oneself(me))
    context.door.forget()
    return see_other("/me", done="revoked")


def shown(request: Request, context: Context, me: Signed, status: int = 200, **values: Any) -> Response:
    heard_of, now = heard(request), context.now()
    account = context.accounts.account(me.user)
    units = context.service.reference.organisation()
    sessions = context.accounts.credentials.sessions_of(me.user)
    told = {"wrong": {}, "done": ""} | values
    return page(
        request, context, me, "me.html", status=status, account=account, days=DAYS, reaches=Reach,
        name=context.accounts.names([me.user]).get(me.user, me.user),
        unit_names={o.unit: units.names(o.unit)[-1][1] for o in account.offices if units.exists(o.unit)},
        sessions=[one for one in sessions if now < min(one.ends, one.seen + context.door.idle)],
        here=heard_of.digest if heard_of else b"",
        told=history(context, account),
        tokens=[one for one in account.tokens.values() if not one.revoked and one.expires > now],
        **told,
    )  # fmt: skip


def oneself(me: Signed) -> Actor:
    """Who acts on their own account: in the chosen office, in any, or in none at all."""
    office = me.acting or next(iter(me.offices), None)
    return Actor(me.user, office.post, office.unit) if office else Actor(me.user, Role.CITIZEN)
