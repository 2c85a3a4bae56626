"""`gridcase case …`: look at a case, read its history, fire a trigger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.exports import made as exports
from api.filters import CaseFilters
from api.forms import asks
from api.parties import called, without_tokens
from domain.case import Case
from domain.clock import Clock, ClockStatus
from domain.deadline import due_on
from domain.errors import Invalid, NotFound
from domain.names import state_name, value_name
from domain.organisation import local_date
from domain.remedies import wrong
from domain.scope import EVERYTHING
from domain.terms import Source
from gridcase.commands.console import (
    Json,
    actor_from,
    house,
    in_days,
    instant,
    listing,
    local,
    nearest,
    out,
    pairs,
    show,
    spoken,
    until,
)
from gridcase.commands.reference import TABLES
from projections import audit
from projections.worklist import Wanted, worklist
from workflows.accounts import CONSOLE
from workflows.command import Command
from workflows.facts import named_by
from workflows.table import Table

app = typer.Typer(no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="The case's code.")]
As = Annotated[str, typer.Option("--as", help="Who acts: user:post:unit, as in wang:reporter:G1.")]


@app.command("show")
@spoken
def show_case(code: Code, as_: As = "", as_json: Json = False) -> None:
    """Where a case stands, what is due and when; with --as, also what that person may do now."""
    with house(there=True) as context:
        case = context.service.case(code)
        allowed = context.service.allowed(case, actor_from(as_)) if as_ else None
        table, now = context.service.engines[case.TYPE].table, context.now()
        titles = {name: context.service.rule_of(clock) for name, clock in case.clocks.items()}
    data = summary(case, now) | ({"allowed": allowed} if allowed is not None else {})
    if as_json:
        show(data, True, str)
        return
    state = state_name(case.state)
    for line in (
        f"{case.code}  {data['title']}",
        f"{state.zh} · {state.en} [{case.state}]  {case.holder}  version {case.version}",
    ):
        out.print(line, markup=False, highlight=False)
    lines = (
        (
            c.name,
            f"{titles[c.name].title_zh}\n{titles[c.name].title_en}",
            until(c.due),
            standing(c, now),
            c.policy,
        )
        for c in case.clocks.values()
    )
    out.print(listing("Deadlines", ("deadline", "名称", "in time until", "status", "policy"), lines))
    for trigger in allowed or ():
        verb = table.verbs[trigger]
        out.print(f"  {trigger:<20} {verb[0]}  {verb[1]}", markup=False, highlight=False)


def standing(clock: Clock, now: datetime) -> str:
    """How a deadline stands, in words: also whether it is late, and since when."""
    if clock.is_late(now):
        return f"逾期 late since\n{local(clock.due)}" if clock.is_open else "逾期完成 · met late"
    name = value_name(ClockStatus, clock.status)
    return f"{name.zh} · {name.en}"


def summary(case: Case, now: datetime) -> dict[str, Any]:
    """A case for machines; people in it are references, never names."""
    return {
        "case": case.code,
        "type": case.TYPE,
        "title": without_tokens(case.title, called(case.parties)),
        "version": case.version,
        "state": case.state,
        "level": case.level,
        "holder": case.holder,
        "severity": case.severity,
        "outcome": case.outcome,
        "parties": [party.subject for party in case.parties],
        "deadlines": [
            {
                "name": c.name,
                "due_on": due_on(c),
                "late_from": c.due,
                "late": c.is_late(now),
                "status": c.status,
                "policy": c.policy,
            }
            for c in case.clocks.values()
        ],
    }


@app.command()
@spoken
def history(code: Code, as_json: Json = False) -> None:
    """Everything that happened: who, when, what changed, why, and on what legal basis."""
    with house(there=True, caught_up=True) as context:
        parties = context.service.case(code).parties
        with context.reads.connect() as connection:
            found = audit.history(connection, code)
    rows = without_tokens(found, called(parties))  # names are shown by `reveal` alone, which is recorded
    show(rows, as_json, lambda: told(code, rows))


def told(code: str, rows: list[dict[str, Any]]) -> Any:
    lines = (
        (row["version"], local(row["occurred_at"]), f"{row['sentence_zh']}\n{row['sentence_en']}")
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
        list[str] | None,
        typer.Option("--fact", "-f", help="A fact: name=value; lists and records as JSON."),
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
    """Fire a trigger on a case, or open one: `gridcase case fire dispute report --as …`.

    `gridcase case facts TRIGGER` tells which facts it takes.
    """
    given = pairs("--fact", fact or [])
    with house(there=True) as context:
        opens = code in context.service.engines
        table = context.service.engines[code if opens else context.names.of_case(code)].table
        facts = typed(table, trigger, given)
        if opens and expected is not None:
            raise Invalid(
                "--expected",
                expected,
                "A case that is being opened has no version yet.",
                "正在登记的案件还没有版本。",
            )
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


def typed(table: Table, trigger: str, given: Mapping[str, str]) -> dict[str, Any]:
    """What was written, with lists and records read as JSON; a text stays a text, whatever it begins with."""
    kinds = {one["name"]: one["type"] for one in asks(table, trigger)} if trigger in table.asks else {}
    facts: dict[str, Any] = dict(given)
    for name, text in given.items():
        if kinds.get(name) in ("list", "record", "map"):
            try:
                facts[name] = json.loads(text)
            except json.JSONDecodeError:
                raise wrong(name, text, "json") from None
    return facts


@app.command("facts")
@spoken
def facts_of(
    trigger: Annotated[str, typer.Argument(help="As in `gridcase workflow show dispute`.")],
    case_type: Annotated[
        str, typer.Option("--type", help="dispute or petition; default whichever has it.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Which facts a trigger takes: what they are called, whether they are required, what they may be."""
    found = [
        table for table in TABLES.values() if trigger in table.asks and case_type in ("", table.case_type)
    ]
    if not found:
        known = sorted({name for table in TABLES.values() for name in table.asks})
        raise NotFound("trigger", trigger, nearest(trigger, known))
    data = {table.case_type: asks(table, trigger) for table in found}
    if as_json:
        show(data, True, str)
        return
    for table in found:
        lines = (
            (one["name"], one["zh"], one["en"], "required 必填" if one["required"] else "", written(one))
            for one in data[table.case_type]
        )
        title = f"{table.case_type} {trigger} · {table.verbs[trigger][0]} · {table.verbs[trigger][1]}"
        out.print(listing(title, ("fact", "名称", "name", "", "what it takes"), lines))


