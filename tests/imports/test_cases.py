"""Histories from files: what is recorded, what stays unknown, what a second import adds, what becomes of bad rows."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from api.imports.cases import import_cases
from domain.actor import Actor
from domain.calendar import TZ
from domain.deadline import due_on
from domain.errors import Invalid
from domain.terms import Channel, Role, UnitKind
from tests.imports.conftest import IMPORTER
from workflows.command import Command
from workflows.service import Service
from workflows.sweep import sweep

LONG = """
imports = "cases"
id = "old"
[time]
zone = "Asia/Shanghai"
[case]
number = { column = "no", prefix = "OLD-" }
type = { constant = "dispute" }
unit = { column = "unit", values = { "旧办" = "OFFICE" }, default = "" }
severity = { column = "weight", values = { "大" = "major" } }
[[unit]]
code = "OFFICE"
name = "旧村委"
kind = "village"
[row]
activity = "what"
at = "at"
order = "seq"
facts = ["note"]
[[activity]]
name = "受理"
starts = { code = "F-WORK", length = "10 CD" }
state = "village_mediation.mediating"
level = { constant = "village" }
[[activity]]
name = "办结"
meets = "F-WORK"
outcome = { constant = "resolved" }
"""
HEADER = "no,seq,what,at,unit,weight,note\n"
ONE = [
    "1,1,上报,2024-01-02 09:00,旧办,大,\n",
    "1,2,受理,2024-01-03 09:00,旧办,,甲\n",
    "1,10,办结,2024-01-09 09:00,旧办,,\n",
]


def run(service, file, mapping, **options):
    return import_cases(service, file, mapping, actor=IMPORTER, **options).as_json()


def events(service, code="OLD-1"):
    return [logged.event for logged in service.log.history(service.case(code).id)]


@pytest.fixture
def old(write):
    return write("old.toml", LONG)


def test_a_history_becomes_events_that_say_where_they_come_from(service, write, old):
    report = run(service, write("a.csv", HEADER + "".join(reversed(ONE))), old)
    assert report == {
        "cases": 1,
        "source_events": 3,
        "recorded_events": 3,
        "already_present": 0,
        "rejected": [],
        "unmapped": [{"field": "what", "value": "上报", "rows": 1}],
    }
    first, second, third = events(service)
    assert [first.activity, second.activity, third.activity] == ["上报", "受理", "办结"], "10 comes after 2"
    assert (first.TOPIC, second.TOPIC) == ("case.history_imported", "case.activity_imported")
    for event in (first, second, third):
        assert (event.entry.source, event.entry.late, event.entry.actor) == ("import", "import", IMPORTER)
        assert event.entry.policy == "import:old@Asia/Shanghai" and event.entry.correlation == "old:a.csv"
        assert event.timestamp == service.clock(), "recorded now"
    assert second.entry.occurred_at == datetime(2024, 1, 3, 1, tzinfo=UTC), "as the foreign log says"
    assert second.facts == {"note": "甲"} and first.facts == {}
    assert second.standing.state == "village_mediation.mediating"
    case = service.case("OLD-1")
    assert (case.state, case.outcome, case.level, case.severity) == ("closed", "resolved", 1, "major")
    assert case.clocks["F-WORK"].status == "met" and not case.clocks["F-WORK"].is_late(service.clock())
    assert service.reference.organisation().get("OFFICE", date(2024, 1, 2)).kind is UnitKind.VILLAGE


def test_what_a_foreign_log_does_not_know_stays_unknown(service, write):
    mapping = LONG.replace('unit = { column = "unit", values = { "旧办" = "OFFICE" }, default = "" }\n', "")
    mapping = mapping.replace('severity = { column = "weight", values = { "大" = "major" } }\n', "")
    run(service, write("a.csv", HEADER + ONE[0]), write("m.toml", mapping))
    (event,) = events(service)
    assert (event.standing.level, event.standing.holder, event.standing.outcome) == (None, "", None)
    assert (event.severity, event.channel, event.category, event.origin) == (None, Channel.UNKNOWN, "", "")
    case = service.case("OLD-1")
    assert case.state == "reported" and case.is_open, "an open case waits in the first state of its type"
    assert case.custody == []


def test_a_second_import_adds_nothing_wherever_the_rows_have_moved_to(service, write, old):
    run(service, write("a.csv", HEADER + "".join(ONE)), old)
    head = service.log.head()
    again = run(service, write("b.csv", HEADER + "9,1,上报,2024-01-02 09:00,,,\n" + "\n" + "".join(ONE)), old)
    assert (again["source_events"], again["recorded_events"], again["already_present"]) == (4, 1, 3)
    assert service.log.head() == head + 1


def test_a_case_that_went_on_elsewhere_gets_only_what_is_new(service, write, old):
    run(service, write("a.csv", HEADER + ONE[0] + ONE[1]), old)
    assert service.case("OLD-1").state == "village_mediation.mediating"
    report = run(service, write("a.csv", HEADER + "".join(ONE)), old)
    assert (report["recorded_events"], report["already_present"]) == (1, 2)
    assert service.case("OLD-1").outcome == "resolved"


def test_a_row_that_was_bad_and_is_mended_finds_its_place(service, write, old):
    spoilt = [ONE[0], ONE[1].replace("2024-01-03", "2024-13-03"), ONE[2]]
    report = run(service, write("a.csv", HEADER + "".join(spoilt)), old)
    assert [(bad["line"], bad["field"], bad["value"]) for bad in report["rejected"]] == [
        (3, "at", "2024-13-03 09:00")
    ]
    assert report["recorded_events"] == 2 and "F-WORK" not in service.case("OLD-1").clocks
    run(service, write("a.csv", HEADER + "".join(ONE)), old)
    assert [event.activity for event in events(service)] == ["上报", "办结", "受理"]
    case = service.case("OLD-1")
    assert (case.state, case.outcome, case.clocks["F-WORK"].status) == ("closed", "resolved", "met")
    assert case.clocks["F-WORK"].stopped_at == datetime(2024, 1, 9, 1, tzinfo=UTC)


def test_a_beginning_that_is_told_later_is_the_beginning(service, write, old):
    run(service, write("a.csv", HEADER + ONE[1]), old)
    run(service, write("a.csv", HEADER + ONE[0] + ONE[1]), old)
    case = service.case("OLD-1")
    assert case.opened_at == datetime(2024, 1, 2, 1, tzinfo=UTC)
    assert case.state == "village_mediation.mediating", "what came after it still holds"


BAD = [
    ("1,1,上报,02.01.2024,旧办,,\n", "at", "02.01.2024"),
    ("1,1,上报,,旧办,,\n", "at", ""),
    ("1,1,,2024-01-02,旧办,,\n", "what", ""),
    (",1,上报,2024-01-02,旧办,,\n", "no", ""),
    ("1,1,上报,2024-01-02,旧办,巨大,\n", "weight", "巨大"),
    ("1,1,上报,2031-01-02,旧办,,\n", "at", "2031-01-01T16:00:00+00:00"),
    ("1,1,上报,0024-01-02,旧办,,\n", "at", "0024-01-02"),
    ("1,1,上报\n", "row", "3 cells"),
]


@pytest.mark.parametrize(("row", "field", "value"), BAD)
def test_a_bad_row_names_line_field_value_and_remedy_and_the_rest_goes_on(
    service, write, old, row, field, value
):
    report = run(service, write("a.csv", HEADER + row + ONE[0].replace("1,", "2,", 1)), old)
    (bad,) = report["rejected"]
    assert (bad["line"], bad["field"], bad["value"]) == (2, field, value) and bad["remedy"]
    assert (report["cases"], report["recorded_events"]) == (1, 1) and service.case("OLD-2")


def test_stop_ends_at_the_first_bad_row_and_keeps_nothing(service, write, old):
    rows = ONE[0] + ONE[1].replace("09:00", "9 o'clock") + ONE[2].replace("1,10", "2,1")
    report = run(service, write("a.csv", HEADER + rows), old, on_error="stop")
    assert [bad["line"] for bad in report["rejected"]] == [3]
    assert report["recorded_events"] == 0 and service.log.head() == 0


def test_a_unit_that_nobody_knows_is_not_made_up(service, write, old):
    mapping = write("m.toml", LONG.replace(', values = { "旧办" = "OFFICE" }, default = ""', ""))
    report = run(service, write("a.csv", HEADER + ONE[0]), mapping)
    (bad,) = report["rejected"]
    assert (bad["line"], bad["field"], bad["value"]) == (2, "unit", "旧办") and "import the units" in bad[
        "remedy"
    ]


def test_a_dry_run_reports_the_same_and_records_nothing(service, write, old):
    file = write("a.csv", HEADER + "".join(ONE) + BAD[0][0])
    dry = run(service, file, old, dry_run=True)
    assert service.log.head() == 0
    assert run(service, file, old) == dry


def test_a_number_that_began_here_is_never_overruled(service, write, old):
    run(service, write("a.csv", HEADER + "".join(ONE)), old)
    parties = [{"subject": "s1"}, {"subject": "s2"}]
    facts = {
        "origin": "OFFICE",
        "channel": "screening",
        "title": "界址",
        "category": "land",
        "parties": parties,
    }
    wang = Actor("wang", Role.REPORTER, "OFFICE")
    service.do(Command("report", "OLD-2", wang, facts, type="dispute"))
    before = service.log.head()
    rows = ONE[0].replace("1,", "2,", 1) + ONE[0].replace("1,", "3,", 1)
    report = run(service, write("a.csv", HEADER + rows), old)
    (bad,) = report["rejected"]
    assert (bad["line"], bad["field"], bad["value"]) == (2, "case", "OLD-2") and "prefix" in bad["remedy"]
    assert service.log.head() == before + 1
    stopped = run(service, write("a.csv", HEADER + rows.replace("3,", "4,", 1)), old, on_error="stop")
    assert stopped["recorded_events"] == 0 and service.log.head() == before + 1


def test_a_case_that_is_worked_on_here_takes_nothing_more_from_elsewhere(service, write, old):
    run(service, write("a.csv", HEADER + ONE[0] + ONE[1]), old)
    head = Actor("hu", Role.UNIT_HEAD, "OFFICE")
    service.do(Command("raise_severity", "OLD-1", head, {"severity": "serious"}))
    same = run(service, write("a.csv", HEADER + ONE[0] + ONE[1]), old)
    assert (same["already_present"], same["rejected"]) == (2, [])
    report = run(service, write("a.csv", HEADER + "".join(ONE)), old)
    assert report["recorded_events"] == 0 and "by hand" in report["rejected"][0]["remedy"]


# Deadlines.

WIDE = """
imports = "cases"
id = "wide"
[time]
zone = "America/New_York"
[case]
number = "no"
type = { constant = "petition" }
[[event]]
name = "opened"
at = "open"
starts = [{ code = "F-DUE", due = "due" }, { code = "F-MONTH", length = "1 MO" }]
[[event]]
name = "closed"
at = "close"
when = { column = "status", is = ["Closed", "Done"] }
meets = "F-DUE"
state = "closed"
"""
WIDE_HEADER = "no,open,due,close,status\n"


def test_a_wide_row_tells_several_activities_and_an_empty_due_cell_starts_nothing(service, write):
    rows = (
        "a,2022-01-02 12:27:00,2022-01-04 08:30:00,2022-01-04 09:30:03,Done\nb,2022-01-02 12:27:00,,,Open\n"
    )
    report = run(service, write("w.csv", WIDE_HEADER + rows), write("w.toml", WIDE))
    assert (report["cases"], report["source_events"]) == (2, 3)
    a, b = service.case("a"), service.case("b")
    assert a.clocks["F-DUE"].due == datetime(2022, 1, 4, 13, 30, tzinfo=UTC), "half past eight in New York"
    assert a.clocks["F-DUE"].is_late(service.clock()) and a.clocks["F-DUE"].status == "met"
    assert (a.state, a.outcome) == ("closed", None), "closed, nobody knows how"
    assert a.clocks["F-MONTH"].status == "cancelled", "a case that is closed owes nothing more"
    assert set(b.clocks) == {"F-MONTH"}


def test_a_wide_row_is_taken_whole_or_not_at_all(service, write):
    rows = "a,2022-01-02 12:27:00,,,Closed\nb,,,,Open\n"
    report = run(service, write("w.csv", WIDE_HEADER + rows), write("w.toml", WIDE))
    assert [(bad["line"], bad["field"]) for bad in report["rejected"]] == [(2, "close"), (3, "row")]
    assert report["cases"] == 0


def test_a_due_day_is_the_last_day_in_time(service, write):
    rows = "a,2022-01-02 12:27:00,2022-01-04,2022-01-04 23:59:59,Closed\nb,2022-01-02,2022-01-04,2022-01-05,Closed\n"
    run(service, write("w.csv", WIDE_HEADER + rows), write("w.toml", WIDE))
    late = [service.case(code).clocks["F-DUE"].is_late(service.clock()) for code in "ab"]
    assert late == [False, True]


def test_days_are_counted_in_the_zone_of_the_file_and_explained_after_a_restart(service, write):
    rows = "a,2022-03-12 23:30:00,,,Open\n"  # the clocks go forward in New York that night
    run(service, write("w.csv", WIDE_HEADER + rows), write("w.toml", WIDE))
    again = Service(service.log, clock=service.clock)
    clock = again.case("a").clocks["F-MONTH"]
    assert (
        clock.policy,
        due_on(clock, again.reference.calendar_of(clock.calendar, "America/New_York").tz),
    ) == (
        "import:wide@America/New_York",
        date(2022, 4, 12),
    )
    steps = again.explain(again.case("a"), "F-MONTH")
    assert steps[-1].due == clock.due == datetime(2022, 4, 13, 4, tzinfo=UTC)


def test_working_days_are_counted_by_the_published_holidays(service, write):
    mapping = WIDE.replace('"1 MO"', '"5 WD"').replace("America/New_York", "Asia/Shanghai")
    with pytest.raises(Invalid, match="holidays"):
        run(service, write("w.csv", WIDE_HEADER), write("w.toml", mapping))
    mapping = mapping.replace('zone = "Asia/Shanghai"', 'zone = "Asia/Shanghai"\ncalendar = "holidays"')
    run(service, write("w.csv", WIDE_HEADER + "a,2024-09-29 10:00:00,,,Open\n"), write("w.toml", mapping))
    case = service.case("a")
    assert due_on(case.clocks["F-MONTH"]) == date(2024, 10, 11), "30 September, then 8 to 11 October"
    assert service.explain(case, "F-MONTH")[-1].due == case.clocks["F-MONTH"].due


def test_the_sweep_records_a_foreign_deadline_as_late_and_lets_it_run_on(service, write):
    run(
        service,
        write("w.csv", WIDE_HEADER + "a,2022-01-02 12:00:00,2022-01-04 08:30:00,,Open\n"),
        write("w.toml", WIDE),
    )
    now = service.clock()
    swept = sweep(service, ["a"], now)
    assert swept.missed == [("a", "F-DUE", "red"), ("a", "F-MONTH", "red")]
    clock = service.case("a").clocks["F-DUE"]
    assert clock.is_open and clock.is_late(now) and sweep(service, ["a"], now).missed == []
    closed = WIDE_HEADER + "a,2022-01-02 12:00:00,2022-01-04 08:30:00,2022-01-05 08:30:00,Closed\n"
    assert run(service, write("w.csv", closed), write("w.toml", WIDE))["recorded_events"] == 1
    assert service.case("a").clocks["F-DUE"].status == "met" and service.case("a").clocks["F-DUE"].missed == (
        "red",
    )


def test_a_deadline_missed_before_any_law_that_we_know_is_recorded_as_of_the_first(service, write):
    run(
        service,
        write("w.csv", WIDE_HEADER + "a,2003-01-02 12:00:00,2003-02-01,,Open\n"),
        write("w.toml", WIDE),
    )
    assert ("a", "F-DUE", "red") in sweep(service, ["a"], service.clock()).missed
    missed = next(e for e in events(service, "a") if e.TOPIC == "case.deadline_missed" and e.clock == "F-DUE")
    assert missed.entry.occurred_at == datetime(2005, 5, 1, tzinfo=TZ)
    assert missed.due == datetime(2003, 2, 2, 5, tzinfo=UTC)


# Other files.


def test_a_packed_xes_log_and_a_sheet_are_imported_alike(service, write, tmp_path):
    told = [("Z1", "open", "2024-01-02T09:00:00+08:00"), ("Z1", "end", "2024-01-05T09:00:00+08:00")]
    traces = "".join(
        f'<event><string key="concept:name" value="{what}"/><date key="time:timestamp" value="{at}"/></event>'
        for _, what, at in told
    )
    xes = f'<log><trace><string key="concept:name" value="Z1"/>{traces}</trace></log>'
    mapping = """imports = "cases"
