"""Units: the organisation on a day, and what changes it. Changes are made by an organisation administrator."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.access.sight import authority, demand
from api.access.signed import Me, Signed
from api.context import Context
from api.fields import Day, Form, Line, Number, Text
from api.forms import ActorForm, actor_of
from api.headers import answer
from api.here import Here
from api.openapi import problems, shows
from domain.case import Entry
from domain.organisation import Organisation, local_date
from domain.terms import Source, UnitKind
from workflows.authority import Area

router = APIRouter(prefix="/units", tags=["units"])

Code = Annotated[str, Path(pattern=r"^[^\x00/]{1,64}$", description="The code of the unit.")]
On = Annotated[Day | None, Query(description="The local day (Asia/Shanghai); left out: today.")]
Name = Annotated[Line, Field(min_length=1)]


class UnitView(msgspec.Struct):
    """A unit as it stands on a day."""

    code: str
    name: str
    kind: str
    level: int
    parent: str
    township_class: int | None
    population: int | None
    valid_from: date
    valid_to: date | None


class UnitWhole(msgspec.Struct):
    """A unit on a day, with who stands above and below it, the names it has borne, and its lineage."""

    unit: UnitView
    ancestors: list[str]
    children: list[str]
    names: list[dict[str, Any]]
    lineage: list[str]


class UnitPage(msgspec.Struct):
    """The units that stand on a day."""

    on: date
    items: list[UnitView]


class Created(msgspec.Struct):
    """The unit, and whether it was new (false: it was there already just so)."""

    unit: UnitView
    created: bool


class Change(Form):
    """What every change of a unit says. `basis` is the number of the approval."""

    actor: ActorForm | None = None
    effective: Annotated[Day, Field(description="The first local day on which it holds.")]
    reason: Text = ""
    basis: Text = ""


class CreateForm(Change):
    """A new unit. A territory's level follows from its kind; a body has its host's."""

    code: Annotated[str, Field(pattern=r"^[^\x00/\s]{1,64}$")]
    name: Name
    kind: UnitKind
    parent: Line = ""
    township_class: Annotated[int | None, Field(ge=1, le=3)] = None
    population: Number | None = None


class RenameForm(Change):
    """Another name; the code stays."""

    name: Name


class MoveForm(Change):
    """Another unit above it."""

    parent: Name


class ReclassifyForm(Change):
    """Another kind, class or population; what is left out stays."""

    kind: UnitKind | None = None
    township_class: Annotated[int | None, Field(ge=1, le=3)] = None
    population: Number | None = None


class MergeForm(Change):
    """It ends, and `into` takes over all that it held."""

    into: Name


class SplitForm(Change):
    """Its territory goes to `parts`, its own code among them when it goes on."""

    parts: Annotated[list[Name], Field(min_length=2, max_length=50)]


class CloseForm(Change):
    """It ends without an heir."""


@router.get(
    "",
    operation_id="units",
    summary="单位 · Units",
    responses={200: shows(UnitPage, "By code."), **problems(404, 422)},
)
def units(
    context: Here,
    on: On = None,
    kind: Annotated[UnitKind | None, Query()] = None,
    under: Annotated[Line | None, Query(description="Only this unit and what stands under it.")] = None,
) -> Response:
    """The units that stand on a day."""
    day, known = _day(context, on), context.service.reference.organisation()
    inside = known.subtree(under, day) if under else None
    found = (
        view
        for view in known.standing(day)
        if kind in (None, view.kind) and (inside is None or view.code in inside)
    )
    codes = sorted(view.code for view in found)
    return answer(UnitPage(day, [_view(known, code, day) for code in codes]))


@router.get(
    "/{code}",
    operation_id="unit",
    summary="一个单位 · A unit",
    responses={200: shows(UnitWhole, "The unit with its place, names and lineage."), **problems(404, 422)},
)
def unit(context: Here, code: Code, on: On = None) -> Response:
    """A unit as it stands on a day."""
    return answer(_whole(context.service.reference.organisation(), code, _day(context, on)))


@router.post(
    "",
    operation_id="unit_create",
    summary="设立单位 · Create a unit",
    responses={
        201: shows(Created, "Created."),
        200: shows(Created, "It was there just so."),
        **problems(400, 403, 404, 422),
    },
)
def create(context: Here, me: Me, body: CreateForm) -> Response:
    """Create a unit. Sent again it changes nothing; sent differently it is refused."""
    entry = _entry(context, me, body, "create", body.parent)
    facts = body.model_dump(include={"name", "kind", "parent", "township_class", "population"})
    new = context.service.reference.create_unit(body.code, effective=body.effective, entry=entry, **facts)
    known = context.service.reference.organisation()
    told = Created(_view(known, body.code, _when(context, known, body)), new)
    return answer(told, 201 if new else 200, Gridcase_Position=context.service.log.head())


def _changing(change: str, form: Any, zh: str, text: str) -> None:
    """A route for one of a unit's commands."""

    def command(context: Here, me: Me, code: Code, body: form) -> Response:
        facts = body.model_dump(exclude=set(Change.model_fields))
        others = [*facts.get("parts", ()), *(facts[name] for name in ("into", "parent") if name in facts)]
        entry = _entry(context, me, body, change, code, *others)
        known = context.service.reference.organisation()
        for other in others:
            known.get(other, body.effective)  # NotFound: nobody is merged into a unit that does not stand
        context.service.reference.change_unit(code, change, effective=body.effective, entry=entry, **facts)
        context.service.reference.refresh()
        told = {"unit": code, "change": change, "effective": body.effective}
        return answer(told, Gridcase_Position=context.service.log.head())

    command.__annotations__["body"] = form
    router.add_api_route(
        f"/{{code}}/{change}",
        command,
        methods=["POST"],
        operation_id=f"unit_{change}",
        summary=f"{zh} · {text}",
        description=form.__doc__,
        responses={200: shows(dict, "Recorded."), **problems(400, 403, 404, 422)},
    )


