"""Months, quarters and years as addresses write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.periods import Span
from domain.errors import Invalid


@pytest.mark.parametrize(
    ("written", "since", "until", "zh", "en"),
    [
        ("2026-09", date(2026, 9, 1), date(2026, 10, 1), "2026年9月", "September 2026"),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1), "2026年第四季度", "Q4 2026"),
        ("2026", date(2026, 1, 1), date(2027, 1, 1), "2026年", "2026"),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1), "2026年12月", "December 2026"),
    ],
)
def test_a_period_has_days_and_a_name(written, since, until, zh, en):
    span = Span.read(written)
    assert (str(span), span.since, span.until) == (written, since, until)
    assert (span.name("zh"), span.name("en")) == (zh, en)


@pytest.mark.parametrize(
    "written", ["", "2026-13", "2026-Q5", "26", "2026-9", "0000", "2026-09-01", "９９９９"]
)
def test_what_is_none_is_refused_with_what_to_write(written):
    with pytest.raises(Invalid, match="2026-Q3"):
        Span.read(written)


@given(st.dates(date(1100, 1, 1), date(2900, 1, 1)), st.sampled_from(["month", "quarter", "year"]))
def test_periods_follow_each_other_without_a_gap(day, kind):
    span = Span.around(day, kind)
    assert span.since <= day < span.until == span.after.since
    assert span.before.after == span and span.before.until == span.since


def test_the_months_up_to_a_period_end_with_it():
    assert [str(month) for month in Span.read("2026-Q1").months(4)] == [
        "2025-12", "2026-01", "2026-02", "2026-03",
    ]  # fmt: skip
