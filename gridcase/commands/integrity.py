"""Commands about the log as evidence: is it what was recorded, who vouches for it, how is that proved to others."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from domain.calendar import TZ
from domain.case import case_id
from domain.errors import Invalid, NotFound
from eventlog import checkpoints, exports, proofs, signing, verify
from eventlog.checkpoints import Anchor, Checkpoints
from eventlog.errors import AggregateNotFound, NotAnExport
from eventlog.log import open_log
from eventlog.master import MasterKeys
from eventlog.recorder import LogRecorder
from eventlog.signing import SigningKeys
from eventlog.verify import Report
from gridcase.commands.console import Json, bar, listing, local, out, show, spoken
from gridcase.settings import Settings

NOT_WHAT_WAS_RECORDED = 7  # exit code, also of Tampered and NotVouchedFor (console.py)

Keys = Annotated[
    Path | None, typer.Option(help="Public keys to trust, one per line; default: this installation's.")
]

checkpoint_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    app.command("verify")(check)
    app.command()(proof)


@contextmanager
def evidence() -> Iterator[tuple[LogRecorder, Settings]]:
    """The log as it is: nothing is prepared or upgraded, and nobody's name is needed."""
    settings = Settings.read()
    settings.must_be_there()
    with closing(open_log(settings.database_url, keys=MasterKeys.for_this_process())) as log:
        verify.must_be_checkable(log.recorder)
        yield log.recorder, settings


def trusted(path: Path | None) -> SigningKeys:
    """The keys in a file, or this installation's own."""
    if path is None:
        return Settings.read().signing_keys()
    if not path.is_file():
        raise Invalid(
            "--keys",
            str(path),
            "There is no such file. `gridcase checkpoint keys` prints what belongs in it.",
            "没有此文件。`gridcase checkpoint keys` 会打印其内容。",
        )
    return SigningKeys.in_file(path)


