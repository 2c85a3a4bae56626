"""The worklist as those who work with it ask for it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from domain.errors import Invalid
from domain.scope import EVERYTHING, Scope
from projections.worklist import READ_WORKLIST, SORTS, Listing, Wanted, count, cursor, one, worklist
from tests.support.township import at

DAY = date(2026, 3, 1)
ALL = {"D-1", "D-2", "D-3", "D-5", "P-4"}


def asked(**wanted):
    return Wanted(scope=EVERYTHING, today=DAY, **wanted)


def codes(connection, sort="next_due", **wanted):
    return [row["code"] for row in worklist(connection, asked(**wanted), sort=sort)]


def case(connection, code):
    row = one(connection, code, EVERYTHING, DAY)
    assert row is not None
    return row


def test_open_cases_come_first_due_first(seen):
    assert codes(seen) == ["D-5", "D-3", "P-4"]
    assert count(seen, asked()) == 3
    assert set(codes(seen, open_only=False)) == ALL


def test_a_row_says_where_the_case_stands(seen):
    done, left = case(seen, "D-1"), case(seen, "D-5")
    assert (done["state"], done["outcome"], done["closed_at"]) == (
        "closed",
        "resolved",
        "2026-03-10T01:00:00.000000Z",
    )
    assert (done["person"], done["mediators"], done["level"]) == ("li", ["li"], 1)
    assert (left["severity"], left["category"], left["stage"], left["holder"]) == (
        "major",
        "land",
        "reported",
        "G1",
    )
    assert left["next_due"] == "2026-03-24T03:00:00.000000Z"
    assert left["next_due_clock"] == "P-URGENT"
    petition = case(seen, "P-4")
    assert (petition["type"], petition["summary"], petition["channel"]) == ("petition", "补发补偿款", "visit")
    assert one(seen, "D-999", EVERYTHING, DAY) is None


def test_what_came_back_and_what_is_new_is_marked(seen, spring, runner):
    assert codes(seen, returned=True) == ["D-3"]
    assert codes(seen, new=True) == []
    assert codes(seen, person="li", open_only=False) == codes(seen, person="li", open_only=False)
    assert set(codes(seen, person="li", open_only=False)) == {"D-1", "D-2"}
    assert codes(seen, person="l", open_only=False) == codes(seen, person="%", open_only=False) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("沟", {"D-1", "D-2"}),  # one character
        ("山林", {"D-5"}),
        ("权属", {"D-5"}),  # in the middle of the title
        ("倒灌 邻里", {"D-1", "D-2"}),  # two words, one of them the category
        ("倒灌 土地", set()),
        ("LAND d-5", {"D-5"}),  # English, any case, and the code
        ("ｐ－４", {"P-4"}),  # full-width
        ("补偿", {"P-4"}),
        ("100%", set()),
        ("_", set()),
        ("", ALL),
    ],
)
def test_text_is_found_in_chinese_of_any_length(seen, text, found):
    assert set(codes(seen, text=text, open_only=False)) == found


def test_names_are_nowhere_in_it(seen):
    for row in seen.execute(sa.select(READ_WORKLIST)):
        assert "s1" not in row.search_text


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"holder": "T1"}, {"P-4"}),
        ({"unit": "V1"}, {"D-1", "D-2", "D-3", "D-5"}),
        ({"unit": "T1"}, ALL),
        ({"unit": "T2"}, set()),
        ({"unit": "V1M"}, {"D-1", "D-2"}),
        ({"state": "reported"}, {"D-3", "D-5"}),
        ({"stage": "closed"}, {"D-1", "D-2"}),
        ({"type": "petition"}, {"P-4"}),
        ({"severity": "major"}, {"D-5"}),
        ({"channel": "screening"}, ALL - {"P-4"}),
        ({"category": "homestead"}, {"D-3"}),
        ({"level": 2}, {"P-4"}),
        ({"late_at": at(3, 27)}, {"D-3", "D-5"}),
        ({"late_at": at(3, 20)}, set()),
        ({"reporter": "wu"}, {"P-4"}),
        ({"outcome": "resolved"}, {"D-1", "D-2"}),
        ({"closed_only": True}, {"D-1", "D-2"}),
        ({"desk": ("li", "G1")}, {"D-1", "D-2", "D-3", "D-5"}),  # with li, or with nobody at the desk of G1
        ({"desk": ("nobody", "T1")}, {"P-4"}),
        ({"due_after": at(3, 23), "due_upto": at(3, 24, 12)}, {"D-5"}),
        ({"due_after": at(3, 25), "due_upto": at(3, 25)}, set()),
        ({"opened_from": at(3, 20), "opened_before": at(3, 24)}, {"D-3", "P-4"}),
        ({"opened_before": at(3, 11)}, {"D-1"}),
    ],
)
def test_it_is_asked_by_unit_person_and_state(seen, wanted, found):
    if not {"late_at", "due_after"} & wanted.keys():
        wanted = {"open_only": False, **wanted}
    assert set(codes(seen, **wanted)) == found


def test_an_unknown_order_is_refused(seen):
    with pytest.raises(Invalid, match="next_due, updated, opened"):
        codes(seen, sort="name")


SCOPES = {
    "everything": EVERYTHING,
    "the township": Scope(roots=frozenset({"T1"}), user="li", kept_from=frozenset({"T1"})),
    "a grid": Scope(roots=frozenset({"G1"})),
    "somebody's own": Scope(user="li"),
    "what is named": Scope(cases=frozenset({"D-5", "P-4", "D-999"})),
    "nothing": Scope(),
}
ASKED: tuple[dict[str, Any], ...] = (
    *({}, {"text": "沟"}, {"unit": "V1"}, {"desk": ("li", "G1")}, {"type": "dispute", "person": "li"}),
    {"holder": "T1"},
)
EVIL = (
    *("'; DROP TABLE read_worklist; --", '" OR 1=1', "沟 OR 堵", "%' OR '1'='1", "{沟}", "^沟"),
    "NEAR(沟 堵)",
)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("wanted", ASKED, ids=str)
def test_however_the_database_looks_for_them_the_same_are_found(seen, scope, wanted, monkeypatch):
    """Gathered first, or walked to in the order of the list: three thresholds for the five cases of the spring."""
    asked_for = Wanted(scope=SCOPES[scope], today=date(2026, 5, 1), open_only=False, **wanted)
    found = []
    for few, many in ((20_000, 2_000), (1, 2_000), (0, 0)):
        monkeypatch.setattr("projections.worklist.FEW", few)
        monkeypatch.setattr("projections.worklist.SORTED", many)
        listing = Listing(seen, asked_for)
        rows = [[row["code"] for row in listing.page(sort)] for sort in ("code", "-updated", "next_due")]
        assert rows[0] == [row["code"] for row in listing.rows("code")] == sorted(rows[0])
        assert listing.count() == len(rows[0])
        number, exact = listing.about()
        assert number == len(rows[0]) if exact else number < len(rows[0])
        found.append(rows)
        seen.rollback()
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("text", EVIL)
def test_what_was_typed_is_a_value_and_never_a_statement(seen, text):
    for wanted in (
        {"text": text},
        {"person": text},
        {"holder": text},
        {"desk": (text, text)},
        {"unit": text},
    ):
        assert codes(seen, open_only=False, **wanted) == []
    assert set(codes(seen, open_only=False)) == ALL


@pytest.mark.parametrize("sort", [f"{way}{sort}" for sort in SORTS for way in ("", "-")])
def test_pages_follow_each_other_without_gap_or_repeat(seen, sort):
    whole = [row["code"] for row in worklist(seen, asked(open_only=False), sort=sort)]
    found, after = [], None
    while page := worklist(seen, asked(open_only=False), sort=sort, after=after, limit=2):
        found += [row["code"] for row in page]
        after = cursor(page[-1], sort)
    assert found == whole
    assert set(found) == ALL
