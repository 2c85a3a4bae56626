"""工作: /work, what is due today, late, new and returned to the reader, and the cases themselves, the next due first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.access.sight import scope_of
from api.access.signed import Me, Signed
from api.context import Context
from api.here import Here
from api.pages.lists.asked import asked
from api.pages.lists.bulk import offered
from api.pages.lists.rows import page_of
from api.pages.lists.searches import searches_of
from api.pages.live import Live
from api.pages.navigation import SEES_CASES
from api.pages.shell import page
from domain.organisation import local_date
from domain.rule import Title
from domain.terms import Role
from projections.worklist import Listing, Wanted

router = APIRouter()

WATCHING: Final = frozenset(
    {Role.SUPERVISOR, Role.SPONSOR, Role.AUDITOR, Role.PRIVACY_OFFICER}
)  # begin with the unit
T = Title
SHOWN: Final[
    Mapping[str, tuple[Title, str, Mapping[str, str]]]
] = {  # name -> its words, its colour, its filters
    "late": (T("已逾期", "Overdue"), "late", {"term": "late"}),
    "today": (T("今天到期", "Due today"), "soon", {"term": "today"}),
    "new": (T("新到未受理", "New, not taken"), "info", {"mark": "new"}),
    "returned": (T("被退回", "Returned"), "soon", {"mark": "returned"}),
    "all": (T("全部在办", "All open"), "", {}),
}


@dataclass(frozen=True)
class Count:
    """One of the figures on top: a number that leads to its cases."""

    name: str
    words: Title
    kind: str
    number: int
    exact: bool


@router.get("/work")
def work(request: Request, context: Here, me: Me) -> Response:
    """The reader's own work, or that of their unit and all under it."""
    if not me.acting or me.acting.post not in SEES_CASES:
        return page(
            request,
            context,
            me,
            "work.html",
            tab="",
            shown="",
            counts=[],
            found=None,
            bulk=[],
            searches=[],
            asked=None,
        )
    following = Live.of(context)
    tab = request.query_params.get("tab", "")
    if tab not in ("mine", "unit"):
        tab = "unit" if me.acting.post in WATCHING else "mine"
    shown = request.query_params.get("show", "all")
    shown = shown if shown in SHOWN else "all"
    at, units = context.now(), context.service.reference.organisation()
    wanted = {name: told(context, me, tab, filters) for name, (_, _, filters) in SHOWN.items()}
    with context.reads.connect() as connection:
        counts = [
            Count(name, words, kind, *Listing(connection, wanted[name]).about())
            for name, (words, kind, _) in SHOWN.items()
        ]
    said = asked(SHOWN[shown][2].items(), units, local_date(at))
    return page(
        request, context, me, "work.html",
        live=following,
        tab=tab,
        shown=shown,
        counts=counts,
        found=page_of(request, context, me, said, wanted[shown], actions=True),
        bulk=offered(me) if tab == "unit" or me.acting.post is Role.UNIT_HEAD else (),
        searches=searches_of(context, me, "/cases"),
        asked=said,
    )  # fmt: skip


def told(context: Context, me: Signed, tab: str, filters: Mapping[str, str]) -> Wanted:
    """The reader's work as a question to the worklist."""
    assert me.acting is not None
    at, units = context.now(), context.service.reference.organisation()
    said = asked(filters.items(), units, local_date(at))
    more: dict[str, Any] = {"desk": (me.user, me.acting.unit)} if tab == "mine" else {"unit": me.acting.unit}
    return said.filters.wanted(scope_of(context, me), at, units, **more)


def addresses(tab: str) -> Sequence[tuple[str, str]]:
    return [(name, f"/work?tab={tab}&show={name}") for name in SHOWN]
