"""What decisions refer to: the organisation and the holiday calendars, kept up to date from the log."""

from __future__ import annotations

import threading
import time
from datetime import date
from zoneinfo import ZoneInfo

from domain.calendar import WorkCalendar, YearTable, builtin_calendar
from domain.case import Entry
from domain.errors import Invalid, NotFound
from domain.organisation import Organisation
from domain.published import YearCalendar, YearPublished, calendar_id, first_publication
from domain.terms import UnitKind
from domain.unit import ATTACHED_KINDS, Unit, unit_id
from eventlog.log import EventLog

STALE_AFTER = (
    1.0  # seconds: units and calendars change a few times a year; another process's change shows within this
)


class Reference:
    """The organisation and the calendars as the log has them. Thread-safe."""

    def __init__(self, log: EventLog) -> None:
        self._log, self._lock = log, threading.Lock()
        self._organisation, self._position, self._looked = Organisation(), 0, float("-inf")
        self._calendar = builtin_calendar()
        self._calendars = {self._calendar.version: self._calendar}

    def organisation(self) -> Organisation:
        """The units, at most a second old."""
        self._refresh()
        return self._organisation

    def calendar(self) -> WorkCalendar:
        """The newest version of the holiday calendar."""
        self._refresh()
        return self._calendar

    def calendar_of(self, version: str, zone: str = "") -> WorkCalendar:
        """The calendar of this version, to explain a due date by the table that it was worked out with.

        `zone` is where a foreign log counts its days: without any table, or by one of ours.
        """
        self._refresh()
        if zone:
            tables = [{}, *(calendar.years for calendar in self._calendars.values())]
            there = (WorkCalendar.of(years, ZoneInfo(zone)) for years in tables)
            if found := next((calendar for calendar in there if calendar.version == version), None):
                return found
        try:
            return self._calendars[version]
        except KeyError:
            raise NotFound("calendar", version, f"Known are {', '.join(self._calendars)}.") from None

    def refresh(self) -> None:
        """Look at the log now, whatever the time."""
        self._looked = float("-inf")
        self._refresh()

    def _refresh(self) -> None:
        now = time.monotonic()
        if now - self._looked < STALE_AFTER:
            return
        with self._lock:
            head = self._log.head()
            if head != self._position:
                for logged in self._log.read(self._position, limit=1_000_000, topic_prefix="unit."):
                    self._organisation.apply(logged.event)
                for logged in self._log.read(self._position, limit=10_000, topic_prefix="calendar."):
                    self._publish(logged.event)
                self._position = head
            self._looked = now

    def _publish(self, event: YearPublished) -> None:
        names = {date.fromisoformat(day): name for day, name in event.names.items()}
        table = YearTable(frozenset(event.off), frozenset(event.work), names)
        self._calendar = self._calendar.with_year(event.year, table)
        self._calendars[self._calendar.version] = self._calendar

    def publish_calendar(self, year: int, table: YearTable, entry: Entry) -> str:
        """Publish a year's table; the same table again adds nothing. Answers with the version that holds from now on."""
        self.refresh()
        version = self._calendar.with_year(year, table).version
        if version != self._calendar.version:
            with self._log.checkout(calendar_id(year)) as (calendar,):
                if calendar is None:
                    calendar = first_publication(year, table, entry)
                else:
                    assert isinstance(calendar, YearCalendar)
                    calendar.publish(table, entry)
                self._log.append(calendar)
            self.refresh()
        return version

    def create_unit(
        self,
        code: str,
        name: str,
        kind: UnitKind,
        *,
        effective: date,
        entry: Entry,
        parent: str = "",
        township_class: int | None = None,
        population: int | None = None,
    ) -> bool:
        """Create a unit. False when it is there already just so; `Invalid` when it is there differently."""
        units = self.organisation()
        if units.exists(code):
            there = units.get(code, max(effective, units.names(code)[0][0]))
            if (there.name, there.kind, there.parent) == (name, kind, parent):
                return False
            raise Invalid(
                "code",
                code,
                f"It is {there.name} ({there.kind}, under {there.parent or 'nobody'}): rename or move it.",
                f"此编码已用于{there.name}（{there.kind}，上级：{there.parent or '无'}）：请更名或者划转。",
            )
        units.check_place(code, kind, parent, effective)
        with self._log.checkout(unit_id(code)):
            unit = Unit.create(
                code,
                name,
                kind,
                effective=effective,
                entry=entry,
                parent=parent,
                level=units.level(parent, effective) if kind in ATTACHED_KINDS and parent else None,
                township_class=township_class,
                population=population,
            )
            self._log.append(unit)
            self._take(unit)
        return True

    def change_unit(self, code: str, change: str, *, effective: date, entry: Entry, **facts: object) -> None:
        """Fire one of Unit's commands: rename, move, reclassify, merge_into, split_into, close."""
        units = self.organisation()
        if not units.exists(code):
            raise NotFound("unit", code, "Create or import it first.")
        if change == "move":
            units.check_place(code, units.get(code, effective).kind, str(facts["parent"]), effective)
        with self._log.checkout(unit_id(code)) as (unit,):
            getattr(unit, change)(effective=effective, entry=entry, **facts)
            self._log.append(unit)
            self._take(unit)

    def _take(self, unit: Unit) -> None:
        with self._lock:
            for logged in self._log.history(unit.id):
                self._organisation.apply(logged.event)
