"""`gridcase unit …`: the organisation, as it stands on a day."""

from __future__ import annotations

from typing import Annotated

import typer

from domain.names import value_name
from domain.organisation import local_date
from domain.terms import Level, UnitKind
from gridcase.commands.console import Json, day, house, listing, show, spoken

app = typer.Typer(no_args_is_help=True)


@app.callback()
def unit() -> None:
    """The organisation."""


@app.command("list")
@spoken
def list_units(
    under: Annotated[str, typer.Option(help="A unit's code: only this unit and those below it.")] = "",
    on: Annotated[str, typer.Option(help="The day on which they stand; default today.")] = "",
    as_json: Json = False,
) -> None:
    """The units there are on a day, each with its code, kind, level and the unit above it."""
    with house(there=True) as context:
        units = context.service.reference.organisation()
        today = day("--on", on) if on else local_date(context.now())
    below = units.subtree(under, today) if under else None
    standing = (one for one in units.standing(today) if below is None or one.code in below)
    found = sorted(standing, key=lambda one: one.code)
    data = [
        {
            "code": u.code,
            "name": u.name,
            "kind": u.kind,
            "level": units.level(u.code, today),
            "parent": u.parent,
        }
        for u in found
    ]
    lines = (
        (
            one["code"],
            one["name"],
            value_name(UnitKind, one["kind"]).zh,
            value_name(Level, one["level"]).zh,
            one["parent"],
        )
        for one in data
    )
    show(
        data, as_json, lambda: listing(f"Units on {today}", ("code", "name", "kind", "level", "under"), lines)
    )
