"""What the API document tells about a trigger, in Chinese and English, read from the workflow table."""

from __future__ import annotations

from collections.abc import Callable
from inspect import getdoc
from typing import Any

from workflows.table import Row, Table


def summary(table: Table, trigger: str) -> str:
    zh, en = table.verbs[trigger]
    return f"{zh} · {en}"


def description(table: Table, trigger: str) -> str:
    """From where to where, who may, under which conditions, which event, which deadlines: Markdown."""
    event, rows = table.events[trigger], [row for row in table.source_rows if row.trigger == trigger]
    out = [(getdoc(event) or "").strip(), "", f"Records `{event.TOPIC}`: {event.ZH} · {event.EN}.", ""]
    out += ["| from | to | who may |", "|---|---|---|"]
    out += [f"| {_states(table, row.source)} | {_states(table, row.target)} | {row.who} |" for row in rows]
    guards = {guard.name: guard for row in rows for guard in row.guards}
    if guards:
        out += ["", "What it demands (409 where it is not so):", ""]
        out += [f"* {guard.zh} · {guard.en} (`{guard.name}`)" for guard in guards.values()]
    selects = {
        row.when.name: row.when
        for row in rows
        if row.when is not None and not row.when.name.startswith("was_")
    }
    if selects:
        out += ["", "Which line holds depends on", ""]
        out += [f"* {guard.zh} · {guard.en}" for guard in selects.values()]
    if clocks := _clocks(table, rows):
        out += ["", f"Deadlines: {'; '.join(clocks)}."]
    return "\n".join(out).strip()


def _states(table: Table, pattern: str) -> str:
    words = {"OPEN": "any open state", "ANY": "any state", "=": "the same state", "BACK": "where it was"}
    parts = []
    for part in pattern.split(" | "):
        known = table.states.get(part)
        parts.append(words.get(part) or (f"`{part}` {known.zh}" if known else f"`{part}`"))
    return ", ".join(parts)


def _clocks(table: Table, rows: list[Row]) -> list[str]:
    """What it meets, starts, moves: from the rows, and from the states they lead to."""
    meets = _codes([choice for row in rows for choice in row.meets])
    starts = _codes([start for row in rows for start in row.starts])
    runs = _codes([code for row in rows for code in _runs(table, row)])
    said = [f"meets {meets}"] if meets else []
    said += [f"starts {starts}"] if starts else []
    said += [f"afterwards run {runs}"] if runs else []
    said += [f"extends {row.extends}" for row in rows[:1] if row.extends]
    said += ["pauses what the policy lets this cause pause"] if any(row.pauses for row in rows) else []
    said += ["lets what was paused run again"] if any(row.resumes for row in rows) else []
    return said


def _runs(table: Table, row: Row) -> tuple[str, ...]:
    if row.target in table.states and row.target != row.source:
        return table.states[row.target].runs
    phases = (
        [state for name, state in table.states.items() if name.endswith(row.target)]
        if row.target[0] == "."
        else []
    )
    return phases[0].runs if phases else ()


def _codes(found: list[str | Callable[..., Any]]) -> str:
    """Rule codes; a start that depends on the form tells itself in its docstring."""
    words = dict.fromkeys(
        one if isinstance(one, str) else (getdoc(one) or one.__name__).rstrip(".") for one in found
    )
    return ", ".join(f"`{word}`" if " " not in word else word for word in words)
