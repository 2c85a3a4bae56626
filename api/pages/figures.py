"""指标: /figures/{name}, where every number leads: its definition, its parts, what is left out, and the cases behind it."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from typing import Annotated, Any, Final

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from api.access.sight import authority, demand, scope_of
from api.access.signed import Me
from api.context import Context
from api.cursor import question
from api.fields import Day, Instant, Line
from api.here import Here
from api.pages.board.asking import Asking
from api.pages.board.dimensions import DIMENSIONS, read_key, value_of
from api.pages.board.opened import Asked, Part, definition, history, number_of, parts, statistics, written
from api.pages.board.sight import own_unit
from api.pages.charts.table import Cell, Table
from api.pages.charts.table import Line as TableLine
from api.pages.languages import languages
from api.pages.periods import Span
from api.pages.shell import page, words
from domain.errors import Invalid, NotFound
from domain.organisation import local_date
from domain.scope import Scope
from projections.figures import FIGURES, PARTS, Figure, drill
from projections.figures.behind import behind

router = APIRouter()

PAGE: Final = 50
LENGTHS: Final = (("net", "median"), ("net", "p90"), ("net", "max"))
Mark = Annotated[str | None, Query(max_length=500)]


@router.get("/figures/{name}")
def one_figure(
    request: Request,
    context: Here,
    me: Me,
    name: Annotated[Line, Path()],
    unit: Annotated[Line | None, Query()] = None,
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to")] = None,
    known_at: Annotated[Instant | None, Query()] = None,
    key: Annotated[Line, Query()] = "",
    by: Annotated[Line, Query()] = "",
    part: Annotated[Line, Query()] = "",
    cursor: Mark = None,
) -> HTMLResponse:
    if name not in FIGURES:
        raise NotFound("figure", name, f"There are: {', '.join(FIGURES)}.")
    at = context.now()
    today = local_date(at)
    usual = Span.around(today, "year")
    code = unit or own_unit(context, me, today)
    row = read_key(key)
    may = authority(context, me)
    demand(may.sees_figures(code, by_unit="unit" in (by, *row)))
    limits = context.service.policies.in_force(context.service.jurisdiction, at).limits
    asked = Asked(
        name, code, since or usual.since, until or usual.until, row, at, known_at or at.replace(microsecond=0), limits
    )  # fmt: skip
    listed = part or ("denominator" if FIGURES[name].lengths else "numerator")
    if listed not in PARTS and listed not in FIGURES[name].excluded:
        raise Invalid(
            "part",
            listed,
            f"{name} has: {', '.join((*PARTS, *FIGURES[name].excluded))}.",
            f"{name} 有：{'、'.join((*PARTS, *FIGURES[name].excluded))}。",
        )
    with context.reads.connect() as connection:
        told = _told(request, context, connection, asked, listed, by)
        if not may.sees_figures(code, by_unit=True).allowed:
            told["may"] = [way for way in told["may"] if way[0] != "unit"]
        told |= _cases(context, connection, asked, listed, scope_of(context, me), cursor)
    return page(request, context, me, "figure.html", **told)


def _told(
    request: Request, context: Context, connection: sa.Connection, asked: Asked, listed: str, by: str
) -> dict[str, Any]:
    """The definition, the number with its parts, and what was said of it before."""
    language, one = words(request), asked.figure
    other = languages()["en" if language.is_chinese else "zh"]
    span = Span.of(asked.since, asked.until)
    asking = Asking(
        connection, asked.unit, span or Span.around(asked.since, "year"), asked.at, asked.cut, asked.limits, language
    )  # fmt: skip
    rows = asked.rows(connection)
    first, known = history(asked, connection, context.service.reference.calendar())
    return {
        "asked": asked,
        "figure": one,
        "listed": listed,
        "by": by,
        "definition": definition(one, language, asked.limits),
        "other": definition(one, other, asked.limits),
        "other_language": other,
        "say": asking.say,
        "amount": number_of(one, rows),
        "days": statistics(rows) if one.lengths else None,
        "unknown": sum(row["unknown"] for row in rows) if one.unknown else None,
        **_parts(parts(one, asked.key, rows, language), listed, one),
        "unit_name": _name(context, asked.unit),
        "period": span.name(language.code) if span else "",
        "board": asking.board() if span else "/dashboard",
        "last_day": asked.until - timedelta(1),
        "key": [
            (asking.name(DIMENSIONS[name]), _value(context, asking, name, value)) for name, value in asked.key.items()
        ],
        "may": [(name, asking.name(DIMENSIONS[name])) for name in one.may if name not in asked.key],
        "broken_down": _broken_down(context, connection, asking, asked, by) if by else None,
        "first_published": first,
        "history": known,
    }  # fmt: skip


def _parts(found: list[Part], listed: str, one: Figure) -> dict[str, Any]:
    """The parts, how many of them are left out, and the one whose cases are listed."""
    here = next((part for part in found if part.name == listed), None)
    left_out = [part for part in found if part.name in one.excluded]
    return {
        "parts": found,
        "left_out": len(left_out),
        "listed_title": here.title if here else listed,
        "listed_count": here.count if here else 0,
    }


def _cases(
    context: Context, connection: sa.Connection, asked: Asked, listed: str, scope: Scope, cursor: str | None
) -> dict[str, Any]:
    """A page of the cases behind the part, as far as whoever asks may see them."""
    codes = drill(
        connection, asked.name, asked.unit, asked.since, asked.until, at=asked.at, scope=scope, key=asked.key,
        part=listed, known_at=asked.cut, limits=asked.limits,
    )  # fmt: skip
    path = f"/figures/{asked.name}"
    filters = {"link": asked.link(part=listed)}
    after = context.cursors.read(question(path, filters), cursor)
    start = bisect_right(codes, after[0]) if after else 0
    shown = codes[start : start + PAGE]
    more = start + PAGE < len(codes)
    mark = context.cursors.make(question(path, filters), [shown[-1]]) if more else ""
    return {
        "cases": behind(connection, shown),
        "visible": len(codes),
        "first_page": asked.link(part=listed) if start else "",
        "next_page": asked.link(part=listed, cursor=mark) if mark else "",
    }


def _broken_down(context: Context, connection: sa.Connection, asking: Asking, asked: Asked, by: str) -> Table:
    """The number broken down by one more dimension; every row leads on."""
    if by not in asked.figure.may or by in asked.key:
        raise Invalid(
            "by",
            by,
            f"{asked.name} may be broken down by {', '.join(asked.figure.may)}.",
            f"{asked.name} 可按以下维度分列：{'、'.join(asked.figure.may)}。",
        )
    said, say, one = asking.language, asking.say, asked.figure
    lines = []
    rows = asked.rows(connection, by)
    for value in dict.fromkeys(row[by] for row in rows if row["denominator"]):
        own = [row for row in rows if row[by] == value]
        amount = number_of(one, own)
        href = asked.link(key=written({**asked.key, by: value}))
        cells = [Cell(say.count(amount.denominator))]
        if one.lengths:
            days = statistics(own)
            cells += [Cell(say.days(days[measure])) for measure in LENGTHS]
        else:
            cells = [
                Cell(say.count(amount.numerator)),
                *cells,
                Cell(say.share(amount.value), "", say.caveats(amount)),
            ]
        lines.append(TableLine(_value(context, asking, by, value), cells, href))
    heads = [said("净中位数"), said("净九成值"), said("净最长")] if one.lengths else [said("比率")]
    counts = [said("停留次数")] if one.lengths else [said("分子"), said("分母")]
    name = said.say(DIMENSIONS[by])
    return Table(said("按%(name)s分列", name=name), (asking.name(DIMENSIONS[by]), *counts, *heads), lines)


def _value(context: Context, asking: Asking, name: str, value: str) -> str:
    return value_of(asking, context.service.reference.organisation(), context.service.policies, name, value)


def _name(context: Context, unit: str) -> str:
    organisation = context.service.reference.organisation()
    return organisation.names(unit)[-1][1]
