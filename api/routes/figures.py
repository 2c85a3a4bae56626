"""Figures: what is counted, by which formula, and the cases behind a number. The same JSON as `gridcase figures`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from fastapi import APIRouter, Path, Query, Response

from api.access.sight import authority, demand, scope_of
from api.access.signed import Me, Signed
from api.context import Context
from api.fields import Day, Instant, Line
from api.headers import READ_POSITION, Since, answer
from api.here import Here
from api.openapi import problems, shows
from domain.organisation import local_date
from projections.facts import FACTS
from projections.figures.ask import drill, figure
from projections.figures.catalogue import FIGURES

router = APIRouter(prefix="/figures", tags=["figures"])

Unit = Annotated[Line | None, Query(description="This unit and all under it; left out: your county.")]
From = Annotated[
    Day | None, Query(alias="from", description="First local day; left out: that of the oldest case.")
]
To = Annotated[
    Day | None,
    Query(alias="to", description="First local day that no longer belongs to it; left out: tomorrow."),
]
Known = Annotated[Instant | None, Query(description="As it was known at this instant; left out: now.")]
Name = Annotated[Line, Path(description="Such as `containment`; GET /figures lists them.")]


class FigureView(msgspec.Struct):
    """What a figure asks, how it is worked out, what it may be broken down by, and what is left out, and why."""

    name: str
    zh: str
    en: str
    question: str
    formula: str
    decided: str
    formula_version: int
    by: tuple[str, ...]
    may: tuple[str, ...]
    excluded: dict[str, str]


class FigureRow(msgspec.Struct):
    """Beside these the keys of the row; `value` is null for 0/0."""

    numerator: int
    denominator: int
    value: float | None
    excluded: dict[str, int]


class FigureAnswer(msgspec.Struct):
    """A figure of a unit and a period ([from, to)), as known at the cut."""

    figure: str
    unit: str
    from_: str = msgspec.field(name="from")
    to: str
    knowledge_cut: str
    formula_version: int
    rows: list[FigureRow]


class Cases(msgspec.Struct):
    """The codes of the cases behind a number."""

    figure: str
    part: str
    cases: list[str]


@router.get(
    "",
    operation_id="figures",
    summary="指标 · Figures",
    responses={200: shows(list[FigureView], "Every figure, defined.")},
)
def figures() -> Response:
    """What is counted here, and how."""
    return answer(
        [
            FigureView(
                one.name, one.title_zh, one.title_en, one.question, one.formula, one.decided, one.version, one.by,
                one.may, dict(one.excluded),
            )
            for one in FIGURES.values()
        ]
    )  # fmt: skip


@router.get(
    "/{name}",
    operation_id="figure",
    summary="一项指标 · A figure",
    responses={
        200: shows(FigureAnswer, "Numerators, denominators, values, exclusions."),
        **problems(403, 404, 422),
    },
)
def one_figure(
    context: Here,
    me: Me,
    name: Name,
    unit: Unit = None,
    since: From = None,
    until: To = None,
    by: Annotated[Line | None, Query(description="Dimensions, separated by commas.")] = None,
    known_at: Known = None,
    position: Since = None,
) -> Response:
    """A figure of a unit and all under it, in a period."""
    reached, at = context.catch_up(position), context.now()
    with context.reads.connect() as connection:
        asked = _asked(context, me, connection, at, unit, since, until)
        _may_see(context, me, asked[0], by.split(",") if by else FIGURES[name].by if name in FIGURES else ())
        told = figure(connection, name, *asked, at=at, by=by, known_at=known_at, limits=_limits(context, at))
    return answer(told, **{READ_POSITION.replace("-", "_"): reached})


@router.get(
    "/{name}/cases",
    operation_id="figure_cases",
    summary="指标背后的案件 · The cases behind a number",
    responses={200: shows(Cases, "Their codes."), **problems(403, 404, 422)},
)
def figure_cases(
    context: Here,
    me: Me,
    name: Name,
    unit: Unit = None,
    since: From = None,
    until: To = None,
    key: Annotated[Line | None, Query(description="The row: `severity=minor,level=village`.")] = None,
    part: Annotated[
        Line,
        Query(
            description="numerator, denominator, missed (what is in the second and not in the first), excluded, or one reason."
        ),
    ] = "denominator",
    known_at: Known = None,
    position: Since = None,
) -> Response:
    """Which cases a number stands for, as far as you may see them: a number may stand for more."""
    reached, at = context.catch_up(position), context.now()
    row = dict(pair.partition("=")[::2] for pair in (key or "").split(",") if pair)
    with context.reads.connect() as connection:
        asked = _asked(context, me, connection, at, unit, since, until)
        _may_see(context, me, asked[0], row)
        limits = _limits(context, at)
        asked_for = {"key": row, "part": part, "known_at": known_at, "limits": limits}
        found = drill(connection, name, *asked, at=at, scope=scope_of(context, me), **asked_for)
    return answer(Cases(name, part, found), **{READ_POSITION.replace("-", "_"): reached})


def _may_see(context: Context, me: Signed, unit: str, dimensions: Collection[str]) -> None:
    """Raises NotYourTurn for figures that are not for whoever asks."""
    demand(authority(context, me).sees_figures(unit, by_unit="unit" in dimensions), "figure")


def _asked(
    context: Context,
    me: Signed,
    connection: sa.Connection,
    at: datetime,
    unit: str | None,
    since: date | None,
    until: date | None,
) -> tuple[str, date, date]:
    """Unit and period with what was left out: one's own county, everything that is known."""
    until = until or local_date(at) + timedelta(days=1)
    if since is None:
        oldest = connection.execute(sa.select(sa.func.min(FACTS.c.opened_day))).scalar()
        since = min(date.fromordinal(oldest) if oldest else until, until - timedelta(days=1))
    return unit or authority(context, me).county or _whole(context, at), since, until


def _whole(context: Context, at: datetime) -> str:
    """The unit above all others; of several the first by code ("" before there is any)."""
    known = context.service.reference.organisation()
    return min((view.code for view in known.standing(local_date(at)) if not view.parent), default="")


def _limits(context: Context, at: datetime) -> Any:
    return context.service.policies.in_force(context.service.jurisdiction, at).limits
