"""Given what was recorded about a case, then what was known of it at every instant."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from domain.case import CaseOpened, Standing
from domain.clock import ClockStatus
from domain.terms import Outcome
from domain.topics import TOPICS
from projections.endings import ENDINGS, KINDS, UNDONE
from projections.fact_changes import CHANGES
from projections.facts import FACTS, MARKED, SESSION
from projections.schema import FOREVER, instant
from projections.spells import ESCALATIONS, HOW_ENDED
from projections.terms import TERMS
from tests.support.casework import District, at, clock


def told(district: District, table: sa.Table, *columns: str):
    district.fold()
    order = [table.c[columns[0]]] if table is KINDS else [table.c.case_id, table.c[columns[0]]]
    with district.engine.connect() as connection:
        return [
            tuple(row)
            for row in connection.execute(sa.select(*(table.c[c] for c in columns)).order_by(*order))
        ]


def ended(district: District, *columns: str, known_to: str | None = FOREVER):
    """What is known of endings (of all versions with None), by case and number."""
    district.fold()
    both = {**{c.name: c for c in KINDS.columns}, **{c.name: c for c in ENDINGS.columns}}
    query = sa.select(*(both[name] for name in columns)).join(KINDS, KINDS.c.kind == ENDINGS.c.kind)
    query = query if known_to is None else query.where(ENDINGS.c.known_to == known_to)
    with district.engine.connect() as connection:
        order = (ENDINGS.c.code, ENDINGS.c.seq, ENDINGS.c.known_from)
        return [tuple(row) for row in connection.execute(query.order_by(*order))]


def test_a_correction_makes_a_new_row_and_the_old_one_stays():
    district = District()
    case = district.dispute("D1", at(1, 5))
    case.offer("V1", at(1, 6)).correct("origin", "G1", "G2", at(1, 20)).resolve(at(2, 1))
    assert told(district, FACTS, "known_from", "known_to", "origin") == [
        (instant(at(1, 5)), instant(at(1, 20)), "G1"),
        (instant(at(1, 20)), FOREVER, "G2"),
    ]


def test_what_is_recorded_in_one_instant_is_known_at_once():
    district = District()
    case = district.dispute("D1", at(1, 5))
    case.raised("major", at(1, 5)).raised("serious", at(1, 5)).lowered("minor", at(1, 9))
    assert told(district, FACTS, "known_from", "severity", "peak") == [
        (instant(at(1, 5)), "serious", "serious"),
        (instant(at(1, 9)), "minor", "serious"),
    ]


def test_a_severity_that_was_a_mistake_was_no_peak():
    district = District()
    district.dispute("D1", at(1, 5)).raised("serious", at(1, 6)).correct(
        "severity", "serious", "major", at(1, 9)
    )
    assert told(district, FACTS, "known_from", "peak")[-1] == (instant(at(1, 9)), "major")


def test_an_ending_keeps_its_outcome_its_unit_and_the_highest_level_up_to_there():
    district = District()
    case = district.dispute("D1", at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 7)).fail(at(1, 20))
    case.refer_up("T1", at(1, 25)).accept(at(1, 26)).hand_down("V1", at(2, 1)).accept(at(2, 2)).resolve(
        at(2, 9)
    )
    columns = ("seq", "outcome", "unit", "level", "highest", "undone_how", "undone_after", "stands_from")
    assert ended(district, *columns) == [
        (1, "terminated", "V1", 1, 1, "referred_up", 5, 0),
        (2, "resolved", "V1", 1, 2, None, None, 5),
    ]


def test_an_ending_is_of_another_kind_once_something_else_is_known_of_it():
    district = District()
    case = district.dispute("D1", at(1, 5)).resolve(at(1, 20))
    case.correct("origin", "G1", "G2", at(2, 1)).reopen(at(3, 1)).void(at(3, 2))
    assert ended(district, "seq", "known_from", "origin", "voided", "undone_how", known_to=None) == [
        (1, instant(at(1, 20)), "G1", 0, None),
        (1, instant(at(2, 1)), "G2", 0, None),
        (1, instant(at(3, 1)), "G2", 0, "reopened"),
        (1, instant(at(3, 2)), "G2", 1, "reopened"),
        (2, instant(at(3, 2)), "G2", 1, None),
    ]


def test_alike_is_of_one_kind():
    district = District()
    for code in ("D1", "D2", "D3"):
        district.dispute(code, at(1, 5)).resolve(at(1, 20))
    district.dispute("D4", at(1, 5)).withdraw(at(1, 20))
    assert [seq for (seq,) in ended(district, "seq")] == [1, 1, 1, 1]
    assert len(set(ended(district, "kind"))) == len(told(district, KINDS, "kind")) == 2


def test_a_party_that_refuses_before_anybody_mediated_opts_out_and_later_it_does_not():
    district = District()
    district.dispute("D1", at(1, 5)).refuse(at(1, 6))
    district.dispute("D2", at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 7)).session(at(1, 8)).refuse(at(1, 9))
    district.dispute("D3", at(1, 5)).refer_out(at(1, 6), "party_chose_court")
    district.dispute("D4", at(1, 5)).refer_out(at(1, 6), "already_in_court")
    assert ended(district, "code", "opted_out") == [("D1", 1), ("D2", 0), ("D3", 1), ("D4", 0)]


def test_what_happens_to_a_closed_case_is_no_second_ending():
    district = District()
    district.dispute("D1", at(1, 5)).resolve(at(1, 6)).void(at(1, 8))
    assert ended(district, "seq", "outcome") == [(1, "resolved")]
    assert told(district, FACTS, "known_from", "voided") == [(instant(at(1, 5)), 0), (instant(at(1, 8)), 1)]


def test_a_foreign_log_leaves_unknown_what_it_does_not_tell():
    district = District()
    case = district.imported("X1", at(1, 5, year=2012), Standing("open", None, "G1"), origin="")
    case.activity(at(2, 5, year=2012), known=at(1, 5), state="closed", outcome=Outcome.RESOLVED)
    assert told(district, FACTS, "known_from", "origin", "severity", "peak", "category")[-1][1:] == (
        "G1",
        None,
        None,
        None,
    )
    assert ended(district, "seq", "highest", "level_unknown") == [(1, None, 1)]


def test_an_extended_deadline_was_due_earlier_as_far_as_was_known_then():
    district = District()
    term = clock("P-HANDLE", at(1, 10), at(3, 12, 0))
    longer = replace(term, due=at(4, 11, 0))
    petition = district.petition("P1", at(1, 5)).take_on(at(1, 10), term)
    petition.extend(at(3, 1), longer).opinion(at(3, 20), longer)
    assert told(district, TERMS, "known_from", "known_to", "due", "status", "kept", "stopped_known") == [
        (instant(at(1, 10)), instant(at(3, 1)), instant(at(3, 12, 0)), "running", 0, None),
        (instant(at(3, 1)), FOREVER, instant(at(4, 11, 0)), "met", 1, instant(at(3, 20))),
    ]


def test_the_same_duty_anew_is_another_run():
    district = District()
    first, second = clock("D-WORK", at(1, 7), at(1, 21, 0)), clock("D-WORK", at(1, 12), at(1, 26, 0))
    case = district.dispute("D1", at(1, 5)).offer("V1", at(1, 6)).accept(at(1, 7), clocks=[first])
    met = replace(first, status=ClockStatus.MET, stopped_at=at(1, 12))
    case.session(at(1, 12), clocks=[met, second])
    late = replace(second, status=ClockStatus.MET, stopped_at=at(1, 27))
    case.session(at(1, 27), clocks=[late])
    assert told(district, TERMS, "started_at", "unit", "status", "kept") == [
        (instant(at(1, 7)), "V1", "met", 1),
        (instant(at(1, 12)), "V1", "met", 0),
    ]


def test_a_duty_that_a_foreign_log_began_twice_ends_where_it_began_anew():
    district = District()
    first, second = clock("SLA", at(1, 5), at(1, 9, 0)), clock("SLA", at(1, 7), at(1, 11, 0))
    case = district.imported("X1", at(1, 5), Standing("open", None, "G1", (first,)))
    case.activity(at(1, 7), clocks=[second])
    assert told(district, TERMS, "started_at", "status", "stopped_at") == [
        (instant(at(1, 5)), "cancelled", instant(at(1, 7))),
        (instant(at(1, 7)), "running", None),
    ]


def test_only_the_first_conclusion_of_a_petition_counts_and_a_late_entry_counts_from_its_recording():
    district = District()
    term = clock("P-HANDLE", at(1, 10), at(3, 12, 0))
    petition = district.petition("P1", at(1, 5)).take_on(at(1, 10), term)
    petition.opinion(at(3, 1), term, known=at(3, 20), late="late").opinion(at(4, 1), result="support")
    assert told(district, FACTS, "known_from", "concluded_on", "result")[-1][1:] == ("2026-03-20", "support")


def test_every_topic_that_is_looked_for_exists():
    asked = {*CHANGES, *MARKED, *UNDONE, *HOW_ENDED, *ESCALATIONS, SESSION}
    assert asked <= set(TOPICS)


def test_every_event_that_opens_a_case_says_where_it_arose():
    opening = {topic for topic, event in TOPICS.items() if issubclass(event, CaseOpened)}
    assert opening <= set(CHANGES)
