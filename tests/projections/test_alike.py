"""Which cases may be the same matter: told to a person who looks, within what they may see."""

from __future__ import annotations

import pytest

from domain.case import Party, case_id
from domain.scope import EVERYTHING, Scope
from projections.alike import alike, similar
from projections.likeness import pairs
from tests.support.casework import District, at


@pytest.fixture
def district():
    district = District()
    for code, title, origin, party in (
        ("D-1", "村口晒谷场边界争执", "G1", "s1"),
        ("D-2", "村口晒谷场的边界争执", "G1", "s9"),
        ("D-3", "夜间装修噪音扰民", "G1", "s1"),
        ("D-4", "夜间装修噪音扰民", "G1", "s8"),
        ("D-5", "村口晒谷场边界争执", "G2", "s1"),
    ):
        parties = (Party(party),)
        district.dispute(code, at(3, int(code[-1])), origin=origin, title=title, parties=parties)
    district.fold()
    return district


def looked_for(district, scope=EVERYTHING, **changes):
    asked = {"title": "村口晒谷场边界争执", "parties": ["s1"], "places": {"V1", "G1"}} | changes
    with district.engine.connect() as connection:
        found = alike(
            connection, str(case_id("D-1")), asked["title"], asked["parties"], asked["places"], at(3, 1), scope, at(3, 9).date()
        )  # fmt: skip
    return [(one.code, one.same_party) for one in found]


def test_those_with_a_party_in_common_come_first_then_nearly_the_same_titles_of_the_place(district):
    assert looked_for(district) == [("D-5", True), ("D-3", True), ("D-2", False)]


def test_nobody_is_told_of_a_case_that_they_may_not_see(district):
    assert looked_for(district, Scope(roots=frozenset({"V3"}))) == []
    assert looked_for(district, Scope(roots=frozenset({"V1"}))) == [("D-3", True), ("D-2", False)]


def test_what_says_too_little_is_like_nothing(district):
    assert looked_for(district, title="争执", parties=[]) == []
    assert not similar(pairs("补偿"), pairs("补偿"))
    assert similar(pairs("⟦s1:name⟧与⟦s2:name⟧因宅基地起争执"), pairs("因宅基地起争执。"))
