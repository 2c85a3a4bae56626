"""An account: who it is, what they hold and held, what was done to it by whom, and what its keeper may do with it.

Each deed is a form of its own, and a function here. A secret is shown on the answer to its form and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.exceptions import HTTPException

from api.access.signed import Me
from api.context import Context
from api.here import Here
from api.pages.accounts.history import history
from api.pages.accounts.keeper import Keeper, Sent, Wrong, wrong_with
from api.pages.accounts.opening import secret
from api.pages.shell import page, see_other, words
from api.pages.typed import Posted, Typed
from domain.account import Account
from domain.actor import same_user
from domain.errors import Invalid, Refused
from domain.rule import Title
from domain.terms import Role
from workflows.password_rules import first_password

router = APIRouter()
T = Title


@dataclass(frozen=True)
class Deed:
    """What may be done: the words of its button, what it brings about, the fields of its form, and the doing."""

    verb: Title
    lead: Title
    fields: tuple[str, ...]
    do: Callable[[Keeper, str, Sent], int]
    over: bool = True  # only for who keeps every post of the account


def _fill(keeper: Keeper, user: str, sent: Sent) -> int:
    return keeper.context.accounts.fill(
        user, sent.post(), sent.unit(), since=sent.day("since"), until=sent.day("until"), basis=sent.text("basis"),
        reason=sent.text("reason"), by=keeper.actor,
    )  # fmt: skip


def _vacate(keeper: Keeper, user: str, sent: Sent) -> int:
    post, _, unit = sent.text("office").partition("@")
    if post not in set(Role):
        raise Invalid("office", post, "Choose the post that is left.", "请选择离任的岗位。")
    return keeper.context.accounts.vacate(
        user, Role(post), unit, until=sent.day("until"), reason=sent.text("reason"), by=keeper.actor
    )


def _suspend(keeper: Keeper, user: str, sent: Sent) -> int:
    return keeper.context.accounts.suspend(user, by=keeper.actor, reason=sent.text("reason"))


def _restore(keeper: Keeper, user: str, sent: Sent) -> int:
    return keeper.context.accounts.restore(user, by=keeper.actor, reason=sent.text("reason"))


def _sign_out(keeper: Keeper, user: str, sent: Sent) -> int:
    return keeper.context.accounts.sign_out_everywhere(user, by=keeper.actor, reason=sent.text("reason"))


def _revoke(keeper: Keeper, user: str, sent: Sent) -> int:
    return keeper.context.accounts.revoke(
        user, sent.text("token"), by=keeper.actor, reason=sent.text("reason")
    )


def _rename(keeper: Keeper, user: str, sent: Sent) -> int:
    keeper.context.accounts.rename(user, sent.text("name"), by=keeper.actor)
    return 0


# fmt: off
DEEDS: Final[Mapping[str, Deed]] = {
    "fill": Deed(
        T("安排任职", "Give a post"),
        T("任职后即可在该单位以此岗位办理。", "From the first day on they may act in this post of the unit."),
        ("post", "unit", "since", "until", "basis", "reason"), _fill, over=False),
    "vacate": Deed(
        T("离任", "End a post"),
        T("从所填日期起不再任此岗位；已办的事项仍记在其名下。",
          "From this day on the post is not held; what was done in it stays under their name."),
        ("office", "until", "reason"), _vacate, over=False),
    "password": Deed(
        T("重设密码", "Set a new password"),
        T("生成一个首次登录密码，只显示一次；本人登录后须先更换。原密码和所有登录立即失效。",
          "Makes a password for the next sign-in, shown once; its owner changes it. The old one and every sign-in end now."),
        ("reason",), lambda keeper, user, sent: 0),
    "sign-out": Deed(
        T("全部退出登录", "Sign out everywhere"),
        T("结束该账号在所有设备上的登录；密码不变。", "Ends every sign-in of the account; the password stays."),
        ("reason",), _sign_out),
    "suspend": Deed(
        T("停用账号", "Suspend the account"),
        T("停用期间不能登录，令牌也不能使用；岗位保留。",
          "Nobody signs in with it while it lasts, and its tokens are refused; its posts stay."),
        ("reason",), _suspend),
    "restore": Deed(
        T("恢复账号", "Restore the account"),
        T("恢复后可以用原密码登录。", "It opens again with the password it had."),
        ("reason",), _restore),
    "rename": Deed(
        T("更正姓名", "Correct the name"),
        T("只用于更正本人的姓名；换人须另开账号。", "For the same person only: somebody else gets an account of their own."),
        ("name",), _rename),
    "revoke": Deed(
        T("撤销令牌", "Revoke the token"),
        T("使用此令牌的程序立即不能再访问。", "The program that uses it gets in no more."),
        ("token", "reason"), _revoke),
}
# fmt: on


@router.get("/accounts/{user}")
def one(
    request: Request, context: Here, me: Me, user: str, done: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    return shown(request, Keeper.of(context, me), user, done=done)


@router.post("/accounts/{user}/{deed}")
def carry_out(request: Request, context: Here, me: Me, user: str, deed: str, typed: Posted) -> Response:
    """Do it; or the page again with what stands against it, and everything that was typed."""
    keeper = Keeper.of(context, me)
    keeper.account(user)
    if deed not in DEEDS:
        raise HTTPException(404)
    sent = Sent(keeper, deed, typed)
    try:
        if deed == "password":
            return _first_password(request, keeper, user, sent)
        keeper.done(DEEDS[deed].do(keeper, user, sent))
    except (Invalid, Refused) as error:
        status, wrong = wrong_with(deed, error, DEEDS[deed].fields)
        return shown(request, keeper, user, status=status, tried=deed, typed=typed, wrong=wrong)
    return see_other(f"/accounts/{user}", done=deed)


def _first_password(request: Request, keeper: Keeper, user: str, sent: Sent) -> Response:
    password = first_password(user)
    position = keeper.context.accounts.set_password(
        user, password, by=keeper.actor, reason=sent.text("reason")
    )
    keeper.done(position)
    return secret(request, keeper, user, password)


def deeds_for(keeper: Keeper, account: Account) -> dict[str, Deed]:
    """What this keeper may do with the account as it stands. Nothing with one's own."""
    if same_user(keeper.actor.user, account.user):
        return {}
    over = keeper.rules.over(keeper.actor, account)
    never = {"revoke", "suspend" if account.suspended else "restore"}
    if not offices_to_leave(keeper, account):
        never.add("vacate")
    return {name: deed for name, deed in DEEDS.items() if name not in never and (over or not deed.over)}