for _change in (
    ("rename", RenameForm, "更名", "Rename"),
    ("move", MoveForm, "划转", "Move under another unit"),
    ("reclassify", ReclassifyForm, "调整类别", "Change kind, class or population"),
    ("merge_into", MergeForm, "并入", "Merge into another unit"),
    ("split_into", SplitForm, "分设", "Split into several units"),
    ("close", CloseForm, "撤销", "Close"),
):
    _changing(*_change)


def _day(context: Context, on: date | None) -> date:
    return on or local_date(context.now())


def _when(context: Context, known: Any, body: CreateForm) -> date:
    """A day on which the unit stands: today, or its first day if that is to come."""
    today = local_date(context.now())
    return today if today >= body.effective and known.is_active(body.code, today) else body.effective


def _entry(context: Context, me: Signed, body: Change, change: str, *units: str) -> Entry:
    """Who changes these units, and on what paper. Raises NotYourTurn for whoever does not administer all of them."""
    actor = actor_of(me, body.actor)
    demand(authority(context, me).administers(Area.UNITS, actor, *units), change, "unit")
    return Entry(actor, context.now(), reason=body.reason, basis=body.basis, source=Source.API)


def _view(units: Organisation, code: str, on: date) -> UnitView:
    view = units.get(code, on)
    return UnitView(
        view.code, view.name, str(view.kind), int(view.level), view.parent, view.township_class, view.population,
        view.valid_from, view.valid_to,
    )  # fmt: skip


def _whole(units: Organisation, code: str, on: date) -> UnitWhole:
    return UnitWhole(
        _view(units, code, on),
        units.ancestors(code, on),
        units.children(code, on),
        [{"since": since, "name": name} for since, name in units.names(code)],
        sorted(units.lineage(code)),
    )
