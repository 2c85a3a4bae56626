"""A case (案件): what disputes and petitions share. Decides nothing itself: the workflow decides, events assign.

Do not put a rule into an event's `change`: it runs on every load, and a rule tightened later would make old history
unreadable (docs/decisions/0001-events-record-outcomes.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, Protocol, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate

from domain.actor import Actor
from domain.clock import Clock
from domain.terms import Level, Outcome, Severity, Source

NEW = "new"  # the state of a case that nobody has reported yet
CLOSED = "closed"


@lru_cache(maxsize=65_536)
def case_id(code: str) -> UUID:
    """The stream of the case with this code (一案一码: one code for life)."""
    return uuid5(NAMESPACE_URL, f"gridcase:case:{code}")


@dataclass(frozen=True, slots=True)
class Entry:
    """登记: who entered an event, when it happened, why, and by which right.

    `late` is "" when it was entered in time, "late" when it was entered long after it happened (the policy says how
    long), "import" when it comes from a foreign log. `command` is the idempotency key of the command that caused it,
    `correlation` what several commands of one occasion share.
    """

    actor: Actor
    occurred_at: datetime
    reason: str = ""
    basis: str = ""
    policy: str = ""
    source: Source = Source.DESK
    late: str = ""
    command: str = ""
    correlation: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands after an event: the outcome of the decision, so that replay decides nothing.

    `level` is None only in imported history that does not tell it. `clocks` holds the deadlines that this event
    started, stopped, paused or moved, as they are after it.
    """

    state: str
    level: Level | None
    holder: str
    clocks: tuple[Clock, ...] = ()
    outcome: Outcome | None = None


@dataclass(slots=True)
class Custody:
    """保管: one stay of the case with a unit. `until` is None while it lasts; `taken` is False until accepted."""

    unit: str
    level: Level | None
    since: datetime
    sender: str = ""
    until: datetime | None = None
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Party:
    """当事人/信访人: a reference into the subjects store and a part in the matter, never a name."""

    subject: str
    part: str = "party"


@dataclass(frozen=True, slots=True)
class Step:
    """What a workflow decided: the event to record, its facts, and where the case stands then."""

    event: type[Any]
    facts: Mapping[str, Any]
    standing: Standing
    basis: str = ""
    policy: str = ""


class Workflow(Protocol):
    """What a case asks before anything happens. Implemented in workflows/, so that domain imports nobody."""

    def decide(
        self, case: Any, trigger: str, *, actor: Actor, at: datetime, facts: Mapping[str, Any]
    ) -> Step:
        """Answer with a step, or raise `Refused` or `Invalid`."""


class CaseEvent(Aggregate.Event):
    """A fact of a case. Subclasses add their own facts; `ZH` and `EN` name the fact for the audit trail."""

    TOPIC: ClassVar[str] = ""
    ZH: ClassVar[str] = ""
    EN: ClassVar[str] = ""

    entry: Entry
    standing: Standing

    def apply(self, aggregate: Any) -> None:
        aggregate.stand(self)
        self.change(aggregate)

    def change(self, case: Any) -> None:
        """Assign this event's own facts to the case. Only assign: no rule, no clock, no look-up."""

    def reaches(self) -> tuple[str, ...]:
        """The units that this event brings the case to, beside the one that holds it then: they may see it."""
        return ()


class CaseOpened(CaseEvent):
    """The first fact of a case: it was reported, received or imported. `type` names the kind of case."""

    type: str
    code: str

    def reaches(self) -> tuple[str, ...]:
        """Where it arose, and the desk that wrote it down."""
        return getattr(self, "origin", ""), self.entry.actor.unit

    def mutate(self, aggregate: Any) -> Any:
        case = TYPES[self.type].blank(self.originator_id, self.timestamp)
        self.apply(case)
        return case

    def apply(self, aggregate: Any) -> None:
        aggregate.code = self.code
        aggregate.opened_at = self.entry.occurred_at
        super().apply(aggregate)


