"""案件: /cases, every case that the reader may see, searched, filtered, sorted, and taken as a file."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.access.sight import scope_of
from api.access.signed import Me, Signed
from api.context import Context
from api.exports import made
from api.exports.files import MEDIA
from api.here import Here
from api.pages.lists.asked import FILTERS, Asked, asked
from api.pages.lists.rows import page_of
from api.pages.lists.searches import searches_of
from api.pages.live import Live
from api.pages.shell import on_its_way, page, words
from domain.errors import NotFound
from domain.organisation import Organisation, local_date
from domain.terms import Source

router = APIRouter()

FIRST: Final = ("unit", "term")  # filters beside the search box; the others open
MOST_UNITS: Final = 300


@router.get("/cases")
def cases(request: Request, context: Here, me: Me) -> Response:
    """The list. A filter that cannot be is told and left out (422)."""
    following = Live.of(context)
    at, units = context.now(), context.service.reference.organisation()
    today = local_date(at)
    said = asked(request.query_params.multi_items(), units, today)
    wanted = said.filters.wanted(scope_of(context, me), at, units)
    return page(
        request, context, me, "cases.html", status=422 if said.wrong else 200,
        live=following,
        asked=said,
        active=said.active(units, today),
        found=page_of(request, context, me, said, wanted),
        filters=FILTERS,
        first=FIRST,
        opened=bool(set(said.wrong) - set(FIRST)),
        offered=units_offered(units, me, today),
        searches=searches_of(context, me, "/cases"),
        forms=list(MEDIA),
        saved=request.query_params.get("saved", ""),
    )  # fmt: skip


@router.get("/cases/export/{form}")
def export(request: Request, context: Here, me: Me, form: str) -> Response:
    """The whole list as a file, by the same filters. Recorded; raises NotFound for another form."""
    if form not in MEDIA:
        raise NotFound("form", form, f"There are: {', '.join(MEDIA)}.")
    said = here(request, context)
    wanted = said.filters.wanted(
        scope_of(context, me), context.now(), context.service.reference.organisation()
    )
    taken = made.Asked(me.actor(), form, said.filters.said(), words(request).code, Source.DESK)
    return on_its_way(request, made.cases(context, taken, wanted, said.filters.sort).handed())


def here(request: Request, context: Context) -> Asked:
    """What the address asks for, on today's units."""
    units = context.service.reference.organisation()
    return asked(request.query_params.multi_items(), units, local_date(context.now()))


def units_offered(units: Organisation, me: Signed, on: date) -> list[tuple[str, str]]:
    """The units of the reader's own subtrees, as a list offers them: code, name."""
    codes: dict[str, Any] = {}
    for office in me.offices:
        start = units.stand_in(office.unit, on) if units.exists(office.unit) else ""
        if start:
            host = units.host(start, on)
            codes |= dict.fromkeys([host, *sorted(units.subtree(host, on))])
        if len(codes) > MOST_UNITS:
            break
    return [
        (code, units.get(code, on).name) for code in list(codes)[:MOST_UNITS] if units.is_active(code, on)
    ]
