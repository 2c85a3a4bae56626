"""A published holiday calendar (公布的工作日历): one stream per year, so that no version is ever lost."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate

from domain.calendar import YearTable
from domain.case import Entry


def calendar_id(year: int) -> UUID:
    """The stream of the calendar of this year."""
    return uuid5(NAMESPACE_URL, f"gridcase:calendar:{year}")


class YearPublished(Aggregate.Event):
    """公布年度放假安排. Event types are the storage format: add fields with defaults, never rename or drop one."""

    TOPIC = "calendar.year_published"
    ZH, EN = "公布年度放假安排", "Holiday calendar published"

    year: int
    off: tuple[date, ...]
    work: tuple[date, ...]
    names: dict[str, str]
    entry: Entry

    def mutate(self, aggregate: Any) -> Any:
        if aggregate is None:
            aggregate = YearCalendar.__new__(YearCalendar)
            aggregate.__base_init__(self.originator_id, 1, self.timestamp)
            self.apply(aggregate)
            return aggregate
        return super().mutate(aggregate)

    def apply(self, aggregate: Any) -> None:
        aggregate.year = self.year
        names = {date.fromisoformat(day): name for day, name in self.names.items()}
        aggregate.table = YearTable(frozenset(self.off), frozenset(self.work), names)


class YearCalendar(Aggregate):
    """The days off and make-up working days of one year, as last published."""

    year: int
    table: YearTable

    def publish(self, table: YearTable, entry: Entry) -> None:
        """Publish a changed table. What it said before stays in its stream."""
        self.trigger_event(YearPublished, **_facts(self.year, table), entry=entry)


def first_publication(year: int, table: YearTable, entry: Entry) -> YearCalendar:
    """The calendar of a year that nobody has published yet."""
    told: dict[str, Any] = {
        "originator_id": calendar_id(year),
        "originator_version": 1,
        "timestamp": entry.occurred_at,
    }
    event = YearPublished(**told, **_facts(year, table) | {"entry": entry})
    calendar: YearCalendar = event.mutate(None)
    calendar.pending_events.append(event)
    return calendar


def _facts(year: int, table: YearTable) -> dict[str, Any]:
    names = {str(day): name for day, name in sorted(table.names.items())}
    return {"year": year, "off": tuple(sorted(table.off)), "work": tuple(sorted(table.work)), "names": names}
