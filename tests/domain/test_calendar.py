"""Which days are worked: the own table against published files, counting against a naive reference."""

import json
from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import WorkCalendar, YearTable, builtin_calendar, read_yearly_json
from domain.errors import Invalid
from tests.support.real_data import real_file

CALENDAR = builtin_calendar()
DAYS = st.dates(date(2003, 6, 1), date(2027, 12, 31))


def yearly(*days, year=2027):
    """A yearly file with these (date, off) days."""
    told = [{"name": "春节", "date": day, "isOffDay": off} for day, off in days]
    return json.dumps({"year": year, "days": told})


@pytest.mark.parametrize("year", range(2017, 2027))
def test_the_projects_own_table_says_what_the_published_file_of_the_year_says(year):
    told, table = read_yearly_json(real_file(f"holiday_cn/{year}.json").read_text(encoding="utf-8"))
    assert (told, table) == (year, CALENDAR.years[year])


@pytest.mark.parametrize("year", sorted(CALENDAR.years))
def test_every_notice_gives_exactly_the_legal_days_and_swaps_the_rest_for_weekend_days(year):
    """The table's own check sum, also for the years before 2017: a date wrong by one breaks it."""
    table = CALENDAR.years[year]
    legal = 10 if year < 2008 else 11 if year < 2025 else 13
    on_top = {2015: 1, 2020: 2}.get(year, 0)  # Victory Day; the Spring Festival lengthened in the epidemic
    weekdays_off = sum(day.weekday() < 5 for day in table.off)
    weekend_days_worked = sum(day.weekday() >= 5 for day in table.work)
    assert weekdays_off - weekend_days_worked == legal + on_top


@pytest.mark.parametrize(
    ("day", "worked", "name"),
    [
        (date(2024, 9, 29), True, ""),  # a Sunday worked for National Day
        (date(2024, 10, 1), False, "国庆节"),
        (date(2024, 10, 12), True, ""),
        (date(2018, 12, 31), False, "元旦"),  # told by the notice of 2019
        (date(2005, 12, 31), True, ""),  # told by the notice of 2006
        (date(2024, 6, 15), False, "周末"),
        (date(2031, 10, 1), True, ""),  # a year without a table: weekdays alone
    ],
)
def test_make_up_days_are_worked_and_days_off_have_a_name(day, worked, name):
    assert (CALENDAR.is_working_day(day), CALENDAR.name_zh(day)) == (worked, name)


def test_a_last_day_on_a_day_off_moves_past_all_days_off_but_not_past_a_make_up_day():
    assert CALENDAR.next_non_holiday(date(2025, 2, 1)) == date(2025, 2, 5)
    assert CALENDAR.next_non_holiday(date(2024, 9, 28)) == date(2024, 9, 29)
    assert CALENDAR.next_non_holiday(date(2024, 9, 27)) == date(2024, 9, 27)


@given(DAYS, st.integers(0, 60))
def test_adding_working_days_agrees_with_a_naive_list_of_all_working_days(day, count):
    off = {d for table in CALENDAR.years.values() for d in table.off}
    work = {d for table in CALENDAR.years.values() for d in table.work}
    everyday = (day + timedelta(days=n) for n in range(1, 200))
    worked = [d for d in everyday if d in work or (d.weekday() < 5 and d not in off)]
    expected = worked[count - 1] if count else day
    assert CALENDAR.add_working_days(day, count) == expected
    assert CALENDAR.working_days_between(day, expected) == count
    assert bisect_right(worked, expected) == count


def test_the_same_tables_are_the_same_version_and_another_table_is_another():
    again = WorkCalendar.of({year: CALENDAR.years[year] for year in sorted(CALENDAR.years, reverse=True)})
    assert again.version == CALENDAR.version
    assert CALENDAR.with_year(2024, CALENDAR.years[2024]).version == CALENDAR.version
    new = CALENDAR.with_year(2027, YearTable(frozenset({date(2027, 1, 1)}), frozenset()))
    assert new.version != CALENDAR.version
    assert (new.known(2027), CALENDAR.known(2027)) == (True, False)
    assert WorkCalendar.of(CALENDAR.years, ZoneInfo("UTC")).version != CALENDAR.version


def test_a_day_begins_in_the_calendars_zone():
    instant = datetime(2025, 3, 3, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai
    assert CALENDAR.day_of(instant) == date(2025, 3, 4)
    assert WorkCalendar.of({}, ZoneInfo("UTC")).day_of(instant) == date(2025, 3, 3)
    with pytest.raises(Invalid, match="time zone"):
        CALENDAR.day_of(instant.replace(tzinfo=None))


def test_a_yearly_file_is_read_with_the_december_before_it():
    year, table = read_yearly_json(yearly(("2026-12-31", False), ("2027-02-06", True)))
    assert (year, [*table.work], [*table.off]) == (2027, [date(2026, 12, 31)], [date(2027, 2, 6)])


@pytest.mark.parametrize(
    ("text", "field", "remedy"),
    [
        ("<html>", "calendar file", "no JSON"),
        ("[]", "year", "must say its year"),
        ('{"year": "2027", "days": [1]}', "year", "must say its year"),
        ('{"year": 2027, "days": []}', "days", "must list its days"),
        ('{"year": 2027, "days": [1]}', "days[0]", "name, date and isOffDay"),
        (yearly(("6 Feb", True)), "days[0].date", "YYYY-MM-DD"),
        (yearly(("2028-01-01", True)), "days[0].date", "of 2027 and of December before"),
        (yearly(("2027-02-06", 1)), "days[0].isOffDay", "true for a day off"),
        (yearly(("2027-02-06", True), ("2027-02-06", False)), "days[1].date", "told twice"),
    ],
)
def test_a_wrong_yearly_file_is_refused_with_the_entry_and_a_remedy(text, field, remedy):
    with pytest.raises(Invalid, match=remedy) as refused:
        read_yearly_json(text)
    assert refused.value.field == field