def offices_to_leave(keeper: Keeper, account: Account) -> list[Any]:
    return [
        office for office in account.offices
        if (office.until is None or office.until > keeper.on) and keeper.rules.administers(keeper.actor, office.unit)
    ]  # fmt: skip


def shown(
    request: Request, keeper: Keeper, user: str, *, status: int = 200, done: str = "", tried: str = "",
    typed: Typed | None = None, wrong: Wrong | None = None,
) -> Response:  # fmt: skip
    context, account = keeper.context, keeper.account(user)
    over, said = keeper.rules.over(keeper.actor, account), words(request).say
    own = [one for one in account.offices if keeper.rules.administers(keeper.actor, one.unit)]
    return page(
        request, context, keeper.me, "account.html", status=status, keeper=keeper, account=account, over=over,
        name=context.accounts.names([user]).get(user, user), oneself=same_user(keeper.actor.user, user),
        offices=sorted(own, key=lambda one: (one.since, one.unit), reverse=True), on=keeper.on,
        elsewhere=len(own) < len(account.offices), leaving=offices_to_leave(keeper, account),
        told=history(context, account, None if over else partial(keeper.rules.administers, keeper.actor)),
        sessions=_sessions(context, user), tokens=_tokens(context, account) if over else [],
        has_password=context.accounts.credentials.password(user) is not None,
        deeds=deeds_for(keeper, account), verbs=DEEDS, done=DEEDS.get(done), tried=tried,
        typed=dict(typed or [("fill.since", keeper.on.isoformat()), ("vacate.until", keeper.on.isoformat())]),
        wrong={field: said(one) for field, one in (wrong or {}).items()},
    )  # fmt: skip


def _sessions(context: Context, user: str) -> int:
    now = context.now()
    found = context.accounts.credentials.sessions_of(user)
    return sum(now < min(one.ends, one.seen + context.door.idle) for one in found)


def _tokens(context: Context, account: Account) -> list[Any]:
    now = context.now()
    return [one for one in account.tokens.values() if not one.revoked and one.expires > now]