class Case(Aggregate):
    """One matter from the first report to its end, with everything that decisions about it depend on."""

    TYPE: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        TYPES[cls.TYPE] = cls

    def know_nothing(self) -> None:
        """Set every attribute to what is true before the first event. (`__init__` belongs to the library.)"""
        self.code = ""
        self.state = NEW
        self.before = NEW  # the state it was in before it closed
        self.level: Level | None = None
        self.holder = ""
        self.origin = ""
        self.title = ""
        self.channel = ""
        self.opened_at: datetime | None = None
        self.closed_at: datetime | None = None
        self.outcome: Outcome | None = None
        self.severity = Severity.MINOR
        self.peak = Severity.MINOR
        self.highest: Level | None = None
        self.custody: list[Custody] = []
        self.clocks: dict[str, Clock] = {}
        self.parties: list[Party] = []
        self.acted: dict[str, set[str]] = {}  # event name -> the users who recorded it (separation of duties)
        self.held: dict[str, str] = {}  # event name -> the unit that held the case after it was recorded last
        self.reached: set[str] = set()  # the units that held it, began it, or were asked to help
        self.returns: dict[str, int] = {}  # "sender>receiver" -> how often it came back
        self.plan: Any = None
        self.joint: Any = None
        self.sponsor = ""
        self.links: list[tuple[str, str]] = []  # (relation, code of the other case)
        self.supervisions: dict[int, str] = {}  # number -> issued | answered | lifted
        self.dangers = 0
        self.imported: set[str] = set()  # source references already imported
        self.letters: list[Any] = []  # domain.letter.IssuedLetter, in the order in which they were issued

    @classmethod
    def blank(cls, id: UUID, at: datetime) -> Self:
        """A case of this type before its first event."""
        case = cls.__new__(cls)
        case.__base_init__(originator_id=id, originator_version=1, timestamp=at)
        case.know_nothing()
        return case

    @classmethod
    def open(
        cls,
        code: str,
        trigger: str,
        workflow: Workflow,
        *,
        actor: Actor,
        at: datetime,
        note: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> Self:
        """Open a case by a trigger that starts from nothing. Raises `Refused` or `Invalid`; then nothing exists."""
        step = workflow.decide(cls.blank(case_id(code), at), trigger, actor=actor, at=at, facts=facts)
        event = step.event(
            originator_id=case_id(code),
            originator_version=1,
            timestamp=at,
            entry=cls._entry(step, actor, at, note or {}),
            standing=step.standing,
            type=cls.TYPE,
            code=code,
            **step.facts,
        )
        case: Self = event.mutate(None)
        case.pending_events.append(event)
        return case

    def fire(
        self,
        trigger: str,
        workflow: Workflow,
        *,
        actor: Actor,
        at: datetime,
        note: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> CaseEvent:
        """Ask the workflow, then record what it decided.

        `at` is when it happened; `note` may hold the rest of the `Entry`: reason, source, late, command, correlation.
        Raises `Refused` (which guard, and what is allowed instead) or `Invalid`; then the case is as it was.
        """
        step = workflow.decide(self, trigger, actor=actor, at=at, facts=facts)
        self.record(step, actor=actor, at=at, note=note)
        return self.pending_events[-1]  # type: ignore[return-value]

    def record(
        self, step: Step, *, actor: Actor, at: datetime, note: Mapping[str, Any] | None = None
    ) -> None:
        """Record a step that was decided."""
        entry = self._entry(step, actor, at, note or {})
        self.trigger_event(step.event, entry=entry, standing=step.standing, **step.facts)

    @staticmethod
    def _entry(step: Step, actor: Actor, at: datetime, note: Mapping[str, Any]) -> Entry:
        basis = note.get("basis") or step.basis
        extra = {k: v for k, v in note.items() if k != "basis"}
        return Entry(actor, at, basis=basis, policy=step.policy, **extra)

    def stand(self, event: CaseEvent) -> None:
        """Take over an event's standing: state, custody, clocks, outcome. Runs on every load."""
        entry, new = event.entry, event.standing
        at = entry.occurred_at
        if new.holder != self.holder or new.level != self.level:
            if self.custody:
                self.custody[-1].until = at
            self.custody.append(Custody(new.holder, new.level, at, sender=self.holder))
        if new.state == CLOSED != self.state:
            self.before, self.closed_at = self.state, at
            if self.custody:
                self.custody[-1].until = at
        elif self.state == CLOSED != new.state:
            self.closed_at = None
            if self.custody:
                self.custody[-1].until = None
        self.state, self.level, self.holder, self.outcome = new.state, new.level, new.holder, new.outcome
        if new.level is not None and (self.highest is None or new.level > self.highest):
            self.highest = new.level
        for clock in new.clocks:
            self.clocks[clock.name] = clock
        name = type(event).__name__
        self.acted.setdefault(name, set()).add(entry.actor.user)
        self.held[name] = new.holder
        self.reached.update(filter(None, (new.holder, *event.reaches())))

    @property
    def sender(self) -> str:
        """The unit that the present holder has it from ("" when nobody sent it)."""
        return self.custody[-1].sender if self.custody else ""

    @property
    def people(self) -> set[str]:
        """The users who have a part in the work now."""
        leaders = (self.plan.leader, self.plan.person) if self.plan else ()
        return {user for user in (*leaders, self.sponsor) if user}

    @property
    def is_open(self) -> bool:
        return self.state not in (NEW, CLOSED)

    def open_clocks(self) -> list[Clock]:
        """The deadlines that run or are paused, the next due first."""
        return sorted((c for c in self.clocks.values() if c.is_open), key=lambda c: (c.due, c.name))

    def severity_is(self, severity: Severity) -> None:
        self.severity = severity
        if severity.rank > self.peak.rank:
            self.peak = severity


TYPES: dict[str, type[Case]] = {}  # kind of case -> its class; filled by `Case.__init_subclass__`


ENVELOPE = frozenset(
    {"originator_id", "originator_version", "timestamp", "entry", "standing", "type", "code"}
)


def facts_of(event: type[Any]) -> dict[str, Any]:
    """The facts that an event asks for: name -> dataclass field, without the envelope that the program fills in."""
    return {f.name: f for f in fields(event) if f.name not in ENVELOPE}
