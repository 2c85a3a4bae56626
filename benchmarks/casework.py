"""Logs of any size: real commands tell some cases, and their streams are written again and again under new codes.

Every copy is a valid stream: same versions, same order, its own code wherever the code stood. Never write read tables
here: projections fold them from the log as they always do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.actor import Actor
from domain.case import CaseOpened, Entry, case_id
from domain.terms import Role
from eventlog.log import EventLog, open_log, utc_now
from eventlog.rows import Write
from gridcase.demo import district
from gridcase.demo.year import load_demo
from workflows.command import Command
from workflows.service import Service

AT_ONCE = 2_000  # events in one append, which gives them one `recorded_at`
CODE = re.compile(rb'"([A-Z]+-?[0-9]{4,8}-[0-9]{5})"')
MARK = b"\x00"  # where a copy's number goes; JSON never holds it

GRID = "990121001201001"
VILLAGE = f"{GRID[:12]}-TW"  # its people's mediation committee
WORKER = Actor("chen.reporter", Role.REPORTER, GRID)
MEDIATOR = Actor("li.mediator", Role.MEDIATOR, VILLAGE)
HEAD = Actor("wang.head", Role.UNIT_HEAD, VILLAGE)


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a case, ready to be copied."""

    recorded_at: datetime
    code: str
    version: int
    topic: str
    state: bytes  # with MARK after every code of a case


class Casework:
    """What was told, in the order of its recording: units once, cases as often as somebody wants."""

    def __init__(self, units: list[StoredEvent], cases: list[Told], founded: datetime) -> None:
        self.units, self.cases, self.founded = units, cases, founded

    @property
    def codes(self) -> list[str]:
        return list(dict.fromkeys(told.code for told in self.cases))

    @classmethod
    def of(cls, log: EventLog) -> Casework:
        """Everything in a log."""
        units, cases, founded = [], [], utc_now()
        codes: dict[UUID, str] = {}
        for position, id_, version, topic, at, state in log.recorder.rows_after(0, None):
            if version == 1:
                event = log.mapper.decode(position, id_, version, topic, at, state)
                if isinstance(event, CaseOpened):
                    codes[id_] = event.code
            code = codes.get(id_)
            if code is None:
                units.append(StoredEvent(id_, version, topic, state))
                founded = min(founded, at)
            else:
                assert CODE.fullmatch(f'"{code}"'.encode()), code
                cases.append(Told(at, code, version, topic, CODE.sub(rb'"\1' + MARK + b'"', state)))
        return cls(units, cases, founded)

    def write(self, url: str, copies: int, upto: int | None = None) -> list[str]:
        """Fill an empty log with the units and so many copies of the cases, at most `upto` events in all.

        Copies go side by side through the year, as the cases of a larger place would. Answers with the codes.
        """
        now = self.founded
        log = open_log(url, clock=lambda: now)
        numbers = [b"" if n == 0 else b"-%d" % n for n in range(copies)]
        ids = {code: [case_id(code + number.decode()) for number in numbers] for code in self.codes}
        try:
            log.prepare()
            with log.bulk():
                _record(log, self.units)
                pending: list[StoredEvent] = []
                left = (upto or 10**12) - len(self.units)
                for told in self.cases:
                    now = told.recorded_at
                    for number, id_ in zip(numbers, ids[told.code], strict=True):
                        state = told.state.replace(MARK, number)
                        pending.append(StoredEvent(id_, told.version, told.topic, state))
                    if len(pending) >= left:
                        pending = pending[:left]
                        break
                    if len(pending) >= AT_ONCE:
                        left -= len(pending)
                        _record(log, pending)
                        pending = []
                _record(log, pending)
        finally:
            log.close()
        return [code + number.decode() for code in self.codes for number in numbers]


def _record(log: EventLog, events: list[StoredEvent]) -> None:
    for start in range(0, len(events), AT_ONCE):
        log.recorder.record(Write(events[start : start + AT_ONCE]))


# What is told.


def demonstration(scale: float) -> Casework:
    """The demonstration district's year, by its own commands."""
    kept: list[EventLog] = []

    def opened(clock: Callable[[], datetime]) -> EventLog:
        kept.append(_Kept(open_log("sqlite:///:memory:", clock=clock)))
        return kept[0]

    load_demo(opened, ends_on=date(2026, 11, 1), scale=scale)
    try:
        return Casework.of(kept[0])
    finally:
        kept[0].recorder.close()


class _Kept(EventLog):
    """The demonstration closes its log; this one is read afterwards."""

    def __init__(self, log: EventLog) -> None:
        self.__dict__.update(log.__dict__)

    def close(self) -> None:
        pass


STORY: tuple[tuple[str, Actor, dict[str, object]], ...] = (
    ("report", WORKER, {"origin": GRID, "channel": "visit", "title": "宅基地边界", "category": "neighbour",
                        "parties": [{"subject": "S-1"}, {"subject": "S-2"}]}),
    ("offer", WORKER, {"unit": VILLAGE}),
    ("accept", MEDIATOR, {"within_scope": True}),
    ("assign_mediator", HEAD, {"chair": MEDIATOR.user}),
    ("explain_rights", MEDIATOR, {"told": ["S-1", "S-2"]}),
    ("consent", MEDIATOR, {"party": "S-1"}),
    ("consent", MEDIATOR, {"party": "S-2"}),
    ("open_mediation", MEDIATOR, {}),
)  # fmt: skip
WAIT: tuple[tuple[str, Actor, dict[str, object]], ...] = (
    ("suspend", HEAD, {"cause": "appraisal"}),
    ("resume", MEDIATOR, {}),
)


def in_mediation(waits: int) -> Casework:
    """One dispute, an hour old, in mediation in its village; suspended and resumed `waits` times."""
    began = utc_now() - timedelta(hours=1)
    log = open_log("sqlite:///:memory:")
    try:
        log.prepare()
        service = Service(log)
        with log.batch():
            district.found(service.reference, Entry(Actor("admin", Role.ORG_ADMIN, district.COUNTY), began))
        for n, (trigger, actor, facts) in enumerate((*STORY, *WAIT * waits)):
            at, kind = began + timedelta(seconds=20 * n), "dispute" if trigger == "report" else ""
            service.do(Command(trigger, "D2026-00001", actor, facts, at=at, type=kind))
        return Casework.of(log)
    finally:
        log.close()
