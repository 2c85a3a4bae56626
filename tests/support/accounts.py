"""Accounts for tests: whoever should act has one, with the post that the test gives them, and a token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from domain.account import Reach
from domain.actor import Actor
from domain.errors import GridcaseError
from domain.terms import Role
from eventlog.log import EventLog, utc_now
from workflows.accounts import CONSOLE, Accounts
from workflows.reference import Reference

SINCE = date(2000, 1, 1)


class People:
    """Opens accounts, fills posts and issues tokens on demand, as somebody at the console would."""

    def __init__(self, accounts: Accounts, changed: Callable[[], None] = lambda: None) -> None:
        self.accounts, self.changed = (
            accounts,
            changed,
        )  # `changed`: what a server keeps in memory for some seconds
        self._tokens: dict[str, str] = {}
        self._offices: set[tuple[str, str, str]] = set()

    @classmethod
    def of(cls, log: EventLog) -> People:
        return cls(Accounts(log, Reference(log), utc_now))

    def token(self, user: str, post: str = "", unit: str = "") -> str:
        """A token of this user, who then holds this post too, where anybody can."""
        if user not in self._tokens:
            self.accounts.open(user, user, by=CONSOLE)
            expires = self.accounts.clock() + timedelta(days=400)
            self._tokens[user], _ = self.accounts.issue(user, reach=Reach.ACT, expires=expires, by=CONSOLE)
        if post and (user, post, unit) not in self._offices:
            self._offices.add((user, post, unit))
            with suppress(GridcaseError, ValueError):  # no such post or unit: the request will be told so
                self.accounts.fill(user, Role(post), unit, since=SINCE, by=CONSOLE)
                self.changed()
        return self._tokens[user]

    def bearer(self, actor: Mapping[str, Any] | Actor) -> dict[str, str]:
        """The header by which this actor is known."""
        if isinstance(actor, Actor):
            return {"Authorization": f"Bearer {self.token(actor.user, actor.post, actor.unit)}"}
        said = [str(actor.get(name, "")) for name in ("user", "post", "unit")]
        return {"Authorization": f"Bearer {self.token(*said)}"}
