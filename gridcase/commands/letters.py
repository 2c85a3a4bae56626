"""`gridcase letter …`: which letters a case may have, previewing, issuing, having one again, checking a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from api.letters.typeset import digest
from api.letters.views import letters_view
from domain.calendar import TZ
from domain.errors import Invalid, NotFound
from domain.names import name_of
from domain.terms import Source
from gridcase.commands.cases import As, Code
from gridcase.commands.console import Json, actor_from, house, listing, local, out, pairs, show, spoken
from workflows.command import Command

app = typer.Typer(no_args_is_help=True)
Kind = Annotated[str, typer.Argument(help="Which letter, as `gridcase letter list` names it.")]
Addressee = Annotated[str, typer.Option(help="The reference of a party; needed where there are several.")]
Draft = Annotated[
    list[str] | None, typer.Option("--draft", "-d", help="A drafted fact: name=value (JSON or text).")
]
Goes = Annotated[int, typer.Option("--with", help="For 送达回证: the letter of the case that it goes with.")]
Session = Annotated[int, typer.Option(help="For 调解笔录: which session; default the last.")]
Into = Annotated[Path, typer.Option("--output", "-o", help="The PDF to write.")]


def asked(kind: str, addressee: str, letter: int, session: int, draft: list[str] | None) -> dict[str, Any]:
    """The facts of `issue_letter`; what was not given stays left out."""
    facts = {
        "addressee": addressee,
        "letter": letter,
        "session": session,
        "draft": pairs("--draft", draft or []),
    }
    return {"kind": kind} | {name: value for name, value in facts.items() if value}


@app.command("list")
@spoken
def list_letters(code: Code, as_json: Json = False) -> None:
    """What the case may have now, and what was issued."""
    with house(there=True) as context:
        view = letters_view(context.service.case(code))
    if as_json:
        show(msgspec.to_builtins(view), True, str)
        return
    may = (
        (one.kind, one.zh, one.how, ", ".join(fact["name"] for fact in one.draft)) for one in view.possible
    )
    was = ((one.letter, one.kind, one.number, one.addressee, local(one.issued_at)) for one in view.issued)
    out.print(listing("May be issued", ("kind", "letter", "of a decision", "drafted facts"), may))
    out.print(listing("Issued", ("letter", "kind", "number", "to", "on"), was))


@app.command()
@spoken
def preview(
    code: Code,
    kind: Kind,
    output: Into,
    addressee: Addressee = "",
    draft: Draft = None,
    letter: Goes = 0,
    session: Session = 0,
) -> None:
    """Write a letter as it would be, without names and number. Nothing is recorded."""
    with house(there=True) as context:
        case = context.service.case(code)
        content = context.letters.pdf(case, asked(kind, addressee, letter, session, draft), context.now())
    output.write_bytes(content)
    out.print(f"{output}: a preview", markup=False, highlight=False)


@app.command()
@spoken
def issue(
    code: Code,
    kind: Kind,
    as_: As,
    addressee: Addressee = "",
    draft: Draft = None,
    letter: Goes = 0,
    session: Session = 0,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    key: Annotated[str, typer.Option(help="Idempotency key: the same key issues once.")] = "",
    as_json: Json = False,
) -> None:
    """Number a letter and record it. `gridcase letter copy` writes the file."""
    facts = asked(kind, addressee, letter, session, draft)
    with house(there=True) as context:
        command = Command(
            "issue_letter", code, actor_from(as_), facts, reason=reason, key=key, source=Source.DESK
        )
        answer = context.service.do(command)
        issued = context.service.case(code, answer.version).letters
    one = issued[-1]
    data = {"case": code, "letter": len(issued), "kind": one.kind, "number": one.number, "digest": one.digest}
    show(
        data,
        as_json,
        lambda: f"{code}: {name_of(one.kind).zh} {one.number}, letter {len(issued)} of the case",
    )


@app.command()
@spoken
def copy(
    code: Code,
    letter: Annotated[int, typer.Argument(help="Which letter of the case, counted from 1.")],
    output: Into,
    as_: As,
    purpose: Annotated[str, typer.Option(help="What it is needed for: recorded.")],
) -> None:
    """Write an issued letter again. Who reads it, and why, is recorded first."""
    with house(there=True) as context:
        found = context.letters.copy(code, letter, actor_from(as_), purpose)
    output.write_bytes(found.content)
    said = (
        "the file that was issued"
        if found.identical
        else "the same words, set by other fonts or another typst"
    )
    out.print(f"{output}: {said}", markup=False, highlight=False)


@app.command()
@spoken
def check(
    file: Annotated[Path, typer.Argument(help="A PDF that somebody says was issued here.")],
    as_json: Json = False,
) -> None:
    """Whether a file is a letter that was issued: its digest stands in the log."""
    if not file.is_file():
        raise Invalid("FILE", str(file), "There is no such file.", "没有此文件。")
    told = digest(file.read_bytes())
    with house(there=True) as context:
        logged = context.letters.with_digest(told)
        if logged is None:
            raise NotFound("letter with the digest", told, "The file was changed, or was not issued here.")
        case = context.names.of(logged.event.originator_id).code
    event = logged.event
    day = event.entry.occurred_at.astimezone(TZ).date()
    number = f"〔{event.year}〕第{event.serial}号"
    data = {
        "case": case,
        "kind": event.kind,
        "number": number,
        "issuer": event.issuer,
        "issued_on": day,
        "digest": told,
    }
    show(data, as_json, lambda: f"{file}: {name_of(event.kind).zh} {number} of {event.issuer}, {case}, {day}")
