"""Who acts. An actor is a person in an office of a unit; a citizen acts through the office that writes it down.

Two users are compared by `same_user` and nothing else: " Li" must not pass for somebody else than "li".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

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


@lru_cache(maxsize=16_384)
def user_key(user: str) -> str:
    """A user's name as it is compared: full-width as narrow, capitals as small letters, no blanks around it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", user).casefold()).strip()


def same_user(one: str, other: str) -> bool:
    """Whether two names stand for one user. Nobody ("") is never the same as anybody."""
    return bool(user_key(one)) and user_key(one) == user_key(other)


def named(user: str, among: Iterable[str]) -> bool:
    """Whether a user is among these."""
    return any(same_user(user, one) for one in among)
