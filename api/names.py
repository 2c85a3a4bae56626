"""Which case or unit stands behind an id of the log, and of what type a case is. Both never change: both are kept."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from domain.case import Case, case_id
from domain.errors import NotFound
from eventlog.log import EventLog

KEPT = 50_000


class Name(NamedTuple):
    """`type` is dispute, petition, unit or calendar; `code` the case's or unit's ("" for a calendar)."""

    type: str
    code: str


class Names:
    """Looks an id up in the log once, and remembers it. Thread-safe."""

    def __init__(self, log: EventLog) -> None:
        self._log, self._lock = log, Lock()
        self._known: OrderedDict[UUID, Name] = OrderedDict()

    def of(self, id: UUID) -> Name:
        """Raises LookupError for an id that the log does not know."""
        with self._lock:
            if (known := self._known.get(id)) is not None:
                return known
        first = self._log.load(id, version=1)
        type_ = first.TYPE if isinstance(first, Case) else type(first).__name__.lower().removeprefix("year")
        name = Name(type_, str(getattr(first, "code", "")))
        with self._lock:
            self._known[id] = name
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return name

    def of_case(self, code: str) -> str:
        """The type of this case. Raises NotFound."""
        try:
            return self.of(case_id(code)).type
        except LookupError:
            raise NotFound(
                "case", code, "Look at its code again: one matter has one code for life."
            ) from None
