"""Holiday calendars from files: published once, and every version stays known."""

from __future__ import annotations

import json

import pytest

from api.imports.calendars import import_calendar
from domain.calendar import builtin_calendar
from domain.errors import Invalid
from tests.imports.conftest import IMPORTER
from tests.support.real_data import real_file

NEW_YEAR = {"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}]}


def test_a_published_year_that_says_what_we_know_changes_nothing(service):
    report = import_calendar(service, real_file("holiday_cn/2025.json"), actor=IMPORTER)
    assert report.as_json() == {"years": [2025], "changed": [], "version": builtin_calendar().version}
    assert service.log.head() == 0


def test_a_new_year_is_a_new_version_and_again_adds_nothing(service, write):
    file = write("2027.json", json.dumps(NEW_YEAR))
    dry = import_calendar(service, file, actor=IMPORTER, dry_run=True)
    assert service.log.head() == 0
    report = import_calendar(service, file, actor=IMPORTER)
    assert report == dry and report.changed == [2027] and report.version != builtin_calendar().version
    assert service.reference.calendar().version == report.version
    assert service.reference.calendar_of(builtin_calendar().version) == builtin_calendar()
    assert import_calendar(service, file, actor=IMPORTER).changed == []


def test_our_own_form_tells_several_years_and_the_same_as_the_public_one(service, write):
    toml = (
        '[2027]\n"元旦" = { off = "01-01" }\n[2028]\n"元旦" = { off = "01-01..01-02", work = "2027-12-26" }\n'
    )
    report = import_calendar(service, write("mine.toml", toml), actor=IMPORTER)
    assert report.changed == [2027, 2028]
    assert import_calendar(service, write("2027.json", json.dumps(NEW_YEAR)), actor=IMPORTER).changed == []


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("x.json", "{}", "year"),
        ("x.toml", '[2027]\n"元旦" = { of = "01-01" }', r"2027.元旦.of"),
        ("x.toml", '[2027]\n"元旦" = { off = "13-01" }', r"off.*10-01\.\.10-07"),
        ("x.toml", "[next]", "2026"),
        ("x.toml", "", "tells no year"),
    ],
)
def test_a_file_of_another_form_is_refused(service, write, name, text, says):
    with pytest.raises(Invalid, match=says):
        import_calendar(service, write(name, text), actor=IMPORTER)
