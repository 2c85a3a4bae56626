"""Signing in and out: a password becomes a session, whose cookie is new at every sign-in.

Failed attempts are counted in the database, so that all processes slow a guesser down together: at one account from one
address, at one account from anywhere, and from one address anywhere. Nothing tells whether an account exists.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request, Response

from api.access.door import Door
from api.access.signed import cookie_name
from domain.account import Account
from domain.errors import GridcaseError
from domain.organisation import local_date
from eventlog import passwords
from eventlog.credentials import SessionRow, digest
from workflows.accounts import Accounts

logger = logging.getLogger("gridcase.access")

WINDOW: Final = timedelta(minutes=15)
MOST_HERE, MOST_AT_ACCOUNT, MOST_FROM_ADDRESS = 5, 50, 30  # failed attempts in a window


class WrongPassword(GridcaseError):
    """The account or the password is wrong: which one is not said."""

    zh, en = "账号或密码不正确。", "The account or the password is wrong."

    def __init__(self) -> None:
        super().__init__(f"{self.zh}{self.en}")


class TooManyAttempts(GridcaseError):
    """Somebody tried too often. `wait` is how long until one more try counts."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        self.zh = f"尝试次数过多，请{minutes}分钟后再试。"
        self.en = f"Too many attempts: try again in {minutes} minutes."
        super().__init__(f"{self.zh}{self.en}")


@dataclass(frozen=True, slots=True)
class Came:
    """Who knocks: from where, with what, speaking which language."""

    address: str
    device: str
    language: str = ""


class SignIn:
    """The sign-in of one installation."""

    def __init__(self, accounts: Accounts, door: Door, longest: timedelta) -> None:
        self.accounts, self.door, self.longest = accounts, door, longest
        self.credentials = accounts.credentials

    def enter(self, user: str, password: str, came: Came) -> tuple[str, Account]:
        """A new session's secret, for its cookie. Raises WrongPassword or TooManyAttempts."""
        user, now = user.strip().lower(), self.accounts.clock()
        here, account_place, address_place = places = (
            f"here:{user[:60]}@{came.address}", f"account:{user[:60]}", f"address:{came.address}",
        )  # fmt: skip
        self._bounded(
            now, {here: MOST_HERE, account_place: MOST_AT_ACCOUNT, address_place: MOST_FROM_ADDRESS}
        )
        hash = self.credentials.password(user)
        right = passwords.matches(hash, password)
        account = self._account(user)
        if hash is None or not right or account is None or account.suspended:
            self.credentials.failed(places, now)
            logger.warning("sign-in refused", extra={"told": {"address": came.address}})
            raise WrongPassword
        if passwords.outdated(hash):
            self.credentials.set_password(user, passwords.hashed(password), now)
        self.credentials.forgive(here)
        self.credentials.sweep(now, now - WINDOW)
        return self.begin(account, came), account

    def begin(self, account: Account, came: Came) -> str:
        """A session for somebody whose password was looked at. It gets an id that nobody had before."""
        secret, now = secrets.token_urlsafe(32), self.accounts.clock()
        held = account.held(local_date(now))
        row = SessionRow(
            digest(secret), account.user, secrets.token_urlsafe(24), now, now, now + self.longest,
            office=held[0].name if held else "",
            language=came.language, device=came.device,
        )  # fmt: skip
        self.credentials.put_session(row)
        return secret

    def leave(self, cookie: str) -> None:
        """End this session."""
        self.credentials.drop_session(digest(cookie))
        self.door.forget(digest(cookie))

    def may_set_up(self, came: Came) -> None:
        """Raises TooManyAttempts for whoever has tried set-up codes too often."""
        self._bounded(self.accounts.clock(), {f"set-up:{came.address}": MOST_HERE})

    def set_up_failed(self, came: Came) -> None:
        self.credentials.failed([f"set-up:{came.address}"], self.accounts.clock())

    def _account(self, user: str) -> Account | None:
        try:
            return self.accounts.account(user)
        except GridcaseError:
            return None

    def _bounded(self, now: datetime, most: dict[str, int]) -> None:
        for place, bound in most.items():
            count, first = self.credentials.failures(place, now - WINDOW)
            if count >= bound:
                raise TooManyAttempts(first + WINDOW - now)


# What a browser calls itself -> what people call it: the first that is there.
BROWSERS: Final = {
    "Edg": "Edge",
    "MicroMessenger": "WeChat",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS: Final = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "HarmonyOS": "HarmonyOS", "Windows": "Windows",
    "Mac OS": "macOS", "Linux": "Linux",
}  # fmt: skip


def came(request: Request, language: str = "") -> Came:
    address = request.client.host if request.client else ""
    return Came(address, device_of(request.headers.get("user-agent", "")), language)


def device_of(agent: str) -> str:
    """ "Chrome · Android": enough to know one's own devices by; "" for what nobody knows."""
    parts = [
        next((name for mark, name in known.items() if mark in agent), "") for known in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(part for part in parts if part)


def remember(request: Request, answer: Response, secret: str) -> None:
    """Give the browser its cookie: for as long as it is open; the server ends the session earlier."""
    answer.set_cookie(
        cookie_name(request),
        secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def forget(request: Request, answer: Response) -> None:
    answer.delete_cookie(
        cookie_name(request), path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
