"""The rules as people read them: policy sets, how a due date comes about under them, and the calendar of working days."""

from __future__ import annotations

from calendar import Calendar, month_name
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.access.signed import Me
from api.here import Here
from api.pages.shell import page
from api.views import last_day
from domain.calendar import TZ, WorkCalendar
from domain.deadline import explain, start
from domain.errors import NotFound
from domain.organisation import local_date
from domain.rule import Title

router = APIRouter()

WEEKS: Final = Calendar(firstweekday=0)
WEEKEND: Final = "周末"


@dataclass(frozen=True)
class Day:
    """A day of a month's sheet. `kind`: work, off, make_up (worked in exchange), or "" outside of the month."""

    on: date
    kind: str
    name: Title | None


@router.get("/policies")
def policies(request: Request, context: Here, me: Me) -> Response:
    """Every set, past ones too: a case keeps the set under which its clock started."""
    book = context.service.policies
    now = book.in_force(context.service.jurisdiction, context.now())
    return page(request, context, me, "policies.html", sets=reversed(book.all()), in_force=now.ref)


@router.get("/policies/{id}/{version}")
def policy(
    request: Request,
    context: Here,
    me: Me,
    id: str,
    version: int,
    rule: Annotated[str, Query(max_length=60)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """A set with its rules; with `rule` and `since` (a day) how the due date comes about."""
    chosen = context.service.policies.get(f"{id}/{version}")
    calendar, steps, due, wrong = context.service.reference.calendar(), [], None, None
    if rule and (asked := chosen.rules.get(rule)) is not None:
        try:
            day = date.fromisoformat(since) if since else local_date(context.now())
        except ValueError:
            wrong = Title(
                f"“{since}”不是日期，请按 2026-03-02 的样子填写。",
                f"“{since}” is no day: write it like 2026-03-02.",
            )
        else:
            if asked.length is not None:
                clock = start(asked, chosen.ref, calendar, datetime.combine(day, time(9), TZ))
                steps, due = explain(clock, asked, calendar), last_day(clock.due)
    return page(
        request, context, me, "policy.html", status=422 if wrong else 200, policy=chosen, asked=rule, since=since,
        steps=steps, due=due, wrong=wrong,
    )  # fmt: skip


@router.get("/calendars")
def calendars(
    request: Request, context: Here, me: Me, year: Annotated[int | None, Query(ge=1, le=9999)] = None
) -> Response:
    """A year of working days, days off and make-up days, as the deadlines count them."""
    known = context.service.reference.calendar()
    shown = year or local_date(context.now()).year
    if not known.known(shown):
        years = f"{min(known.years)}–{max(known.years)}" if known.years else "–"
        raise NotFound(
            "calendar", str(shown), f"There is a table for {years}. Import the yearly notice first."
        )
    months = [(Title(f"{n}月", month_name[n]), sheet(known, shown, n)) for n in range(1, 13)]
    return page(request, context, me, "calendar.html", year=shown, months=months, calendar=known)


def sheet(calendar: WorkCalendar, year: int, month: int) -> Sequence[Sequence[Day]]:
    """The weeks of a month, Monday first."""
    return [
        [day_of(calendar, day) if day.month == month else Day(day, "", None) for day in week]
        for week in WEEKS.monthdatescalendar(year, month)
    ]


def day_of(calendar: WorkCalendar, day: date) -> Day:
    if calendar.is_working_day(day):
        made_up = calendar.is_make_up_day(day)
        return Day(
            day,
            "make_up" if made_up else "work",
            Title("调休上班", "worked in exchange") if made_up else None,
        )
    weekend = calendar.name_zh(day) == WEEKEND  # everybody sees that: only holidays are named
    return Day(day, "off", None if weekend else Title(calendar.name_zh(day), calendar.name_en(day)))
