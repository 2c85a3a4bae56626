"""What whoever is signed in may see and do: the bridge from a request to workflows/authority.py. Nothing is decided here."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from api.access.signed import Signed
from domain.actor import Actor
from domain.case import Case
from domain.errors import NotYourTurn
from domain.organisation import local_date
from domain.scope import Scope
from workflows.authority import IN_SCOPE, Authority, Decision

if TYPE_CHECKING:
    from api.context import Context


def authority(context: Context, me: Signed) -> Authority:
    """Somebody with the offices that they hold today, to be asked what they may."""
    units, on = context.service.reference.organisation(), local_date(context.now())
    return Authority(me.user, me.offices, units, on)


def scope_of(context: Context, me: Signed) -> Scope:
    """The cases that they see, in whichever of their offices."""
    asked = authority(context, me)
    return _scope_of(asked, asked.units.changes)


@lru_cache(maxsize=4096)
def _scope_of(asked: Authority, changes: int) -> Scope:
    """Worked out once for the same offices, day and units: `changes` is another number when a unit has changed."""
    return asked.scope


@lru_cache(maxsize=4096)
def _scope_in(asked: Authority, actor: Actor, changes: int) -> Scope:
    return asked.scope_in(actor)


def seen_case(context: Context, me: Signed, code: str, version: int | None = None) -> Case:
    """The case, for somebody who may see it. Raises NotFound: what one may not see is as if it were not there."""
    return context.service.seen(code, scope_of(context, me), version)


def acting_scope(context: Context, me: Signed, actor: Actor, code: str = "") -> Scope:
    """The cases that they see in the office in which they act.

    Raises NotFound, and NotYourTurn for a case that they see in another of their offices alone.
    """
    asked = authority(context, me)
    own = _scope_in(asked, actor, asked.units.changes)
    if code and own != (everywhere := _scope_of(asked, asked.units.changes)):
        case = context.service.seen(code, everywhere)
        demand(IN_SCOPE[context.service.covers(own, case)], state=str(case.state))
    return own


def demand(decision: Decision, trigger: str = "", state: str = "") -> None:
    """Raises NotYourTurn with the sentence of a decision that says no."""
    if not decision.allowed:
        raise NotYourTurn(trigger, state, decision.rule, decision.zh, decision.en)
