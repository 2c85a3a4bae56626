"""导入历史: foreign activities become events of a case, with what they say of its state and deadlines.

The only place where imported events are made. What a foreign log does not tell stays unknown (`level` None, holder "",
outcome None): never fill it in here. Guards are not asked: it has happened already, elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from domain import deadline
from domain.actor import Actor
from domain.calendar import WorkCalendar
from domain.case import CLOSED, NEW, TYPES, Case, Entry, Standing, case_id
from domain.clock import Clock, ClockStatus
from domain.errors import Invalid
from domain.length import Length
from domain.record import ActivityImported, HistoryImported
from domain.terms import Channel, Level, Outcome, Severity, Source
from eventlog.errors import Conflict
from workflows.clocks import FOREIGN, foreign_rule
from workflows.service import Service

MARK = "import"  # the late-entry mark of a foreign log
TRIES = 3
# What may be recorded here without the case being worked on here.
HARMLESS = frozenset(
    {"HistoryImported", "ActivityImported", "DeadlineMissed", "IdentityRevealed", "CaseLinked"}
)


@dataclass(frozen=True, slots=True)
class Begun:
    """A deadline that an activity starts: a length from its instant, or the instant or last day that the log gives."""

    code: str
    length: str = ""
    due: datetime | None = None  # the first late instant
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of a foreign log. "" and None leave the case as it was.

    `reference` names it in its case for good, so that it is never imported twice. A `state` of "closed" without an
    `outcome` is a case that was closed nobody knows how.
    """

    name: str
    at: datetime
    reference: str
    facts: dict[str, str] = field(default_factory=dict)
    state: str = ""
    level: Level | None = None
    unit: str = ""
    outcome: Outcome | None = None
    meets: tuple[str, ...] = ()
    starts: tuple[Begun, ...] = ()

    @property
    def closes(self) -> bool:
        return self.outcome is not None or self.state == CLOSED


@dataclass(frozen=True, slots=True)
class History:
    """A case as a foreign log tells it, its activities in their order."""

    code: str
    type: str
    activities: Sequence[Activity]
    title: str = ""
    channel: Channel = Channel.UNKNOWN
    severity: Severity | None = None
    category: str = ""


