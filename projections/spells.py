"""停留: how long did a case stay with whom? One row per stay of a case with a unit at a level.

A stay begins when the case is offered to the unit: waiting for acceptance is the receiver's time, and a unit that
gives an offer back answers for the days it held it. Never read a level off a state's name: only custody moves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from domain.case import CLOSED
from projections.clocks import PAUSED
from projections.moments import day_number, day_text, instant, seconds_between
from projections.rows import Row, Rows
from projections.schema import METADATA, Text
from projections.seen import CASES, Seen

SPELLS = sa.Table(
    "read_spells",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("code", Text, nullable=False),
    sa.Column("type", Text, nullable=False),
    sa.Column("unit", Text, nullable=False),
    sa.Column("level", sa.Integer),  # NULL: a foreign log that does not tell it
    sa.Column("entered_at", Text, nullable=False),
    sa.Column("entered_known", Text, nullable=False),  # *_known: recorded_at of the event that says so
    sa.Column("taken_at", Text),  # NULL while the unit has not accepted
    sa.Column("taken_on", Text),  # *_on: a local day
    sa.Column("taken_day", sa.Integer),  # *_day: a local day as a number, so that SQL can subtract days
    sa.Column("taken_known", Text),
    sa.Column("first_taken", sa.Integer, nullable=False),  # 1: the case was not accepted at this level before
    sa.Column("left_at", Text),  # NULL while it lasts
    sa.Column("left_on", Text),
    sa.Column("left_known", Text),
    sa.Column("ended", Text),  # referred_up, skipped, handed_down, returned …, or the outcome of the case
    sa.Column("held", sa.Integer),  # whole seconds from entered to left
    sa.Column(
        "paused", sa.Integer, nullable=False
    ),  # seconds of these in which a deadline was lawfully paused
    sa.Column(
        "escalated_day", sa.Integer
    ),  # the first time that it was referred up from this level after that
    sa.Column("escalated_known", Text),
    sa.Column("escalated_ground", Text),
    sa.Index("ix_read_spells_left", "left_on"),
    sa.Index("ix_read_spells_taken", "taken_on"),
)

SPELLS_NOW = sa.Table(  # where the fold stands with each case; no figure reads it
    "read_spells_now",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("code", Text, nullable=False),
    sa.Column("type", Text, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),  # of the last stay; 0 before the first
    sa.Column("unit", Text, nullable=False),
    sa.Column("level", sa.Integer),
    sa.Column("lasting", sa.Integer, nullable=False),  # 1 while the last stay lasts
    sa.Column("taken", sa.Integer, nullable=False),
    sa.Column("levels_taken", Text, nullable=False),  # the levels at which it was ever accepted, as digits
    sa.Column("pauses", Text, nullable=False),  # names of the paused deadlines, by spaces
    sa.Column("paused_since", Text),
)

BLANK: Row = dict.fromkeys(c.name for c in SPELLS.columns)

# What ends a stay without closing the case: topic -> how it ended. Anything else that moves a case is "moved".
HOW_ENDED = {
    "dispute.custody_offered": "offered",
    "dispute.accepted": "taken_over",
    "dispute.custody_returned": "returned",
    "dispute.jurisdiction_determined": "reassigned",
    "dispute.referred_up": "referred_up",
    "dispute.level_skipped": "skipped",
    "dispute.handed_down": "handed_down",
    "petition.routed": "routed",
    "petition.objection_upheld": "objection_upheld",
    "petition.jurisdiction_determined": "reassigned",
    "petition.review_requested": "review_requested",
    "petition.review_decided": "review_decided",
    "petition.recheck_requested": "recheck_requested",
    "petition.recheck_decided": "recheck_decided",
}
ESCALATIONS = frozenset({"dispute.referred_up", "dispute.level_skipped"})
SKIP_RULE = "skip_rule"  # the ground of a skipped level

# A stay is taken once the case stands in none of these phases.
WAITING = frozenset({"reported", "offered", "received", "registered", "routed", "objected"})


class Spells:
    """The projection that keeps `read_spells`."""

    name = "spells"
    tables = (SPELLS, SPELLS_NOW)
    topics = CASES

    def fold(self, events: Sequence[Seen], rows: Rows) -> None:
        for seen in events:
            before = rows.get(SPELLS_NOW, seen[1])
            if before is None or _matters(seen, before):
                _Stay(seen, rows).fold()


def _matters(seen: Seen, before: Row) -> bool:
    """Whether an event moves, takes, pauses or ends anything: most do not."""
    new, lasting = seen[5].standing, before["lasting"]
    if lasting != (new.state != CLOSED) or new.holder != before["unit"] or new.level != before["level"]:
        return True
    if lasting and not before["taken"] and _taken(new.state):
        return True
    if seen[3] in ESCALATIONS or (before["pauses"] and new.clocks):
        return True
    return any(clock.status == PAUSED for clock in new.clocks)


def _taken(state: str) -> bool:
    return state.rpartition(".")[2] not in WAITING


class _Stay:
    """What one event does to the stays of its case."""

    __slots__ = ("at", "event", "id", "known", "now", "rows", "topic")

    def __init__(self, seen: Seen, rows: Rows) -> None:
        _, self.id, _, self.topic, self.known, self.event = seen
        self.rows = rows
        self.at = instant(self.event.entry.occurred_at)
        self.now: Row = {}

    def fold(self) -> None:
        topic, new = self.topic, self.event.standing
        before = self.rows.get(SPELLS_NOW, self.id)
        self.now = now = dict(before) if before else self._nothing()
        closed = new.state == CLOSED
        moved = new.holder != now["unit"] or new.level != now["level"]
        if topic in ESCALATIONS:
            self._escalated(now["level"])
        self._pauses()
        if now["lasting"] and (closed or moved):
            self._end(new.outcome if closed and new.outcome else HOW_ENDED.get(topic, "moved"))
        if not closed and not now["lasting"]:
            self._begin(new.holder, new.level)
        if now["lasting"] and not now["taken"] and _taken(new.state):
            self._take()
        if now != before:
            self.rows.put(SPELLS_NOW, now)

    def _nothing(self) -> Row:
        return {
            "case_id": self.id, "code": self.event.code, "type": self.event.type, "seq": 0, "unit": "", "level": None,
            "lasting": 0, "taken": 0, "levels_taken": "", "pauses": "", "paused_since": None,
        }  # fmt: skip

    def _begin(self, unit: str, level: int | None) -> None:
        now = self.now
        now |= {"seq": now["seq"] + 1, "unit": unit, "level": level}
        now |= {"lasting": 1, "taken": 0}
        self.rows.put(SPELLS, BLANK | {
            "case_id": self.id, "seq": now["seq"], "code": now["code"], "type": now["type"], "unit": unit,
            "level": now["level"], "entered_at": self.at, "entered_known": self.known,
            "first_taken": 0, "paused": 0,
        })  # fmt: skip

    def _take(self) -> None:
        now = self.now
        now["taken"] = 1
        level = "" if now["level"] is None else str(now["level"])
        first = bool(level) and level not in now["levels_taken"]
        if first:
            now["levels_taken"] += level
        self._change(
            taken_at=self.at,
            taken_on=day_text(self.at),
            taken_day=day_number(self.at),
            taken_known=self.known,
            first_taken=int(first),
        )

    def _end(self, how: str) -> None:
        now, stay = self.now, self._stay(self.now["seq"])
        now["lasting"] = 0
        entered = stay["entered_at"]
        paused = stay["paused"]
        if now["pauses"]:
            paused += seconds_between(max(entered, now["paused_since"]), self.at)
        self._change(
            left_at=self.at,
            left_on=day_text(self.at),
            left_known=self.known,
            ended=how,
            held=seconds_between(entered, self.at),
            paused=paused,
        )

    def _escalated(self, level: int | None) -> None:
        """Note on the stay with which the level first accepted the case that it left the level upwards."""
        ground = getattr(self.event, "ground", SKIP_RULE)
        for stay in self.rows.select(SPELLS, case_id=self.id):
            if stay["first_taken"] and stay["level"] == level and stay["escalated_day"] is None:
                self.rows.put(SPELLS, {
                    **stay,
                    "escalated_day": day_number(self.at),
                    "escalated_known": self.known,
                    "escalated_ground": ground,
                })  # fmt: skip

    def _pauses(self) -> None:
        """Keep which deadlines are paused, and add up the time in which one was."""
        now = self.now
        if not (self.event.standing.clocks and (now["pauses"] or self._any_paused())):
            return
        names = set(now["pauses"].split())
        for clock in self.event.standing.clocks:
            (names.add if clock.status == PAUSED else names.discard)(clock.name)
        if now["pauses"] and not names:
            if now["lasting"]:
                stay = self._stay(now["seq"])
                since = max(stay["entered_at"], now["paused_since"])
                self._change(paused=stay["paused"] + seconds_between(since, self.at))
            now["paused_since"] = None
        elif names and not now["pauses"]:
            now["paused_since"] = self.at
        now["pauses"] = " ".join(sorted(names))

    def _any_paused(self) -> bool:
        return any(clock.status == PAUSED for clock in self.event.standing.clocks)

    def _stay(self, seq: int) -> Row:
        stay = self.rows.get(SPELLS, self.id, seq)
        assert stay is not None
        return stay

    def _change(self, **columns: Any) -> None:
        self.rows.put(SPELLS, {**self._stay(self.now["seq"]), **columns})
