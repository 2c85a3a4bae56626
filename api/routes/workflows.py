"""Workflows: the tables that decide, as data and as a picture. Read only: a table changes with the program."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Response

from api.forms import asks, has_route
from api.headers import answer
from api.here import Here
from api.openapi import problems, shows
from domain.errors import NotFound
from workflows.drawing import mermaid
from workflows.table import Row, Table

router = APIRouter(prefix="/workflows", tags=["rules"])


class StateView(msgspec.Struct):
    """A state: its level, the deadlines that run in it, the trigger fired when one passes ("": it is recorded)."""

    name: str
    zh: str
    en: str
    level: int | None
    runs: tuple[str, ...]
    late: str


class RowView(msgspec.Struct):
    """A row of the table. `source` and `target` as the table writes them; `people` false: only the program fires it."""

    trigger: str
    zh: str
    en: str
    source: str
    target: str
    event: str
    relation: str
    posts: list[str]
    guards: list[dict[str, str]]
    when: dict[str, str] | None
    meets: tuple[str, ...]
    people: bool


class WorkflowView(msgspec.Struct):
    """The statechart of a case type: states, rows, what each form asks, and a Mermaid state diagram."""

    type: str
    states: list[StateView]
    rows: list[RowView]
    asks: dict[str, list[dict[str, Any]]]
    mermaid: str


@router.get(
    "/{type}",
    operation_id="workflow",
    summary="办理流程 · A workflow",
    responses={200: shows(WorkflowView, "The table and its picture."), **problems(404, 422)},
)
def workflow(context: Here, type: Annotated[str, Path(description="`dispute` or `petition`.")]) -> Response:
    """The table from which the commands, their refusals and the picture come."""
    engine = context.service.engines.get(type)
    if engine is None:
        raise NotFound("workflow", type, f"There are: {', '.join(context.service.engines)}.")
    table = engine.table
    states = [
        StateView(s.name, s.zh, s.en, None if s.level is None else int(s.level), s.runs, s.late)
        for s in table.states.values()
    ]
    rows = [_row(table, row) for row in table.source_rows]
    forms = {trigger: asks(table, trigger) for trigger in table.rows}
    return answer(WorkflowView(type, states, rows, forms, mermaid(table)))


def _row(table: Table, row: Row) -> RowView:
    zh, en = table.verbs[row.trigger]
    guards = [{"name": guard.name, "zh": guard.zh, "en": guard.en} for guard in row.guards]
    when = {"name": row.when.name, "zh": row.when.zh, "en": row.when.en} if row.when else None
    return RowView(
        row.trigger, zh, en, row.source, row.target, row.event.TOPIC, str(row.who.relation), sorted(row.who.roles),
        guards, when, row.meets, has_route(table, row.trigger),
    )  # fmt: skip