class HistoryImport:
    """Records foreign histories by one mapping: `mapping` is its id, `calendar` counts its days in its zone."""

    def __init__(
        self, service: Service, mapping: str, calendar: WorkCalendar, *, actor: Actor, correlation: str = ""
    ) -> None:
        self.service, self.calendar, self.actor, self.correlation = service, calendar, actor, correlation
        self.policy = f"{FOREIGN}{mapping}@{calendar.tz.key}"
        self._blank = {name: TYPES[name].blank(case_id(""), service.clock()) for name in service.engines}

    def record(
        self, histories: Sequence[History], *, dry_run: bool = False, stop: bool = False
    ) -> list[int | Invalid]:
        """Record what is new of these cases in one transaction: per case how many events, or why none of it.

        `stop` ends at the first that cannot be recorded; what comes after it has no answer.
        """
        for _ in range(TRIES - 1):
            try:
                return self._record(histories, dry_run, stop)
            except Conflict:  # another process wrote one of these cases meanwhile: look again
                continue
        return self._record(histories, dry_run, stop)

    def _record(self, histories: Sequence[History], dry_run: bool, stop: bool) -> list[int | Invalid]:
        answers: list[int | Invalid] = []
        changed: list[Case] = []
        with self.service.log.checkout(*(case_id(one.code) for one in histories)) as found:
            for history, case in zip(histories, found, strict=True):
                try:
                    told = self.tell(case, history)
                except Invalid as problem:
                    answers.append(problem)
                    if stop:
                        break
                    continue
                answers.append(len(told.pending_events))
                if told.pending_events:
                    changed.append(told)
            if changed and not dry_run:
                self.service.log.append(*changed)
        return answers

    def tell(self, case: Case | None, history: History) -> Case:
        """The case with what is new of its history pending. Raises Invalid when it cannot take it."""
        if case is None:
            return self._anew(history, history.activities)
        self._check(case, history)
        before = set(case.imported)
        last = max((n for n, a in enumerate(history.activities) if a.reference in before), default=-1)
        for number, activity in enumerate(history.activities):
            if activity.reference in before:
                continue
            standing = (
                self._standing(case, activity) if number > last else self._belated(case, history, activity)
            )
            self._add(case, activity, standing)
        return case

    def _check(self, case: Case, history: History) -> None:
        if not case.imported:
            raise Invalid(
                "case",
                history.code,
                "A case of this number began here: give imported numbers a prefix.",
                "本系统已有此编号的案件：请给导入的编号加前缀。",
            )
        if history.type != case.TYPE:
            raise Invalid(
                "type",
                history.type,
                f"It was imported as a {case.TYPE}: correct the mapping.",
                f"它导入时的类型是 {case.TYPE}：请更正映射。",
            )
        if set(case.acted) - HARMLESS and any(a.reference not in case.imported for a in history.activities):
            raise Invalid(
                "case",
                history.code,
                "It was worked on here since it was imported: enter what is new by hand.",
                "导入之后已在本系统办理过：新的内容请手工登记。",
            )

    def _anew(self, history: History, activities: Iterable[Activity]) -> Case:
        first, *others = activities
        blank = self._blank.get(history.type)
        if blank is None:
            raise Invalid(
                "type",
                history.type,
                f"Give one of: {', '.join(self._blank)}.",
                f"请填其中之一：{'、'.join(self._blank)}。",
            )
        opened: type[Any] = HistoryImported
        event = opened(
            originator_id=case_id(history.code),
            originator_version=1,
            timestamp=first.at,
            entry=self._entry(first),
            standing=self._standing(blank, first),
            type=history.type,
            code=history.code,
            activity=first.name,
            reference=first.reference,
            origin=first.unit,
            title=history.title,
            channel=history.channel,
            severity=history.severity,
            category=history.category,
            facts=first.facts,
        )
        case: Case = event.mutate(None)
        case.pending_events.append(event)
        for activity in others:
            self._add(case, activity, self._standing(case, activity))
        return case

    def _add(self, case: Case, activity: Activity, standing: Standing) -> None:
        case.trigger_event(
            ActivityImported,
            entry=self._entry(activity),
            standing=standing,
            activity=activity.name,
            reference=activity.reference,
            facts=activity.facts,
        )

    def _entry(self, activity: Activity) -> Entry:
        return Entry(
            self.actor,
            activity.at,
            policy=self.policy,
            source=Source.IMPORT,
            late=MARK,
            correlation=self.correlation,
        )

    def _standing(self, case: Case, activity: Activity) -> Standing:
        """Where the case stands after the next activity."""
        state = activity.state or (self.first_state(case.TYPE) if case.state == NEW else case.state)
        outcome = None
        if activity.outcome is not None:
            state, outcome = CLOSED, activity.outcome
        elif state == CLOSED:
            outcome = case.outcome
        level = case.level if activity.level is None else activity.level
        clocks = self._clocks(case, activity, closes=state == CLOSED)
        return Standing(state, level, activity.unit or case.holder, clocks, outcome)

    def first_state(self, case_type: str) -> str:
        """The state in which a case of this type begins, and stays while its mapping says nothing else."""
        return next(name for name in self.service.engines[case_type].table.states if name != NEW)

    def _clocks(self, case: Case, activity: Activity, *, closes: bool) -> tuple[Clock, ...]:
        clocks: dict[str, Clock] = {}
        for clock in case.open_clocks():
            if clock.code in activity.meets:
                clocks[clock.name] = deadline.stop(clock, activity.at, ClockStatus.MET)
            elif closes:
                clocks[clock.name] = deadline.stop(clock, activity.at, ClockStatus.CANCELLED)
        for begun in activity.starts:
            number = sum(clock.code == begun.code for clock in {**case.clocks, **clocks}.values())
            clock = deadline.start(
                foreign_rule(begun.code, self.policy),
                self.policy,
                self.calendar,
                activity.at,
                number=str(number + 1) if number else "",
                length=Length.parse(begun.length) if begun.length else None,
                due=begun.due or begun.last_day,
            )
            clocks[clock.name] = clock
        return tuple(clocks.values())

    def _belated(self, case: Case, history: History, activity: Activity) -> Standing:
        """Where the case stands after an activity that belongs before others which are recorded already.

        Told from the whole history as far as it is known; when the file does not hold it all, nothing moves.
        """
        known = case.imported | {activity.reference}
        whole = [one for one in history.activities if one.reference in known]
        if len(whole) < len(known):
            return Standing(case.state, case.level, case.holder, (), case.outcome)
        told, there = self._anew(history, whole), case.clocks
        clocks = (
            replace(c, missed=there[c.name].missed) if c.name in there else c for c in told.clocks.values()
        )
        moved = tuple(clock for clock in clocks if clock != there.get(clock.name))
        return Standing(told.state, told.level, told.holder, moved, told.outcome)
