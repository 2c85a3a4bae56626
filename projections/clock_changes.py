"""What an event did to the deadlines: a clock compared with itself before. Due dates are in the log already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.clock import Clock, ClockStatus
from domain.errors import NotFound
from domain.policy import PolicyBook
from domain.rule import Breach, Rule, Title
from projections.schema import instant

ENDS = (ClockStatus.MET, ClockStatus.LAPSED, ClockStatus.CANCELLED, ClockStatus.PAUSED)


def clock_changes(known: dict[str, Clock], clocks: Iterable[Clock], at: datetime) -> list[dict[str, Any]]:
    """What became of these clocks at `at`, given those known before; `known` is brought up to date.

    `change` is one of started, met, lapsed, cancelled, paused, resumed, extended, moved, warned, missed;
    `late` says that it was met after its due instant; `colour` is that of a warning or miss just recorded, else "".
    """
    changes = []
    for clock in clocks:
        before = known.get(clock.name)
        if before is not None and before.started_at != clock.started_at:
            before = None
        known[clock.name] = clock
        new_misses = clock.missed[len(before.missed) if before else 0 :]
        change = _change(before, clock, bool(new_misses))
        if change == "missed" and at < clock.due:
            change = "warned"
        changes.append(
            {
                "name": clock.name,
                "change": change,
                "due": instant(clock.due),
                "warn": instant(clock.warn) if clock.warn else None,
                "started_at": instant(clock.started_at),
                "stopped_at": instant(clock.stopped_at) if clock.stopped_at else None,
                "policy": clock.policy,
                "late": clock.status is ClockStatus.MET and clock.is_late(clock.due),
                "colour": new_misses[0] if new_misses else "",
            }
        )
    return changes


def _change(before: Clock | None, clock: Clock, missed: bool) -> str:
    was = before.status if before else None
    if missed and clock.status is not ClockStatus.LAPSED:
        return "missed"
    if clock.status is not was and clock.status in ENDS:
        return str(clock.status)
    if before is None:
        return "started"
    if was is ClockStatus.PAUSED and clock.status is ClockStatus.RUNNING:
        return "resumed"
    return "extended" if clock.extension != before.extension else "moved"


def clock_title(policies: PolicyBook, name: str, policy: str) -> Title:
    """What a deadline is called by the rule that it was started under; its own name if a foreign log brought it."""
    rule = _rule(policies, name, policy)
    number = name.partition("/")[2]
    return Title(rule.title_zh + number, f"{rule.title_en} {number}".rstrip()) if rule else Title(name, name)


def breach_of(policies: PolicyBook, name: str, policy: str) -> Breach:
    """What a miss of this deadline does, by the rule that it was started under."""
    rule = _rule(policies, name, policy)
    return rule.breach if rule else Breach.INFO


def _rule(policies: PolicyBook, name: str, policy: str) -> Rule | None:
    try:
        return policies.get(policy).rule(name.partition("/")[0])
    except NotFound:  # a foreign log's own deadline
        return None
