"""Refuses an address that asks for something there is not: a misspelt filter would answer with too much, in silence."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from fastapi import Request
from fastapi.dependencies.models import Dependant

from domain.errors import Invalid, all_of


async def only_known(request: Request) -> None:
    """A dependency of every JSON route. Raises Invalid naming each unknown parameter and those that are nearest."""
    if not request.query_params:
        return
    known = list(dict.fromkeys(_asked(request.scope["route"].dependant)))
    if unknown := [
        _unknown(name, value, known) for name, value in request.query_params.items() if name not in known
    ]:
        raise all_of(unknown)


def _asked(dependant: Dependant) -> Iterator[str]:
    """The parameters that a route and its dependencies take."""
    yield from (one.alias for one in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _asked(inner)


def _unknown(name: str, value: str, known: list[str]) -> Invalid:
    near = get_close_matches(name, known, n=3) or known
    if not near:
        return Invalid(
            f"query.{name}",
            value,
            "This address takes no parameters: leave it out.",
            "此地址不接受参数，请删去。",
        )
    return Invalid(
        f"query.{name}",
        value,
        f"There is no such parameter: leave it out, or take {', '.join(near)}.",
        f"没有此参数，请删去，或改用：{'、'.join(near)}。",
    )
