"""Saved searches: a list's filters under a name, for the user who saved them and nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Response

from api.access.signed import Me, Signed
from api.context import Context
from api.here import Here
from api.pages.lists.asked import OURS
from api.pages.shell import see_other
from api.pages.typed import Posted
from domain.errors import Invalid
from eventlog.searches import Search, Searches

router = APIRouter()

MOST: Final = 40  # of one user
LONGEST: Final = 40  # characters of a name


@dataclass(frozen=True)
class Saved:
    name: str
    address: str


def searches_of(context: Context, me: Signed, path: str) -> Sequence[Saved]:
    """The reader's own, with the addresses that they lead to."""
    found = Searches(context.service.log.recorder).of(me.user)
    return [Saved(one.name, f"{path}?{one.query}" if one.query else path) for one in found]


@router.post("/searches")
def save(context: Here, me: Me, typed: Posted) -> Response:
    """Keep the filters of a list; one of the same name is replaced."""
    kept, name = Searches(context.service.log.recorder), " ".join(typed.one("name").split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise Invalid(
            "name", name, f"Give a name of 1 to {LONGEST} characters.", f"请填写1至{LONGEST}个字的名称。"
        )
    there = {one.name for one in kept.of(me.user)}
    if name not in there and len(there) >= MOST:
        raise Invalid(
            "name", name, f"Delete one first: {MOST} can be kept.", f"最多保存{MOST}个，请先删除一个。"
        )
    query = urlencode([pair for pair in parse_qsl(typed.one("query")) if pair[0] in OURS])
    kept.put(me.user, Search(name, query))
    return see_other("/cases", **dict(parse_qsl(query)), saved=name)


@router.post("/searches/delete")
def delete(context: Here, me: Me, typed: Posted) -> Response:
    """Forget one. It is no matter if it is gone already."""
    Searches(context.service.log.recorder).drop(me.user, typed.one("name"))
    return see_other("/cases")
