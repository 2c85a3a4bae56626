"""The form of a workflow table: states and rows, and the check that a table makes sense when it is imported.

This file knows no case type. A rule belongs into a table as data, never in here as a branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from domain.case import CLOSED, NEW, CaseEvent, facts_of
from domain.length import Length
from domain.terms import Level, Outcome
from workflows.move import Guard, Move
from workflows.who import Who

OPEN, ANY, SAME, BACK = "OPEN", "ANY", "=", "BACK"


@dataclass(frozen=True, slots=True)
class State:
    """A state of a case: its name, level, the deadlines that run while the case is in it, and what lateness does.

    `late` names the trigger that the sweep fires when a deadline of this state passes ("" = it is recorded, no more).
    """

    name: str
    zh: str
    en: str
    level: Level | None = None
    runs: tuple[str, ...] = ()
    late: str = ""

    @property
    def stage(self) -> str:
        return self.name.partition(".")[0]


def stage(name: str, zh: str, en: str, level: Level, phases: tuple[State, ...]) -> tuple[State, ...]:
    """The phases, declared once, as states of this stage."""
    return tuple(
        replace(p, name=f"{name}.{p.name}", zh=f"{zh}·{p.zh}", en=f"{en}: {p.en}", level=level)
        for p in phases
    )


@dataclass(frozen=True, slots=True)
class Start:
    """A deadline that a row starts by agreement: which rule, which number, the last day or the length agreed.

    `at` is when it begins, if not with the move itself.
    """

    code: str
    number: str = ""
    due: date | None = None
    length: Length | None = None
    at: datetime | None = None


def keep(move: Move) -> str:
    """The unit that holds the case goes on holding it."""
    return str(move.case.holder)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: in `source`, `who` may fire `trigger` if `guards` hold; then `event`, and the case is in `target`.

    source   a state, "*.phase" in every handling stage, several joined by " | ", OPEN or ANY
    target   a state, ".phase" in the same stage, SAME, or BACK (where it was before it closed)
    when     selects among rows of one trigger (not a demand on anybody)
    meets    deadlines whose duty is done by this ("A | B": the first that is open); drops: that fall away;
             starts: that begin; extends, pauses, resumes likewise; marks: the one named in the facts was missed
    holder   who holds the case afterwards; outcome: how it ended
    fills    facts that the program knows and fills in
    """

    trigger: str
    source: str
    target: str
    event: type[CaseEvent]
    who: Who
    guards: tuple[Guard, ...] = ()
    when: Guard | None = None
    meets: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    starts: tuple[str | Callable[[Move], list[Start]], ...] = ()
    extends: str = ""
    pauses: str | Callable[[Move], str] = ""
    resumes: bool = False
    marks: bool = False
    holder: Callable[[Move], str] = keep
    outcome: Outcome | Callable[[Move], Outcome] | None = None
    fills: Mapping[str, Callable[[Move], Any]] = field(default_factory=dict)


class TableError(Exception):
    """A workflow table does not make sense. Raised when it is imported, so that it can never serve."""


