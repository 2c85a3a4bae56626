"""`gridcase import …`: units, cases and calendars from files, with a bar, a dry run and a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.imports.calendars import import_calendar
from api.imports.cases import import_cases
from api.imports.report import Rejected
from api.imports.units import import_units
from domain.actor import Actor
from domain.errors import Invalid
from domain.terms import Role
from gridcase.commands.console import Json, actor_from, bar, house, listing, out, show, spoken

app = typer.Typer(no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="The file.")]
Mapping = Annotated[Path, typer.Option(help="How its columns are read: a TOML file, see docs/import.md.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Do everything but write.")]
OnError = Annotated[str, typer.Option(help="continue: report bad rows and go on; stop: end at the first.")]
As = Annotated[
    str, typer.Option("--as", help="Who imports: user:post:unit; it is recorded with every event.")
]
NOBODY_NAMED = Actor("import", Role.ORG_ADMIN)


@app.command()
@spoken
def units(
    file: File,
    mapping: Mapping,
    as_: As = "",
    dry_run: DryRun = False,
    on_error: OnError = "continue",
    as_json: Json = False,
) -> None:
    """Units from a table, parents first; what is there already stays as it is."""
    with house() as context, bar("units", as_json) as progress:
        report = import_units(
            context.service,
            file,
            mapping,
            actor=importer(as_),
            dry_run=dry_run,
            on_error=mode(on_error),
            progress=progress,
        )
    show(report.as_json(), as_json, lambda: f"{report.created} created, {report.unchanged} unchanged.")
    tell(report.rejected, as_json)


@app.command()
@spoken
def cases(
    file: File,
    mapping: Mapping,
    as_: As = "",
    dry_run: DryRun = False,
    on_error: OnError = "continue",
    as_json: Json = False,
) -> None:
    """Histories from CSV, XLSX or XES; what the foreign log does not know stays unknown. Again adds nothing."""
    with house() as context, bar("cases", as_json) as progress:
        report = import_cases(
            context.service,
            file,
            mapping,
            actor=importer(as_),
            dry_run=dry_run,
            on_error=mode(on_error),
            progress=progress,
        )
    events = f"{report.recorded_events} of {report.source_events} events recorded, {report.already_present} there before"
    show(report.as_json(), as_json, lambda: f"{report.cases} cases: {events}.")
    if report.unmapped and not as_json:
        rows = ((one.field, one.value, one.rows) for one in report.unmapped)
        title = "Recorded without a rule: these change nothing. Add an [[activity]] where one should"
        out.print(listing(title, ("field", "value", "rows"), rows))
    tell(report.rejected, as_json)


@app.command()
@spoken
def calendar(file: File, as_: As = "", dry_run: DryRun = False, as_json: Json = False) -> None:
    """A yearly holiday calendar with its make-up working days."""
    with house() as context:
        report = import_calendar(context.service, file, actor=importer(as_), dry_run=dry_run)
    changed = ", ".join(map(str, report.changed)) or "nothing"
    show(report.as_json(), as_json, lambda: f"Changed: {changed}. The calendar is now {report.version}.")


def importer(text: str) -> Actor:
    """Who imports; the program itself where nobody is named."""
    return actor_from(text) if text else NOBODY_NAMED


def mode(on_error: str) -> Literal["continue", "stop"]:
    if on_error not in ("continue", "stop"):
        raise Invalid("--on-error", on_error, "Give continue or stop.", "请填 continue 或 stop。")
    return on_error  # type: ignore[return-value]


def tell(rejected: Sequence[Rejected], as_json: bool) -> None:
    """Bad rows as a table, and an exit code that says so."""
    if not rejected:
        return
    if not as_json:
        rows = (
            (one.line, one.field, one.value, "\n".join(filter(None, (one.remedy_zh, one.remedy))))
            for one in rejected
        )
        out.print(listing(f"{len(rejected)} rejected", ("line", "field", "value", "remedy"), rows))
    raise typer.Exit(1)
