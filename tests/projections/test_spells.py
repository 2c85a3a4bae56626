"""Given what happened to a case, then who had it for how long."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case import Standing
from domain.terms import Outcome
from projections.schema import instant
from projections.spells import SPELLS
from tests.support.casework import District, at, clock

HOUR, DAY = 3600, 86_400


def stays(district: District, code: str, *columns: str):
    district.fold()
    query = (
        sa.select(*(SPELLS.c[name] for name in columns)).where(SPELLS.c.code == code).order_by(SPELLS.c.seq)
    )
    with district.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_each_stay_has_its_unit_its_level_and_how_it_ended():
    district = District()
    case = district.dispute("D1", at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 7))
    case.refer_up("T1", at(2, 6)).accept(at(2, 7)).hand_down("V1", at(2, 10)).accept(at(2, 11)).resolve(
        at(3, 1)
    )
    assert stays(district, "D1", "unit", "level", "ended") == [
        ("G1", 0, "offered"),
        ("V1", 1, "referred_up"),
        ("T1", 2, "handed_down"),
        ("V1", 1, "resolved"),
    ]


def test_waiting_for_acceptance_is_the_receivers_time():
    district = District()
    district.dispute("D1", at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 9)).resolve(at(1, 16))
    assert stays(district, "D1", "unit", "held") == [("G1", DAY), ("V1", 10 * DAY)]
    assert stays(district, "D1", "taken_at") == [(None,), (instant(at(1, 9)),)]


def test_a_returned_offer_counts_for_who_returned_it_and_the_rest_for_the_sender():
    district = District()
    case = district.dispute("D1", at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 7)).refer_up("T1", at(1, 20))
    case.give_back("V1", at(1, 23)).accept(at(1, 24)).resolve(at(1, 30))
    assert stays(district, "D1", "unit", "ended", "held") == [
        ("G1", "offered", DAY),
        ("V1", "referred_up", 14 * DAY),
        ("T1", "returned", 3 * DAY),
        ("V1", "resolved", 7 * DAY),
    ]


def test_helping_jointly_is_no_stay():
    district = District()
    case = district.dispute("D1", at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 7))
    case.joint("V1", ("T1", "C"), at(1, 8)).resolve(at(1, 9))
    assert stays(district, "D1", "unit") == [("G1",), ("V1",)]


def test_skipped_levels_have_no_stay():
    district = District()
    district.dispute("D1", at(1, 5)).skip_to("C", at(1, 5, 10)).accept(at(1, 5, 12)).resolve(at(1, 6))
    assert stays(district, "D1", "unit", "ended", "held") == [
        ("G1", "skipped", HOUR),
        ("C", "resolved", 23 * HOUR),
    ]


def test_a_case_that_is_closed_is_with_nobody_until_it_is_reopened():
    district = District()
    case = district.dispute("D1", at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 7)).resolve(at(1, 10))
    case.reopen(at(2, 10)).resolve(at(2, 12))
    assert stays(district, "D1", "unit", "held") == [("G1", DAY), ("V1", 4 * DAY), ("V1", 2 * DAY)]


def test_lawful_pauses_are_kept_apart_and_a_pause_ends_with_the_stay():
    district = District()
    term = clock("D-MEDIATE", at(1, 7), at(2, 8))
    case = district.dispute("D1", at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 7))
    case.suspend(at(1, 10), term).resume(at(1, 15), term).suspend(at(1, 20), term).refer_up("T1", at(1, 22))
    assert stays(district, "D1", "unit", "held", "paused") == [
        ("G1", DAY, 0),
        ("V1", 16 * DAY, 7 * DAY),
        ("T1", None, 0),
    ]


def test_what_is_open_has_no_end_and_is_not_mixed_in():
    district = District()
    district.dispute("D1", at(1, 5)).offer("V1", at(1, 6))
    assert stays(district, "D1", "unit", "left_at", "ended") == [
        ("G1", instant(at(1, 6)), "offered"),
        ("V1", None, None),
    ]


def test_a_foreign_log_that_does_not_tell_the_level_leaves_it_unknown():
    district = District()
    case = district.imported("X1", at(1, 5), Standing("open", None, "G1"))
    case.activity(at(1, 6), state="closed", outcome=Outcome.RESOLVED)
    assert stays(district, "X1", "unit", "level", "ended") == [("G1", None, "resolved")]


def test_the_first_referral_up_is_noted_with_the_acceptance_it_followed():
    district = District()
    case = district.dispute("D1", at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 7)).fail(at(1, 20))
    case.refer_up("T1", at(1, 25), "conflict").accept(at(1, 26)).hand_down("V2", at(2, 1)).accept(at(2, 2))
    case.refer_up("T1", at(2, 5), "serious")
    told = stays(district, "D1", "unit", "first_taken", "escalated_ground")
    assert told == [("G1", 0, None), ("V1", 1, "conflict"), ("T1", 1, None), ("V2", 0, None), ("T1", 0, None)]


@given(st.lists(st.integers(min_value=1, max_value=12), max_size=4))
@settings(max_examples=20, deadline=None)
def test_batches_of_any_size_give_the_same_rows(sizes):
    def told():
        district = District()
        term = clock("D-MEDIATE", at(1, 7), at(2, 8))
        case = district.dispute("D1", at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 7)).suspend(at(1, 8), term)
        other = district.dispute("D2", at(1, 9), origin="G3")
        case.resume(at(1, 10), term).refer_up("T1", at(1, 20))
        other.offer("V3", at(1, 21))
        case.give_back("V1", at(1, 23)).accept(at(1, 24)).resolve(at(1, 30)).reopen(at(2, 1))
        return district

    whole, parts = told(), told()
    parts.fold_in(sizes)
    columns = [c.name for c in SPELLS.columns]
    for code in ("D1", "D2"):
        assert stays(parts, code, *columns) == stays(whole, code, *columns)
