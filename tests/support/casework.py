"""Case histories told event by event, and the figures' read tables over them. No workflow decides here: a test says
what happened, so that it can be worked out by hand what a figure must answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from domain.actor import Actor
from domain.agreement import (
    DisputeResolved,
)
from domain.calendar import TZ
from domain.case import Entry, Standing, case_id
from domain.clock import Clock, ClockStatus
from domain.conduct import JointHandlingFormed, SeverityLowered, SeverityRaised
from domain.custody import (
    CustodyOffered,
    CustodyReturned,
    DisputeAccepted,
    HandedDown,
    LevelSkipped,
    ReferredOut,
    ReferredUp,
)
from domain.dispute import DisputeReported
from domain.mediation import (
    DisputeWithdrawn,
    MediationRefused,
    MediationResumed,
    MediationSuspended,
    MediationTerminated,
    SessionHeld,
)
from domain.petition import Evidence, PetitionReceived, Result
from domain.petition_handling import ExecutionCompleted, HandlingExtended, OpinionIssued
from domain.petition_intake import (
    MatterRecognisedAsFirst,
    PetitionAccepted,
    PetitionDiverted,
    RepeatSubmissionReceived,
)
from domain.petition_review import PetitionResolved, ResolutionRevoked
from domain.record import (
    ActivityImported,
    CaseMerged,
    CaseReopened,
    CaseUnmerged,
    CaseVoided,
    FactCorrected,
    HistoryImported,
)
from domain.scope import EVERYTHING
from domain.terms import Category, Channel, Ground, Level, Outcome, Role, Severity, Source, UnitKind
from domain.unit import ATTACHED_KINDS, Unit
from eventlog.log import Logged
from projections import words
from projections.all import PROJECTIONS
from projections.figures import FIGURES, drill, figure
from projections.rows import Rows
from projections.schema import open_engine, writing
from tests.support.seen import as_seen

LEVELS = {"G": Level.GRID, "V": Level.VILLAGE, "T": Level.TOWNSHIP, "C": Level.COUNTY}
STAGES = {
    Level.GRID: "reported", Level.VILLAGE: "village_mediation", Level.TOWNSHIP: "township_coordination",
    Level.COUNTY: "escalation",
}  # fmt: skip


def at(month: int, day: int, hour: int = 9, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=TZ)


class District:
    """County C, towns T1 and T2, villages V1 and V2 in T1 and V3 in T2, grids G1 in V1, G2 in V2, G3 in V3.

    `more` are further units as (code, kind, parent): the first letter of a code tells its level.
    """

    def __init__(
        self, url: str = "sqlite:///:memory:", more: Iterable[tuple[str, UnitKind, str]] = ()
    ) -> None:
        self.engine = open_engine(url)
        self.projections = PROJECTIONS
        self.rows = [Rows(self.engine, p.tables) for p in self.projections]
        with writing(self.engine) as connection:
            for projection in self.projections:
                for table in projection.tables:
                    table.create(connection)
                    words.make(connection, table, table.name, 1)
        self.events: list[Logged] = []
        self.folded = 0
        self.units: dict[str, Unit] = {}
        for code, kind, parent in (
            ("C", UnitKind.COUNTY, ""), ("T1", UnitKind.TOWN, "C"), ("T2", UnitKind.TOWN, "C"),
            ("V1", UnitKind.VILLAGE, "T1"), ("V2", UnitKind.VILLAGE, "T1"), ("V3", UnitKind.VILLAGE, "T2"),
            ("G1", UnitKind.GRID, "V1"), ("G2", UnitKind.GRID, "V2"), ("G3", UnitKind.GRID, "V3"), *more,
        ):  # fmt: skip
            entry = Entry(Actor("admin", Role.ORG_ADMIN, "C"), at(1, 1, year=2020))
            level = LEVELS[code[0]] if kind in ATTACHED_KINDS else None
            self.units[code] = Unit.create(
                code, code, kind, effective=date(2020, 1, 1), entry=entry, parent=parent, level=level
            )
            self._collect(code)

    def drop(self) -> None:
        """Take the read tables away."""
        with writing(self.engine) as connection:
            for projection in self.projections:
                for table in projection.tables:
                    words.drop(connection, table, table.name)
                    table.drop(connection)
        self.engine.dispose()

    def change_unit(self, code: str, how: str, *args: Any, on: date, **facts: Any) -> None:
        entry = Entry(Actor("admin", Role.ORG_ADMIN, "C"), datetime.combine(on, datetime.min.time(), TZ))
        getattr(self.units[code], how)(*args, effective=on, entry=entry, **facts)
        self._collect(code)

    def _collect(self, code: str) -> None:
        events: Iterable[Any] = self.units[code].collect_events()
        for event in events:
            self.log(event, event.entry.occurred_at)

    def log(self, event: Any, recorded_at: datetime) -> None:
        """Cases may be told one after the other: the log has them in the order of their recording."""
        self.events.append(Logged(0, recorded_at, event))

    def fold(self) -> None:
        """Bring the read tables up to what was told so far."""
        self.fold_in([])

    def fold_in(self, sizes: Iterable[int]) -> None:
        """The same in batches of these sizes, then the rest at once."""
        batches = iter(sizes)
        ordered = sorted(self.events[self.folded :], key=lambda one: one.recorded_at)
        self.events[self.folded :] = [
            Logged(n, o.recorded_at, o.event) for n, o in enumerate(ordered, self.folded + 1)
        ]
        while self.folded < len(self.events):
            part = self.events[self.folded : self.folded + next(batches, len(self.events))]
            self.folded += len(part)
            events = as_seen((one.position, one.recorded_at, one.event) for one in part)
            opened: dict[str, bool] = {}
            for _, case, version, *_ in events:
                opened.setdefault(case, version == 1)
            for projection, rows in zip(self.projections, self.rows, strict=True):
                rows.begin(opened)
                projection.fold([one for one in events if one[3] in projection.topics], rows)
                with writing(self.engine) as connection:
                    rows.flush(connection)
                rows.done()

    def figure(self, name: str, unit: str = "C", since: date = date(2026, 1, 1), until: date = date(2027, 1, 1),
               at: datetime = at(12, 31, year=2028), **asked: Any) -> dict[str, Any]:  # fmt: skip
        self.fold()
        with self.engine.connect() as connection:
            told = figure(connection, name, unit, since, until, at=at, **asked)
        for row in told["rows"]:
            assert row["excluded"].keys() <= FIGURES[name].excluded.keys(), "a reason without words"
        return told

    def rates(self, name: str, unit: str = "C", **asked: Any) -> dict[str, str]:
        """Rows as key -> "N/D", left-out ones after it: {"minor": "1/2 -opted_out 1"}."""
        told = {}
        for row in self.figure(name, unit, **asked)["rows"]:
            own = ("numerator", "denominator", "value", "excluded", "unknown", "provisional")
            key = " ".join(str(value) for name, value in row.items() if name not in own)
            out = "".join(f" -{reason} {n}" for reason, n in row["excluded"].items())
            told[key] = f"{row['numerator']}/{row['denominator']}{out}"
        return told

    def rate(self, name: str, unit: str = "C", **asked: Any) -> str:
        (only,) = self.rates(name, unit, by=(), **asked).values()
        return only

    def drill(self, name: str, unit: str = "C", since: date = date(2026, 1, 1), until: date = date(2027, 1, 1),
              at: datetime = at(12, 31, year=2028), **asked: Any) -> list[str]:  # fmt: skip
        self.fold()
        with self.engine.connect() as connection:
            return drill(connection, name, unit, since, until, at=at, **{"scope": EVERYTHING} | asked)

    def dispute(
        self, code: str, when: datetime, origin: str = "G1", severity: str = "minor", **facts: Any
    ) -> Matter:
        matter = Matter(self, code, Standing("reported", LEVELS[origin[0]], origin))
        matter.tell(
            DisputeReported, when, type="dispute", code=code, origin=origin, channel=Channel.SCREENING,
            category=Category.NEIGHBOUR, severity=Severity(severity), **({"title": "边界"} | facts),
        )  # fmt: skip
        return matter

    def petition(self, code: str, when: datetime, origin: str = "T1") -> Matter:
        matter = Matter(self, code, Standing("reported.received", LEVELS[origin[0]], origin))
        matter.tell(
            PetitionReceived, when, type="petition", code=code, origin=origin, channel=Channel.VISIT, title="补偿",
            by_office=False, record="来访",
        )  # fmt: skip
        return matter

    def imported(self, code: str, when: datetime, standing: Standing, origin: str = "G1") -> Matter:
        matter = Matter(self, code, standing)
        matter.source, matter.late = Source.IMPORT, "import"
        facts: dict[str, Any] = {
            "type": "dispute",
            "code": code,
            "activity": "登记",
            "reference": code,
            "origin": origin,
        }
        matter.tell(HistoryImported, when, clocks=standing.clocks, **facts)
        return matter


class Matter:
    """One case. Each method tells one event; `known` is when it was recorded (when it happened, unless said)."""

    def __init__(self, district: District, code: str, standing: Standing) -> None:
        self.district, self.code, self.standing, self.version = district, code, standing, 0
        self.source, self.late = Source.DESK, ""

    def tell(self, event: type[Any], when: datetime, known: datetime | None = None, late: str = "",
             clocks: Iterable[Clock] = (), state: str = "", to: str = "", outcome: Outcome | None = None,
             by: Actor | None = None, **facts: Any) -> Matter:  # fmt: skip
        """An event after which the case stands in `state`, with the unit `to`; what is not said stays as it was."""
        self.version += 1
        old = self.standing
        self.standing = replace(
            old, clocks=tuple(clocks), state=state or old.state, holder=to or old.holder,
            level=LEVELS[to[0]] if to else old.level, outcome=outcome if state else old.outcome,
        )  # fmt: skip
        by = by or Actor("li", Role.UNIT_HEAD, old.holder)
        entry = Entry(by, when, source=self.source, late=late or self.late)
        recorded = known or when
        told = event(
            originator_id=case_id(self.code), originator_version=self.version, timestamp=recorded, entry=entry,
            standing=self.standing, **facts,
        )  # fmt: skip
        self.district.log(told, recorded)
        return self

    def close(self, event: type[Any], when: datetime, outcome: Outcome, **facts: Any) -> Matter:
        return self.tell(event, when, state="closed", outcome=outcome, **facts)

    # Custody of a dispute.

    def offer(self, unit: str, when: datetime, **more: Any) -> Matter:
        return self.tell(CustodyOffered, when, state=f"{stage(unit)}.offered", to=unit, unit=unit, **more)

    def accept(self, when: datetime, **more: Any) -> Matter:
        state = f"{stage(self.standing.holder)}.accepted"
        return self.tell(DisputeAccepted, when, state=state, within_scope=True, **more)

    def give_back(self, sender: str, when: datetime, **more: Any) -> Matter:
        state = "reported" if stage(sender) == "reported" else f"{stage(sender)}.offered"
        return self.tell(CustodyReturned, when, state=state, to=sender, ground="not_ours", **more)

    def refer_up(self, unit: str, when: datetime, ground: str = "attempts_exhausted", **more: Any) -> Matter:
        facts: dict[str, Any] = {"unit": unit, "ground": Ground(ground), "tried": "三次"}
        return self.tell(ReferredUp, when, state=f"{stage(unit)}.offered", to=unit, **facts, **more)

    def skip_to(self, unit: str, when: datetime, **more: Any) -> Matter:
        facts: dict[str, Any] = {"unit": unit, "rule": "danger_to_life", "told": ()}
        return self.tell(LevelSkipped, when, state=f"{stage(unit)}.offered", to=unit, **facts, **more)

    def hand_down(self, unit: str, when: datetime, **more: Any) -> Matter:
        facts: dict[str, Any] = {"unit": unit, "term": when.date() + timedelta(30), "responsible": "T1"}
        return self.tell(HandedDown, when, state=f"{stage(unit)}.offered", to=unit, **facts, **more)

    # Work and ends of a dispute.

    def session(self, when: datetime, **more: Any) -> Matter:
        return self.tell(SessionHeld, when, place="村委会", attended=("li",), record="双方陈述", **more)

    def suspend(self, when: datetime, clock: Clock) -> Matter:
        paused = replace(clock, status=ClockStatus.PAUSED)
        state = f"{stage(self.standing.holder)}.suspended"
        return self.tell(MediationSuspended, when, state=state, clocks=[paused], cause="appraisal")

    def resume(self, when: datetime, clock: Clock) -> Matter:
        state = f"{stage(self.standing.holder)}.mediating"
        return self.tell(MediationResumed, when, state=state, clocks=[clock])

    def resolve(self, when: datetime, **more: Any) -> Matter:
        return self.close(DisputeResolved, when, Outcome.RESOLVED, evidence="agreement", **more)

    def fail(self, when: datetime, **more: Any) -> Matter:
        facts: dict[str, Any] = {"ground": "no_agreement", "ways_told": "诉讼", "proposed_by": "li"}
        return self.close(MediationTerminated, when, Outcome.TERMINATED, **facts, **more)

    def refuse(self, when: datetime, **more: Any) -> Matter:
        facts: dict[str, Any] = {"party": "s1", "statement": "不同意调解", "ways_told": "诉讼"}
        return self.close(MediationRefused, when, Outcome.TERMINATED, **facts, **more)

    def refer_out(self, when: datetime, ground: str = "already_in_court", **more: Any) -> Matter:
        return self.close(ReferredOut, when, Outcome.DIVERTED, ground=ground, ways_told="法院", **more)

    def withdraw(self, when: datetime, **more: Any) -> Matter:
        facts: dict[str, Any] = {"withdrawn_by": ("s1",), "signed": True, "statement": "撤回"}
        return self.close(DisputeWithdrawn, when, Outcome.WITHDRAWN, **facts, **more)

    # What every case has.

    def merge(self, lead: str, when: datetime, **more: Any) -> Matter:
        return self.close(
            CaseMerged, when, Outcome.MERGED, lead=lead, same_facts=True, same_parties=True, **more
        )

    def unmerge(self, when: datetime, state: str, **more: Any) -> Matter:
        return self.tell(CaseUnmerged, when, state=state, lead="", **more)

    def void(self, when: datetime, **more: Any) -> Matter:
        return self.close(
            CaseVoided, when, Outcome.VOIDED, entry_error="重复录入", second_approver="zhao", **more
        )

    def reopen(self, when: datetime, **more: Any) -> Matter:
        state = (
            "reported"
            if stage(self.standing.holder) == "reported"
            else f"{stage(self.standing.holder)}.accepted"
        )
        return self.tell(CaseReopened, when, state=state, ground="breach", **more)

    def correct(self, field: str, old: str, new: str, when: datetime, **more: Any) -> Matter:
        facts: dict[str, Any] = {
            "field": field,
            "old": old,
            "new": new,
            "evidence": "走访记录",
            "approved_by": "zhao",
        }
        return self.tell(FactCorrected, when, **facts, **more)

    def raised(self, severity: str, when: datetime) -> Matter:
        return self.tell(SeverityRaised, when, severity=Severity(severity))

    def lowered(self, severity: str, when: datetime) -> Matter:
        return self.tell(SeverityLowered, when, severity=Severity(severity))

    def joint(self, lead: str, members: tuple[str, ...], when: datetime) -> Matter:
        return self.tell(JointHandlingFormed, when, lead=lead, members=members)

    def activity(self, when: datetime, **more: Any) -> Matter:
        reference = f"{self.code}/{self.version}"
        return self.tell(ActivityImported, when, activity="事项", reference=reference, facts={}, **more)

    # Petitions.

    def first(self, when: datetime) -> Matter:
        return self.tell(MatterRecognisedAsFirst, when, searched="无")

    def take_on(self, when: datetime, clock: Clock | None, unit: str = "") -> Matter:
        facts: dict[str, Any] = {"competent": True, "handler": "wu", "conflict_checked": True, "notice": "n1"}
        clocks = [clock] if clock else []
        return self.tell(
            PetitionAccepted, when, state="township_coordination.handling", to=unit, clocks=clocks, **facts
        )

    def extend(self, when: datetime, clock: Clock) -> Matter:
        return self.tell(HandlingExtended, when, clocks=[clock], days=30, reasons="复杂", notice="n2")

    def opinion(
        self, when: datetime, clock: Clock | None = None, result: str = "explain", **more: Any
    ) -> Matter:
        clocks = [replace(clock, status=ClockStatus.MET, stopped_at=when)] if clock else []
        words: dict[str, Any] = dict.fromkeys(("request", "facts", "opinion", "legal_basis", "remedy"), "…")
        state = "township_coordination.concluded"
        return self.tell(
            OpinionIssued, when, state=state, clocks=clocks, result=Result(result), **words, **more
        )

    def divert(self, when: datetime, clock: Clock) -> Matter:
        gone = replace(clock, status=ClockStatus.CANCELLED, stopped_at=when)
        facts: dict[str, Any] = {"procedure": "litigation", "organ": "法院", "notice": "n3"}
        return self.close(PetitionDiverted, when, Outcome.DIVERTED, clocks=[gone], **facts)

    def executed(self, when: datetime) -> Matter:
        return self.tell(ExecutionCompleted, when, proof="照片")

    def settled(self, when: datetime, **more: Any) -> Matter:
        return self.tell(PetitionResolved, when, evidence_kind=Evidence.EXECUTED, evidence="照片", **more)

    def unsettled(self, when: datetime) -> Matter:
        return self.tell(ResolutionRevoked, when, ground="new_complaint")

    def repeated(self, when: datetime) -> Matter:
        return self.tell(RepeatSubmissionReceived, when, channel=Channel.LETTER, received_on=when.date())


def stage(unit: str) -> str:
    return STAGES[LEVELS[unit[0]]]


def clock(name: str, started: datetime, due: datetime, **more: Any) -> Clock:
    return Clock(name, "CN-2022/1", "2026", started, "60 CD", due, **more)
