"""Holiday calendars from yearly files: the public holiday-cn JSON, or TOML in the form of domain/holidays.toml."""

from __future__ import annotations

from pathlib import Path

from api.imports.report import CalendarReport
from domain.actor import Actor
from domain.calendar import YearTable, read_yearly_json, read_yearly_toml
from domain.case import Entry
from domain.errors import Invalid, NotFound
from domain.terms import Source
from workflows.service import Service

LARGEST = 1_000_000  # bytes; a year has a few thousand


def import_calendar(service: Service, path: Path, *, actor: Actor, dry_run: bool = False) -> CalendarReport:
    """Publish the years of a file. A year that says what it said before changes nothing.

    Raises Invalid, naming the entry, when the file has another form, and NotFound when there is none.
    """
    years = _read(path)
    calendar = service.reference.calendar()
    changed = [
        year for year, table in years.items() if calendar.with_year(year, table).version != calendar.version
    ]
    for year in changed:
        calendar = calendar.with_year(year, years[year])
        if not dry_run:
            entry = Entry(actor, service.clock(), reason=path.name, source=Source.IMPORT)
            service.reference.publish_calendar(year, years[year], entry)
    return CalendarReport(sorted(years), sorted(changed), calendar.version)


def _read(path: Path) -> dict[int, YearTable]:
    try:
        if path.stat().st_size > LARGEST:
            raise Invalid(
                "calendar file",
                path.name,
                f"It has more than {LARGEST} bytes: is it a calendar?",
                f"超过 {LARGEST} 字节：这是日历吗？",
            )
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise NotFound("file", str(path), f"{problem.strerror}: look at the path again.") from None
    except UnicodeDecodeError:
        raise Invalid("calendar file", path.name, "Write it in UTF-8.", "请用 UTF-8 编码。") from None
    if path.suffix.lower() == ".toml":
        return read_yearly_toml(path.name, text)
    year, table = read_yearly_json(text)
    return {year: table}
