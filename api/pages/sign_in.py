"""Signing in and out, and the first administrator where nobody can sign in yet. The rules: api/access/sign_in.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response

from api.access.refusals import Forged
from api.access.setup import is_setup_code
from api.access.sign_in import TooManyAttempts, WrongPassword, came, forget, remember
from api.access.signed import Visitor, cookie_name
from api.context import Context
from api.here import Here
from api.pages.shell import own_path, page, see_other, words
from api.pages.typed import Posted, Typed
from domain.errors import Invalid, Refused
from domain.rule import Title

router = APIRouter()

NOT_THE_CODE = Title("启用码不正确", "This is not the set-up code")
NOT_TWICE = Title("两次输入的密码不一致", "The two passwords are not the same")


@router.get("/sign-in")
def sign_in(
    request: Request, context: Here, me: Visitor, next: Annotated[str, Query(max_length=2000)] = ""
) -> Response:
    """The form; on to where somebody wanted to go when they are signed in already."""
    if me is not None:
        return see_other(onward(next))
    if not context.accounts.has_begun():
        return page(request, context, None, "set_up.html", typed={}, wrong={})
    return page(request, context, None, "sign_in.html", next=onward(next), user="", refusal=None)


@router.post("/sign-in")
def enter(request: Request, context: Here, typed: Posted) -> Response:
    """Look at the password; a session with a new id, whatever cookie came along."""
    from_here(request)
    try:
        secret, _ = context.sign_in.enter(typed.one("user"), secret_in(typed, "password"), came(request))
    except (WrongPassword, TooManyAttempts) as error:
        return refused(request, context, typed, error)
    return let_in(request, context, secret, onward(typed.one("next")))


@router.post("/sign-in/set-up")
def set_up(request: Request, context: Here, typed: Posted) -> Response:
    """The first administrator, who has seen the code that the server prints."""
    from_here(request)
    wrong: dict[str, Title] = {}
    try:
        context.sign_in.may_set_up(came(request))
        if not is_setup_code(typed.one("code"), context.settings.cursor_secret()):
            context.sign_in.set_up_failed(came(request))
            wrong["code"] = NOT_THE_CODE
        elif secret_in(typed, "password") != secret_in(typed, "password_again"):
            wrong["password_again"] = NOT_TWICE
        else:
            user = typed.one("user").strip().lower()
            context.accounts.begin(user, typed.one("name"), secret_in(typed, "password"))
            secret = context.sign_in.begin(context.accounts.account(user), came(request))
            return let_in(request, context, secret, "/units")
    except Invalid as error:
        wrong = {error.field: Title(error.remedy_zh or error.remedy, error.remedy)}
    except TooManyAttempts as error:
        wrong = {"code": Title(error.zh, error.en)}
    except Refused:
        return see_other("/sign-in")
    kept = {name: typed.one(name) for name in ("code", "user", "name")}
    return page(request, context, None, "set_up.html", status=422, typed=kept, wrong=said(request, wrong))


@router.post("/sign-out")
def sign_out(request: Request, context: Here, me: Visitor) -> Response:
    """End this session, and nothing else."""
    cookie = request.cookies.get(cookie_name(request))
    if me is not None and cookie:
        context.sign_in.leave(cookie)
    answer = see_other("/sign-in")
    forget(request, answer)
    return answer


def let_in(request: Request, context: Context, secret: str, there: str) -> Response:
    """With the new cookie; a session that this browser had before ends."""
    if before := request.cookies.get(cookie_name(request)):
        context.sign_in.leave(before)
    answer = see_other(there)
    remember(request, answer, secret)
    return answer


def refused(request: Request, context: Context, typed: Typed, error: Any) -> Response:
    """The form again, with everything but the password."""
    status = 429 if isinstance(error, TooManyAttempts) else 422
    answer = page(
        request, context, None, "sign_in.html", status=status, next=onward(typed.one("next")), user=typed.one("user"),
        refusal=error.zh if words(request).is_chinese else error.en,
    )  # fmt: skip
    if isinstance(error, TooManyAttempts):
        answer.headers["Retry-After"] = str(int(error.wait.total_seconds()) + 1)
    return answer


def onward(asked_for: str) -> str:
    """Where somebody wanted to go: one of our pages that is not the sign-in itself."""
    there = own_path(asked_for, "/work")
    return "/work" if there == "/" or there.startswith(("/sign-in", "/sign-out")) else there


def from_here(request: Request) -> None:
    """Whether the form was sent from a page of ours: nobody is signed in by another site. Raises Forged."""
    origin = request.headers.get("origin", "")
    site = request.headers.get("sec-fetch-site", "")
    if (origin and urlsplit(origin).netloc != request.url.netloc) or site in ("cross-site", "same-site"):
        raise Forged


def secret_in(typed: Typed, name: str) -> str:
    """A password as it was typed: blanks are part of it."""
    return next((value for one, value in typed if one == name), "")


def said(request: Request, wrong: Mapping[str, Title]) -> dict[str, str]:
    """What is wrong with each field, in the reader's language."""
    language = words(request)
    return {field: language.say(sentence) for field, sentence in wrong.items()}
