"""An account (账号): somebody who signs in, the posts they hold in units, and what was done about their access.

The events tell that a password was set, that a token was issued, never what it is: secrets, sessions and attempts may be
deleted and therefore live in tables of their own (eventlog/secrets.py). The name of an official is in the subjects
store under `official(user)`; do not put one here. Who may change an account is workflows/accounts.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate

from domain.case import Entry
from domain.errors import Invalid
from domain.terms import Role

USER = r"^[a-z0-9][a-z0-9._-]{0,49}$"
NOT_HELD = frozenset({Role.SYSTEM, Role.CITIZEN})  # the program is no post, and a citizen acts through a desk


def account_id(user: str) -> UUID:
    """The stream of the account of this user."""
    return uuid5(NAMESPACE_URL, f"gridcase:account:{user}")


def official(user: str) -> str:
    """The reference under which the subjects store keeps the name of this official."""
    return f"official:{user}"


class Reach(StrEnum):
    """令牌权限: what a token is good for."""

    READ = "read"  # 只读
    ACT = "act"  # 读取并办理


@dataclass(frozen=True, slots=True)
class Office:
    """任职: a post held in a unit, from the local day `since` on. `until` is the first day on which it is not held."""

    post: Role
    unit: str
    since: date
    until: date | None = None

    def held(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)

    @property
    def name(self) -> str:
        """As `Gridcase-Office` says it: `handler@330604-100`."""
        return f"{self.post}@{self.unit}"


@dataclass(frozen=True, slots=True)
class Token:
    """令牌: for a program that acts for the user. `office` is the only one it acts in, as `Office.name`; "" for any."""

    id: str
    reach: Reach
    expires: datetime
    office: str = ""
    label: str = ""
    revoked: bool = False


class AccountEvent(Aggregate.Event):
    """The events are the storage format: add fields with defaults, never rename or drop one."""

    TOPIC: ClassVar[str] = ""
    ZH: ClassVar[str] = ""
    EN: ClassVar[str] = ""

    entry: Entry

    def apply(self, aggregate: Any) -> None:
        self.change(aggregate)

    def change(self, account: Any) -> None:
        """Assign this event's own facts."""


class AccountOpened(AccountEvent):
    """开立账号: somebody may sign in from now on, once a password is set."""

    TOPIC = "account.opened"
    ZH, EN = "开立账号", "Account opened"

    user: str

    def mutate(self, aggregate: Any) -> Any:
        assert aggregate is None
        account = Account.__new__(Account)
        account.__base_init__(self.originator_id, 1, self.timestamp)
        account.user, account.opened_at = self.user, self.entry.occurred_at
        account.opened_in = self.entry.actor.unit
        account.suspended, account.password_temporary = False, False
        account.offices, account.tokens = (), {}
        return account


class PostFilled(AccountEvent):
    """任职: a post in a unit, from a day on."""

    TOPIC = "account.post_filled"
    ZH, EN = "任职", "Post filled"

    post: Role
    unit: str
    since: date
    until: date | None = None

    def change(self, account: Any) -> None:
        account.offices = (*account.offices, Office(self.post, self.unit, self.since, self.until))


class PostVacated(AccountEvent):
    """离任: the first day on which the post is not held any more."""

    TOPIC = "account.post_vacated"
    ZH, EN = "离任", "Post vacated"

    post: Role
    unit: str
    since: date
    until: date

    def change(self, account: Any) -> None:
        left = (self.post, self.unit, self.since)
        account.offices = tuple(
            replace(o, until=self.until) if (o.post, o.unit, o.since) == left else o for o in account.offices
        )


class AccountSuspended(AccountEvent):
    """停用账号: nobody signs in with it, and no token of it is good."""

    TOPIC = "account.suspended"
    ZH, EN = "停用账号", "Account suspended"

    def change(self, account: Any) -> None:
        account.suspended = True


class AccountRestored(AccountEvent):
    """恢复账号."""

    TOPIC = "account.restored"
    ZH, EN = "恢复账号", "Account restored"

    def change(self, account: Any) -> None:
        account.suspended = False


class PasswordSet(AccountEvent):
    """设置密码: that it was, never what."""

    TOPIC = "account.password_set"
    ZH, EN = "设置密码", "Password set"

    temporary: bool = False  # good for choosing another one

    def change(self, account: Any) -> None:
        account.password_temporary = self.temporary


class TokenIssued(AccountEvent):
    """签发令牌: for a program, with a scope and an end."""

    TOPIC = "account.token_issued"
    ZH, EN = "签发令牌", "Token issued"

    token: str
    reach: Reach
    expires: datetime
    office: str = ""
    label: str = ""

    def change(self, account: Any) -> None:
        account.tokens[self.token] = Token(self.token, self.reach, self.expires, self.office, self.label)


