"""Who may administer whose account, and which posts nobody gives or holds. Asked before anything is recorded.

An organisation administrator (机构管理员) keeps the posts of their unit and of all under it, and nobody keeps their own
account: not under another user name either. Do not decide here what a post may do: that is workflows/authority.py.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Final

from domain.account import Account, Office
from domain.actor import Actor, same_user
from domain.errors import NotFound, NotYourTurn, Refused
from domain.organisation import local_date
from domain.terms import Role
from workflows.authority import APART, EVERYWHERE, ON_CASES, Area, administers
from workflows.reference import Reference

CONSOLE: Final = Actor("console", Role.SYSTEM)
Names = Callable[[Iterable[str]], Mapping[str, str]]


class AccountRules:
    """The rules of one house. `names` tells what officials are called."""

    def __init__(self, reference: Reference, clock: Callable[[], datetime], names: Names) -> None:
        self.reference, self.clock, self.names = reference, clock, names

    # Asking.

    def administers(self, by: Actor, unit: str) -> bool:
        """Whether they may fill and vacate posts of this unit."""
        units, on = self.reference.organisation(), local_date(self.clock())
        return by == CONSOLE or administers(Area.ACCOUNTS, by, unit, units, on)

    def sees(self, by: Actor, account: Account) -> bool:
        """Whether the account is theirs to look at: it holds or held one of their posts, or was opened there without any."""
        units = {office.unit for office in account.offices} or {account.opened_in}
        return any(self.administers(by, unit) for unit in units)

    def over(self, by: Actor, account: Account) -> bool:
        """Whether they may suspend the account or set its password: all its posts, of today or later, are theirs.

        Who has left is answered for where the last post was; who never had one, where the account was opened.
        """
        return all(self.administers(by, unit) for unit in _answering(account, local_date(self.clock())))

    def may_give(self, by: Actor, post: Role) -> bool:
        """Rules are those of the whole house: who keeps them is appointed from its top, and not by a unit in it."""
        return post is not Role.POLICY_ADMIN or by == CONSOLE or self._is_top(by.unit)

    def _is_top(self, unit: str) -> bool:
        units, on = self.reference.organisation(), local_date(self.clock())
        return unit == EVERYWHERE or (units.is_active(unit, on) and not units.parent(unit, on))

    # Demanding. Each raises what stands against it.

    def demand_administrator(self, what: str, by: Actor) -> None:
        if by != CONSOLE and by.post is not Role.ORG_ADMIN:
            zh, en = "账号由机构管理员管理", "an organisation administrator administers accounts"
            raise _not_yours(what, zh, en)

    def demand_place(self, what: str, post: Role, unit: str, by: Actor) -> None:
        """A post of a unit that is known and theirs, and that they may give."""
        self.demand_administrator(what, by)
        if unit != EVERYWHERE and not self.reference.organisation().exists(unit):
            raise NotFound("unit", unit, "Look the code up in the list of units, or create the unit first.")
        if not self.administers(by, unit):
            zh, en = "只能管理本单位及下级单位的岗位", "posts of one's own unit and of those under it"
            raise _not_yours(what, zh, en)
        if not self.may_give(by, post):
            zh = "规则管理员管理全系统的规则，由最上级单位的机构管理员任免"
            en = (
                "who keeps the rules of the whole house is appointed by the administrator of its highest unit"
            )
            raise _not_yours(what, zh, en, "top_appoints")

    def demand_seen(self, by: Actor, account: Account) -> None:
        """Raises NotFound: another unit's account is as if it were not there."""
        if not self.sees(by, account):
            raise unknown(account.user)

    def demand_over(self, what: str, account: Account, by: Actor) -> None:
        self.demand_administrator(what, by)
        if not self.over(by, account):
            zh, en = "该账号在其他单位任职", "every post of the account is in one's own unit or under it"
            raise _not_yours(what, zh, en)

    def demand_another(self, what: str, user: str, by: Actor, name: str = "") -> None:
        """Somebody else than oneself: another user, and where a `name` is told another person."""
        if same_user(by.user, user):
            raise _not_yours(
                what, "不能管理自己的账号", "nobody administers their own account", "not_oneself"
            )
        if by == CONSOLE or not name:
            return
        own = self.names([by.user]).get(by.user, "")
        if own and _plain(own) == _plain(name):
            zh = "不能为与本人同名的人开立账号或者安排岗位；确系他人的，由另一名机构管理员办理"
            en = (
                "nobody opens an account or gives a post under their own name: where it is really somebody else, "
                "another administrator does it"
            )
            raise _not_yours(what, zh, en, "own_name")


def demand_apart(office: Office, others: Iterable[Office]) -> None:
    """Raises Refused for a post that excludes another one of the same days."""
    if kept_apart(office, others):
        zh = "管理账号、规则或者审计的人不办理案件"
        en = "who administers accounts or rules, or audits, holds no post that works on cases"
        raise Refused("fill", "", "posts_apart", zh, en)


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


def unknown(user: str) -> NotFound:
    return NotFound("account", user, "Open it first.")


def _answering(account: Account, on: date) -> set[str]:
    """The units that answer for an account on a day."""
    held = [office for office in account.offices if office.until is None or office.until > on]
    if not held and account.offices:
        last = max(office.until or date.max for office in account.offices)
        held = [office for office in account.offices if office.until == last]
    return {office.unit for office in held} or {account.opened_in}


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _not_yours(what: str, zh: str, en: str, rule: str = "org_admin") -> NotYourTurn:
    return NotYourTurn(what, "", rule, zh, en)
