"""The organisation as people look at it: the tree on a day, a unit with its names, its lineage and who works there.

Changes are commands of the organisation (api/routes/units.py says which); this file draws and sends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from api.access.sight import authority, demand
from api.access.signed import Me, Signed
from api.context import Context
from api.here import Here
from api.pages.shell import page, see_other
from api.pages.typed import Posted, Typed
from domain.case import Entry
from domain.errors import Invalid, NotFound
from domain.organisation import Organisation, local_date
from domain.rule import Title
from domain.terms import Source, UnitKind
from domain.unit import UnitView
from workflows.authority import AREAS, Area, Decision

router = APIRouter()

On = Annotated[str, Query(max_length=10)]

# What may be changed about a unit: its words, and the facts that are asked for.
CHANGES: Final[Mapping[str, tuple[Title, tuple[str, ...]]]] = {
    "rename": (Title("更名", "Rename"), ("name",)),
    "move": (Title("划转到另一上级", "Move under another unit"), ("parent",)),
    "merge_into": (Title("并入另一单位", "Merge into another unit"), ("into",)),
    "close": (Title("撤销", "Close"), ()),
}
FACTS: Final[Mapping[str, Title]] = {
    "code": Title("编码", "Code"),
    "name": Title("名称", "Name"),
    "parent": Title("上级单位编码", "Code of the unit above"),
    "into": Title("并入单位编码", "Code of the unit that takes over"),
}


@dataclass(frozen=True)
class Branch:
    """A unit in the tree, with what stands below it."""

    unit: UnitView
    below: tuple[Branch, ...]


@router.get("/units")
def units(request: Request, context: Here, me: Me, on: On = "") -> Response:
    """The tree as it stands on a day."""
    day, known = day_of(context, on), context.service.reference.organisation()
    return page(
        request,
        context,
        me,
        "units.html",
        tree=tree(known, day),
        on=day,
        may=administers(context, me).allowed,
    )


@router.get("/units/new")
def new_unit(
    request: Request, context: Here, me: Me, parent: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    return page(
        request,
        context,
        me,
        "unit_new.html",
        typed={"parent": parent},
        kinds=UnitKind,
        wrong={},
        may=administers(context, me, *filter(None, (parent,))).allowed,
    )


@router.post("/units/new")
def create(request: Request, context: Here, me: Me, typed: Posted) -> Response:
    """Set up a unit; or the form again with everything that was typed."""
    try:
        facts: dict[str, Any] = {name: typed.one(name) for name in ("name", "parent")}
        entry = entry_of(context, me, typed, facts["parent"])
        context.service.reference.create_unit(
            typed.one("code"), facts["name"], kind_of(typed), effective=effective_of(typed), entry=entry,
            parent=facts["parent"],
        )  # fmt: skip
    except Invalid as error:
        return page(
            request, context, me, "unit_new.html", status=422, typed=dict(typed), kinds=UnitKind, may=True,
            wrong={error.field: said(error)},
        )  # fmt: skip
    return see_other(f"/units/{typed.one('code')}")


@router.get("/units/{code}")
def unit(request: Request, context: Here, me: Me, code: str, on: On = "") -> Response:
    """A unit on a day. Raises NotFound."""
    return shown(request, context, me, code, day_of(context, on))


@router.post("/units/{code}/{change}")
def change(request: Request, context: Here, me: Me, code: str, change: str, typed: Posted) -> Response:
    """Change it; or the page again with what stands against it."""
    if change not in CHANGES:
        raise NotFound("change of a unit", change, f"There are: {', '.join(CHANGES)}.")
    try:
        facts = {name: typed.one(name) for name in CHANGES[change][1]}
        others = [facts[name] for name in ("parent", "into") if name in facts]
        entry, day = entry_of(context, me, typed, code, *others), effective_of(typed)
        if "into" in facts:
            context.service.reference.organisation().get(facts["into"], day)
        context.service.reference.change_unit(code, change, effective=day, entry=entry, **facts)
        context.service.reference.refresh()
    except Invalid as error:
        return shown(
            request, context, me, code, day_of(context, ""), change, dict(typed), {error.field: said(error)}
        )
    return see_other(f"/units/{code}")


def shown(
    request: Request, context: Context, me: Signed, code: str, day: date, changing: str = "",
    typed: Mapping[str, str] | None = None, wrong: Mapping[str, Title] | None = None,
) -> Response:  # fmt: skip
    known = context.service.reference.organisation()
    view = known.get(code, day)
    return page(
        request, context, me, "unit.html", status=422 if wrong else 200, unit_shown=view, on=day,
        above=[known.get(one, day) for one in reversed(known.ancestors(code, day))],
        below=[known.get(one, day) for one in sorted(known.children(code, day))],
        names=known.names(code), lineage=sorted(known.lineage(code) - {code}),
        may=administers(context, me, code).allowed,
        changes=CHANGES, facts=FACTS, changing=changing, typed=typed or {}, wrong=wrong or {},
    )  # fmt: skip


def tree(units: Organisation, on: date) -> tuple[Branch, ...]:
    """Every unit that stands on a day, under the one above it, by code."""
    below: dict[str, list[UnitView]] = {}
    for view in units.standing(on):
        below.setdefault(view.parent, []).append(view)

    def branch(view: UnitView) -> Branch:
        return Branch(view, grown(view.code))

    def grown(code: str) -> tuple[Branch, ...]:
        return tuple(branch(view) for view in sorted(below.get(code, ()), key=lambda one: one.code))

    return grown("")


def administers(context: Context, me: Signed, *units: str) -> Decision:
    """Whether they may change these units (none given: any at all), in the office in which they act."""
    if me.acting is None:
        return AREAS[Area.UNITS][False]
    return authority(context, me).administers(Area.UNITS, me.actor(), *(units or (me.acting.unit,)))


def entry_of(context: Context, me: Signed, typed: Typed, *units: str) -> Entry:
    """Who changes these units, and on what paper. Raises NotYourTurn for whoever does not administer all of them."""
    demand(administers(context, me, *units), "change", "unit")
    return Entry(
        me.actor(), context.now(), reason=typed.one("reason"), basis=typed.one("basis"), source=Source.DESK
    )


def day_of(context: Context, on: str) -> date:
    return date_of(on, "on") if on else local_date(context.now())


def effective_of(typed: Typed) -> date:
    return date_of(typed.one("effective"), "effective")


def date_of(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            field, text, "Give a day such as 2026-03-02.", "请填写日期，例如 2026-03-02。"
        ) from None


def kind_of(typed: Typed) -> UnitKind:
    try:
        return UnitKind(typed.one("kind"))
    except ValueError:
        raise Invalid(
            "kind", typed.one("kind"), "Choose what kind of unit it is.", "请选择单位类型。"
        ) from None


def said(error: Invalid) -> Title:
    return Title(error.remedy_zh or "此项填写有误，请核对后改正。", error.remedy)
