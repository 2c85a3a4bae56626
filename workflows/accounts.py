"""What is done about accounts: opened, given posts and a password, suspended; tokens issued and revoked.

Every change is an event, and its secret is written in the same transaction. Who may is workflows/account_rules.py. `CONSOLE`
is whoever has the database and its keys: trusted, as the command line always is.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

import domain.topics  # noqa: F401 - makes every topic of the log known
from domain.account import Account, Office, Reach, Token, account_id, official
from domain.actor import Actor
from domain.case import Entry
from domain.errors import Invalid, Refused
from domain.organisation import local_date
from domain.terms import Role, Source
from eventlog import passwords
from eventlog.credentials import Credentials, TokenRow, digest
from eventlog.identity import Identity
from eventlog.log import EventLog, utc_now
from workflows.account_rules import CONSOLE, AccountRules, demand_apart, unknown
from workflows.authority import EVERYWHERE, ON_CASES
from workflows.password_rules import check_password
from workflows.reference import Reference

__all__ = ["CONSOLE", "Accounts", "Enrolled"]

LONGEST_TOKEN_DAYS = 400
TOKEN_PREFIX = "gct_"  # so that a scanner recognises one that was published by mistake


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody who gets an account with a post."""

    user: str
    name: str
    post: Role
    unit: str


