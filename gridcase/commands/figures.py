"""`gridcase figures …` and `gridcase deadlines …`: what the read tables answer."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from domain.clock import ClockStatus
from domain.deadline import due_on
from domain.names import value_name
from domain.scope import EVERYTHING
from gridcase.commands.console import (
    Json,
    day,
    house,
    in_days,
    instant,
    listing,
    local,
    out,
    show,
    spoken,
    until,
)
from projections import deadlines as reads
from projections.clocks import OPEN
from projections.figures.ask import figure

deadlines_app = typer.Typer(no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.command("figures")(figures)


@spoken
def figures(
    name: Annotated[
        str, typer.Argument(help="As in docs/metrics.md: containment, first_petitions_on_time, …")
    ],
    unit: Annotated[str, typer.Option(help="A unit's code; its subtree is counted.")],
    from_: Annotated[str, typer.Option("--from", help="First day of the period.")],
    to: Annotated[str, typer.Option(help="The day after the last day of the period.")],
    by: Annotated[str | None, typer.Option(help="Another breakdown: unit, month, …")] = None,
    known_at: Annotated[str | None, typer.Option(help="As known at this instant; default now.")] = None,
    as_json: Json = False,
) -> None:
    """A figure with numerator, denominator, exclusions, knowledge cut and formula version."""
    with house(there=True, caught_up=True) as context, context.reads.connect() as connection:
        answer = figure(
            connection,
            name,
            unit,
            day("--from", from_),
            day("--to", to),
            by=by,
            at=context.now(),
            known_at=instant("--known-at", known_at),
        )
    show(answer, as_json, lambda: as_table(answer))


def as_table(answer: dict[str, Any]) -> Any:
    keys = [key for key in (answer["rows"][0] if answer["rows"] else {}) if key not in MEASURES]
    lines = [
        [*(row[key] for key in keys), row["numerator"], row["denominator"], "—" if row["value"] is None else row["value"],
         ", ".join(f"{reason} {n}" for reason, n in row["excluded"].items())]
        for row in answer["rows"]
    ]  # fmt: skip
    known = local(answer["knowledge_cut"])
    title = f"{answer['figure']} · {answer['unit']} · {answer['from']} to {answer['to']} · known at {known}"
    return listing(title, [*keys, "numerator", "denominator", "value", "excluded"], lines)


MEASURES = ("numerator", "denominator", "value", "excluded")


@deadlines_app.command()
@spoken
def explain(
    code: Annotated[str, typer.Argument(help="The case's code.")],
    name: Annotated[str, typer.Argument(help="The deadline, as in `gridcase case show`.")],
    as_json: Json = False,
) -> None:
    """Why a deadline is due on that day: every step, with the law it rests on."""
    with house(there=True) as context:
        case = context.service.case(code)
        steps = context.service.explain(case, name)
        clock, rule = case.clocks[name], context.service.rule_of(case.clocks[name])
    data = {
        "case": code, "deadline": name, "due_on": due_on(clock), "late_from": clock.due, "policy": clock.policy,
        "basis": rule.basis, "status": clock.status,
        "steps": [{"what": s.what, "zh": s.sentence_zh, "en": s.sentence_en} for s in steps],
    }  # fmt: skip
    if as_json:
        show(data, True, str)
        return
    out.print(
        f"{code} {name} {rule.title_zh} {rule.title_en} ({rule.basis})",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    for step in steps:
        out.print(
            f"  {step.sentence_zh}\n    {step.sentence_en}", markup=False, highlight=False, soft_wrap=True
        )


@deadlines_app.command("list")
@spoken
def list_deadlines(
    unit: Annotated[str, typer.Option(help="A unit's code; its subtree is listed.")],
    kind: Annotated[str, typer.Option(help="coming, late, lapsed, met or all")] = "coming",
    within: Annotated[int, typer.Option(help="Coming within so many days.")] = 7,
    at: Annotated[str | None, typer.Option(help="As of this instant; default now.")] = None,
    as_json: Json = False,
) -> None:
    """What is coming, late or lapsed in a unit and below."""
    with house(there=True, caught_up=True) as context, context.reads.connect() as connection:
        now = instant("--at", at) or context.now()
        context.service.reference.organisation().names(unit)  # an empty list would hide a slip of the pen
        soon = within if kind == "coming" else None
        rows = reads.deadlines(connection, now, kind, scope=EVERYTHING, unit=unit, within=soon)
    lines = [(row["code"], row["name"], row["unit"], until(row["due"]), in_words(row)) for row in rows]
    columns = ("case", "deadline", "unit", "in time until", "status")
    show([in_days(row, "due") for row in rows], as_json, lambda: listing(f"{kind} in {unit}", columns, lines))


def in_words(row: dict[str, Any]) -> str:
    """How a deadline stands; a late one says since when."""
    if row["is_late"] and row["status"] in OPEN:
        return f"逾期 late since\n{local(row['due'])}"
    name = value_name(ClockStatus, row["status"])
    return f"逾期完成 · {name.en} late" if row["is_late"] else f"{name.zh} · {name.en}"
