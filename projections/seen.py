"""Events as folds see them: of cases as plain values, since read tables keep text; of units as the domain's own events.

Never pass over a topic that this program does not know: whoever skips one shows tables that are wrong for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from domain.account import AccountEvent
from domain.case import CaseEvent, CaseOpened
from domain.errors import LogUnreadable
from domain.topics import TOPICS
from domain.unit import Unit
from eventlog.errors import Unreadable
from eventlog.log import EventLog
from eventlog.plain import typed
from eventlog.rows import PlainRow

Seen = tuple[int, str, int, str, str, Any]
"""An event: its position, its stream (a case's id), its version, its topic, recorded_at as stored, and its fields."""

CASES: Final = frozenset(topic for topic, event in TOPICS.items() if issubclass(event, CaseEvent))
OPENINGS: Final = frozenset(topic for topic in CASES if issubclass(TOPICS[topic], CaseOpened))
ACCOUNTS: Final = frozenset(topic for topic, event in TOPICS.items() if issubclass(event, AccountEvent))
UNITS: Final = frozenset(topic for topic, event in TOPICS.items() if issubclass(event, Unit.Event))


def seen(log: EventLog, rows: Sequence[PlainRow], topics: frozenset[str]) -> list[Seen]:
    """The events of these topics. Raises LogUnreadable when one of the rows is none of this program's."""
    found: list[Seen] = []
    plain = log.plain.decode
    try:
        for row in rows:
            position, stream, version, topic, recorded_at, _ = row
            if topic in topics:
                event = plain(row) if topic in CASES else typed(log.mapper, row)
                found.append((position, stream, version, topic, recorded_at, event))
            elif topic not in TOPICS:
                raise LogUnreadable(
                    f"Event {topic!r} at position {position} is not in domain/topics.py. Upgrade the program."
                )
    except Unreadable as error:
        raise LogUnreadable(str(error)) from error
    return found
