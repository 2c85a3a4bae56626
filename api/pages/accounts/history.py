"""What was done to an account, by whom, when and why, as sentences: from its events, which hold no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.context import Context
from api.pages.choices import named
from domain.account import (
    Account,
    AccountEvent,
    PasswordSet,
    PostFilled,
    PostVacated,
    TokenIssued,
    TokenRevoked,
)
from domain.names import value_name
from domain.organisation import Organisation, local_date
from domain.rule import Title
from domain.terms import Role
from workflows.account_rules import CONSOLE

T = Title


@dataclass(frozen=True)
class Told:
    """One thing that was done."""

    what: Title
    detail: Title | None
    when: datetime
    who: Title
    reason: str
    basis: str


def history(context: Context, account: Account, kept: Callable[[str], bool] | None = None) -> list[Told]:
    """The newest first. With `kept` (of a unit) only what is told of posts there: the rest is another unit's business."""
    events = [one.event for one in context.service.log.history(account.id)]
    if kept is not None:
        events = [one for one in events if isinstance(one, PostFilled | PostVacated) and kept(one.unit)]
    names = context.accounts.names({one.entry.actor.user for one in events} - {CONSOLE.user})
    units, on = context.service.reference.organisation(), local_date(context.now())
    return [_told(event, account, names, units, on) for event in reversed(events)]


def _told(
    event: AccountEvent, account: Account, names: dict[str, str], units: Organisation, on: date
) -> Told:
    entry, by = event.entry, event.entry.actor
    if by.user == CONSOLE.user:
        who = T("系统命令行", "the command line")
    else:
        shown = names.get(by.user, by.user)
        post = value_name(Role, by.post)
        who = T("本人", "by themselves") if by.user == account.user else T(
            f"{shown}（{post.zh}）", f"{shown} ({post.en})"
        )  # fmt: skip
    return Told(
        T(event.ZH, event.EN),
        next(iter(_detail(event, account, units, on)), None),
        entry.occurred_at,
        who,
        "" if isinstance(event, TokenIssued) else entry.reason,  # it is the label, told already
        entry.basis,
    )


def _detail(event: Any, account: Account, units: Organisation, on: date) -> Iterator[Title]:
    if isinstance(event, PostFilled | PostVacated):
        post = value_name(Role, event.post)
        place = named(units, event.unit, on) if units.exists(event.unit) else event.unit
        where = T(place or "全系统", place or "the whole installation")
        left = isinstance(event, PostVacated)
        day = event.until if left else event.since
        zh, en = ("起离任", "no longer held from") if left else ("起任职", "from")
        yield T(f"{where.zh} · {post.zh}，{day}{zh}", f"{post.en}, {where.en}, {en} {day}")
    elif isinstance(event, PasswordSet) and event.temporary:
        yield T("由他人设置，本人登录后须更换", "set by somebody else: changed at the next sign-in")
    elif isinstance(event, TokenIssued):
        reach = value_name(type(event.reach), event.reach)
        yield T(f"{event.label or event.token}（{reach.zh}）", f"{event.label or event.token} ({reach.en})")
    elif isinstance(event, TokenRevoked):
        known = account.tokens.get(event.token)
        label = known.label if known and known.label else event.token
        yield T(label, label)
