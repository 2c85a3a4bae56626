"""A new account with its first post, and the password for its first sign-in: shown once, kept nowhere."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.access.signed import Me
from api.here import Here
from api.pages.accounts.keeper import Keeper, Sent, Wrong, wrong_with
from api.pages.shell import page, words
from api.pages.typed import Posted, Typed
from domain.errors import Invalid, Refused
from workflows.accounts import Enrolled
from workflows.password_rules import first_password

router = APIRouter()

NEW: Final = "/accounts/_new"  # no account's name begins like this
FIELDS: Final = ("user", "name", "post", "unit", "since", "until", "basis", "reason")


@router.get(NEW)
def form(
    request: Request, context: Here, me: Me, unit: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    keeper = Keeper.of(context, me)
    typed = Typed([("open.unit", unit), ("open.since", keeper.on.isoformat())])
    return shown(request, keeper, typed)


@router.post("/accounts")
def admit(request: Request, context: Here, me: Me, typed: Posted) -> Response:
    """Open it; or the form again with everything that was typed."""
    keeper, sent = Keeper.of(context, me), Sent(Keeper.of(context, me), "open", typed)
    user = sent.text("user").lower()
    password = first_password(user)
    try:
        position = context.accounts.admit(
            Enrolled(user, sent.text("name"), sent.post(), sent.unit()), password, by=keeper.actor,
            since=sent.day("since"), until=sent.day("until"), basis=sent.text("basis"), reason=sent.text("reason"),
        )  # fmt: skip
    except (Invalid, Refused) as error:
        status, wrong = wrong_with("open", error, FIELDS)
        return shown(request, keeper, typed, status, wrong)
    keeper.done(position)
    return secret(request, keeper, user, password)


def secret(request: Request, keeper: Keeper, user: str, password: str) -> Response:
    """The page that shows a first password, this once."""
    context = keeper.context
    name = context.accounts.names([user]).get(user, user)
    return page(request, context, keeper.me, "account_password.html", user=user, name=name, password=password)


def shown(
    request: Request, keeper: Keeper, typed: Typed, status: int = 200, wrong: Wrong | None = None
) -> Response:
    said = words(request).say
    return page(
        request, keeper.context, keeper.me, "account_new.html", status=status, keeper=keeper,
        typed=dict(typed), wrong={name: said(one) for name, one in (wrong or {}).items()},
    )  # fmt: skip
