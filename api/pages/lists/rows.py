"""A page of a list of cases: its rows as people read them, how many there are in all, and the addresses of the next ones.

Nothing outside of the reader's scope gets in here: `Wanted` was given it. Names of people have no way in either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request

from api.access.sight import acting_scope
from api.access.signed import Signed
from api.context import Context
from api.cursor import question
from api.due import Due, next_due
from api.forms import has_route
from api.pages.lists.asked import Asked
from api.pages.steps import Action, grouped
from domain.actor import Actor
from domain.errors import NotFound
from domain.scope import Scope
from projections.worklist import Listing, Wanted, cursor
from workflows.accounts import Accounts

PAGE: Final = 25


@dataclass(frozen=True)
class Line:
    """A case in a list. `action` is what the reader would most probably do next; None where that is nothing."""

    row: Mapping[str, Any]
    due: Due | None
    action: Action | None
    person: str  # who is in charge, by name


@dataclass
class Page:
    """What a list shows. `exact` says whether `total` is all, or only as far as was counted."""

    lines: list[Line]
    total: int
    exact: bool
    next: str = ""  # the cursor of the next page
    is_first: bool = True


def page_of(
    request: Request, context: Context, me: Signed, asked: Asked, wanted: Wanted, *, actions: bool = False
) -> Page:
    """The page that the address asks for. Raises BadCursor."""
    here, sort = request.url.path, asked.filters.sort
    asking = question(here, {"me": me.user, "tab": request.query_params.get("tab"), **asked.typed})
    after = context.cursors.read(asking, request.query_params.get("cursor") or None)
    with context.reads.connect() as connection:
        listing = Listing(connection, wanted)
        rows = listing.page(sort, (after[0], after[1]) if after else None, PAGE + 1)
        total, exact = listing.about()
    mark = context.cursors.make(asking, list(cursor(rows[PAGE - 1], sort))) if len(rows) > PAGE else ""
    lines = lines_of(context, me, rows[:PAGE], actions=actions)
    return Page(lines, total, exact, mark, after is None)


def lines_of(context: Context, me: Signed, rows: list[dict[str, Any]], *, actions: bool) -> list[Line]:
    service, now = context.service, context.now()
    policy = service.policies.in_force(service.jurisdiction, now)
    users = sorted({row["person"] for row in rows if row["person"]})
    names = Accounts(service.log, service.reference).names(users)
    actor = me.actor() if actions and me.acting else None
    scope = acting_scope(context, me, actor) if actor else Scope()
    return [
        Line(
            row,
            next_due(row, now, policy),
            main_action(context, row["code"], actor, scope) if actor else None,
            names.get(row["person"], row["person"]),
        )
        for row in rows
    ]


def main_action(context: Context, code: str, actor: Actor, scope: Scope) -> Action | None:
    """The step that the reader will most probably take next with a case."""
    try:
        case = context.service.seen(code, scope)
    except NotFound:
        return None
    table = context.service.engines[case.TYPE].table
    allowed = [
        trigger for trigger in context.service.allowed(case, actor, scope) if has_route(table, trigger)
    ]
    groups = grouped(table, allowed, case)
    return next((one for group in groups for one in group.actions if one.main), None)
