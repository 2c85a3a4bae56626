"""`gridcase backup` and `gridcase restore`: the log in a file, and back into an empty database of either kind."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.calendar import TZ
from eventlog import backup as backups
from eventlog import verify
from eventlog.archive import Manifest
from eventlog.log import open_log
from eventlog.master import MasterKeys
from eventlog.sources import DatabaseRows
from eventlog.verify import Report
from eventlog.walk import Walk
from gridcase.commands.console import Json, bar, house, show, spoken
from gridcase.commands.integrity import NOT_WHAT_WAS_RECORDED, in_words
from gridcase.settings import Settings

File = Annotated[Path, typer.Argument(help="The backup's file.")]


def add_to(app: typer.Typer) -> None:
    for command in (backup, restore):
        app.command()(command)


@spoken
def backup(file: File, as_json: Json = False) -> None:
    """Write the log into a new file, as it is at this instant, while servers run. The master key is not in it."""
    settings = Settings.read()
    settings.must_be_there()
    with bar("backup", as_json) as progress:
        manifest = backups.backup(settings.database_url, file, datetime.now(TZ), progress)
    show(as_data(manifest), as_json, lambda: in_a_sentence(manifest, f"are in {file}"))


@spoken
def restore(
    file: File,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read the file through; write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Fill an empty database from a backup, check the chain and the checkpoints, and build the read tables."""
    if dry_run:
        manifest = backups.check(file)
        show(as_data(manifest), as_json, lambda: in_a_sentence(manifest, f"can be read from {file}"))
        return
    settings = Settings.read()
    with bar("restore", as_json) as progress:
        manifest = backups.restore(file, settings.database_url, settings.master_keys(), progress)
    with bar("verify", as_json) as progress:
        report = checked(settings, progress)
    with house() as context, bar("read tables", as_json) as progress:
        context.runner.rebuild(progress=progress)
    show(
        {**as_data(manifest), "good": report.good, "findings": [one.sentence for one in report.findings]},
        as_json,
        lambda: f"{in_a_sentence(manifest, 'are back')}\n{in_words(report)}",
    )
    if not report.good:
        raise typer.Exit(NOT_WHAT_WAS_RECORDED)


def checked(settings: Settings, progress: backups.Progress) -> Report:
    """The chain, and the checkpoints where this installation has a key to check them with."""
    keys = settings.signing_keys()
    with closing(open_log(settings.database_url, keys=MasterKeys.for_this_process())) as log:
        if keys.all:
            return verify.log(log.recorder, keys, progress=progress)
        return verify.walked(Walk(), DatabaseRows(log.recorder), log.head(), (), progress)


def as_data(manifest: Manifest) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at,
        "made_from": manifest.made_from,
        "schema": manifest.schema,
        "head": manifest.head,
        "master_key": manifest.master_key or None,
        "rows": {name: table.rows for name, table in manifest.tables.items()},
    }


def in_a_sentence(manifest: Manifest, what: str) -> str:
    rows = {name: table.rows for name, table in manifest.tables.items()}
    said = f"{rows['events']:,} events, {rows['commands']:,} commands and {rows['subjects']:,} people {what}"
    key = (
        f"; people are sealed with master key {manifest.master_key}, keep it elsewhere"
        if manifest.master_key
        else ""
    )
    return f"{said}, as of {manifest.made_at}{key}."
