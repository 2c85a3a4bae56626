"""The engine: one shared hierarchical machine per case type moves a throw-away cursor and says what happens.

No case is ever registered as a model of the machine: that costs memory per case and leaks (design trap). Replay never
comes here, because events record their outcome.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime
from typing import Any

from transitions import EventData
from transitions.extensions.nesting import HierarchicalMachine, NestedState

from domain.actor import Actor
from domain.case import CLOSED, NEW, Case, Standing, Step
from domain.errors import NotYourTurn, Refused
from domain.organisation import Organisation
from domain.policy import PolicyBook
from domain.remedies import names, wrong
from domain.rule import Title
from domain.terms import Outcome, Role
from workflows.clocks import Clockwork
from workflows.facts import check_written, complete
from workflows.move import Guard, Move
from workflows.staff import Staff, check_named
from workflows.table import Row, State, Table
from workflows.who import RELATIONS, RIGHT_POST, RIGHT_UNIT, posts

logging.getLogger("transitions").setLevel(logging.WARNING)

SELECTED, ADMITTED, ASKED = range(
    3
)  # how far a row got before it failed: the furthest one explains the refusal
MOST_CHOICES = 4  # conditions of which one would do, in one sentence
NO_SUCH_STEP = Guard(
    "no_such_step",
    "须先办理到可以做这一步的状态",
    "the case must first come to a state in which this may be done",
    lambda move: False,
)


class DottedState(NestedState):
    separator = "."


class DottedMachine(HierarchicalMachine):
    state_cls = DottedState


class Cursor:
    """Stands in for a case while the machine decides; forgotten afterwards."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


class Engine:
    """The workflow of one case type, bound to the organisation and the policies (implements `domain.case.Workflow`)."""

    def __init__(
        self,
        table: Table,
        units: Callable[[], Organisation],
        policies: PolicyBook,
        clockwork: Clockwork,
        jurisdiction: str,
        cases: Callable[[str], bool] | None = None,
        staff: Staff | None = None,
    ) -> None:
        self.table, self.units, self.policies = table, units, policies
        self.clockwork, self.jurisdiction, self.cases = clockwork, jurisdiction, cases
        self.staff = staff
        self.bound = frozenset(code for state in table.states.values() for code in state.runs)
        self.machine = build_machine(table)
        self._deciding = threading.RLock()  # a machine notes in itself where it is while it moves a cursor

    def knowing(self, cases: Callable[[str], bool]) -> Engine:
        """The same for somebody to whom only these other cases are there."""
        mine = copy(self)
        mine.cases = cases
        return mine

    def decide(
        self, case: Case, trigger: str, *, actor: Actor, at: datetime, facts: Mapping[str, Any]
    ) -> Step:
        """What firing this trigger would record. Raises `Refused` (with the guard and what is allowed) or `Invalid`."""
        if trigger not in self.table.events:
            raise wrong("trigger", trigger, "choice", choices=names(self.table.verbs))
        asked = self.table.asks[trigger]
        facts = complete(asked, facts)
        move = self.move(case, trigger, actor, at, facts)
        cursor = Cursor(str(case.state))
        if not self.table.lines(trigger, cursor.state):  # also a state that only an older table knew
            raise self.refusal(move)
        with self._deciding:
            self.machine.trigger_event(cursor, trigger, move=move)
        row = move.row
        if row is None:
            raise self.refusal(move)
        if actor.post is not Role.SYSTEM:
            check_written(asked, facts)
            check_named(move)
        move.facts = {**facts, **{name: fill(move) for name, fill in row.fills.items()}}
        return self._step(move, row, str(cursor.state))

    def move(self, case: Case, trigger: str, actor: Actor, at: datetime, facts: Mapping[str, Any]) -> Move:
        policy = self.policies.in_force(self.jurisdiction, at)
        calendar = self.clockwork.calendar()
        units = self.units()
        return Move(case, trigger, actor, at, facts, units, policy, calendar, self.cases, self.staff)

    def allowed(self, case: Case, actor: Actor, at: datetime) -> list[str]:
        """The triggers that this actor may fire now, as far as the case alone tells (the form may still be refused)."""
        triggers = self.table.triggers_in(str(case.state))
        return [trigger for trigger in triggers if self.in_the_way(case, trigger, actor, at) is None]

    def in_the_way(self, case: Case, trigger: str, actor: Actor, at: datetime) -> Guard | None:
        """What keeps this actor from the trigger, as far as the case alone tells; None when they may fill in its form."""
        move = self.move(case, trigger, actor, at, {})
        failed = [
            obstacle(row, move, blank_form=True) for row, _ in self.table.lines(trigger, str(case.state))
        ]
        if None in failed:
            return None
        return max(filter(None, failed), key=lambda one: one[0], default=(SELECTED, NO_SUCH_STEP))[1]

    def hindered(self, case: Case, actor: Actor, at: datetime) -> dict[str, Guard]:
        """The triggers of this state that this actor may not fire now, each with the condition that stands in the way."""
        found = {}
        for trigger in self.table.triggers_in(str(case.state)):
            move = self.move(case, trigger, actor, at, {})
            met = [obstacle(row, move, blank_form=True) for row, _ in self.table.lines(trigger, case.state)]
            if None not in met:
                found[trigger] = max((one for one in met if one), key=lambda one: one[0])[1]
        return found

    def refusal(self, move: Move) -> Refused:
        """The refusal that the machine's tries amount to: the row that got furthest explains it."""
        how_far, failed = max(move.obstacles, key=lambda o: o[0], default=(SELECTED, NO_SUCH_STEP))
        kind = NotYourTurn if how_far == ADMITTED and failed in (RIGHT_POST, RIGHT_UNIT) else Refused
        allowed = self.allowed(move.case, move.actor, move.at)
        said = self._demand(move, how_far, failed)
        return kind(move.trigger, str(move.case.state), failed.name, said.zh, said.en, allowed)

    def _demand(self, move: Move, how_far: int, failed: Guard) -> Title:
        """What is asked for: by the condition itself, by who may, or by each condition of which one would do."""
        rows = [row for row, _ in self.table.lines(move.trigger, str(move.case.state))]
        if failed is RIGHT_POST:
            return posts({role for row in rows for role in row.who.roles})
        if failed is RIGHT_UNIT:
            return RELATIONS[next(row.who.relation for row in rows if move.actor.post in row.who.roles)]
        if how_far == SELECTED:
            others = [one for far, one in move.obstacles if far == SELECTED]
            if 1 < len(others) <= MOST_CHOICES:
                return Title("；或者".join(one.zh for one in others), ", or ".join(one.en for one in others))
        return Title(failed.zh, failed.en)

    def _step(self, move: Move, row: Row, target: str) -> Step:
        case = move.case
        old: State = self.table.states[str(case.state)]
        new: State = self.table.states[target]
        holder = row.holder(move)
        moved = holder != case.holder
        level = move.units.level(holder, move.on) if moved and holder else case.level
        outcome: Outcome | None = None
        if target == CLOSED:
            outcome = row.outcome(move) if callable(row.outcome) else (row.outcome or case.outcome)
        clocks = self.clockwork.after(move, row, old, new, moved=moved and old.name != NEW, bound=self.bound)
        standing = Standing(target, level, holder, clocks, outcome)
        return Step(row.event, move.facts, standing, policy=move.policy.ref)


