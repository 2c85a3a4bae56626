"""A table drawn for people: as a Mermaid state diagram, as Markdown, and as the golden matrix of state, trigger and role."""

from __future__ import annotations

from collections.abc import Iterator

from domain.case import CLOSED, NEW
from domain.terms import Role
from workflows.table import Row, State, Table

LETTERS = {
    Role.REPORTER: "R", Role.MEDIATOR: "M", Role.HANDLER: "H", Role.UNIT_HEAD: "U", Role.INTAKE: "I", Role.SPONSOR: "S",
    Role.SUPERVISOR: "V", Role.REVIEWER: "W", Role.AUDITOR: "A", Role.PRIVACY_OFFICER: "P", Role.POLICY_ADMIN: "L",
    Role.ORG_ADMIN: "O", Role.CITIZEN: "C", Role.SYSTEM: "Y",
}  # fmt: skip


def mermaid(table: Table) -> str:
    """The statechart as a Mermaid state diagram.

    Stages are composite states. Moves inside a stage run from phase to phase, moves between stages from stage to stage;
    the labels are the triggers. Voiding and merging lead from everywhere to closed and are left out of the picture.
    """
    inner: dict[tuple[str, str], list[str]] = {}
    outer: dict[tuple[str, str], list[str]] = {}
    for trigger, sources in table.rows.items():
        for source, lines in sources.items():
            for _, target in lines:
                if source == target or trigger in ("void", "merge", "unmerge"):
                    continue
                here, there = table.states[source].stage, table.states[target].stage
                arrows, ends = (inner, (source, target)) if here == there else (outer, (here, there))
                labels = arrows.setdefault(ends, [])
                labels.extend([trigger] if trigger not in labels else [])
    out = ["stateDiagram-v2"]
    for stage in table.stages:
        phases = [s for s in table.states.values() if s.stage == stage]
        out.append(
            f'    state "{phases[0].zh.partition("·")[0]} {phases[0].en.partition(":")[0]}" as {stage} {{'
        )
        out += [
            f'        state "{s.zh.partition("·")[2]} {s.en.partition(": ")[2]}" as {_id(s.name)}'
            for s in phases
        ]
        out += [
            f"        {_id(a)} --> {_id(b)}: {', '.join(by)}"
            for (a, b), by in inner.items()
            if a.startswith(f"{stage}.")
        ]
        out.append("    }")
    out += [
        f'    state "{s.zh} {s.en}" as {_id(s.name)}'
        for s in table.states.values()
        if "." not in s.name and s.name != NEW
    ]
    out += [f"    {_id(a)} --> {_id(b)}: {', '.join(by)}" for (a, b), by in outer.items()]
    out.append(f"    {CLOSED} --> [*]")
    return "\n".join(out)


def _id(state: str) -> str:
    return "[*]" if state == NEW else state.replace(".", "_")


def markdown(table: Table) -> str:
    """Both tables as Markdown: what a clerk reads, and what a programmer compares."""
    out = ["| state | 状态 | level | deadlines that run in it | when late |", "|---|---|---|---|---|"]
    for s in table.states.values():
        level = s.level.name.lower() if s.level is not None else "–"
        out.append(f"| `{s.name}` | {s.zh} | {level} | {', '.join(s.runs) or '–'} | {_lateness(s)} |")
    out += [
        "",
        "| trigger | 按钮 | from | to | event | who may | guards | deadlines |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in table.source_rows:
        zh, en = table.verbs[row.trigger]
        guards = "; ".join(f"{g.en} ({g.zh})" for g in row.guards) or "–"
        chosen = f" when {row.when.en}" if row.when else ""
        out.append(
            f"| `{row.trigger}` | {zh} {en} | {_pattern(row.source)} | {_pattern(row.target)}{chosen} | `{row.event.TOPIC}` "
            f"| {row.who} | {guards} | {_clocks(row)} |"
        )
    return "\n".join(out)


def _lateness(state: State) -> str:
    if not state.runs:
        return "–"
    return f"`{state.late}` is fired" if state.late else "recorded"


def _pattern(pattern: str) -> str:
    return pattern.replace(" | ", "<br>").replace("*", "\\*")


def _clocks(row: Row) -> str:
    told = [f"meets {', '.join(row.meets)}"] if row.meets else []
    codes = [start for start in row.starts if isinstance(start, str)]
    agreed = [start.__name__ for start in row.starts if not isinstance(start, str)]
    told += [f"starts {', '.join(codes + agreed)}"] if row.starts else []
    told += [f"extends {row.extends}"] if row.extends else []
    told += ["pauses"] if row.pauses else []
    told += ["resumes"] if row.resumes else []
    return "; ".join(told).replace(" | ", " or ") or "–"


def matrix(table: Table) -> str:
    """Every state × every trigger × every role, as text to be reviewed: where it leads and which guards ask, or why not.

    A line is `trigger  ROLES  relation  → target  [guards]`; roles not named are refused by `right_post`, triggers not
    listed in a state by `no_such_step`.
    """
    out = [
        f"{table.case_type}: every state, every trigger, every role",
        "",
        "roles: " + " ".join(f"{letter}={role}" for role, letter in LETTERS.items()),
        "A letter stands where the role may try; '.' where it is refused (right_post). Triggers not listed in a state are",
        "refused to everybody (no_such_step). In brackets the guards that are asked in this order.",
    ]
    for state in table.states.values():
        out += ["", f"== {state.name}  {state.zh}"]
        listed = table.triggers_in(state.name)
        for trigger in listed:
            out += [_line(trigger, row, target) for row, target in table.lines(trigger, state.name)]
        absent = [trigger for trigger in table.verbs if trigger not in listed]
        out += [f"   refused to all: {line}" for line in _wrapped(absent)]
    return "\n".join(out) + "\n"


def _line(trigger: str, row: Row, target: str) -> str:
    roles = "".join(letter if role in row.who.roles else "." for role, letter in LETTERS.items())
    asked = ([f"when {row.when.name}"] if row.when else []) + [guard.name for guard in row.guards]
    return f"{trigger:<20} {roles} {row.who.relation:<8} -> {target:<32} [{', '.join(asked)}]"


def _wrapped(names: list[str], width: int = 110) -> Iterator[str]:
    line = ""
    for name in names:
        if line and len(line) + len(name) + 1 > width:
            yield line
            line = ""
        line = f"{line} {name}".strip()
    if line:
        yield line