class Accounts:
    """The accounts of one log. `clock` is the edge's clock. Raises the errors of domain/errors.py."""

    def __init__(self, log: EventLog, reference: Reference, clock: Callable[[], datetime] = utc_now) -> None:
        self.log, self.reference, self.clock = log, reference, clock
        self.rules = AccountRules(reference, clock, self.names)
        self.credentials = Credentials(log.recorder)

    # Looking.

    def account(self, user: str) -> Account:
        """Raises NotFound."""
        try:
            found: Account = self.log.load(account_id(user))
        except LookupError:
            raise unknown(user) from None
        return found

    def names(self, users: Iterable[str]) -> dict[str, str]:
        """What these officials are called, as far as it is known."""
        found = self.log.subjects.get(official(user) for user in users)
        return {
            reference.partition(":")[2]: one.name
            for reference, one in found.items()
            if isinstance(one, Identity)
        }

    # An account and its posts.

    def open(self, user: str, name: str, *, by: Actor, reason: str = "", source: Source = Source.DESK) -> int:
        """Open an account without post, password or token. Answers the place in the log."""
        entry = self._entry(by, reason, source=source)
        with self._opening("open", user, name, entry) as account:
            return self._append(account, name)

    def admit(
        self, one: Enrolled, password: str, *, by: Actor, since: date | None = None, until: date | None = None,
        reason: str = "", basis: str = "",
    ) -> int:  # fmt: skip
        """Open an account with a first post and a password that its owner changes: all of it, or nothing."""
        check_password(one.user, password)
        hash, entry = passwords.hashed(password), self._entry(by, reason, basis)
        office = self._office("fill", one.post, one.unit, since, until, entry)
        with self._opening("open", one.user, one.name, entry) as account:
            _filled(account, office, entry)
            account.password_set(True, entry)
            self.credentials.set_password(one.user, hash, entry.occurred_at)
            return self._append(account, one.name)

    def rename(self, user: str, name: str, *, by: Actor) -> None:
        """Another name for the same person. Names are no history: they are kept apart from the log."""
        account = self.account(user)
        self.rules.demand_seen(by, account)
        self.rules.demand_another("rename", user, by, _named(name))
        self.rules.demand_over("rename", account, by)
        self.log.subjects.put(_person(user, name))

    def fill(
        self,
        user: str,
        post: Role,
        unit: str,
        *,
        by: Actor,
        since: date | None = None,
        until: date | None = None,
        reason: str = "",
        basis: str = "",
        source: Source = Source.DESK,
    ) -> int:
        """Give somebody a post in a unit, from today or another day on."""
        entry = self._entry(by, reason, basis, source)
        office = self._office("fill", post, unit, since, until, entry)
        with self._changing(user, by) as account:
            name = self.names([user]).get(user, "") if post in ON_CASES else ""
            self.rules.demand_another("fill", user, by, name)
            _filled(account, office, entry)
            return self._append(account)

    def enrol(
        self, people: Iterable[Enrolled], *, since: date, by: Actor, source: Source = Source.DESK
    ) -> None:
        """Open an account with a first post for many at once: all of them, or none."""
        entry = self._entry(by, source=source)
        with self.log.batch():
            for one in people:
                self.rules.demand_place("fill", one.post, one.unit, by)
                account = Account.open(one.user, entry)
                _filled(account, Office(one.post, one.unit, since), entry)
                self._append(account, one.name)

    def vacate(
        self, user: str, post: Role, unit: str, *, by: Actor, until: date | None = None, reason: str = ""
    ) -> int:
        """Take a post away: `until` (today when left out) is the first day on which it is not held."""
        entry = self._entry(by, reason)
        self.rules.demand_place("vacate", post, unit, by)
        with self._changing(user, by) as account:
            self.rules.demand_another("vacate", user, by)
            account.vacate(post, unit, until or local_date(entry.occurred_at), entry)
            return self._append(account)

    def suspend(self, user: str, *, by: Actor, reason: str = "") -> int:
        """Nobody gets in with it any more: its sessions end, and its tokens are good for nothing while it lasts."""
        with self._over("suspend", user, by, reason, demand_reason=True) as (account, entry):
            account.suspend(entry)
            self.credentials.drop_sessions_of(user)
            return self._append(account)

    def restore(self, user: str, *, by: Actor, reason: str = "") -> int:
        with self._over("restore", user, by, reason, demand_reason=True) as (account, entry):
            account.restore(entry)
            return self._append(account)

    # Passwords.

    def set_password(
        self, user: str, password: str, *, by: Actor, temporary: bool = True, reason: str = ""
    ) -> int:
        """Give a password to somebody; a temporary one is good for choosing another. Ends every session."""
        check_password(user, password)
        hash = passwords.hashed(password)
        with self._over("set_password", user, by, reason) as (account, entry):
            return self._set(account, hash, entry, temporary=temporary)

    def change_password(self, user: str, old: str, new: str, *, by: Actor, session: bytes = b"") -> int:
        """Change one's own; ends every session but this one. Raises Invalid for a wrong old one."""
        if not passwords.matches(self.credentials.password(user), old):
            raise Invalid("old_password", None, "It is not the present password.", "原密码不正确。")
        if old == new:
            raise Invalid("new_password", None, "Take another one than before.", "新密码不能与原密码相同。")
        check_password(user, new, "new_password")
        entry, hash = self._entry(by), passwords.hashed(new)
        with self._changing(user) as account:
            return self._set(account, hash, entry, temporary=False, session=session)

    def _set(
        self, account: Account, hash: str, entry: Entry, *, temporary: bool, session: bytes = b""
    ) -> int:
        account.password_set(temporary, entry)
        self.credentials.set_password(account.user, hash, entry.occurred_at)
        self.credentials.drop_sessions_of(account.user, session)
        return self._append(account)

    def has_begun(self) -> bool:
        """Whether anybody can sign in: without anybody, the first administrator may still begin."""
        return self.credentials.any_password()

    def begin(self, user: str, name: str, password: str) -> int:
        """The first administrator of the house, who then opens the other accounts. Only while nobody can sign in."""
        check_password(user, password)
        hash, entry = passwords.hashed(password), self._entry(CONSOLE, "首位管理员")
        with self._opening("begin", user, name, entry) as account:
            if self.has_begun():
                zh, en = "系统已有账号", "nobody can sign in yet"
                raise Refused("begin", "", "not_begun", zh, en)
            _filled(account, Office(Role.ORG_ADMIN, EVERYWHERE, local_date(entry.occurred_at)), entry)
            account.password_set(False, entry)
            self.credentials.set_password(user, hash, entry.occurred_at)
            return self._append(account, name)

    # Tokens and sessions.

    def issue(
        self, user: str, *, reach: Reach, expires: datetime, by: Actor, office: str = "", label: str = ""
    ) -> tuple[str, Token]:
        """A new token and what is known of it: the secret is shown once and kept nowhere.

        A person's tokens are issued by that person: whoever could issue one would act in their name. An account
        without a password belongs to a program, and its administrator issues them.
        """
        entry = self._entry(by, label)
        if (expires - entry.occurred_at).days > LONGEST_TOKEN_DAYS:
            raise Invalid(
                "expires",
                expires.isoformat(),
                f"Give a day within {LONGEST_TOKEN_DAYS} days.",
                f"有效期最长{LONGEST_TOKEN_DAYS}天。",
            )
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        token = Token(secrets.token_hex(8), reach, expires, office, label.strip())
        row = TokenRow(token.id, digest(secret), user, str(reach), office, expires)
        with self._changing(user, by) as account:
            if by.user != user:
                self.rules.demand_over("issue", account, by)
                if by != CONSOLE and self.credentials.password(user) is not None:
                    zh, en = "本人的令牌由本人签发", "a person's tokens are issued by that person"
                    raise Refused("issue", "", "own_tokens", zh, en)
            if office and office not in {one.name for one in account.offices}:
                raise Invalid(
                    "office",
                    office,
                    f"{user} does not hold it. Leave it out, or fill the post first.",
                    f"{user}未任此岗位。请不填，或者先安排任职。",
                )
            account.issue(token, entry)
            self.credentials.put_token(row)
            self._append(account)
        return secret, token

    def revoke(self, user: str, token: str, *, by: Actor, reason: str = "") -> int:
        entry = self._entry(by, reason)
        with self._changing(user, by) as account:
            if by.user != user:
                self.rules.demand_over("revoke", account, by)
            account.revoke(token, entry)
            self.credentials.drop_token(token)
            return self._append(account)

    def sign_out_everywhere(self, user: str, *, by: Actor, reason: str = "") -> int:
        """End every session of somebody."""
        entry = self._entry(by, reason)
        with self._changing(user, by) as account:
            if by.user != user:
                self.rules.demand_over("sign_out_everywhere", account, by)
            account.signed_out_everywhere(entry)
            self.credentials.drop_sessions_of(user)
            return self._append(account)

    # Recording.

    def _entry(self, by: Actor, reason: str = "", basis: str = "", source: Source = Source.DESK) -> Entry:
        return Entry(by, self.clock(), reason.strip(), basis.strip(), source=source)

    def _office(
        self, what: str, post: Role, unit: str, since: date | None, until: date | None, entry: Entry
    ) -> Office:
        """A post in a unit that stands on the first day, and may be given by this administrator."""
        day = since or local_date(entry.occurred_at)
        self.rules.demand_place(what, post, unit, entry.actor)
        if unit != EVERYWHERE:
            self.reference.organisation().get(unit, day)  # NotFound where it does not stand
        elif post is not Role.ORG_ADMIN:
            raise Invalid(
                "unit", unit, "Give the code of the unit in which the post is held.", "请填写任职单位的编号。"
            )
        return Office(post, unit, day, until)

    @contextmanager
    def _opening(self, what: str, user: str, name: str, entry: Entry) -> Iterator[Account]:
        """A new account; what is written meanwhile to the credentials is one transaction with its events."""
        self.rules.demand_administrator(what, entry.actor)
        self.rules.demand_another(what, user, entry.actor, _named(name))
        with self.log.batch(), self.log.checkout(account_id(user)) as (found,):
            if found is not None:
                en, zh = "There is an account of this name. Take another one.", "该账号名已被使用，请换一个。"
                raise Invalid("user", user, en, zh)
            yield Account.open(user, entry)

    @contextmanager
    def _changing(self, user: str, by: Actor | None = None) -> Iterator[Account]:
        """The account, alone; what is written meanwhile to the credentials is one transaction with its events.

        Raises NotFound, also for an account that `by` may not see.
        """
        with self.log.joined(), self.log.checkout(account_id(user)) as (account,):
            if account is None:
                raise unknown(user)
            if by is not None and by.post is Role.ORG_ADMIN and by.user != user:
                self.rules.demand_seen(by, account)
            yield account

    @contextmanager
    def _over(
        self, what: str, user: str, by: Actor, reason: str, *, demand_reason: bool = False
    ) -> Iterator[tuple[Account, Entry]]:
        """Somebody else's account, of which `by` keeps every post. Who has the database need give no reason."""
        entry = self._entry(by, reason)
        with self._changing(user, by) as account:
            self.rules.demand_another(what, user, by)
            self.rules.demand_over(what, account, by)
            if demand_reason and by != CONSOLE and not entry.reason:
                raise Invalid("reason", reason, "Give the reason.", "请填写理由。")
            yield account, entry

    def _append(self, account: Account, name: str = "") -> int:
        """`name`: of somebody whose account is opened."""
        people = [_person(account.user, name)] if name else []
        return self.log.append(account, identities=people).positions[-1]


def _filled(account: Account, office: Office, entry: Entry) -> None:
    demand_apart(office, account.offices)
    account.fill(office.post, office.unit, office.since, office.until, entry)


def _named(name: str) -> str:
    """Raises Invalid for nobody's name."""
    if not name.strip():
        raise Invalid("name", name, "Give the name that others see.", "请填写姓名。")
    return name


def _person(user: str, name: str) -> Identity:
    return Identity(official(user), "person", name.strip())
