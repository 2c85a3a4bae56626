"""What is done about accounts: opened, given posts and a password, suspended; tokens issued and revoked.

An organisation administrator (机构管理员) administers the posts of their unit and of all under it, and nobody their own.
Who administers accounts or rules, or audits, does not work on cases: the posts exclude each other. Every change is an
event, and its secret is written in the same transaction. `CONSOLE` is whoever has the database and its keys: trusted, as
the command line always is.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import domain.topics  # noqa: F401 - makes every topic of the log known
from domain.account import Account, Office, Reach, Token, account_id, official
from domain.actor import Actor
from domain.case import Entry
from domain.errors import Invalid, NotFound, NotYourTurn, Refused
from domain.organisation import local_date
from domain.terms import Role, Source
from eventlog import passwords
from eventlog.credentials import Credentials, TokenRow, digest
from eventlog.identity import Identity
from eventlog.log import EventLog, utc_now
from workflows.authority import APART, EVERYWHERE, ON_CASES, Area, administers
from workflows.reference import Reference

CONSOLE: Final = Actor("console", Role.SYSTEM)

SHORTEST, LONGEST, DIFFERENT = 10, 200, 5  # characters of a password
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
        self.credentials = Credentials(log.recorder)

    # Looking.

    def account(self, user: str) -> Account:
        """Raises NotFound."""
        try:
            found: Account = self.log.load(account_id(user))
        except LookupError:
            raise _unknown(user) from None
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
        self._administers("open", by)
        if not name.strip():
            raise Invalid("name", name, "Give the name that others see.", "请填写姓名。")
        with self.log.checkout(account_id(user)) as (found,):
            if found is not None:
                raise Invalid(
                    "user",
                    user,
                    "There is an account of this name. Take another one.",
                    "该账号名已被使用，请换一个。",
                )
            account = Account.open(user, entry)
            person = Identity(official(user), "person", name.strip())
            return self.log.append(account, identities=[person]).positions[-1]

    def rename(self, user: str, name: str, *, by: Actor) -> None:
        """Another name for the same person. Names are no history: they are kept apart from the log."""
        self._over("rename", self.account(user), by)
        if not name.strip():
            raise Invalid("name", name, "Give the name that others see.", "请填写姓名。")
        self.log.subjects.put(Identity(official(user), "person", name.strip()))

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
        day = since or local_date(entry.occurred_at)
        self._place("fill", post, unit, by)
        if unit != EVERYWHERE:
            self.reference.organisation().get(unit, day)  # NotFound where it does not stand
        elif post is not Role.ORG_ADMIN:
            raise Invalid(
                "unit", unit, "Give the code of the unit in which the post is held.", "请填写任职单位的编号。"
            )
        with self._changing(user) as account:
            self._not_oneself("fill", account, by)
            _filled(account, Office(post, unit, day, until), entry)
            return self._append(account)

    def enrol(
        self, people: Iterable[Enrolled], *, since: date, by: Actor, source: Source = Source.DESK
    ) -> None:
        """Open an account with a first post for many at once: all of them, or none."""
        entry = self._entry(by, source=source)
        with self.log.batch():
            for one in people:
                self._place("fill", one.post, one.unit, by)
                account = Account.open(one.user, entry)
                _filled(account, Office(one.post, one.unit, since), entry)
                self.log.append(account, identities=[Identity(official(one.user), "person", one.name)])

    def vacate(
        self, user: str, post: Role, unit: str, *, by: Actor, until: date | None = None, reason: str = ""
    ) -> int:
        """Take a post away: `until` (today when left out) is the first day on which it is not held."""
        entry = self._entry(by, reason)
        self._place("vacate", post, unit, by)
        with self._changing(user) as account:
            self._not_oneself("vacate", account, by)
            account.vacate(post, unit, until or local_date(entry.occurred_at), entry)
            return self._append(account)

    def suspend(self, user: str, *, by: Actor, reason: str = "") -> int:
        """Nobody gets in with it any more: its sessions end, and its tokens are good for nothing while it lasts."""
        entry = self._entry(by, reason)
        with self._changing(user) as account:
            self._not_oneself("suspend", account, by)
            self._over("suspend", account, by)
            account.suspend(entry)
            self.credentials.drop_sessions_of(user)
            return self._append(account)

    def restore(self, user: str, *, by: Actor, reason: str = "") -> int:
        entry = self._entry(by, reason)
        with self._changing(user) as account:
            self._not_oneself("restore", account, by)
            self._over("restore", account, by)
            account.restore(entry)
            return self._append(account)

    # Passwords.

    def set_password(self, user: str, password: str, *, by: Actor, temporary: bool = True) -> int:
        """Give a password to somebody; a temporary one is good for choosing another. Ends every session."""
        check_password(user, password)
        entry, hash = self._entry(by), passwords.hashed(password)
        with self._changing(user) as account:
            self._not_oneself("set_password", account, by)
            self._over("set_password", account, by)
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
        with self.log.batch(), self.log.checkout(account_id(user)) as (found,):
            if self.has_begun():
                zh, en = "系统已有账号", "nobody can sign in yet"
                raise Refused("begin", "", "not_begun", zh, en)
            if not name.strip():
                raise Invalid("name", name, "Give the name that others see.", "请填写姓名。")
            if found is not None:
                raise Invalid(
                    "user",
                    user,
                    "There is an account of this name. Take another one.",
                    "该账号名已被使用，请换一个。",
                )
            account = Account.open(user, entry)
            _filled(account, Office(Role.ORG_ADMIN, EVERYWHERE, local_date(entry.occurred_at)), entry)
            account.password_set(False, entry)
            self.credentials.set_password(user, hash, entry.occurred_at)
            person = Identity(official(user), "person", name.strip())
            return self.log.append(account, identities=[person]).positions[-1]

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
        with self._changing(user) as account:
            if by.user != user:
                self._over("issue", account, by)
                if by != CONSOLE and self.credentials.password(user) is not None:
                    zh, en = "本人的令牌由本人签发", "a person's tokens are issued by that person"
                    raise Refused("issue", "", "own_tokens", zh, en)
            if office and office not in {one.name for one in account.offices}:
                raise Invalid(
                    "office", office, f"{user} does not hold it. Leave it out, or fill the post first."
                )
            account.issue(token, entry)
            self.credentials.put_token(row)
            self._append(account)
        return secret, token

    def revoke(self, user: str, token: str, *, by: Actor, reason: str = "") -> int:
        entry = self._entry(by, reason)
        with self._changing(user) as account:
            if by.user != user:
                self._over("revoke", account, by)
            account.revoke(token, entry)
            self.credentials.drop_token(token)
            return self._append(account)

    def sign_out_everywhere(self, user: str, *, by: Actor, reason: str = "") -> int:
        """End every session of somebody."""
        entry = self._entry(by, reason)
        with self._changing(user) as account:
            if by.user != user:
                self._over("sign_out_everywhere", account, by)
            account.signed_out_everywhere(entry)
            self.credentials.drop_sessions_of(user)
            return self._append(account)

    # Rules.

    def administers(self, by: Actor, unit: str) -> bool:
        """Whether they may fill and vacate posts of this unit."""
        units, on = self.reference.organisation(), local_date(self.clock())
        return by == CONSOLE or administers(Area.ACCOUNTS, by, unit, units, on)

    def over(self, by: Actor, account: Account) -> bool:
        """Whether they may suspend the account, or let it in again: all its posts, of today or later, are theirs."""
        on = local_date(self.clock())
        units = {office.unit for office in account.offices if office.until is None or office.until > on}
        return by == CONSOLE or (
            by.post is Role.ORG_ADMIN and all(self.administers(by, unit) for unit in units)
        )

    def _administers(self, what: str, by: Actor) -> None:
        if by != CONSOLE and by.post is not Role.ORG_ADMIN:
            raise _not_yours(
                what, "账号由机构管理员管理", "an organisation administrator administers accounts"
            )

    def _place(self, what: str, post: Role, unit: str, by: Actor) -> None:
        self._administers(what, by)
        if unit != EVERYWHERE and not self.reference.organisation().exists(unit):
            raise NotFound("unit", unit, "Look the code up in the list of units, or create the unit first.")
        if not self.administers(by, unit):
            zh, en = "只能管理本单位及下级单位的岗位", "posts of one's own unit and of those under it"
            raise _not_yours(what, zh, en)

    def _over(self, what: str, account: Account, by: Actor) -> None:
        self._administers(what, by)
        if not self.over(by, account):
            zh, en = "该账号在其他单位任职", "every post of the account is in one's own unit or under it"
            raise _not_yours(what, zh, en)

    def _not_oneself(self, what: str, account: Account, by: Actor) -> None:
        if by.user == account.user:
            raise _not_yours(what, "不能管理自己的账号", "nobody administers their own account")

    # Recording.

    def _entry(self, by: Actor, reason: str = "", basis: str = "", source: Source = Source.DESK) -> Entry:
        return Entry(by, self.clock(), reason.strip(), basis.strip(), source=source)

    @contextmanager
    def _changing(self, user: str) -> Iterator[Account]:
        """The account, alone; what is written meanwhile to the credentials is one transaction with its events."""
        with self.log.joined(), self.log.checkout(account_id(user)) as (account,):
            if account is None:
                raise _unknown(user)
            yield account

    def _append(self, account: Account) -> int:
        return self.log.append(account).positions[-1]


def _filled(account: Account, office: Office, entry: Entry) -> None:
    if kept_apart(office, account.offices):
        zh, en = (
            "管理账号、规则或者审计的人不办理案件",
            "who administers accounts or rules, or audits, holds no post that works on cases",
        )
        raise Refused("fill", "", "posts_apart", zh, en)
    account.fill(office.post, office.unit, office.since, office.until, entry)


def kept_apart(office: Office, others: Iterable[Office]) -> bool:
    """Whether this office excludes one of the others, held on the same days."""
    for other in others:
        together = (office.until is None or other.since < office.until) and (
            other.until is None or office.since < other.until
        )
        posts = {office.post, other.post}
        if together and posts & APART and posts & ON_CASES:
            return True
    return False


def check_password(user: str, password: str, field: str = "password") -> None:
    """Raises Invalid for one that is easily guessed. The message never repeats it."""
    for fails, en, zh in (
        (len(password) < SHORTEST, f"Give at least {SHORTEST} characters.", f"密码至少{SHORTEST}个字符。"),
        (len(password) > LONGEST, f"Give at most {LONGEST} characters.", f"密码最多{LONGEST}个字符。"),
        (
            len(set(password)) < DIFFERENT,
            f"Use at least {DIFFERENT} different characters.",
            f"密码至少包含{DIFFERENT}个不同的字符。",
        ),
        (user.lower() in password.lower(), "Leave the account's name out of it.", "密码不能包含账号名。"),
        (
            any(password.lower() in row for row in ROWS),
            "Take no row of keys or digits.",
            "密码不能是键盘或数字的顺序。",
        ),
    ):
        if fails:
            raise Invalid(field, None, en, zh)


ROWS: Final = tuple(
    row + row[::-1]
    for row in ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
)


def _unknown(user: str) -> NotFound:
    return NotFound("account", user, "Open it first.")


def _not_yours(what: str, zh: str, en: str) -> NotYourTurn:
    return NotYourTurn(what, "", "org_admin", zh, en)
