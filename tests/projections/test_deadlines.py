"""Deadlines as a supervisor asks for them, and as the sweep does."""

from __future__ import annotations

import pytest

from domain.errors import Invalid
from domain.scope import EVERYTHING
from projections.deadlines import Due, cursor, deadlines, due_for_sweep
from tests.support.township import Now, Township, at
from workflows.sweep import sweep


def told(connection, when, kind, **asked):
    return [
        (row["code"], row["name"]) for row in deadlines(connection, when, kind, scope=EVERYTHING, **asked)
    ]


def test_what_comes_and_what_is_late_depends_on_the_instant(seen):
    assert told(seen, at(3, 25), "coming", code="D-5", rule="D-ACCEPT") == [("D-5", "D-ACCEPT")]
    assert told(seen, at(3, 27), "coming", code="D-5", rule="D-ACCEPT") == []
    assert ("D-5", "D-ACCEPT") in told(seen, at(3, 27), "late")
    assert ("D-5", "D-ACCEPT") not in told(seen, at(3, 26), "late")


def test_within_so_many_days(seen):
    assert told(seen, at(3, 24), "coming", code="D-5", within=1) == [("D-5", "P-URGENT")]
    assert ("D-5", "D-ACCEPT") in told(seen, at(3, 24), "coming", code="D-5", within=3)


def test_what_was_met_says_whether_in_time_and_each_run_has_its_row(seen):
    met = deadlines(seen, at(5, 1), "met", scope=EVERYTHING, code="D-1")
    assert not any(row["is_late"] for row in met)
    assert [row["status"] for row in met if row["rule"] == "D-WORK"] == [
        "met",
        "met",
        "met",
        "met",
    ]
    accept = next(row for row in met if row["rule"] == "D-ACCEPT")
    assert (accept["title_zh"], accept["title_en"], accept["policy"]) == (
        "受理",
        "Accept or return the case",
        "CN-2022/1",
    )


def test_a_duty_is_its_unit_s_through_the_tree(seen):
    late = set(told(seen, at(5, 1), "late"))
    assert set(told(seen, at(5, 1), "late", unit="T1")) == late
    assert {code for code, _ in told(seen, at(5, 1), "late", unit="V1")} == {"D-1", "D-2", "D-3", "D-5"}
    assert told(seen, at(5, 1), "late", unit="T2") == []
    with pytest.raises(Invalid, match="coming, late, met, lapsed, all"):
        told(seen, at(5, 1), "soon")


def test_pages_follow_each_other(seen):
    whole = told(seen, at(5, 1), "all")
    found, after = [], None
    while page := deadlines(seen, at(5, 1), "all", scope=EVERYTHING, after=after, limit=3):
        found += [(row["code"], row["name"]) for row in page]
        after = cursor(page[-1])
    assert found == whole


def test_the_sweep_is_told_what_it_has_not_recorded_and_nothing_twice(spring, runner, reads):
    runner.run_until(spring.head())
    with reads.connect() as connection:
        assert due_for_sweep(connection, at(5, 1)) == []  # the spring ended with a sweep
        assert due_for_sweep(connection, at(3, 1)) == []
    township = Township(spring, now := Now(at(6, 1)))
    township.service.new_code = lambda kind, at: "D-100"
    code = township.report(at(6, 1))
    runner.run_until(spring.head())
    with reads.connect() as connection:
        assert [one for one in due_for_sweep(connection, at(6, 3)) if one.code == code] == [
            Due(code, "D-ACCEPT", due_passed=False, warn_passed=True)
        ]
        due = due_for_sweep(connection, at(6, 10))
    assert Due(code, "D-ACCEPT", due_passed=True, warn_passed=True) in due
    now.instant = at(6, 10)
    sweep(township.service, [one.code for one in due], at(6, 10))
    runner.run_until(spring.head())
    with reads.connect() as connection:
        assert due_for_sweep(connection, at(6, 10)) == []
        assert len(due_for_sweep(connection, at(12, 31), limit=1)) <= 1
