"""期限: /deadlines, the duties of the reader's units as they come, are late, were met or lapsed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from fastapi import APIRouter, Request, Response

from api.access.sight import scope_of
from api.access.signed import Me
from api.context import Context
from api.cursor import question
from api.due import Due, told
from api.exports import made
from api.exports.files import MEDIA
from api.here import Here
from api.pages.lists.asked import unit_meant
from api.pages.lists.cases import units_offered
from api.pages.live import Live
from api.pages.shell import on_its_way, page, words
from domain.errors import NotFound
from domain.organisation import local_date
from domain.rule import Title
from domain.terms import Source
from projections.deadlines import cursor, deadlines
from projections.schema import parsed

router = APIRouter()

PAGE: Final = 25
KINDS: Final[dict[str, Title]] = {
    "coming": Title("将到期", "Coming"),
    "late": Title("已逾期", "Overdue"),
    "met": Title("已完成", "Met"),
    "lapsed": Title("已失效", "Lapsed"),
}
WITHIN: Final = {"3": 3, "7": 7, "30": 30}


@dataclass(frozen=True)
class Duty:
    """A deadline in the list: the row, and while it runs how it stands."""

    row: dict[str, Any]
    due: Due | None
    on: date


@dataclass(frozen=True)
class Question:
    """What the address asks for; what it says and cannot be is left out."""

    kind: str
    unit: str | None
    within: int | None
    unknown_unit: str = ""

    @property
    def said(self) -> dict[str, str]:
        told = {"kind": self.kind, "unit": self.unit, "within": self.within}
        return {name: str(value) for name, value in told.items() if value is not None}


def asked(request: Request, context: Context) -> Question:
    typed, units = request.query_params, context.service.reference.organisation()
    kind, unit = typed.get("kind", "coming"), typed.get("unit", "").strip()
    code = unit if not unit or units.exists(unit) else unit_meant(unit, units, local_date(context.now()))
    kind = kind if kind in KINDS else "coming"
    within = WITHIN.get(typed.get("within", "")) if kind == "coming" else None
    return Question(kind, code or None, within, unit if unit and not code else "")


@router.get("/deadlines")
def list_page(request: Request, context: Here, me: Me) -> Response:
    """A page of them, the soonest due first."""
    following = Live.of(context)
    said, at = asked(request, context), context.now()
    asking = question("/deadlines", {"me": me.user, **said.said})
    after = context.cursors.read(asking, request.query_params.get("cursor") or None)
    with context.reads.connect() as connection:
        rows = deadlines(
            connection, at, said.kind, scope=scope_of(context, me), unit=said.unit, within=said.within,
            after=cast(Any, tuple(after)) if after else None, limit=PAGE + 1, policies=context.service.policies,
        )  # fmt: skip
    mark = context.cursors.make(asking, list(cursor(rows[PAGE - 1]))) if len(rows) > PAGE else ""
    units = context.service.reference.organisation()
    return page(
        request, context, me, "deadlines.html", status=422 if said.unknown_unit else 200,
        live=following, said=said, kinds=KINDS, within=list(WITHIN),
        duties=[duty_of(row, at) for row in rows[:PAGE]],
        next=mark, is_first=after is None,
        offered=units_offered(units, me, local_date(at)), forms=list(MEDIA),
    )  # fmt: skip


@router.get("/deadlines/export/{form}")
def export(request: Request, context: Here, me: Me, form: str) -> Response:
    """The whole list as a file, recorded. Raises NotFound for another form."""
    if form not in MEDIA:
        raise NotFound("form", form, f"There are: {', '.join(MEDIA)}.")
    said = asked(request, context)
    taken = made.Asked(me.actor(), form, said.said, words(request).code, Source.DESK)
    told = {"kind": said.kind, "unit": said.unit, "within": said.within, "policies": context.service.policies}
    return on_its_way(
        request, made.all_deadlines(context, taken, scope=scope_of(context, me), **cast(Any, told)).handed()
    )


def duty_of(row: dict[str, Any], at: datetime) -> Duty:
    due = parsed(row["due"])
    title = Title(row["title_zh"], row["title_en"])
    standing = told(title, due, parsed(row["warn"]) if row["warn"] else None, at)
    return Duty(row, standing if row["status"] == "running" else None, standing.on)
