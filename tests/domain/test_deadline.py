"""How due dates come about: the acceptance scenarios of time, real files, and properties."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import TZ, WorkCalendar, builtin_calendar
from domain.clock import ClockStatus
from domain.deadline import (
    EXTENSION_PROBLEMS,
    due_on,
    explain,
    extend,
    extension_problem,
    pause,
    restart,
    resume,
    start,
    stop,
)
from domain.errors import Invalid
from domain.length import Length, Unit
from domain.policy import builtin_policies
from domain.rule import Approver, Breach, ExtensionRule, Rule
from tests.support.real_data import real_file

CALENDAR = builtin_calendar()
CN_2022 = builtin_policies().get("CN-2022/1")


def at(year, month, day, hour=9, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=TZ)


def begin(code, moment, **agreed):
    return start(CN_2022.rule(code), CN_2022.ref, CALENDAR, moment, **agreed)


def a_rule(length, **more):
    return Rule("T-TEST", "测试", "Test", Length.parse(length), Breach.RED, "test", **more)


def run(rule, moment, calendar=CALENDAR):
    return start(rule, "TEST/1", calendar, moment)


def with_hearing(clock, rule, first, last):
    return resume(pause(clock, "hearing", first, rule), last, rule, CALENDAR)


# A1


def test_sixty_days_from_3_december_2024_end_with_1_february_2025():
    clock = begin("P-HANDLE", at(2024, 12, 3))
    assert due_on(clock) == date(2025, 2, 1)
    assert clock.due == at(2025, 2, 2, 0)
    assert not clock.is_late(at(2025, 2, 1, 23, 59))
    assert clock.is_late(at(2025, 2, 2, 0))


def test_with_the_roll_rule_the_same_term_ends_after_the_spring_festival():
    clock = run(replace(CN_2022.rule("P-HANDLE"), roll=True), at(2024, 12, 3))
    assert due_on(clock) == date(2025, 2, 5)


# A2


@pytest.mark.parametrize(
    ("accepted", "last_day"),
    [
        (at(2025, 1, 31), date(2025, 2, 28)),
        (at(2024, 1, 31), date(2024, 2, 29)),
        (at(2024, 2, 29), date(2024, 3, 29)),
        (at(2024, 12, 31), date(2025, 1, 31)),
    ],
)
def test_a_month_ends_on_the_corresponding_day_or_the_months_last(accepted, last_day):
    assert due_on(begin("D-MEDIATE", accepted)) == last_day


# A3


def test_the_fifth_working_day_across_national_day_counts_the_make_up_sunday():
    clock = begin("P-OBJECT", at(2024, 9, 27))
    assert due_on(clock) == date(2024, 10, 10)
    assert not clock.is_late(at(2024, 10, 10, 17))


# A4


def test_an_extension_approved_one_day_late_is_not_valid():
    rule = CN_2022.rule("P-HANDLE")
    clock = begin("P-HANDLE", at(2024, 12, 3))
    thirty = Length.parse("30 CD")
    assert extension_problem(clock, thirty, at(2025, 2, 1, 23, 59), rule) is None
    assert extension_problem(clock, thirty, at(2025, 2, 2, 9), rule) == "too_late"
    with pytest.raises(Invalid, match="after the deadline"):
        extend(clock, thirty, at(2025, 2, 2, 9), "head", rule, CALENDAR)


@pytest.mark.parametrize(
    ("length", "problem"), [("31 CD", "too_long"), ("20 WD", "other_unit"), ("30 CD", None), ("1 CD", None)]
)
def test_an_extension_keeps_to_the_most_that_the_rule_allows(length, problem):
    clock = begin("P-HANDLE", at(2024, 12, 3))
    assert (
        extension_problem(clock, Length.parse(length), at(2025, 1, 20), CN_2022.rule("P-HANDLE")) == problem
    )


def test_a_deadline_is_extended_once_and_only_where_the_rule_knows_it():
    rule = CN_2022.rule("P-HANDLE")
    ten = Length.parse("10 CD")
    clock = extend(begin("P-HANDLE", at(2024, 12, 3)), ten, at(2025, 1, 20), "head", rule, CALENDAR)
    assert due_on(clock) == date(2025, 2, 11)
    assert extension_problem(clock, ten, at(2025, 1, 21), rule) == "already_extended"
    route = begin("P-ROUTE", at(2024, 12, 3))
    assert extension_problem(route, ten, at(2024, 12, 4), CN_2022.rule("P-ROUTE")) == "not_extendable"
    ended = stop(route, at(2024, 12, 4), ClockStatus.MET)
    assert extension_problem(ended, ten, at(2024, 12, 5), CN_2022.rule("P-ROUTE")) == "not_open"
    assert all(title.zh and title.en for title in EXTENSION_PROBLEMS.values())


# A5


def test_a_hearing_of_twelve_days_moves_the_recheck_by_twelve_days():
    rule = CN_2022.rule("P-REC-DECIDE")
    plain = begin("P-REC-DECIDE", at(2025, 3, 3))
    heard = with_hearing(plain, rule, at(2025, 3, 10), at(2025, 3, 22, 16))
    assert due_on(heard) - due_on(plain) == timedelta(days=12)


def test_the_same_hearing_moves_the_handling_by_nothing_in_2022_and_by_twelve_days_where_a_region_says_so():
    rule = CN_2022.rule("P-HANDLE")
    plain = begin("P-HANDLE", at(2025, 3, 3))
    assert with_hearing(plain, rule, at(2025, 3, 10), at(2025, 3, 22)) == plain
    regional = replace(rule, pause=("hearing",))
    assert due_on(with_hearing(plain, regional, at(2025, 3, 10), at(2025, 3, 22))) == due_on(
        plain
    ) + timedelta(days=12)


# Pauses


def test_a_paused_duty_is_not_late_and_its_due_date_moves_on_when_it_is_resumed():
    rule = CN_2022.rule("D-WORK")
    clock = pause(begin("D-WORK", at(2025, 3, 3)), "appraisal", at(2025, 3, 12), rule)
    assert clock.status is ClockStatus.PAUSED
    assert not clock.is_late(at(2025, 12, 1))
    again = resume(clock, at(2025, 3, 26), rule, CALENDAR)
    assert due_on(again) == date(2025, 3, 31)  # 17 March and the ten working days of the pause
    assert again.warn == at(2025, 3, 25, 0)  # 10 March moves on alike


def test_a_pause_does_not_heal_what_is_late_and_a_duty_met_during_a_pause_is_met_in_time():
    rule = CN_2022.rule("P-REC-DECIDE")
    clock = begin("P-REC-DECIDE", at(2025, 3, 3))
    assert pause(clock, "hearing", clock.due, rule) == clock
    paused = pause(clock, "hearing", clock.due - timedelta(hours=1), rule)
    met = stop(paused, clock.due + timedelta(days=3), ClockStatus.MET)
    assert not met.is_late(at(2026, 1, 1))
    late = stop(clock, clock.due, ClockStatus.MET)
    assert late.is_late(at(2026, 1, 1))


def test_pauses_may_follow_but_not_overlap_each_other():
    rule = CN_2022.rule("P-REC-DECIDE")
    clock = with_hearing(begin("P-REC-DECIDE", at(2025, 3, 3)), rule, at(2025, 3, 5), at(2025, 3, 8))
    with pytest.raises(Invalid, match="can be paused from 2025-03-08"):
        pause(clock, "hearing", at(2025, 3, 7), rule)
    twice = with_hearing(clock, rule, at(2025, 3, 10), at(2025, 3, 12))
    assert due_on(twice) == date(2025, 4, 2) + timedelta(days=5)
    paused = pause(twice, "hearing", at(2025, 3, 20), rule)
    with pytest.raises(Invalid, match="cannot end before"):
        resume(paused, at(2025, 3, 19), rule, CALENDAR)


# Days, hours, agreed terms


def test_the_first_day_counts_only_where_the_rule_says_so():
    assert due_on(run(a_rule("15 CD"), at(2025, 3, 3))) == date(2025, 3, 18)
    assert due_on(run(a_rule("15 CD", exclude_start=False), at(2025, 3, 3))) == date(2025, 3, 17)
    assert due_on(run(a_rule("1 WD", exclude_start=False), at(2025, 3, 3))) == date(2025, 3, 3)


def test_an_answer_on_the_same_day_has_until_midnight():
    assert begin("W-REPLY-RED", at(2025, 3, 3, 23)).due == at(2025, 3, 4, 0)


def test_hours_are_exact_and_days_are_not_24_hours():
    assert begin("D-110", at(2025, 3, 3, 9, 30)).due == at(2025, 3, 4, 9, 30)
    rome = WorkCalendar.of({}, ZoneInfo("Europe/Rome"))
    moment = datetime(2025, 3, 1, tzinfo=ZoneInfo("Europe/Rome"))
    days, hours = run(a_rule("60 CD", exclude_start=False), moment, rome), run(a_rule("1440 H"), moment, rome)
    assert hours.due.astimezone(UTC) - days.due.astimezone(UTC) == timedelta(
        hours=1
    )  # summer time began between


def test_an_evening_in_utc_is_already_the_next_day_in_shanghai():
    clock = begin("P-ROUTE", datetime(2025, 3, 3, 16, 30, tzinfo=UTC))
    assert due_on(clock) == date(2025, 3, 19)


def test_an_agreed_term_is_a_length_a_last_day_or_an_instant():
    assert due_on(begin("P-ASSIGNED-REPORT", at(2025, 3, 3), length=Length.parse("20 CD"))) == date(
        2025, 3, 23
    )
    by_day = begin("D-FULFIL", at(2025, 3, 3), number="2", due=date(2025, 4, 1))
    assert (by_day.name, by_day.code, by_day.due) == ("D-FULFIL/2", "D-FULFIL", at(2025, 4, 2, 0))
    assert begin("D-FULFIL", at(2025, 3, 3), due=at(2025, 4, 1, 17)).due == at(2025, 4, 1, 17)
    with pytest.raises(Invalid, match="agreed per case"):
        begin("D-FULFIL", at(2025, 3, 3))
    with pytest.raises(Invalid, match="not both"):
        begin("D-FULFIL", at(2025, 3, 3), length=Length.parse("1 CD"), due=date(2025, 4, 1))
    with pytest.raises(Invalid, match="time zone"):
        begin("D-FULFIL", at(2025, 3, 3), due=datetime(2025, 4, 1))  # noqa: DTZ001


def test_parties_may_agree_on_more_time_for_an_obligation_after_its_day():
    rule = CN_2022.rule("D-FULFIL")
    clock = begin("D-FULFIL", at(2025, 3, 3), due=date(2025, 4, 1))
    assert due_on(extend(clock, Length.parse("1 MO"), at(2025, 4, 9), "wang", rule, CALENDAR)) == date(
        2025, 5, 1
    )


def test_a_restart_gives_the_whole_term_again_and_forgets_pauses_and_extension():
    rule = CN_2022.rule("D-WORK")
    clock = begin("D-WORK", at(2025, 3, 3), number="1")
    used = extend(clock, Length.parse("5 WD"), at(2025, 3, 4), "head", rule, CALENDAR)
    assert restart(used, at(2025, 3, 10), rule, CALENDAR) == begin("D-WORK", at(2025, 3, 10), number="1")


def test_a_clock_ends_once():
    clock = stop(begin("P-ROUTE", at(2025, 3, 3)), at(2025, 3, 4), ClockStatus.CANCELLED)
    with pytest.raises(Invalid, match="ended before"):
        stop(clock, at(2025, 3, 5), ClockStatus.MET)
    with pytest.raises(Invalid, match="ends as met"):
        stop(begin("P-ROUTE", at(2025, 3, 3)), at(2025, 3, 4), ClockStatus.PAUSED)


def test_yellow_comes_before_red():
    clock = begin("D-ACCEPT", at(2025, 3, 7))  # a Friday
    assert (clock.warn, clock.due) == (at(2025, 3, 11, 0), at(2025, 3, 12, 0))


# Explanations


def sentences(clock, rule, language="zh"):
    return [getattr(step, f"sentence_{language}") for step in explain(clock, rule, CALENDAR)]


def test_an_explanation_tells_every_step_in_chinese_and_english():
    rule = CN_2022.rule("P-OBJECT")
    clock = begin("P-OBJECT", at(2024, 9, 27))
    assert sentences(clock, rule) == [
        "2024-09-27开始，当日不计入（CN-2022/1 P-OBJECT，依据：信访工作条例 (2022) Art. 23(3)）。",
        "加5个工作日，至2024-10-10。",
        "其间跳过2024-09-28（周末）、2024-10-01至2024-10-07（国庆节）；2024-09-29调休上班，计入。",
        "最后一日为2024-10-10，自2024-10-11 00:00起逾期。",
    ]
    assert sentences(clock, rule, "en") == [
        "Starts on 2024-09-27, that day not counted (CN-2022/1 P-OBJECT; basis: 信访工作条例 (2022) Art. 23(3)).",
        "Plus 5 working days: until 2024-10-10.",
        "Skipped: 2024-09-28 (weekend), 2024-10-01 to 2024-10-07 (National Day); "
        "counted as make-up working days: 2024-09-29.",
        "The last day in time is 2024-10-10; late from 2024-10-11 00:00.",
    ]


def test_an_explanation_tells_pauses_extension_and_roll_in_this_order():
    rule = replace(CN_2022.rule("P-HANDLE"), pause=("hearing",), roll=True)
    clock = with_hearing(begin("P-HANDLE", at(2024, 11, 12)), rule, at(2024, 12, 2), at(2024, 12, 5))
    clock = extend(clock, Length.parse("15 CD"), at(2024, 12, 20), "head", rule, CALENDAR)
    steps = explain(clock, rule, CALENDAR)
    assert [(step.what, step.date, step.days) for step in steps] == [
        ("base", date(2024, 11, 12), 0),
        ("length", date(2025, 1, 11), 60),
        ("pause", date(2025, 1, 14), 3),
        ("extension", date(2025, 1, 29), 15),
        ("roll", date(2025, 2, 5), 7),
        ("result", date(2025, 2, 5), 0),
    ]
    assert steps[2].sentence_zh == "2024-12-02至2024-12-05因听证暂停3日，不计入期限，顺延至2025-01-14。"
    assert steps[3].sentence_zh == "2024-12-20批准延长15日，至2025-01-29。"
    assert steps[4].sentence_zh == "最后一日2025-01-29为春节，顺延至其后首个工作日2025-02-05。"


def test_an_explanation_says_when_a_pause_makes_it_provisional_and_when_no_holiday_table_is_known():
    rule = CN_2022.rule("P-REC-DECIDE")
    paused = pause(begin("P-REC-DECIDE", at(2025, 3, 3)), "hearing", at(2025, 3, 10), rule)
    assert "暂定" in sentences(paused, rule)[2]
    later = begin("P-OBJECT", at(2030, 12, 27))
    assert "（2030、2031年没有节假日表，只按周末计算）" in sentences(later, CN_2022.rule("P-OBJECT"))[2]


def test_an_explanation_refuses_another_rule_or_another_calendar():
    clock = begin("P-HANDLE", at(2025, 3, 3))
    with pytest.raises(Invalid, match="P-HANDLE of CN-2022/1"):
        explain(clock, CN_2022.rule("P-ROUTE"), CALENDAR)
    with pytest.raises(Invalid, match=CALENDAR.version):
        explain(clock, CN_2022.rule("P-HANDLE"), WorkCalendar.of({}))


# Real files


def test_the_penalty_of_a_real_fine_falls_on_the_sixtieth_day_after_notification_in_4635_of_4635():
    source = WorkCalendar.of({}, ZoneInfo("UTC"))  # the file's dates are days in UTC
    notified, hits, misses = {}, 0, []
    with real_file("traffic_fines_eventdataR.csv").open(encoding="utf-8", newline="") as lines:
        for row in sorted(csv.DictReader(lines), key=lambda row: int(row["seq"])):
            moment = datetime.fromisoformat(row["timestamp_utc"])
            if row["activity"] == "Insert Fine Notification":
                notified[row["case_id"]] = run(a_rule("60 CD"), moment, source)
            elif row["activity"] == "Add penalty" and row["case_id"] in notified:
                clock = notified[row["case_id"]]
                if due_on(clock, source.tz) == moment.date() and not clock.is_late(moment):
                    hits += 1
                else:
                    misses.append(row["case_id"])
    assert (hits, misses) == (4635, [])


# Properties

MOMENTS = st.datetimes(datetime(2003, 1, 1), datetime(2028, 1, 1), timezones=st.sampled_from([TZ, UTC]))  # noqa: DTZ001
LENGTHS = st.one_of(
    st.builds(Length, st.integers(1, 120), st.just(Unit.CD)),
    st.builds(Length, st.integers(1, 30), st.just(Unit.WD)),
    st.builds(Length, st.integers(1, 14), st.just(Unit.MO)),
    st.builds(Length, st.integers(1, 200), st.just(Unit.H)),
)


@st.composite
def rules(draw):
    length = draw(LENGTHS)
    unit = length.unit
    return Rule(
        "T-TEST",
        "测试",
        "Test",
        length,
        Breach.RED,
        "test",
        warn=Length(length.count // 2, unit),
        exclude_start=unit is Unit.H or draw(st.booleans()),
        roll=unit in (Unit.CD, Unit.MO) and draw(st.booleans()),
        pause=("hearing", "appraisal"),
        extend=ExtensionRule(Approver.UNIT_HEAD, Length(60, unit), before_due=False),
    )


@st.composite
def lives(draw):
    """A rule, and a clock of it that was paused, resumed, extended and stopped at will."""
    rule, moment = draw(rules()), draw(MOMENTS)
    clock = run(rule, moment)
    for _ in range(draw(st.integers(0, 5))):
        moment += timedelta(minutes=draw(st.integers(0, 20 * 24 * 60)))
        match draw(st.sampled_from(["pause", "resume", "extend"])):
            case "pause":
                clock = pause(clock, draw(st.sampled_from([*rule.pause, "survey"])), moment, rule)
            case "resume":
                clock = resume(clock, moment, rule, CALENDAR)
            case _:
                length = Length(draw(st.integers(1, 60)), rule.length.unit)
                if extension_problem(clock, length, moment, rule) is None:
                    clock = extend(clock, length, moment, "head", rule, CALENDAR)
    return rule, clock


@given(lives())
def test_every_explanation_ends_in_the_due_date_that_the_clock_keeps(life):
    rule, clock = life
    steps = explain(clock, rule, CALENDAR)
    assert (steps[-1].due, steps[-1].date) == (clock.due, due_on(clock))
    assert steps[0].what == "base"
    if rule.length.unit is not Unit.H:
        moved = sum(step.days for step in steps if step.what != "skipped")
        assert moved == (steps[-1].date - steps[0].date).days + (not rule.exclude_start)
    assert all(step.sentence_zh.endswith("。") and step.sentence_en.endswith(".") for step in steps)
    assert clock.warn is None or clock.warn < clock.due


@given(rules(), MOMENTS, MOMENTS)
def test_who_starts_later_is_due_no_earlier(rule, one, other):
    first, second = sorted([one, other], key=lambda moment: moment.astimezone(UTC))
    assert run(rule, first).due <= run(rule, second).due


@given(rules(), MOMENTS, st.integers(0, 30), st.integers(0, 30))
def test_pausing_never_shortens_a_term_and_moves_calendar_days_by_the_days_of_the_pause(
    rule, moment, wait, days
):
    clock = run(replace(rule, roll=False), moment)
    began = moment + timedelta(days=min(wait, (clock.due.astimezone(UTC) - moment.astimezone(UTC)).days))
    paused = pause(clock, "hearing", began, rule)
    again = resume(paused, began + timedelta(days=days), replace(rule, roll=False), CALENDAR)
    assert again.due >= clock.due
    if rule.length.unit in (Unit.CD, Unit.MO) and paused != clock:
        assert due_on(again) - due_on(clock) == timedelta(days=days)
