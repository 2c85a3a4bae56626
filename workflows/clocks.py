"""What a move does to the deadlines of a case. The rules are policy data; which deadline runs where is in the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from domain import deadline
from domain.calendar import WorkCalendar
from domain.case import CLOSED
from domain.clock import Clock, ClockStatus
from domain.length import Length
from domain.policy import Breach, PolicyBook, Rule
from domain.terms import Outcome, PetitionClass
from workflows.move import Move
from workflows.table import Row, Start, State

# The conditions that a rule may name under `applies`; each looks at the facts as they will be after the move.
APPLIES: Mapping[str, Callable[[Move], bool]] = {
    "": lambda move: True,
    "class_31_6": lambda move: move.fact("petition_class") == PetitionClass.CLAIM_OTHER,
    "from_110_ordinary": lambda move: move.fact("channel") == "police_110" and not move.fact("complex_110"),
    "from_110_complex": lambda move: move.fact("channel") == "police_110" and bool(move.fact("complex_110")),
    "severity_serious": lambda move: move.fact("severity") == "serious",
    "received_by_office": lambda move: bool(move.fact("by_office")),
    "received_by_unit": lambda move: not move.fact("by_office"),
}

FOREIGN = "import:"  # the policy of a deadline that a foreign log brought: "import:", the mapping's id, "@", its zone


def foreign_rule(code: str, policy: str) -> Rule:
    """The rule of a deadline from a foreign log: the clock brings its length. Once missed, it runs on."""
    return Rule(code, code, code, None, Breach.RED, policy)


class Clockwork:
    """Works out the clocks that an event records, from the row that was taken and the states on both sides."""

    def __init__(self, policies: PolicyBook, calendar: Callable[[], WorkCalendar]) -> None:
        self.policies, self.calendar = policies, calendar

    def after(
        self, move: Move, row: Row, old: State, new: State, *, moved: bool, bound: frozenset[str]
    ) -> tuple[Clock, ...]:
        """The clocks that this move stops, pauses or moves, then those it starts; a duty that begins anew is in both.

        `moved` says that another unit holds the case now; `bound` are the deadlines that run by state.
        """
        met = set(self._met(move, row))
        open_ones = [clock for clock in move.case.clocks.values() if clock.is_open]
        moves = ((clock, self._moved(move, row, clock, new, met, moved, bound)) for clock in open_ones)
        changed = [after for clock, after in moves if after != clock]
        now = {**move.case.clocks, **{clock.name: clock for clock in changed}}
        for start in self._beginning(move, row, old, new, met, moved, now):
            clock = self._begun(move, start)
            if clock is None:
                continue
            running = now.get(clock.name)
            if running is not None and running.is_open:
                if start.due is None and start.length is None:
                    continue  # the duty runs already, and its earlier due date stands
                changed.append(deadline.stop(running, move.at, ClockStatus.CANCELLED))
            changed.append(clock)
            now[clock.name] = clock
        return tuple(changed)

    def _moved(
        self,
        move: Move,
        row: Row,
        clock: Clock,
        new: State,
        met: set[str],
        moved: bool,
        bound: frozenset[str],
    ) -> Clock:
        """An open clock after the move: met, fallen away, extended, paused, resumed, marked, or just as it was."""
        at, rule = move.at, self.rule(clock)
        if row.marks:
            return self.missed(clock, move.facts["colour"]) if clock.name == move.facts["clock"] else clock
        if clock.name in met:
            return deadline.stop(clock, at, ClockStatus.MET)
        if self._falls_away(move, row, clock, new, moved=moved, bound=bound):
            lapsed = rule.breach is Breach.LAPSE and at >= clock.due
            return deadline.stop(clock, at, ClockStatus.LAPSED if lapsed else ClockStatus.CANCELLED)
        if row.extends == clock.code:
            length = Length.parse(f"{move.facts['days']} CD")
            return deadline.extend(clock, length, at, move.actor.user, rule, self.calendar())
        if cause := row.pauses(move) if callable(row.pauses) else row.pauses:
            return deadline.pause(clock, cause, at, rule)
        if row.resumes and clock.status is ClockStatus.PAUSED:
            return deadline.resume(clock, at, rule, self.calendar())
        return clock

    def _beginning(
        self,
        move: Move,
        row: Row,
        old: State,
        new: State,
        met: set[str],
        moved: bool,
        now: Mapping[str, Clock],
    ) -> Iterator[Start]:
        """What begins: the deadlines of the state where it was just entered or its duty just done, and those of the row.

        A mark of the sweep begins nothing: it is dated when the deadline passed, and an imported case may owe nothing yet.
        """
        for start in (
            row.starts
        ):  # first, because a row may know better from which instant its state's deadline counts
            yield from [Start(start)] if isinstance(start, str) else start(move)
        for code in () if row.marks else new.runs:
            entered = moved or code not in old.runs or code in met
            if entered or code not in now or now[code].status is ClockStatus.CANCELLED:
                yield Start(code)

    def rule(self, clock: Clock) -> Rule:
        """The rule that this clock was started under, whatever is in force today."""
        if clock.policy.startswith(FOREIGN):
            return foreign_rule(clock.code, clock.policy)
        return self.policies.get(clock.policy).rule(clock.code)

    def missed(self, clock: Clock, colour: str) -> Clock:
        """The clock once the sweep has seen it late: marked, and at an end if it was a right that lapses."""
        marked = replace(clock, missed=(*clock.missed, colour))
        lapses = colour not in ("red", "yellow")
        return deadline.stop(marked, clock.due, ClockStatus.LAPSED) if lapses else marked

    def _begun(self, move: Move, start: Start) -> Clock | None:
        """The clock that begins, or None where the policy has no such rule or it does not apply to this case."""
        rule = move.policy.rules.get(start.code)
        if rule is None or not APPLIES[rule.applies](move):
            return None
        return deadline.start(
            rule,
            move.policy.ref,
            self.calendar(),
            start.at or move.at,
            number=start.number,
            due=start.due,
            length=start.length,
        )

    def _falls_away(
        self, move: Move, row: Row, clock: Clock, new: State, *, moved: bool, bound: frozenset[str]
    ) -> bool:
        if clock.code in bound:
            return moved or clock.code not in new.runs or not APPLIES[self.rule(clock).applies](move)
        if clock.code in row.drops:
            return True
        no_case_left = row.outcome in (Outcome.VOIDED, Outcome.MERGED)
        return new.name == CLOSED and (no_case_left or clock.code not in OUTLIVE_CLOSING)

    @staticmethod
    def _met(move: Move, row: Row) -> Iterator[str]:
        """The open deadlines that the row meets. Of "A | B" the first that is open; of several numbers the one named."""
        named = move.facts.get("number")
        open_names = [c.name for c in move.case.open_clocks()]
        for choice in row.meets:
            for code in choice.split(" | "):
                numbered = f"{code}/{named}"
                found = [
                    n
                    for n in open_names
                    if n == (numbered if numbered in open_names else n) and n.partition("/")[0] == code
                ]
                yield from found
                if found:
                    break


# What stays when a case is closed: the right to ask the court, execution and its report, visits, replies, word to the police.
OUTLIVE_CLOSING = frozenset(
    {
        *(
            "D-CONFIRM",
            "D-VISIT-7",
            "D-VISIT-30",
            "D-110",
            "D-110-COMPLEX",
            "P-URGENT",
            "P-EXECUTE",
            "P-ASSIGNED-REPORT",
        ),
        *("W-REPLY-RED", "W-REPLY-YELLOW", "W-REPLY-BLUE"),
    }
)
