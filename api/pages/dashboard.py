"""看板: /dashboard, a unit and all under it in a month, a quarter or a year. What is counted is in projections/figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.access.sight import authority, demand
from api.access.signed import Me
from api.context import Context
from api.fields import Instant, Line
from api.here import Here
from api.pages.board.asking import Asking
from api.pages.board.containment import containment
from api.pages.board.duties import duties
from api.pages.board.movement import backlog, escalation, time_in_level
from api.pages.board.peers import peers, under
from api.pages.board.place import Place, place
from api.pages.board.rates import trends
from api.pages.board.sight import own_unit
from api.pages.live import SELDOM, Live
from api.pages.periods import MONTHS, Span
from api.pages.shell import page, words
from domain.organisation import local_date
from projections.figures.wording import SHORT

router = APIRouter()

SETTLED = timedelta(10)  # in the first days of a quarter, the one before says more


@router.get("/dashboard")
def dashboard(
    request: Request,
    context: Here,
    me: Me,
    unit: Annotated[Line | None, Query()] = None,
    period: Annotated[Line | None, Query()] = None,
    known_at: Annotated[Instant | None, Query()] = None,
) -> HTMLResponse:
    following = Live.of(context, every=SELDOM)
    at, organisation = context.now(), context.service.reference.organisation()
    if known_at is None:
        at = context.boards.instant(at, following.after or 0)
    today = local_date(at)
    span = Span.read(period) if period else Span.around(today - SETTLED, "quarter")
    code = unit or own_unit(context, me, today)
    may = authority(context, me)
    demand(may.sees_figures(code))
    where = place(organisation, code, min(span.until - timedelta(1), today))
    cut = known_at or at.replace(microsecond=0)
    limits = context.service.policies.in_force(context.service.jurisdiction, at).limits
    with context.reads.connect() as connection:
        by_unit = bool(where.under) and may.sees_figures(where.unit.code, by_unit=True).allowed
        asking = Asking(
            connection, where.unit.code, span, at, cut, limits, words(request), by_unit, context.boards
        )
        told = parts(asking, context)
        told["under"] = under(asking, where) if by_unit else None
        told["peers"] = (
            peers(asking, where) if may.sees_figures(where.asked_of, by_unit=True).allowed else None
        )
    if known_at is None:
        told["live"] = following
    told["old"] = known_at is None and context.boards.behind(following.after or 0)
    told |= {
        "place": where,
        "above": [each for each in where.above if may.sees_figures(each.code).allowed],
        "below": [each for each in where.under if may.sees_figures(each.code).allowed],
        "span": span,
        "periods": periods(asking, today),
        "asking": asking,
        "short": SHORT,
    }
    return page(request, context, me, "dashboard.html", **told, **beside(asking, where, today))


def parts(asking: Asking, context: Context) -> dict[str, Any]:
    """The parts about the unit itself, by their names in the template."""
    contained, kept = containment(asking), duties(asking, context.service.policies)
    charts, table = trends(asking, [*contained.by_severity, *kept.rates])
    return {
        "contained": contained,
        "duties": kept,
        "trends": charts,
        "trend_table": table,
        "time": time_in_level(asking),
        "escalation": escalation(asking),
        "backlog": backlog(asking),
    }


def periods(asking: Asking, today: date) -> list[tuple[str, Span, bool]]:
    """The kinds of periods: name, the one of that kind around the end of this, whether it is this one."""
    last, said = min(asking.span.until - timedelta(1), today), asking.language
    names = {
        "month": said("月"),
        "quarter": said("季度"),
        "year": said("年"),
    }
    return [(names[kind], Span.around(last, kind), kind == asking.span.kind) for kind in MONTHS]


def beside(asking: Asking, where: Place, today: date) -> dict[str, Any]:
    """The periods before and after, as far as there can be anything in them."""
    before, after = asking.span.before, asking.span.after
    founded = where.unit.valid_from
    return {
        "before": before if before.until > founded else None,
        "after": after if after.since <= today else None,
    }
