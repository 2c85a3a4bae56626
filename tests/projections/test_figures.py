"""Given what happened in a district, then what each figure answers, worked out by hand. "1/2 -opted_out 1" is one of
two, and one left out because a party opted out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from domain.case import Standing
from domain.clock import ClockStatus
from domain.errors import Invalid, NotFound
from domain.petition_review import ReviewPeriodLapsed
from domain.terms import Level, Outcome
from projections.figures import FIGURES
from projections.figures.page import metrics_page
from tests.support.casework import District, at, clock

YEAR_END = at(12, 31)


@pytest.fixture
def district():
    return District()


def in_village(district, code, severity="minor", origin="G1", village="V1"):
    return district.dispute(code, at(1, 5), origin, severity).offer(village, at(1, 6)).accept(at(1, 7))


# Containment.


def test_a_dispute_is_contained_when_it_was_resolved_at_or_below_the_level_of_its_severity(district):
    district.dispute("D1", at(1, 5)).resolve(at(1, 6))  # a small issue, in the grid
    in_village(district, "D2").resolve(at(1, 20))  # a small issue, in the village: too high
    in_village(district, "D3", "major").resolve(at(1, 20))
    in_village(district, "D4", "serious").refer_up("T1", at(2, 1)).accept(at(2, 2)).resolve(at(2, 9))
    in_village(district, "D5", "serious").refer_up("T1", at(2, 1)).refer_up("C", at(2, 2)).resolve(at(2, 9))
    in_village(district, "D6", "major").withdraw(at(1, 20))
    assert district.rates("containment") == {"minor": "1/2", "major": "1/2", "serious": "1/2"}
    assert district.rate("contained_in_grid") == "1/6"
    assert district.rate("contained_in_village") == "3/6"
    assert district.rate("contained_in_township") == "4/6"


def test_severity_is_the_highest_ever_recorded(district):
    in_village(district, "D1").raised("serious", at(1, 8)).lowered("minor", at(1, 9)).resolve(at(1, 20))
    assert district.rates("containment") == {"minor": "0/0", "major": "0/0", "serious": "1/1"}


def test_a8_a_party_refuses_at_once_is_opted_out_and_containment_unaffected(district):
    in_village(district, "D1", "major").resolve(at(1, 20))
    before = district.rates("containment")["major"]
    in_village(district, "D2", "major").refuse(at(1, 20))
    in_village(district, "D3", "major").refer_out(at(1, 21), "party_chose_court")
    assert (before, district.rates("containment")["major"]) == ("1/1", "1/1 -opted_out 2")
    assert district.drill("containment", key={"severity": "major"}, part="opted_out") == ["D2", "D3"]


def test_a_refusal_after_a_session_and_a_referral_out_by_the_unit_stay_in_the_denominator(district):
    in_village(district, "D1", "major").session(at(1, 9)).refuse(at(1, 20))
    in_village(district, "D2", "major").refer_out(at(1, 20), "already_in_court")
    assert district.rates("containment")["major"] == "0/2"


def test_a12_a_corrected_origin_restates_the_figure_and_the_earlier_cut_stays_readable(district):
    case = in_village(district, "D1", "major").resolve(at(1, 20))
    published = at(2, 6)
    case.correct("origin", "G1", "G3", at(3, 10))
    january = {"since": date(2026, 1, 1), "until": date(2026, 2, 1)}
    first = district.figure("containment", "T1", known_at=published, **january)
    assert first["knowledge_cut"] == "2026-02-06T09:00:00+08:00"
    assert [row["denominator"] for row in first["rows"]] == [0, 1, 0]
    restated = district.figure("containment", "T1", at=at(3, 11), **january)
    assert [row["denominator"] for row in restated["rows"]] == [0, 0, 0]
    assert district.rates("containment", "T2", **january)["major"] == "1/1"
    assert district.rates("containment", "T2", known_at=published, **january)["major"] == "0/0"


def test_a20_nothing_to_count_is_null_and_never_nought(district):
    rows = district.figure("containment")["rows"]
    assert rows == [
        {"severity": s, "numerator": 0, "denominator": 0, "value": None, "excluded": {}}
        for s in ("minor", "major", "serious")
    ]
    for name, figure in FIGURES.items():
        values = [row["value"] for row in district.figure(name)["rows"]]
        assert set(values) <= {None} and (values or not figure.levels), name


def test_a_reopened_dispute_leaves_the_numerator_when_it_came_back_within_ninety_days(district):
    in_village(district, "D1", "major").resolve(at(1, 20)).reopen(at(4, 20))  # the ninetieth day
    in_village(district, "D2", "major").resolve(at(1, 20)).reopen(at(4, 21))
    assert district.rates("containment")["major"] == "1/2"
    assert district.rates("containment", known_at=at(4, 1))["major"] == "2/2"  # as it was known then
    assert district.drill("containment", key={"severity": "major"}, part="numerator") == ["D2"]


def test_handed_back_down_it_was_escalated_all_the_same(district):
    case = in_village(district, "D1", "major").refer_up("T1", at(2, 1)).accept(at(2, 2))
    case.hand_down("V1", at(2, 3)).accept(at(2, 4)).resolve(at(2, 9))
    assert district.rates("containment")["major"] == "0/1"
    assert district.rate("contained_in_village") == "0/1"


def test_helpers_and_those_who_are_told_do_not_hold_it_and_a_returned_offer_does(district):
    in_village(district, "D1", "major").joint("V1", ("T1", "C"), at(1, 9)).resolve(at(1, 20))
    in_village(district, "D2", "major").refer_up("T1", at(1, 9)).give_back("V1", at(1, 10)).resolve(at(1, 20))
    assert district.drill("contained_in_village", part="numerator") == ["D1"]


def test_the_skip_rule_counts_when_custody_moved(district):
    district.dispute("D1", at(1, 5), severity="serious").skip_to("C", at(1, 6)).accept(at(1, 6)).resolve(
        at(1, 9)
    )
    assert district.rates("containment")["serious"] == "0/1"


def test_a_failed_mediation_is_terminal_once_it_can_no_longer_be_referred_up(district):
    in_village(district, "D1", "major").fail(at(1, 20))
    in_village(district, "D2", "major").fail(at(1, 20)).refer_up("T1", at(2, 19)).resolve(
        at(5, 5)
    )  # thirtieth day
    in_village(district, "D3", "major").fail(at(1, 20)).refer_up("T1", at(2, 20)).resolve(at(5, 5))
    winter, spring = (date(2026, 1, 1), date(2026, 4, 1)), (date(2026, 4, 1), date(2026, 7, 1))
    assert district.drill("containment", since=winter[0], until=winter[1], key={"severity": "major"}) == [
        "D1",
        "D3",
    ]
    assert district.drill("containment", since=spring[0], until=spring[1], key={"severity": "major"}) == [
        "D2"
    ]
    assert district.rates("containment", known_at=at(2, 10))["major"] == "0/0 -not_terminal 3"


def test_merged_and_voided_ones_are_left_out_everywhere_and_listed(district):
    in_village(district, "D1", "major").resolve(at(1, 20))
    in_village(district, "D2", "major").merge("D1", at(1, 20))
    in_village(district, "D3", "major").resolve(at(1, 20)).void(at(2, 1))
    state = "village_mediation.accepted"
    in_village(district, "D4", "major").merge("D1", at(1, 20)).unmerge(at(1, 21), state).resolve(at(1, 25))
    assert district.rates("containment")["major"] == "2/2 -merged 1 -voided 1"
    assert district.rates("containment", known_at=at(1, 31))["major"] == "3/3 -merged 1"
    assert district.rate("reopen") == "0/2 -voided 1"
    assert district.rates("escalation")["village"] == "0/2 -merged 1 -voided 1"


def test_a_foreign_log_that_does_not_tell_levels_or_severity_is_left_out_by_name(district):
    unknown = district.imported("X1", at(1, 5), Standing("open", None, "G1"))
    unknown.activity(at(1, 9), state="closed", outcome=Outcome.RESOLVED)
    known = district.imported("X2", at(1, 5), Standing("reported", Level.GRID, "G1"))
    known.activity(at(1, 9), state="closed", outcome=Outcome.RESOLVED)
    assert district.rates("containment") == {
        "minor": "0/0",
        "major": "0/0",
        "serious": "0/0",
        "unknown": "0/0 -imported_unknown_severity 1 -level_unknown 1",
    }
    assert district.rate("contained_in_grid") == "1/1 -level_unknown 1"


def test_a_case_counts_where_its_origin_belonged_on_the_day_of_its_end(district):
    in_village(district, "D1", "major", "G1", "V1").resolve(at(3, 1))
    late = in_village(district, "D2", "major", "G1", "V1")
    district.change_unit("V1", "merge_into", "V2", on=date(2026, 7, 1))
    late.resolve(at(9, 1))
    assert district.rates("containment", "T1", by="unit") == {"V1": "1/1", "V2": "1/1"}
    assert (district.rate("containment", "V1"), district.rate("containment", "V2")) == ("1/1", "1/1")
    assert district.rates("containment", "C", by="unit") == {"T1": "2/2"}


def test_a_unit_moved_to_another_town_takes_its_later_cases_with_it(district):
    first, second = in_village(district, "D1", "major"), in_village(district, "D2", "major")
    first.resolve(at(6, 30, 23))
    district.change_unit("V1", "move", "T2", on=date(2026, 7, 1))
    second.resolve(at(7, 1, 0))
    assert district.rates("containment", "C", by="unit") == {"T1": "1/1", "T2": "1/1"}


def test_the_period_begins_with_its_first_local_day_and_ends_before_its_last(district):
    for code, end in (("D1", at(1, 31, 23)), ("D2", at(2, 1, 0)), ("D3", at(2, 28, 23)), ("D4", at(3, 1, 0))):
        district.dispute(code, at(1, 5)).resolve(end)
    assert district.drill("contained_in_grid", since=date(2026, 2, 1), until=date(2026, 3, 1)) == ["D2", "D3"]
    assert district.rates("contained_in_grid", by="month") == {
        "2026-01": "1/1",
        "2026-02": "2/2",
        "2026-03": "1/1",
    }


def test_several_dimensions_at_once_and_each_row_shows_its_cases(district):
    in_village(district, "D1", "major").resolve(at(1, 20))
    in_village(district, "D2", "minor", "G3", "V3").resolve(at(1, 20))
    rates = district.rates("containment", by="unit,severity")
    assert rates["T1 major"] == "1/1" and rates["T2 minor"] == "0/1" and rates["T2 major"] == "0/0"
    assert district.drill("containment", key={"unit": "T2", "severity": "minor"}) == ["D2"]


# Movement.


def test_escalation_counts_first_acceptances_and_first_referrals_up_within_sixty_days(district):
    in_village(district, "D1").refer_up("T1", at(2, 1), "attempts_exhausted").accept(at(2, 2))
    in_village(district, "D2").refer_up("T1", at(3, 8), "party_request")  # the sixtieth day
    in_village(district, "D3").refer_up("T1", at(3, 9), "danger")
    in_village(district, "D4").skip_to("C", at(1, 9)).accept(at(1, 9))
    in_village(district, "D5").fail(at(1, 20)).refer_up("T1", at(1, 25), "conflict")
    in_village(district, "D6").resolve(at(1, 20))
    district.dispute("D7", at(1, 5)).offer("V1", at(1, 6))  # never accepted
    rates = district.rates("escalation")
    assert rates == {"village": "4/6", "township": "0/1", "county": "0/1"}
    by_reason = district.rates("escalation", by="reason,level")
    assert {key for key, rate in by_reason.items() if rate.startswith("1/6")} == {
        "attempts_exhausted village", "party_request village", "conflict village", "skip_rule village",
    }  # fmt: skip
    assert by_reason["danger village"] == "0/6" and len(by_reason) == 8 * 3
    key = {"level": "village", "reason": "skip_rule"}
    assert district.drill("escalation", key=key, part="numerator") == ["D4"]
    provisional = [
        district.figure("escalation", at=at(3, d, year=2027))["rows"][0]["provisional"] for d in (1, 2)
    ]
    assert provisional == [True, False]  # sixty days after the last possible acceptance, on 31 December


def test_reopen_counts_closings_by_who_closed_and_repeats_of_petitions(district):
    in_village(district, "D1").resolve(at(1, 20)).reopen(at(2, 20)).resolve(at(3, 1))
    in_village(district, "D2").fail(at(1, 20)).refer_up("T1", at(1, 25)).resolve(at(2, 1))
    petition = district.petition("P1", at(1, 5))
    petition.close(ReviewPeriodLapsed, at(2, 1), Outcome.FINAL, clock="P-REV-REQ", due=at(2, 1)).repeated(
        at(3, 1)
    )
    assert district.rate("reopen") == "2/4 -referred_up 1"
    assert district.rates("reopen", by="type") == {"dispute": "1/3 -referred_up 1", "petition": "1/1"}
    assert district.rates("reopen", "T1", by="unit") == {"T1": "1/2", "V1": "1/2 -referred_up 1"}


def test_time_in_level_is_told_as_median_p90_and_maximum_of_the_stays_that_ended(district):
    for number, days in enumerate((1, 2, 3, 4, 5, 6, 7, 8, 9, 30), 1):
        case = district.dispute(f"D{number}", at(1, 1)).offer("V1", at(1, 1)).accept(at(1, 1))
        case.resolve(at(1, 1 + days))
    district.dispute("D11", at(1, 1)).offer("V1", at(1, 1))
    rows = [
        r
        for r in district.figure("time_in_level")["rows"]
        if r["level"] == "village" and r["measure"] == "gross"
    ]
    assert [(r["statistic"], r["value"], r["numerator"], r["denominator"]) for r in rows] == [
        ("median", 5.5, 5, 10),
        ("p90", 9.0, 9, 10),
        ("max", 30.0, 10, 10),
    ]
    assert rows[0]["excluded"] == {"open": 1}


def test_net_time_leaves_lawful_pauses_out(district):
    term = clock("D-MEDIATE", at(1, 7), at(2, 8))
    in_village(district, "D1").suspend(at(1, 8), term).resume(at(1, 12), term).resolve(at(1, 16))
    rows = {(r["level"], r["measure"]): r["value"] for r in district.figure("time_in_level")["rows"]}
    assert (rows["village", "gross"], rows["village", "net"], rows["township", "net"]) == (10.0, 6.0, None)


# Petitions.

TERM = clock("P-HANDLE", at(1, 10), at(3, 12, 0))


def first(district, code, term=TERM, unit="T1"):
    return district.petition(code, at(1, 5), unit).first(at(1, 6)).take_on(at(1, 10), term)


def test_a_first_petition_counts_once_when_it_was_concluded_or_became_late(district):
    first(district, "P1").opinion(at(3, 11, 23), TERM)
    first(district, "P2").opinion(at(3, 12, 0), TERM)  # the first late instant
    first(district, "P3")  # never concluded
    assert district.rate("first_petitions_on_time") == "1/3"
    march = {"since": date(2026, 3, 1), "until": date(2026, 3, 12)}
    assert district.rate("first_petitions_on_time", **march) == "1/1"
    assert district.rate("first_petitions_on_time", known_at=at(3, 1)) == "0/0 -coming 3"


def test_an_extension_moves_the_due_instant_and_nothing_else(district):
    longer = replace(TERM, due=at(4, 11, 0))
    first(district, "P1").extend(at(3, 1), longer).opinion(at(4, 10), longer)
    assert district.rate("first_petitions_on_time") == "1/1"
    assert district.rate("first_petitions_on_time", since=date(2026, 4, 1)) == "1/1"


def test_what_ended_before_it_was_due_and_what_is_no_first_petition_is_listed(district):
    first(district, "P1").divert(at(2, 1), TERM)
    district.petition("P2", at(1, 5)).take_on(at(1, 10), TERM).opinion(at(2, 1), TERM)
    paused = replace(TERM, status=ClockStatus.PAUSED)
    first(district, "P3").extend(at(2, 1), paused)
    first(district, "P4").opinion(at(2, 1), TERM).void(at(2, 2))
    told = "0/0 -diverted 1 -first_unknown 1 -paused 1 -voided 1"
    assert district.rate("first_petitions_on_time") == told


def test_an_opinion_entered_late_counts_from_its_recording(district):
    first(district, "P1").opinion(at(3, 10), TERM, known=at(3, 20), late="late")
    assert district.rate("first_petitions_on_time") == "0/1"


def test_a_petition_belongs_to_the_unit_that_handled_it(district):
    district.petition("P1", at(1, 5), "C").first(at(1, 6)).take_on(at(1, 10), TERM, "T2").opinion(
        at(2, 1), TERM
    )
    assert district.rates("first_petitions_on_time", by="unit") == {"T2": "1/1"}


def test_resolution_is_judged_ninety_days_after_the_conclusion_and_silence_is_no_yes(district):
    first(district, "P1").opinion(at(1, 20)).settled(at(4, 20))  # the ninetieth day
    first(district, "P2").opinion(at(1, 20)).settled(at(4, 21))
    first(district, "P3").opinion(at(1, 20)).settled(at(2, 1)).unsettled(at(3, 1))
    first(district, "P4").opinion(at(1, 20)).settled(at(2, 1)).unsettled(at(4, 21))
    first(district, "P5").opinion(at(1, 20)).settled(at(2, 1)).repeated(at(3, 1))
    first(district, "P6").opinion(at(1, 20), result="support").settled(at(2, 1))
    first(district, "P7").opinion(at(1, 20), result="support").settled(at(2, 1)).executed(at(3, 1))
    first(district, "P8").opinion(at(1, 20))
    (row,) = district.figure("first_petitions_resolved")["rows"]
    assert (row["numerator"], row["denominator"], row["unknown"]) == (3, 8, 2)
    assert district.drill("first_petitions_resolved", part="numerator") == ["P1", "P4", "P7"]
    later = district.figure("first_petitions_resolved", at=at(4, 1, year=2027))["rows"][0]
    earlier = district.figure("first_petitions_resolved", at=at(3, 30, year=2027))["rows"][0]
    assert (earlier["provisional"], later["provisional"]) == (True, False)


# Work.


def test_a_deadline_is_kept_met_late_or_still_to_come(district):
    def duty(code, rule="D-WORK", **ends):
        term = clock(rule, at(1, 7), at(1, 21, 0))
        case = district.dispute(code, at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 7), clocks=[term])
        return case.session(ends.pop("when"), clocks=[replace(term, **ends)]) if ends else case

    met, gone = ClockStatus.MET, ClockStatus.CANCELLED
    duty("D1", when=at(1, 20), status=met, stopped_at=at(1, 20))
    duty("D2", when=at(1, 21, 0), status=met, stopped_at=at(1, 21, 0))
    duty("D3")
    duty("D4", when=at(1, 20), status=gone, stopped_at=at(1, 20))
    duty("D5", when=at(1, 25), status=gone, stopped_at=at(1, 25))  # it was missed before it fell away
    duty("D6", "D-CONFIRM")  # a right of the parties
    assert district.rates("deadlines_kept") == {"D-CONFIRM": "0/0 -no_duty 1", "D-WORK": "1/4 -cancelled 1"}
    assert district.rates("deadlines_kept", known_at=at(1, 20, 12))["D-WORK"] == "1/1 -cancelled 1 -coming 3"
    assert district.drill("deadlines_kept", key={"rule": "D-WORK"}, part="numerator") == ["D1"]


def test_a_deadline_of_a_foreign_log_counts_as_any_other(district):
    term = clock("311-SLA", at(1, 5), at(1, 8))
    done = replace(term, status=ClockStatus.MET, stopped_at=at(1, 7))
    case = district.imported("X1", at(1, 5), Standing("open", None, "G1", (term,)))
    case.activity(at(1, 7), state="closed", outcome=Outcome.RESOLVED, clocks=[done])
    district.imported("X2", at(1, 5), Standing("open", None, "G1", (term,)))
    district.imported("X3", at(1, 5), Standing("open", None, "G1"))  # without a target it is never late
    assert district.rates("deadlines_kept") == {"311-SLA": "1/2"}


def test_backlog_is_what_is_open_at_the_end_with_whom_and_how_old(district):
    in_village(district, "D1").resolve(at(4, 1))
    in_village(district, "D2").resolve(at(2, 1)).reopen(at(2, 20))
    district.dispute("D3", at(3, 1))
    district.dispute("D4", at(3, 5)).void(at(3, 6))
    quarter = {"since": date(2026, 1, 1), "until": date(2026, 4, 1)}
    assert district.rates("backlog", **quarter) == {
        "0-30": "1/3", "31-60": "0/3", "61-90": "2/3", "91-180": "0/3", "181-": "0/3",
    }  # fmt: skip
    assert district.rates("backlog", by="unit", **quarter) == {"T1": "0/3"}
    assert district.rates("backlog", by="level,age", until=date(2026, 7, 1))["village 91-180"] == "1/1"
    assert district.drill("backlog", key={"age": "0-30"}, part="numerator", **quarter) == ["D3"]


def test_late_entries_are_counted_by_who_entered_them(district):
    case = district.dispute("D1", at(1, 5)).offer("V1", at(1, 6))
    case.accept(at(1, 7), known=at(1, 20), late="late")
    district.imported("X1", at(1, 21), Standing("open", None, "G3"))
    assert district.rate("late_entries") == "1/3 -imported 1"
    assert district.rates("late_entries", "T1", by="unit") == {"V1": "1/3"}
    assert district.drill("late_entries", part="numerator") == ["D1"]


# What every figure promises.


def test_the_same_on_both_databases(database_url):
    district = District(database_url)
    in_village(district, "D1", "major").resolve(at(1, 20)).reopen(at(2, 1)).resolve(at(2, 2))
    in_village(district, "D2", "serious").fail(at(1, 20)).refer_up("T1", at(1, 21))
    first(district, "P1").opinion(at(2, 1), TERM, result="support").settled(at(2, 3)).executed(at(2, 9))
    first(district, "P2")
    district.change_unit("V1", "merge_into", "V2", on=date(2026, 7, 1))
    told = {(name, by): district.rates(name, by=by) for name, f in FIGURES.items() for by in (*f.may, f.by)}
    assert told["containment", "severity"] == {"minor": "0/0", "major": "0/1", "serious": "0/0"}
    assert told["first_petitions_on_time", "month"] == {"2026-02": "1/1", "2026-03": "0/1"}
    assert told["late_entries", "month"] == {"2026-01": "0/15", "2026-02": "0/5"}
    assert told["escalation", ("level",)] == {"village": "1/2", "township": "0/0"}
    for name in FIGURES:
        assert district.drill(name) == sorted(district.drill(name)), name


def test_a_question_that_makes_no_sense_is_refused_with_what_would(district):
    with pytest.raises(NotFound, match="containment, contained_in_grid"):
        district.figure("happiness")
    with pytest.raises(NotFound, match="unit 'T9'"):
        district.figure("containment", "T9")
    with pytest.raises(Invalid, match="severity, unit, month"):
        district.figure("containment", by="mood")
    with pytest.raises(Invalid, match="a day after 2026-01-01"):
        district.figure("containment", until=date(2026, 1, 1))
    with pytest.raises(Invalid, match="numerator, denominator"):
        district.drill("containment", part="some")


def test_every_figure_is_told_in_the_documentation():
    page = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert page == metrics_page(), "docs/metrics.md is out of date: run `make docs`"
    for name, figure in FIGURES.items():
        section = page.partition(f"## `{name}`")[2].partition("\n## ")[0]
        told = (figure.title_zh, figure.formula, figure.decided, *figure.excluded, *figure.may)
        assert [words for words in told if words not in section] == [], name
