"""Who acts. An actor is a person in an office of a unit; a citizen acts through the office that writes it down."""

from __future__ import annotations

from dataclasses import dataclass

from domain.terms import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A user acting in a post of a unit, perhaps on behalf of somebody.

    `user` is the account; `post` the office that gives the right; `unit` the unit's code ("" only for SYSTEM);
    `on_behalf_of` a subject reference or a unit's code, never a name.
    """

    user: str
    post: Role
    unit: str = ""
    on_behalf_of: str = ""


SYSTEM = Actor("system", Role.SYSTEM)
