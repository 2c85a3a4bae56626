"""`gridcase workflow …` and `gridcase policy …`: the rules, as the program has them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table as Printed

from domain.errors import NotFound
from domain.policy import builtin_policies, rule_table
from gridcase.commands.console import Json, listing, out, show, spoken
from workflows.dispute import DISPUTE
from workflows.drawing import mermaid
from workflows.petition import PETITION
from workflows.table import Table

workflow_app = typer.Typer(no_args_is_help=True)
policy_app = typer.Typer(no_args_is_help=True)
TABLES = {table.case_type: table for table in (DISPUTE, PETITION)}


@workflow_app.callback()
def workflow() -> None:
    """The statecharts."""


@workflow_app.command("show")
@spoken
def show_workflow(
    case_type: Annotated[str, typer.Argument(metavar="TYPE", help="dispute or petition")],
    as_mermaid: Annotated[bool, typer.Option("--mermaid", help="As a Mermaid diagram.")] = False,
    as_json: Json = False,
) -> None:
    """States and rows of a case type."""
    table = TABLES.get(case_type)
    if table is None:
        raise NotFound("workflow", case_type, f"There are: {', '.join(TABLES)}.")
    if as_mermaid:
        print(mermaid(table))
        return
    show(as_data(table), as_json, lambda: rows_for_people(table))


def as_data(table: Table) -> dict[str, object]:
    states = [
        {"name": s.name, "zh": s.zh, "level": s.level, "runs": s.runs, "late": s.late}
        for s in table.states.values()
    ]
    rows = [
        {
            "trigger": row.trigger, "zh": table.verbs[row.trigger][0], "from": row.source, "to": row.target,
            "event": row.event.TOPIC, "who": str(row.who), "guards": [guard.name for guard in row.guards],
            "facts": list(table.asks[row.trigger]),
        }
        for row in table.source_rows
    ]  # fmt: skip
    return {"type": table.case_type, "states": states, "rows": rows}


def rows_for_people(table: Table) -> Printed:
    columns = ("trigger", "按钮", "from", "to", "who may", "guards")
    lines = (
        (
            row.trigger,
            table.verbs[row.trigger][0],
            row.source,
            row.target,
            row.who,
            "\n".join(g.name for g in row.guards),
        )
        for row in table.source_rows
    )
    return listing(table.case_type, columns, lines)


@policy_app.callback()
def policy() -> None:
    """The deadline policies."""


@policy_app.command("show")
@spoken
def show_policy(
    ref: Annotated[str, typer.Argument(help="As in CN-2022/1; none lists them.")] = "", as_json: Json = False
) -> None:
    """A policy set's rules with length, pauses, extension and legal basis; without a name, the sets there are."""
    book = builtin_policies()
    if not ref:
        sets = [
            (p.ref, p.jurisdiction, p.effective_from, p.effective_to, p.title_zh, p.title_en)
            for p in book.all()
        ]
        data = [
            dict(zip(("ref", "jurisdiction", "from", "to", "zh", "en"), one, strict=True)) for one in sets
        ]
        show(
            data, as_json, lambda: listing("Policies", ("ref", "where", "from", "to", "名称", "title"), sets)
        )
        return
    chosen = book.get(ref)
    if not as_json:
        out.print(rule_table(chosen), markup=False, highlight=False)
        return
    rules = [
        {"code": r.code, "zh": r.title_zh, "en": r.title_en, "length": r.length and str(r.length), "roll": r.roll,
         "pause": r.pause, "breach": r.breach, "basis": r.basis}
        for r in chosen.rules.values()
    ]  # fmt: skip
    show({"ref": chosen.ref, "rules": rules}, True, str)
