"""Who keeps accounts, and what a form offers them: their units, and the posts that they may give.

Offers only help: workflows/account_rules.py decides, and is asked by the service again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from api.access.sight import authority, demand
from api.access.signed import Signed
from api.context import Context
from api.pages.choices import named
from api.pages.lists.asked import unit_meant
from api.pages.typed import Typed
from domain.account import NOT_HELD, Account
from domain.actor import Actor
from domain.errors import Invalid, NotYourTurn, Refused
from domain.organisation import Organisation, local_date
from domain.rule import Title
from domain.terms import Role
from projections.units import under
from workflows.account_rules import AccountRules
from workflows.authority import AREAS, EVERYWHERE, Area

WAIT_SECONDS = 2.0  # for the read side, so that whoever did something sees it in the list
MOST_UNITS = 300  # that a form offers

Wrong = dict[str, Title]


@dataclass(frozen=True)
class Keeper:
    """An organisation administrator at their desk."""

    context: Context
    me: Signed
    actor: Actor

    @classmethod
    def of(cls, context: Context, me: Signed) -> Keeper:
        """Raises NotYourTurn for whoever keeps no accounts in the office in which they act."""
        if me.acting is None:
            demand(AREAS[Area.ACCOUNTS][False], "look", "account")
        actor = me.actor()
        demand(authority(context, me).administers(Area.ACCOUNTS, actor, actor.unit), "look", "account")
        return cls(context, me, actor)

    @property
    def rules(self) -> AccountRules:
        return self.context.accounts.rules

    @property
    def on(self) -> date:
        return local_date(self.context.now())

    @property
    def units(self) -> Organisation:
        return self.context.service.reference.organisation()

    @property
    def reach(self) -> sa.Select[Any] | None:
        """The units of their area as a sub-select; None for the whole house."""
        return None if self.actor.unit == EVERYWHERE else under(self.actor.unit, self.on)

    @cached_property
    def codes(self) -> list[str]:
        """The units of their area that stand today, by code."""
        units, on = self.units, self.on
        if self.actor.unit == EVERYWHERE:
            return sorted(view.code for view in units.standing(on))
        return sorted(code for code in units.subtree(self.actor.unit, on) if units.is_active(code, on))

    @cached_property
    def units_offered(self) -> list[tuple[str, str]]:
        return [(code, named(self.units, code, self.on)) for code in self.codes[:MOST_UNITS]]

    @cached_property
    def posts_offered(self) -> list[tuple[str, Role]]:
        return [(str(p), p) for p in Role if p not in NOT_HELD and self.rules.may_give(self.actor, p)]

    def account(self, user: str) -> Account:
        """An account of their area. Raises NotFound."""
        account = self.context.accounts.account(user)
        self.rules.demand_seen(self.actor, account)
        return account

    def unit(self, text: str) -> str:
        """The code of the unit that was typed, by code or name; what was typed where nobody knows."""
        return text if not text or self.units.exists(text) else unit_meant(text, self.units, self.on) or text

    def done(self, position: int) -> None:
        """Let the doors and the lists know what was recorded."""
        self.context.door.forget()
        self.context.wait_for(position, WAIT_SECONDS)


@dataclass(frozen=True)
class Sent:
    """What a form brought, under names that begin with `act`, read as what it stands for. Each raises Invalid."""

    keeper: Keeper
    act: str
    typed: Typed

    def text(self, name: str) -> str:
        return self.typed.one(f"{self.act}.{name}")

    def post(self) -> Role:
        post = self.text("post")
        if post not in dict(self.keeper.posts_offered):
            raise Invalid("post", post, "Choose a post.", "请选择岗位。")
        return Role(post)

    def unit(self) -> str:
        """ "" is the whole house, where the keeper is of the whole house."""
        unit = self.keeper.unit(self.text("unit"))
        if (unit and not self.keeper.units.exists(unit)) or (
            not unit and self.keeper.actor.unit != EVERYWHERE
        ):
            raise Invalid(
                "unit",
                unit,
                "There is no such unit: choose one of the list.",
                "没有这个单位，请从列表中选择。",
            )
        return unit

    def day(self, name: str) -> date | None:
        """None for a day that was left empty."""
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise Invalid(
                name, text, "Give a day such as 2026-03-02.", "请填写日期，例如 2026-03-02。"
            ) from None


def wrong_with(act: str, error: Invalid | Refused, fields: Iterable[str]) -> tuple[int, Wrong]:
    """The status and, by field, what is wrong; a rule that says no is told of no field."""
    if isinstance(error, Refused):
        zh, en = f"{error.sentence_zh}。", f"{error.sentence_en[:1].upper()}{error.sentence_en[1:]}."
        return 403 if isinstance(error, NotYourTurn) else 409, {"": Title(zh, en)}
    return 422, dict(_placed(act, error, set(fields)))


def _placed(act: str, error: Invalid, fields: set[str]) -> Iterator[tuple[str, Title]]:
    for one in error.every:
        name = f"{act}.{one.field}" if one.field in fields else ""
        yield name, Title(one.remedy_zh or "此项填写有误，请核对后改正。", one.remedy)
