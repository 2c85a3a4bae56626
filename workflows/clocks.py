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

    def after(self, move: Move, row: Row, old: State, new: State, *, moved: bool, bound: frozenset[str]) -> tuple[Clock, ...]:
        """The clocks that this move starts, stops, pauses or moves.

        `moved` says that another unit holds the case now; `bound` are the deadlines that run by state. First what the
        row meets, then what falls away with the old state or unit, then extension and pauses, then what begins.
        """
        before = {c.name: c for c in move.case.clocks.values()}
        clocks = dict(before)
        at = move.at
        met = set(self._met(move, row))
        for clock in list(clocks.values()):
            if not clock.is_open:
                continue
            if row.marks and clock.name == move.facts["clock"]:
                clocks[clock.name] = self.missed(clock, move.facts["colour"])
            elif clock.name in met:
                clocks[clock.name] = deadline.stop(clock, at, ClockStatus.MET)
            elif self._falls_away(move, row, clock, new, moved=moved, bound=bound):
                lapsed = self.rule(clock).breach is Breach.LAPSE and at >= clock.due
                ended = ClockStatus.LAPSED if lapsed else ClockStatus.CANCELLED
                clocks[clock.name] = deadline.stop(clock, at, ended)
            elif row.extends == clock.code:
                length = Length.parse(f"{move.facts['days']} CD")
                clocks[clock.name] = deadline.extend(clock, length, at, move.actor.user, self.rule(clock), self.calendar())
            elif cause := row.pauses(move) if callable(row.pauses) else row.pauses:
                clocks[clock.name] = deadline.pause(clock, cause, at, self.rule(clock))
            elif row.resumes and clock.status is ClockStatus.PAUSED:
                clocks[clock.name] = deadline.resume(clock, at, self.rule(clock), self.calendar())
        # A mark begins no duty: it is dated when the deadline passed, and an imported case may owe nothing yet.
        for code in () if row.marks else new.runs:
            entered = moved or code not in old.runs or code in met
            if entered or code not in clocks or clocks[code].status is ClockStatus.CANCELLED:
                if code not in clocks or not clocks[code].is_open:
                    self._start(move, clocks, Start(code))
        for start in row.starts:
            for each in [Start(start)] if isinstance(start, str) else start(move):
                self._start(move, clocks, each)
        return tuple(c for name, c in clocks.items() if c != before.get(name))

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

    def _start(self, move: Move, clocks: dict[str, Clock], start: Start) -> None:
        rule = move.policy.rules.get(start.code)
        if rule is None or not APPLIES[rule.applies](move):
            return
        clock = deadline.start(
            rule,
            move.policy.ref,
            self.calendar(),
            start.at or move.at,
            number=start.number,
            due=start.due,
            length=start.length,
        )
        clocks[clock.name] = clock

    def _falls_away(
        self, move: Move, row: Row, clock: Clock, new: State, *, moved: bool, bound: frozenset[str]
    ) -> bool:
        if clock.code in bound:
            return moved or clock.code not in new.runs or not APPLIES[self.rule(clock).applies](move)
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
                found = [n for n in open_names if n == (numbered if numbered in open_names else n) and n.partition("/")[0] == code]
                yield from found
                if found:
                    break


# What stays when a case is closed: the right to ask the court, execution and its report, visits, replies, word to the police.
OUTLIVE_CLOSING = frozenset(
    ("D-CONFIRM", "D-VISIT-7", "D-VISIT-30", "D-110", "D-110-COMPLEX", "P-URGENT", "P-EXECUTE", "P-ASSIGNED-REPORT")
    + ("W-REPLY-RED", "W-REPLY-YELLOW", "W-REPLY-BLUE")
)