id = "xes"
[time]
zone = "Asia/Shanghai"
[case]
number = "case:concept:name"
type = { constant = "dispute" }
[row]
activity = "concept:name"
at = "time:timestamp"
"""
    report = run(service, write("a.xes.gz", gzip.compress(xes.encode())), write("x.toml", mapping))
    assert (report["cases"], report["recorded_events"]) == (1, 2)
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row("A1", ["case:concept:name", "concept:name", "time:timestamp"])
        for row, (number, what, at) in enumerate(told, 1):
            sheet.write_row(row, 0, [number, what])
            sheet.write_datetime(row, 2, datetime.fromisoformat(at).replace(tzinfo=None))
    again = run(service, tmp_path / "a.xlsx", write("x.toml", mapping))
    assert (again["recorded_events"], again["already_present"]) == (0, 2), (
        "the same instants, the same activities"
    )


def test_progress_is_told_and_ends_at_the_whole(service, write, old):
    rows = "".join(f"{n},1,上报,2024-01-02 09:00,,,\n" for n in range(3000))
    told = []
    import_cases(
        service,
        write("a.csv", HEADER + rows),
        old,
        actor=IMPORTER,
        progress=lambda done, total: told.append((done, total)),
    )
    assert len(told) > 3 and told == sorted(told) and told[-1][0] == told[-1][1]


def test_the_same_activity_twice_at_once_is_recorded_twice(service, write, old):
    rows = HEADER + ONE[0] + ONE[0]
    assert run(service, write("a.csv", rows), old)["recorded_events"] == 2
    assert run(service, write("a.csv", rows), old)["recorded_events"] == 0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (LONG.replace("[row]", "[rows]"), "row"),
        (LONG.replace('facts = ["note"]', 'fact = ["note"]'), "row.fact"),
        (LONG.replace('zone = "Asia/Shanghai"', 'zone = "Shanghai"'), "time.zone"),
        (LONG.replace("F-WORK", "D-WORK"), "F-PENALTY"),
        (LONG.replace('meets = "F-WORK"', 'meets = "F-WRK"'), "Nothing starts it"),
        (LONG.replace('"10 CD"', '"ten days"'), "60 CD"),
        (LONG.replace('"resolved"', '"solved"'), "withdrawn"),
        (LONG.replace("village_mediation.mediating", "village.mediating"), "village_mediation.mediating"),
        (LONG.replace('id = "old"', 'id = "Old Log"'), "small letters"),
        (
            LONG.replace('number = { column = "no", prefix = "OLD-" }', 'number = "nr"'),
            "The file has no, seq",
        ),
        (LONG.replace('column = "no", prefix', 'column = "no", constant = "x", prefix'), "one of the two"),
        (LONG.replace('"major"', '"big"'), "serious"),
        (LONG.replace('kind = "village"', 'kind = "studio"'), "parent.*belongs to a unit"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_and_nothing_is_recorded(service, write, wrong, says):
    with pytest.raises(Invalid, match=says):
        run(service, write("a.csv", HEADER + "".join(ONE)), write("m.toml", wrong))
    assert service.log.head() == 0


def test_an_instant_may_lie_a_little_ahead_of_our_clock(service, write, old):
    soon = (service.clock() + timedelta(minutes=2)).isoformat()
    assert run(service, write("a.csv", HEADER + f"1,1,上报,{soon},,,\n"), old)["recorded_events"] == 1


def test_a_case_that_closed_before_it_began_is_told_and_the_rest_of_it_recorded(service, write, old):
    closed_early = [
        ONE[0],
        ONE[1],
        "1,3,办结,2024-01-01 09:00,旧办,,\n",
        "1,4,补记,2024-01-05 09:00,旧办,,\n",
    ]
    report = run(service, write("early.csv", HEADER + "".join(closed_early)), old)
    (bad,) = report["rejected"]
    assert (bad["line"], bad["field"], bad["value"][:16]) == (4, "at", "2024-01-01 09:00")
    assert "closed before it began" in bad["remedy"] and bad["remedy_zh"]
    assert (report["recorded_events"], service.case("OLD-1").state) == (3, "village_mediation.mediating")


def test_a_wide_row_that_closed_before_it_opened_is_told_whole(service, write):
    wide = write("wide.toml", TWO_COLUMNS)
    report = run(service, write("w.csv", "no,opened,closed\n1,2024-01-05 09:00,2024-01-01 09:00\n"), wide)
    (bad,) = report["rejected"]
    assert (bad["line"], bad["field"], report["cases"]) == (2, "closed", 0)


TWO_COLUMNS = """
imports = "cases"
id = "wide"
[time]
zone = "America/New_York"
[case]
number = { column = "no", prefix = "W-" }
type = { constant = "dispute" }
[[event]]
name = "opened"
at = "opened"
[[event]]
name = "closed"
at = "closed"
state = "closed"
"""


@pytest.mark.parametrize(
    ("opened", "usable"),
    [
        ("2024-03-10 02:30:00", False),  # the clocks went from 2:00 to 3:00
        ("2024-03-10 02:30:00-05:00", True),
        ("2024-03-10 03:00:00", True),
        ("2024-11-03 01:30:00", True),  # twice that day: the first is meant
    ],
)
def test_a_time_that_the_clocks_left_out_is_told(service, write, opened, usable):
    report = run(service, write("w.csv", f"no,opened,closed\n1,{opened},\n"), write("wide.toml", TWO_COLUMNS))
    found = [(bad["line"], bad["field"], bad["value"]) for bad in report["rejected"]]
    assert found == ([] if usable else [(2, "opened", opened)])


def test_a_cell_with_nul_is_told_and_the_other_rows_go_on(service, write, old):
    report = run(service, write("nul.csv", HEADER + ONE[0] + ONE[1].replace("甲", "甲\0") + ONE[2]), old)
    (bad,) = report["rejected"]
    assert (bad["line"], bad["field"], bad["value"]) == (3, "note", "甲␀") and "NUL" in bad["remedy"]
    assert report["recorded_events"] == 2


def test_a_word_without_a_rule_is_counted(service, write, old):
    rows = [*ONE[:2], "1,3,已结案,2024-01-09 09:00,旧办,,\n", "2,1,已结案,2024-01-09 09:00,旧办,,\n"]
    report = run(service, write("a.csv", HEADER + "".join(rows)), old)
    assert report["unmapped"] == [
        {"field": "what", "value": "已结案", "rows": 2},
        {"field": "what", "value": "上报", "rows": 1},
    ]
