"""Lists as files: the same filters as /worklist and /deadlines, everything that matches, recorded with who took it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from api.access.sight import scope_of
from api.access.signed import Me
from api.exports import made
from api.exports.files import MEDIA, Form
from api.fields import Line
from api.filters import CaseFilters
from api.headers import Since
from api.here import Here
from api.openapi import problems

router = APIRouter(tags=["work"])

Wanted = Annotated[Form, Query(description="CSV (UTF-8, with a mark for Excel) or XLSX.")]
Language = Annotated[Literal["zh", "en"], Query(description="Of heads and values.")]
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file. Its first line (CSV) or second sheet (XLSX) says what it is and as known at when.",
        "headers": {"Gridcase-Export": {"description": "Under which it is recorded.", "schema": {"type": "string"}}},
        "content": {kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA.values()},
    },
    **problems(401, 404, 422),
}  # fmt: skip


@router.get(
    "/worklist/export", operation_id="worklist_export", summary="导出案件清单 · Export of cases",
    response_class=Response, responses=FILE,
)  # fmt: skip
def cases(
    context: Here,
    me: Me,
    filters: Annotated[CaseFilters, Depends()],
    form: Wanted = "csv",
    lang: Language = "zh",
    since: Since = None,
) -> Response:
    """All cases that match, as a file. That it was made is recorded, with its filters and number of rows."""
    context.catch_up(since)
    wanted = filters.wanted(scope_of(context, me), context.now(), context.service.reference.organisation())
    asked = made.Asked(me.actor(), form, filters.said(), lang)
    return made.cases(context, asked, wanted, filters.sort).handed()


@router.get(
    "/deadlines/export", operation_id="deadlines_export", summary="导出期限清单 · Export of deadlines",
    response_class=Response, responses=FILE,
)  # fmt: skip
def deadlines(
    context: Here,
    me: Me,
    kind: Annotated[Literal["coming", "late", "met", "lapsed", "all"], Query()] = "coming",
    unit: Annotated[Line | None, Query(description="Whose duty lies with this unit or one under it.")] = None,
    within: Annotated[int | None, Query(ge=0, le=3650, description="Coming within so many days.")] = None,
    form: Wanted = "csv",
    lang: Language = "zh",
    since: Since = None,
) -> Response:
    """All deadlines that match, as a file. That it was made is recorded."""
    context.catch_up(since)
    if unit is not None:
        context.service.reference.organisation().names(unit)
    told: dict[str, Any] = {"kind": kind, "unit": unit, "within": within}
    filters = {name: str(value) for name, value in told.items() if value is not None}
    asked = made.Asked(me.actor(), form, filters, lang)
    return made.all_deadlines(context, asked, scope=scope_of(context, me), **told).handed()