class Table:
    """A case type's statechart: states, rows, and the verb on the button of each trigger."""

    def __init__(
        self,
        case_type: str,
        states: tuple[State, ...],
        rows: tuple[Row, ...],
        verbs: Mapping[str, tuple[str, str]],
        by_agreement: tuple[str, ...] = (),
    ) -> None:
        self.case_type = case_type
        self.states = {s.name: s for s in states}
        self.verbs = verbs
        self.stages = tuple(dict.fromkeys(s.stage for s in states if "." in s.name))
        self.rows: dict[str, dict[str, list[tuple[Row, str]]]] = {}  # trigger -> source -> [(row, target)]
        self.events: dict[str, type[CaseEvent]] = {}
        for row in rows:
            if self.events.setdefault(row.trigger, row.event) is not row.event:
                raise TableError(f"{row.trigger}: two events for one trigger")
            for source in self.sources(row.source):
                lines = self.rows.setdefault(row.trigger, {}).setdefault(source, [])
                lines.extend((r, target) for r, target in self.targets(row, source))
        # trigger -> the facts that its form asks for (dataclass fields of the event), without what the program fills in
        self.asks: dict[str, dict[str, Any]] = {
            trigger: {
                name: fact
                for name, fact in facts_of(event).items()
                if not any(name in row.fills for row in rows if row.trigger == trigger)
            }
            for trigger, event in self.events.items()
        }
        self.source_rows = rows
        check(self, by_agreement)

    def sources(self, pattern: str) -> Iterator[str]:
        """The states that a source pattern stands for."""
        for part in pattern.split(" | "):
            if part in (OPEN, ANY):
                yield from (n for n in self.states if n != NEW and (part == ANY or n != CLOSED))
            elif part.startswith("*."):
                found = [n for n in self.states if n.endswith(part[1:])]
                if not found:
                    raise TableError(f"{pattern}: no stage has the phase {part[2:]}")
                yield from found
            else:
                yield part

    def targets(self, row: Row, source: str) -> Iterator[tuple[Row, str]]:
        """The target of a row from this source; BACK becomes one selected row for every state a case can close from."""
        if row.target == SAME:
            yield row, source
        elif row.target.startswith("."):
            yield row, source.partition(".")[0] + row.target
        elif row.target == BACK:
            for name in self.states:
                if name not in (NEW, CLOSED):
                    was_there = Guard(
                        f"was_{name}",
                        f"办结前须处于“{self.states[name].zh}”",
                        f"before it closed it must have been in: {self.states[name].en}",
                        _was(name),
                    )
                    yield replace(row, when=was_there), name
        else:
            yield row, row.target

    def triggers_in(self, state: str) -> list[str]:
        """The triggers that have a row in this state, in the order of the table."""
        return [trigger for trigger, sources in self.rows.items() if state in sources]

    def lines(self, trigger: str, state: str) -> list[tuple[Row, str]]:
        return self.rows.get(trigger, {}).get(state, [])


def _was(name: str) -> Callable[[Move], bool]:
    return lambda move: move.case.before == name


def check(table: Table, by_agreement: tuple[str, ...]) -> None:
    """Refuse a table with unknown or unreachable states, rows that can never be tried, or deadlines without an end."""
    reached: set[str] = {NEW}
    started: set[str] = set()
    ended: set[str] = set()
    for trigger, sources in table.rows.items():
        if trigger not in table.verbs:
            raise TableError(f"{trigger}: no verb for its button")
        for source, lines in sources.items():
            for name in (source, *(target for _, target in lines)):
                if name not in table.states:
                    raise TableError(f"{trigger}: unknown state {name!r}")
            reached.update(target for row, target in lines if target != source and row.target != BACK)
            for n, (row, _) in enumerate(lines):
                if any(r.when is None and r.who.covers(row.who) for r, _ in lines[:n]):
                    raise TableError(
                        f"{trigger} in {source}: row {n + 1} can never be tried, an earlier one always is"
                    )
    if missing := set(table.states) - reached:
        raise TableError(f"unreachable states: {', '.join(sorted(missing))}")
    if idle := set(table.verbs) - set(table.rows):
        raise TableError(f"verbs without a row: {', '.join(sorted(idle))}")
    for state in table.states.values():
        started.update(state.runs)
        if state.late and not table.lines(state.late, state.name):
            raise TableError(f"{state.name}: {state.late} cannot be fired when it is late")
    for row in table.source_rows:
        started.update(code for code in row.starts if isinstance(code, str))
        ended.update(code for choice in (*row.meets, *row.drops) for code in choice.split(" | "))
    started.update(by_agreement)
    if endless := started - ended:
        raise TableError(f"deadlines that nothing stops: {', '.join(sorted(endless))}")
    if unborn := ended - started:
        raise TableError(f"deadlines that nothing starts: {', '.join(sorted(unborn))}")