@spoken
def check(
    first: Annotated[int, typer.Option("--from", min=1, help="First position of a range.")] = 1,
    last: Annotated[int | None, typer.Option("--to", min=1, help="Last position of a range.")] = None,
    case: Annotated[
        str | None, typer.Option("--case", metavar="CODE", help="The events of one case.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="An exported file instead of the database.")] = None,
    keys: Keys = None,
    elsewhere: Annotated[
        Path | None,
        typer.Option(
            "--checkpoints", help="Exported checkpoints that were kept elsewhere: compared as well."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that the log is what was recorded; name the first wrong place (exit code 7)."""
    began, vouching = perf_counter(), trusted(keys)
    with bar("events", as_json) as progress:
        if file is not None:
            report = exports.file(_there("--file", file), vouching, progress)
        else:
            held = [] if elsewhere is None else notes_in(_there("--checkpoints", elsewhere))
            with evidence() as (recorder, _):
                if case is not None:
                    report = of_case(recorder, vouching, case)
                else:
                    report = verify.log(
                        recorder, vouching, first=first, last=last, elsewhere=held, progress=progress
                    )
    show(as_data(report, perf_counter() - began), as_json, lambda: in_words(report))
    if not report.good:
        raise typer.Exit(NOT_WHAT_WAS_RECORDED)


def _there(option: str, path: Path) -> Path:
    if not path.is_file():
        raise Invalid(option, str(path), "There is no such file.", "没有此文件。")
    return path


def notes_in(path: Path) -> list[str]:
    """The checkpoints of an exported file. A file of bare notes would do as well, but nobody has asked for one."""
    try:
        return exports.ExportedRows(path).notes
    except NotAnExport as problem:
        raise Invalid("--checkpoints", str(path), str(problem), f"文件无法使用：{problem}") from None


def of_case(recorder: LogRecorder, vouching: SigningKeys, code: str) -> Report:
    try:
        return verify.case(recorder, vouching, case_id(code))
    except AggregateNotFound:
        raise NotFound("case", code) from None


def as_data(report: Report, seconds: float) -> dict[str, Any]:
    return {
        "good": report.good,
        "from": report.after + 1,
        "to": report.upto,
        "events": report.upto - report.after if report.events is None else report.events,
        "signed": report.signed,
        "checkpoints": [anchor.checkpoint.size for anchor in report.agreed],
        "findings": [
            {"kind": one.kind, "first": one.first, "last": one.last, "sentence": one.sentence}
            for one in report.findings
        ],
        "seconds": round(seconds, 3),
    }


def in_words(report: Report) -> str:
    if report.findings:
        ordered = sorted(report.findings, key=lambda finding: finding.first)
        return "\n".join(one.sentence for one in ordered)
    if report.upto <= report.after:
        return "The log is empty."
    said = f"Events {report.after + 1:,} to {report.upto:,} are what was recorded."
    if report.events is not None:
        said = f"The {report.events} events of the case, up to {report.upto:,}, are what was recorded."
    if not report.agreed:
        return f"{said} Nobody has signed them: who may write to the database could have computed the hashes anew."
    newest = max(report.agreed, key=lambda anchor: anchor.checkpoint.size)
    said += (
        f" Checkpoints that agree: {len(report.agreed):,}, the last over {newest.checkpoint.size:,} events, signed on "
        f"{local(newest.checkpoint.recorded_at)} by key {newest.key_id}."
    )
    waiting = report.upto - newest.checkpoint.size
    return f"{said} {waiting:,} events since then are chained and not signed yet." if waiting > 0 else said


@checkpoint_app.command()
@spoken
def make(as_json: Json = False) -> None:
    """Sign what the log holds now, if anything is new. The events since the last checkpoint are checked first."""
    made: list[Anchor] = []
    with evidence() as (recorder, settings):
        maker = Checkpoints(recorder, settings.signing_keys(), settings.checkpoint_every_events)
        while (anchor := maker.make(datetime.now(TZ))) is not None:
            made.append(anchor)
    if as_json or not made:
        show([_row(one) for one in made], as_json, lambda: "Nothing is new since the last checkpoint.")
    else:
        sys.stdout.write(made[-1].note)  # to the letter: no line of it may be broken


@checkpoint_app.command("list")
@spoken
def list_(keys: Keys = None, as_json: Json = False) -> None:
    """The checkpoints in the database that a known key vouches for; the others with the reason (exit code 7)."""
    with evidence() as (recorder, _):
        anchors, findings = verify.vouched(recorder, trusted(keys))
    data = {
        "checkpoints": [{**_row(anchor), "note": anchor.note} for anchor in anchors],
        "findings": [finding.sentence for finding in findings],
    }
    columns = ("events", "signed", "key", "root")
    table = [
        (f"{a.checkpoint.size:,}", local(a.checkpoint.recorded_at), a.key_id, a.checkpoint.root.hex())
        for a in anchors
    ]
    show(data, as_json, lambda: listing("Checkpoints", columns, table))
    for finding in findings:
        out.print(finding.sentence, style="red", markup=False, highlight=False)
    if findings:
        raise typer.Exit(NOT_WHAT_WAS_RECORDED)


def _row(anchor: Anchor) -> dict[str, Any]:
    made = anchor.checkpoint
    return {"size": made.size, "recorded_at": made.recorded_at, "key": anchor.key_id, "root": made.root.hex()}


@checkpoint_app.command()
@spoken
def export(
    file: Annotated[Path, typer.Argument(help="Where to; - is standard output.")],
    events: Annotated[
        bool, typer.Option("--events", help="The events too, whole: what is in their free texts as well.")
    ] = False,
    first: Annotated[int, typer.Option("--from", min=1, help="First position, with --events.")] = 1,
    last: Annotated[int | None, typer.Option("--to", min=1, help="Last position, with --events.")] = None,
) -> None:
    """Write the checkpoints into a file that is kept elsewhere, or the log itself for somebody who checks it offline."""
    with evidence() as (recorder, _):
        lines = exports.lines(recorder, first=first, last=last, events=events)
        if str(file) == "-":
            sys.stdout.writelines(lines)
            return
        with file.open("w", encoding="utf-8") as to:
            to.writelines(lines)


@checkpoint_app.command()
@spoken
def keys(as_json: Json = False) -> None:
    """Print the public keys, for whoever shall check this log. Give them out by another way than the log."""
    with evidence() as (recorder, settings):
        own = settings.signing_keys()
        _ = own.first
        lines = signing.lines(own.all, checkpoints.origin_of(recorder))
    if as_json:
        show(lines, as_json, str)
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines)


@checkpoint_app.command()
@spoken
def extends(
    earlier: Annotated[int, typer.Argument(help="Size of a checkpoint.")],
    later: Annotated[int | None, typer.Argument(help="Size of a later one; default the newest.")] = None,
    keys: Keys = None,
    as_json: Json = False,
) -> None:
    """Prove that a later checkpoint continues an earlier one (RFC 6962), for whoever holds only the earlier one."""
    with evidence() as (recorder, _):
        anchors, _findings = verify.vouched(recorder, trusted(keys))
        found = proofs.continuation(recorder, of_size(anchors, earlier), of_size(anchors, later))
    said = f"The log of {size(found.later):,} events continues that of {size(found.earlier):,}. With --json: the proof."
    show(found.as_json(), as_json, lambda: said)


@spoken
def proof(
    position: Annotated[int, typer.Argument(min=1, help="Of the event.")],
    over: Annotated[
        int | None, typer.Option("--size", help="Size of a checkpoint; default the newest.")
    ] = None,
    keys: Keys = None,
    as_json: Json = False,
) -> None:
    """Prove that an event is in the signed log (RFC 6962), for whoever holds only a public key."""
    with evidence() as (recorder, _):
        anchors, _findings = verify.vouched(recorder, trusted(keys))
        anchor = of_size(anchors, over)
        if position > anchor.checkpoint.size:
            remedy = f"The checkpoint is over {anchor.checkpoint.size} events. Run `gridcase checkpoint make` first."
            zh = f"检查点覆盖 {anchor.checkpoint.size} 个事件。请先运行 `gridcase checkpoint make`。"
            raise Invalid("POSITION", position, remedy, zh)
        found = proofs.inclusion(recorder, anchor, position)
    said = (
        f"Event {position:,} is among the {anchor.checkpoint.size:,} that key {anchor.key_id} signed on "
        f"{local(anchor.checkpoint.recorded_at)}. With --json: the proof, with the event in it."
    )
    show(found.as_json(), as_json, lambda: said)


def size(note: str) -> int:
    return checkpoints.size_in(note)


def of_size(anchors: list[Anchor], wanted: int | None) -> Anchor:
    found = [anchor for anchor in anchors if wanted in (None, anchor.checkpoint.size)]
    if not found:
        raise NotFound("checkpoint", wanted or "at all", "`gridcase checkpoint list` shows those there are.")
    return found[-1]
