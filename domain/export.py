"""An export (导出) that somebody made: who, when, of what, how many rows. One stream for each; never what stands in it.

What was searched for may be somebody's name, so it is told as a fingerprint: two searches can be found to be the same,
and nobody can read them.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any, ClassVar, Self
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.case import Entry


class ExportMade(Aggregate.Event):
    """导出清单. Event types are the storage format: add fields with defaults, never rename or drop one."""

    TOPIC: ClassVar[str] = "export.made"
    ZH: ClassVar[str] = "导出清单"
    EN: ClassVar[str] = "List exported"

    entry: Entry
    listed: str  # cases, deadlines
    form: str  # csv, xlsx
    rows: int
    known_to: int  # the place in the log up to which everything is in it
    filters: dict[str, str] = field(default_factory=dict)

    def mutate(self, aggregate: Any) -> Any:
        assert aggregate is None
        export = Export.__new__(Export)
        export.__base_init__(self.originator_id, 1, self.timestamp)
        export.made = self
        return export


class Export(Aggregate):
    """What was handed out, once."""

    made: ExportMade

    @classmethod
    def made_by(cls, id: UUID, entry: Entry, **facts: Any) -> Self:
        told: type[Any] = ExportMade
        event = told(
            originator_id=id, originator_version=1, timestamp=entry.occurred_at, entry=entry, **facts
        )
        export: Self = event.mutate(None)
        export.pending_events.append(event)
        return export
