"""Events as folds see them, without a log in between."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from eventlog.encoding import EventMapper
from eventlog.plain import PlainForms
from projections.schema import instant
from projections.seen import CASES, UNITS, Seen, seen

MAPPER = EventMapper()
READER: Any = SimpleNamespace(mapper=MAPPER, plain=PlainForms(MAPPER))


def as_seen(events: Iterable[tuple[int, datetime, Any]]) -> list[Seen]:
    """What a fold gets of these events: position, recorded_at, and the event as the domain has it."""
    rows = []
    for position, recorded_at, event in events:
        stored = MAPPER.to_stored_event(event)
        columns = (position, str(event.originator_id), event.originator_version)
        rows.append((*columns, stored.topic, instant(recorded_at), stored.state))
    return seen(READER, rows, CASES | UNITS)
