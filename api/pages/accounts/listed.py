"""账号: /accounts, every account that holds or held a post in the administrator's units; searched, filtered, by pages.

Names of officials lie sealed apart from the tables: they are opened for the accounts that the filters leave, in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.access.signed import Me
from api.here import Here
from api.pages.accounts.keeper import Keeper
from api.pages.shell import page
from domain.account import NOT_HELD
from domain.actor import user_key
from domain.rule import Title
from domain.terms import Role
from projections.accounts import Kept, accounts, users_kept
from projections.units import under

router = APIRouter()

LIMIT: Final = 50  # accounts on a page
AT_ONCE: Final = 200  # names opened at once
T = Title
STANDINGS: Final[Mapping[str, Title]] = {
    "held": T("现任", "In post"),
    "suspended": T("已停用", "Suspended"),
    "left": T("已离任", "Has left"),
}
NO_UNIT: Final = T("没有这个单位，请从列表中选择。", "There is no such unit: choose one of the list.")
FILTERS: Final = ("q", "unit", "post", "standing", "after")


@dataclass(frozen=True)
class Shown:
    """A row: who it is, and what they hold in the administrator's units."""

    user: str
    name: str
    suspended: bool
    offices: Sequence[Mapping[str, Any]]  # of today and later
    left: bool


@router.get("/accounts")
def listed(request: Request, context: Here, me: Me) -> Response:
    """The list. A filter that cannot be is told and left out (422)."""
    keeper = Keeper.of(context, me)
    asked = {name: request.query_params.get(name, "").strip()[:200] for name in FILTERS}
    unit, wrong = keeper.unit(asked["unit"]), {}
    if unit and not keeper.units.exists(unit):
        unit, wrong["unit"] = "", NO_UNIT
    kept = Kept(
        keeper.reach, keeper.on,
        within=under(unit, keeper.on) if unit else None,
        post=Role(asked["post"]) if asked["post"] in set(Role) else None,
        standing=asked["standing"] if asked["standing"] in STANDINGS else "",  # type: ignore[arg-type]
    )  # fmt: skip
    with context.reads.connect() as connection:
        users = users_kept(connection, kept)
        found = list(_named(keeper, users, asked["q"], asked["after"]))
        rows = accounts(connection, users=[user for user, _ in found[:LIMIT]])
    names = dict(found)
    return page(
        request, context, me, "accounts.html", status=422 if wrong else 200, wrong=wrong, asked=asked,
        rows=[_row(keeper, row, names[row["user"]]) for row in rows],
        total=None if asked["q"] else len(users),
        next=found[LIMIT - 1][0] if len(found) > LIMIT else "",
        posts=[post for post in Role if post not in NOT_HELD], units=keeper.units_offered, standings=STANDINGS,
    )  # fmt: skip


def _named(keeper: Keeper, users: Sequence[str], q: str, after: str) -> Iterator[tuple[str, str]]:
    """A page of (user, name) and one more, of those whose user or name has these words in it."""
    wanted, count = user_key(q), 0
    rest = [user for user in users if user > after]
    for start in range(0, len(rest), AT_ONCE):
        some = rest[start : start + AT_ONCE]
        names = keeper.context.accounts.names(some)
        for user in some:
            name = names.get(user, "")
            if wanted in user or wanted in user_key(name):
                yield user, name
                count += 1
                if count > LIMIT:
                    return


def _row(keeper: Keeper, row: Mapping[str, Any], name: str) -> Shown:
    today = keeper.on.isoformat()
    going = [one for one in row["offices"] if one["until"] is None or one["until"] > today]
    own = [
        {**one, "post": Role(one["post"])}
        for one in going
        if keeper.rules.administers(keeper.actor, one["unit"])
    ]
    return Shown(row["user"], name, row["suspended"], own, not going)
