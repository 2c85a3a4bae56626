"""What a deadline of a plain event says about itself, as domain/clock.py says it of a typed one. Works out nothing."""

from __future__ import annotations

from typing import Any, Final

from domain.clock import ClockStatus
from projections.moments import instant

RUNNING, PAUSED, MET, LAPSED, CANCELLED = (
    status.value
    for status in (
        ClockStatus.RUNNING,
        ClockStatus.PAUSED,
        ClockStatus.MET,
        ClockStatus.LAPSED,
        ClockStatus.CANCELLED,
    )
)
OPEN: Final = frozenset({RUNNING, PAUSED})


def rule_of(name: str) -> str:
    """The rule's code, without the number."""
    return name.partition("/")[0]


def met_late(clock: Any) -> bool:
    """Whether what it asked for was done after its due instant; during a pause, when the pause had begun after it."""
    if clock.status != MET or clock.stopped_at is None:
        return False
    counted_to = next((pause.since for pause in clock.pauses if pause.until is None), clock.stopped_at)
    return instant(counted_to) >= instant(clock.due)
