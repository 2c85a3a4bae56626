"""Whose figures somebody may read, and which of the cases behind them."""

from __future__ import annotations

from datetime import date

from api.access.signed import Signed
from api.context import Context
from api.pages.navigation import SEES_CASES
from domain.errors import NotFound
from domain.scope import Scope


def scope_here(context: Context, me: Signed, on: date) -> Scope:
    """The cases of the territories in which somebody holds a post that sees cases, and those they have a part in.

    Reports that accuse one of these units, or one above, are kept from them (信访工作条例 Art. 30(3)).
    """
    organisation = context.service.reference.organisation()
    units = {office.unit for office in me.offices if office.post in SEES_CASES and office.held(on)}
    standing = {code for unit in units if (code := organisation.stand_in(unit, on))}
    above = {code for unit in standing for code in (unit, *organisation.ancestors(unit, on))}
    roots = frozenset(organisation.host(unit, on) for unit in standing)
    return Scope(roots=roots, user=me.user if units else "", kept_from=frozenset(above))


def own_unit(context: Context, me: Signed, on: date) -> str:
    """The territory in which somebody acts; for a body (a committee, a bureau) the one that it belongs to."""
    organisation = context.service.reference.organisation()
    code = me.acting.unit if me.acting else next((office.unit for office in me.offices), "")
    if code and organisation.exists(code) and (standing := organisation.stand_in(code, on)):
        return organisation.host(standing, on)
    top = min((view.code for view in organisation.standing(on) if not view.parent), default="")
    if not top:
        raise NotFound("unit", code, "Create units first: the dashboard shows one and all under it.")
    return top
