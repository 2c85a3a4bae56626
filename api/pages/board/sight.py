"""Whose figures somebody is shown when they ask for nobody's in particular."""

from __future__ import annotations

from datetime import date

from api.access.signed import Signed
from api.context import Context
from domain.errors import NotFound


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