class TokenRevoked(AccountEvent):
    """撤销令牌."""

    TOPIC = "account.token_revoked"
    ZH, EN = "撤销令牌", "Token revoked"

    token: str

    def change(self, account: Any) -> None:
        account.tokens[self.token] = replace(account.tokens[self.token], revoked=True)


class SignedOutEverywhere(AccountEvent):
    """全部退出: every session of the account ended."""

    TOPIC = "account.signed_out_everywhere"
    ZH, EN = "全部退出登录", "Signed out everywhere"


class Account(Aggregate):
    """Who signs in as `user`, and in which posts. Commands raise `Invalid` for what the account itself can tell."""

    user: str
    opened_at: datetime
    opened_in: str  # the unit of whoever opened it; "" for the console
    suspended: bool
    password_temporary: bool
    offices: tuple[Office, ...]  # all that were ever held, in the order in which they were given
    tokens: dict[str, Token]

    @classmethod
    def open(cls, user: str, entry: Entry) -> Self:
        if not re.fullmatch(USER, user):
            en = "Give 1 to 50 characters: small letters, digits, and . _ - after the first."
            raise Invalid("user", user, en, "账号为1至50个字符：小写字母、数字，首位之后可用 . _ -。")
        opened: type[Any] = AccountOpened
        event = opened(
            originator_id=account_id(user), originator_version=1, timestamp=entry.occurred_at, user=user, entry=entry
        )  # fmt: skip
        account: Self = event.mutate(None)
        account.pending_events.append(event)
        return account

    def held(self, on: date) -> tuple[Office, ...]:
        """The offices of that day."""
        return tuple(office for office in self.offices if office.held(on))

    def fill(self, post: Role, unit: str, since: date, until: date | None, entry: Entry) -> None:
        """Give a post in a unit. The same one is never held twice on a day."""
        if post in NOT_HELD:
            raise Invalid(
                "post", str(post), "Nobody holds it: give the post of an official.", "请选择工作岗位。"
            )
        if until is not None and until <= since:
            raise Invalid(
                "until",
                until,
                f"Give a day after {since}: the first one on which it is not held.",
                f"离任日须晚于{since}。",
            )
        for other in self.offices:
            if (other.post, other.unit) == (post, unit) and (
                (until is None or other.since < until) and (other.until is None or since < other.until)
            ):
                raise Invalid(
                    "since",
                    since,
                    f"{self.user} holds this post there since {other.since} already.",
                    f"{self.user}自{other.since}起已在该单位任此岗位。",
                )
        self.trigger_event(PostFilled, post=post, unit=unit, since=since, until=until, entry=entry)

    def vacate(self, post: Role, unit: str, until: date, entry: Entry) -> None:
        """Take a post away from the day `until` on."""
        for office in self.offices:
            if (office.post, office.unit) != (post, unit):
                continue
            if until > office.since and (office.until is None or until < office.until):
                facts = {"post": post, "unit": unit, "since": office.since}
                return self.trigger_event(PostVacated, until=until, entry=entry, **facts)
        raise Invalid(
            "until",
            until,
            f"{self.user} does not hold {post} at {unit} on the day before it.",
            f"{self.user}在该日之前未任此岗位。",
        )

    def suspend(self, entry: Entry) -> None:
        if self.suspended:
            raise Invalid("user", self.user, "It is suspended already.", "该账号已停用。")
        self.trigger_event(AccountSuspended, entry=entry)

    def restore(self, entry: Entry) -> None:
        if not self.suspended:
            raise Invalid("user", self.user, "It is not suspended.", "该账号未停用。")
        self.trigger_event(AccountRestored, entry=entry)

    def password_set(self, temporary: bool, entry: Entry) -> None:
        self.trigger_event(PasswordSet, temporary=temporary, entry=entry)

    def issue(self, token: Token, entry: Entry) -> None:
        """Note a token that was made. Raises Invalid for one that is over before it begins."""
        if token.expires <= entry.occurred_at:
            raise Invalid(
                "expires",
                token.expires.isoformat(),
                "Give an instant that is still to come.",
                "有效期须在将来。",
            )
        facts = {"token": token.id, "reach": token.reach, "expires": token.expires}
        self.trigger_event(TokenIssued, office=token.office, label=token.label, entry=entry, **facts)

    def revoke(self, token: str, entry: Entry) -> None:
        if token not in self.tokens or self.tokens[token].revoked:
            raise Invalid(
                "token",
                token,
                "There is no such token, or it was revoked already.",
                "没有此令牌，或者已经撤销。",
            )
        self.trigger_event(TokenRevoked, token=token, entry=entry)

    def signed_out_everywhere(self, entry: Entry) -> None:
        self.trigger_event(SignedOutEverywhere, entry=entry)
