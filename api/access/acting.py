"""In which office somebody acts, and for whom: the one place where an `Actor` is made of who is signed in.

`actor` of a body and the office of a page only choose among what is held today. A citizen has no account: they act
through a desk, on whose behalf is said by reference, and only in a matter of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from api.access.refusals import AnotherUser, NoOffice, OfficeNotHeld
from api.access.signed import Signed
from domain.actor import Actor
from domain.errors import Invalid, NotYourTurn
from domain.terms import Role

DESKS: Final = frozenset(
    {Role.REPORTER, Role.MEDIATOR, Role.HANDLER, Role.INTAKE, Role.UNIT_HEAD, Role.REVIEWER}
)
"""Posts before which citizens stand: who holds one writes down what they want."""


def acting(
    me: Signed, *, user: str = "", post: Role | None = None, unit: str = "", on_behalf_of: str = ""
) -> Actor:
    """Who acts. Raises AnotherUser, OfficeNotHeld, NoOffice, and Invalid for a citizen whom nobody names."""
    if user not in ("", me.user):
        raise AnotherUser(me.user, user)
    citizen = post is Role.CITIZEN
    fit = [
        office
        for office in me.offices
        if unit in ("", office.unit) and (office.post in DESKS if citizen else post in (None, office.post))
    ]
    if not fit:
        if not me.offices:
            raise NoOffice(me.user, [])
        raise OfficeNotHeld(f"{post or '*'}@{unit or '*'}", [office.name for office in me.offices])
    if me.acting in fit:
        chosen = me.acting
    elif len({office.unit for office in fit} if citizen else fit) == 1:
        chosen = fit[0]
    else:
        raise NoOffice(me.user, [office.name for office in fit])
    if citizen and not on_behalf_of:
        raise Invalid(
            "actor.on_behalf_of", "", "Give the reference of the citizen who wants it.", "请注明当事人。"
        )
    return Actor(me.user, Role.CITIZEN if citizen else chosen.post, chosen.unit, on_behalf_of)


def own_matter(actor: Actor, parties: Iterable[str], trigger: str, state: str = "") -> None:
    """A citizen acts where they are a party. Raises NotYourTurn."""
    if actor.post is Role.CITIZEN and actor.on_behalf_of not in set(parties):
        zh, en = "群众只能办理本人为当事人的事项", "a citizen acts in a matter to which they are a party"
        raise NotYourTurn(trigger, state, "own_matter", zh, en)