def build_machine(table: Table) -> DottedMachine:
    """The table as a machine of `transitions`: no model, no automatic transitions, every row a transition."""
    nested: dict[str, list[str]] = {}
    for name in table.states:
        head, _, phase = name.partition(".")
        nested.setdefault(head, []).extend([phase] if phase else [])
    states = [{"name": head, "children": phases} if phases else head for head, phases in nested.items()]
    machine = DottedMachine(
        model=None, states=states, initial=NEW, auto_transitions=False, send_event=True, queued=False
    )
    for trigger, sources in table.rows.items():
        for source, lines in sources.items():
            for row, target in lines:
                machine.add_transition(trigger, source, target, conditions=[_admits(row)])
    return machine


def _admits(row: Row) -> Callable[[EventData], bool]:
    def admits(event: EventData) -> bool:
        move: Move = event.kwargs["move"]
        failed = obstacle(row, move)
        if failed is None:
            move.row = row
            return True
        move.obstacles.append(failed)
        return False

    return admits


def obstacle(row: Row, move: Move, *, blank_form: bool = False) -> tuple[int, Guard] | None:
    """What stands in the way of a row, and how far it got; None when it may be taken.

    With `blank_form`, conditions that need the facts of the form are left open.
    """

    def fails(condition: Guard) -> bool:
        return not (blank_form and condition.asks) and not condition(move)

    if row.when is not None and fails(row.when):
        return SELECTED, row.when
    if move.actor.post not in row.who.roles:
        return ADMITTED, RIGHT_POST
    if not row.who.admits(move):
        return ADMITTED, RIGHT_UNIT
    for condition in row.guards:
        if fails(condition):
            return ASKED, condition
    return None
