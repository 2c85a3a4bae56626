"""`gridcase case …`: look at a case, read its history, fire a trigger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from domain.case import Case
from domain.clock import Clock
from domain.deadline import due_on
from domain.errors import Invalid
from domain.organisation import local_date
from domain.scope import EVERYTHING
from domain.terms import Source
from eventlog.subjects import unmask
from gridcase.commands.console import (
    Json,
    actor_from,
    house,
    instant,
    listing,
    local,
    out,
    pairs,
    show,
    spoken,
)
from projections import audit
from projections.worklist import Wanted, worklist
from workflows.service import Command

app = typer.Typer(no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="The case's code.")]
As = Annotated[str, typer.Option("--as", help="Who acts: user:post:unit, as in wang:reporter:G1.")]


@app.command("show")
@spoken
def show_case(code: Code, as_: As = "", as_json: Json = False) -> None:
    """Where a case stands, what is due and when; with --as, also what that person may do now."""
    with house() as context:
        case = context.service.case(code)
        allowed = context.service.allowed(case, actor_from(as_)) if as_ else None
        verbs = context.service.engines[case.TYPE].table.verbs
    data = summary(case) | ({"allowed": allowed} if allowed is not None else {})
    if as_json:
        show(data, True, str)
        return
    out.print(f"{case.code}  {case.title}  [{case.state}]  {case.holder}", markup=False, highlight=False)
    out.print(
        listing(
            "Deadlines",
            ("deadline", "due on", "status", "policy"),
            (clock_row(c) for c in case.clocks.values()),
        )
    )
    for trigger in allowed or ():
        out.print(f"  {trigger:<20} {verbs[trigger][0]}  {verbs[trigger][1]}", markup=False, highlight=False)


def summary(case: Case) -> dict[str, Any]:
    """A case for machines; people in it are references, never names."""
    return {
        "case": case.code,
        "type": case.TYPE,
        "title": case.title,
        "version": case.version,
        "state": case.state,
        "level": case.level,
        "holder": case.holder,
        "severity": case.severity,
        "outcome": case.outcome,
        "parties": [party.subject for party in case.parties],
        "deadlines": [
            {"name": c.name, "due": c.due, "due_on": due_on(c), "status": c.status, "policy": c.policy}
            for c in case.clocks.values()
        ],
    }


def clock_row(clock: Clock) -> tuple[object, ...]:
    return clock.name, due_on(clock), clock.status, clock.policy


@app.command()
@spoken
def history(code: Code, as_json: Json = False) -> None:
    """Everything that happened: who, when, what changed, why, and on what legal basis."""
    with house(caught_up=True) as context:
        context.service.case(code)
        with context.reads.connect() as connection:
            rows = audit.history(connection, code)
    show(rows, as_json, lambda: told(code, rows))


def told(code: str, rows: list[dict[str, Any]]) -> Any:
    def unseen(
        text: str,
    ) -> str:  # the command line shows nobody's name: reading one is a recorded act (`reveal`)
        return unmask(text, lambda subject: None)

    lines = (
        (row["version"], local(row["occurred_at"]), unseen(f"{row['sentence_zh']}\n{row['sentence_en']}"))
        for row in rows
    )
    return listing(f"History of {code}", ("#", "when", "what"), lines)


@app.command()
@spoken
def fire(
    code: Annotated[
        str, typer.Argument(help="The case's code; to open a case, its type: dispute or petition.")
    ],
    trigger: Annotated[str, typer.Argument(help="What to do, as in `gridcase workflow show dispute`.")],
    as_: As,
    fact: Annotated[
        list[str] | None, typer.Option("--fact", "-f", help="A fact: name=value (JSON or text).")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    basis: Annotated[str, typer.Option(help="Legal basis.")] = "",
    at: Annotated[str | None, typer.Option(help="When it happened; default now.")] = None,
    expected: Annotated[int | None, typer.Option(help="The version you looked at.")] = None,
    new_code: Annotated[
        str, typer.Option("--code", help="The code of a case that is opened; default a new one.")
    ] = "",
    key: Annotated[str, typer.Option(help="Idempotency key: the same key is recorded once.")] = "",
    as_json: Json = False,
) -> None:
    """Fire a trigger on a case, or open one: `gridcase case fire dispute report --as …`."""
    facts: Mapping[str, Any] = pairs("--fact", fact or [])
    with house() as context:
        opens = code in context.service.engines
        if opens and expected is not None:
            raise Invalid("--expected", expected, "A case that is being opened has no version yet.")
        command = Command(
            trigger,
            new_code if opens else code,
            actor_from(as_),
            facts,
            at=instant("--at", at),
            reason=reason,
            basis=basis,
            expected=expected,
            key=key,
            source=Source.DESK,
            type=code if opens else "",
        )
        answer = context.service.do(command)
    data = {name: getattr(answer, name) for name in answer.__struct_fields__}
    again = " (recorded before)" if answer.repeated else ""
    show(
        data,
        as_json,
        lambda: f"{answer.case}: {answer.event}, now {answer.state} at version {answer.version}{again}",
    )


@app.command("list")
@spoken
def list_cases(
    unit: Annotated[str, typer.Option(help="A unit's code; its subtree is listed.")] = "",
    text: Annotated[
        str, typer.Option("--text", "-t", help="Words that must occur, Chinese or English.")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Closed cases too.")] = False,
    limit: Annotated[int, typer.Option(help="How many.")] = 20,
    as_json: Json = False,
) -> None:
    """Open cases, the next due first."""
    with house(caught_up=True) as context, context.reads.connect() as connection:
        today = local_date(context.now())
        wanted = Wanted(scope=EVERYTHING, today=today, unit=unit or None, text=text, open_only=not everything)
        rows = worklist(connection, wanted, limit=limit)
    lines = (
        (r["code"], r["title"], r["state"], r["holder"], r["next_due_clock"], local(r["next_due"]))
        for r in rows
    )
    show(
        rows,
        as_json,
        lambda: listing("Cases", ("case", "title", "state", "holder", "deadline", "due"), lines),
    )