def written(asked: Mapping[str, Any]) -> str:
    """How a fact is written behind `--fact name=`."""
    match asked["type"]:
        case "choice":
            return "\n".join(f"{one['value']}  {one['zh']}" for one in asked["choices"])
        case "list":
            return f"JSON list of: {written(asked['of'])}"
        case "record":
            return "{" + ", ".join(f'"{part["name"]}": {written(part)}' for part in asked["fields"]) + "}"
        case "boolean":
            return "true or false"
        case "day":
            return "a day: 2026-03-02"
        case "instant":
            return "an instant: 2026-03-02T09:00:00+08:00"
        case "integer":
            return "a whole number"
    named = {"reference": "a reference, never a name", "account": "an account, never a name"}
    return named.get(named_by(asked.get("name", "")), "text")


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
    with house(there=True, caught_up=True) as context, context.reads.connect() as connection:
        today = local_date(context.now())
        if unit:
            context.service.reference.organisation().names(unit)  # an empty list would hide a slip of the pen
        wanted = Wanted(scope=EVERYTHING, today=today, unit=unit or None, text=text, open_only=not everything)
        rows = without_tokens(worklist(connection, wanted, limit=limit), {})
    lines = (
        (r["code"], r["title"], r["state"], r["holder"], r["next_due_clock"], until(r["next_due"]))
        for r in rows
    )
    columns = ("case", "title", "state", "holder", "deadline", "in time until")
    show([in_days(row, "next_due") for row in rows], as_json, lambda: listing("Cases", columns, lines))


@app.command("export")
@spoken
def export_cases(
    file: Annotated[Path, typer.Argument(help="Where to write it: a name that ends in .csv or .xlsx.")],
    unit: Annotated[str, typer.Option(help="A unit's code; its subtree is listed.")] = "",
    text: Annotated[
        str, typer.Option("--text", "-t", help="Words that must occur, Chinese or English.")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Closed cases too.")] = False,
    late: Annotated[bool, typer.Option(help="Only with a deadline that is past due.")] = False,
    english: Annotated[bool, typer.Option(help="Heads and values in English.")] = False,
    as_json: Json = False,
) -> None:
    """All cases that match, as a table for a spreadsheet. That it was made is recorded, like every export."""
    form = file.suffix.removeprefix(".").lower()
    if form not in ("csv", "xlsx"):
        raise Invalid(
            "FILE", str(file), "Give a name that ends in .csv or .xlsx.", "文件名请以 .csv 或 .xlsx 结尾。"
        )
    filters = CaseFilters(q=text, unit=unit or None, late=late, closed="true" if everything else "false")
    with house(caught_up=True) as context:
        units = context.service.reference.organisation()
        wanted = filters.wanted(EVERYTHING, context.now(), units)
        asked = exports.Asked(CONSOLE, form, filters.said(), "en" if english else "zh", Source.DESK)  # type: ignore[arg-type]
        made = exports.cases(context, asked, wanted, filters.sort)
        with file.open("wb") as out_file:
            for part in made:
                out_file.write(part)
    data = {"file": str(file), "rows": made.rows, "export": str(made.id)}
    show(data, as_json, lambda: f"{made.rows} cases in {file} (export {made.id})")
