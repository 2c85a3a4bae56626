"""Given what happened to units, when a question is asked of a day, then who stood where and who may answer for whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from eventsourcing.domain import OriginatorVersionError
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.actor import Actor
from domain.case import Entry
from domain.errors import Invalid, NotFound
from domain.organisation import Organisation, local_date
from domain.terms import Level, Role, UnitKind
from domain.unit import ATTACHED_KINDS, LEVEL_OF_KIND, Unit

ENTRY = Entry(Actor("li", Role.ORG_ADMIN, "C"), datetime(2024, 1, 2, 1, tzinfo=UTC))
START, JUNE, JULY, AUGUST = date(2024, 1, 1), date(2024, 6, 30), date(2024, 7, 1), date(2024, 8, 1)


class District:
    """County C; towns T1 (class 1) and T2; villages A, B in T1 and D in T2; grids A1, A2, B1; bodies of T1, A and C."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}
        self.organisation = Organisation()
        for code, kind, parent in [
            ("C", UnitKind.COUNTY, ""),
            ("T1", UnitKind.TOWN, "C"),
            ("T2", UnitKind.SUBDISTRICT, "C"),
            ("A", UnitKind.VILLAGE, "T1"),
            ("B", UnitKind.VILLAGE, "T1"),
            ("D", UnitKind.COMMUNITY, "T2"),
            ("A1", UnitKind.GRID, "A"),
            ("A2", UnitKind.GRID, "A"),
            ("B1", UnitKind.GRID, "B"),
            ("T1-centre", UnitKind.CENTRE, "T1"),
            ("A-committee", UnitKind.COMMITTEE, "A"),
            ("A-studio", UnitKind.STUDIO, "A-committee"),
            ("C-justice", UnitKind.BUREAU, "C"),
            ("C-labour", UnitKind.BUREAU, "C"),
        ]:
            self.create(code, kind, parent)

    def create(self, code, kind, parent, on=START, **facts):
        if kind in ATTACHED_KINDS:
            facts["level"] = self.organisation.level(parent, on)
        self.units[code] = Unit.create(code, code, kind, parent=parent, effective=on, entry=ENTRY, **facts)
        self._apply(code)

    def do(self, command, code, *args, on, **facts):
        getattr(self.units[code], command)(*args, effective=on, entry=ENTRY, **facts)
        self._apply(code)

    def _apply(self, code):
        for event in self.units[code].collect_events():
            self.organisation.apply(event)


@pytest.fixture
def district():
    return District()


def test_a_unit_stands_from_its_first_day_up_to_its_end(district):
    org = district.organisation
    district.do("close", "D", on=JULY)
    assert org.get("D", JUNE).valid_to == JULY
    days = [START - timedelta(1), START, JUNE, JULY]
    assert [org.is_active("D", day) for day in days] == [False, True, True, False]
    assert org.exists("D") and not org.exists("X")
    assert "D" not in {unit.code for unit in org.standing(JULY)}


def test_a_village_moved_to_another_township_stands_under_the_old_one_then_and_the_new_one_now(district):
    org = district.organisation
    district.do("move", "A", "T2", on=JULY)
    village = {"A", "A1", "A2", "A-committee", "A-studio"}
    assert village < org.subtree("T1", JUNE) and not village & org.subtree("T2", JUNE)
    assert village < org.subtree("T2", JULY) and not village & org.subtree("T1", JULY)
    assert org.ancestors("A1", JUNE) == ["A", "T1", "C"]
    assert org.ancestors("A1", JULY) == ["A", "T2", "C"]
    assert org.is_superior("T1", "A", JUNE) and not org.is_superior("T1", "A", JULY)


def test_a_rename_keeps_the_code_and_both_names_are_known(district):
    org = district.organisation
    district.do("rename", "A", "新龙山", on=JULY)
    assert (org.get("A", JUNE).name, org.get("A", JULY).name) == ("A", "新龙山")
    assert org.names("A") == [(START, "A"), (JULY, "新龙山")]
    assert org.lineage("A") == set()


def test_a_town_becomes_a_subdistrict_of_another_class(district):
    org = district.organisation
    district.do("reclassify", "T1", kind=UnitKind.SUBDISTRICT, township_class=2, on=JULY)
    before, after = org.get("T1", JUNE), org.get("T1", JULY)
    assert (before.kind, before.township_class) == (UnitKind.TOWN, None)
    assert (after.kind, after.township_class, after.level) == (UnitKind.SUBDISTRICT, 2, Level.TOWNSHIP)


def test_a11_a_village_merged_mid_year_is_answered_for_by_its_heir_from_that_day(district):
    org = district.organisation
    district.do("merge_into", "A", "B", on=JULY)
    assert org.successor("A", JUNE) == "A"
    assert org.successor("A", JULY) == "B"
    # what stood under it stands under the heir, without being moved one by one
    assert org.parent("A1", JUNE) == "A" and org.parent("A1", JULY) == "B" == org.get("A1", JULY).parent
    assert org.children("B", JULY) == ["A-committee", "A1", "A2", "B1"]
    assert org.host("A-studio", JULY) == "B"
    # a case that A held is B's now, and counts in the tree where B stands
    assert not org.acts_for("B", "A", JUNE) and org.acts_for("B", "A", JULY)
    assert not org.acts_for("A", "A", JULY)
    assert org.is_superior("T1", "A", JULY)
    assert org.is_under("A", "T1", JULY) and org.is_under("A", "B", JULY)
    assert "A" not in org.subtree("T1", JULY) and "A" in org.subtree("T1", JULY, with_former=True)
    # the chain for rankings over two years
    assert org.lineage("B") == {"A"} and org.lineage("A") == {"B"}


def test_two_towns_merge_into_a_new_one_and_that_one_into_another(district):
    org = district.organisation
    district.create("N", UnitKind.SUBDISTRICT, "C", JULY)
    district.do("merge_into", "T1", "N", on=JULY)
    district.do("merge_into", "T2", "N", on=JULY)
    district.create("M", UnitKind.SUBDISTRICT, "C", AUGUST, predecessors=["N"])
    district.do("merge_into", "N", "M", on=AUGUST)
    assert org.successor("T1", JULY) == "N" and org.successor("T1", AUGUST) == "M"
    assert org.lineage("M") == {"N", "T1", "T2"} and org.lineage("T1") == {"N", "M"}
    assert {"A", "B", "D", "A1", "T1-centre"} < org.subtree("M", AUGUST)
    assert org.ancestors("B1", AUGUST) == ["B", "M", "C"]


def test_a_village_split_in_two_has_no_single_successor_and_its_township_answers_for_what_is_left(district):
    org = district.organisation
    for part in ("A-east", "A-west"):
        district.create(part, UnitKind.VILLAGE, "T1", JULY)
    district.do("split_into", "A", ["A-east", "A-west"], on=JULY)
    district.do("move", "A1", "A-east", on=JULY)
    assert org.successor("A", JULY) is None
    assert org.lineage("A") == {"A-east", "A-west"} and org.lineage("A-east") == {"A"}
    assert org.parent("A1", JULY) == "A-east"
    assert org.parent("A2", JULY) == "T1"  # nobody has said yet which part it belongs to
    assert org.acts_for("T1", "A", JULY) and not org.acts_for("A-east", "A", JULY)


def test_a_village_that_gives_away_a_part_stands_on(district):
    org = district.organisation
    district.create("A-new", UnitKind.VILLAGE, "T1", JULY)
    district.do("split_into", "A", ["A", "A-new"], on=JULY)
    assert org.is_active("A", JULY) and org.successor("A", JULY) == "A"
    assert org.lineage("A-new") == {"A"}


def test_attached_bodies_answer_their_host_and_have_its_level(district):
    org = district.organisation
    assert [org.host(code, START) for code in ("T1-centre", "A-studio", "C-justice", "A1")] == [
        "T1",
        "A",
        "C",
        "A1",
    ]
    assert org.level("A-studio", START) is Level.VILLAGE
    district.do("move", "A-committee", "T1", on=JULY)
    assert org.level("A-studio", JULY) is Level.TOWNSHIP is org.get("A-studio", JULY).level


def test_units_of_one_host_act_for_each_other_and_the_parent_for_its_grid(district):
    org = district.organisation
    assert org.acts_for("A-studio", "A", START) and org.acts_for("A", "A-committee", START)
    assert org.acts_for("A", "A1", START) and org.acts_for("A-committee", "A1", START)
    assert not org.acts_for("B", "A1", START)
    assert not org.acts_for("T1", "A1", START)
    assert not org.acts_for("A1", "A", START)
    assert not org.acts_for("A1", "A2", START)
    assert not org.acts_for("T1", "A", START)


def test_only_the_next_higher_unit_is_the_superior(district):
    org = district.organisation
    assert org.is_superior("T1", "A", START) and org.is_superior("T1-centre", "A-studio", START)
    assert not org.is_superior("C", "A", START)
    assert not org.is_superior("T2", "A", START)
    assert not org.is_superior("A", "A", START)
    assert not org.is_superior("C", "C", START)


def test_an_unknown_code_is_not_found_and_a_unit_outside_its_life_says_when_it_stood(district):
    org = district.organisation
    district.do("merge_into", "A", "B", on=JULY)
    for question in (
        org.get,
        org.parent,
        org.host,
        org.level,
        org.ancestors,
        org.is_active,
        org.successor,
        org.subtree,
    ):
        with pytest.raises(NotFound, match=r"There is no unit 'X'. Look the code up"):
            question("X", START)
    with pytest.raises(NotFound, match=r"ended on 2024-07-01, and you asked for 2024-08-01. B took it over"):
        org.get("A", AUGUST)
    with pytest.raises(NotFound, match="begins on 2024-01-01"):
        org.level("A", date(2023, 12, 31))
    assert org.subtree("A", AUGUST) == set()


@pytest.mark.parametrize(
    ("code", "kind", "parent", "remedy"),
    [
        ("N", UnitKind.VILLAGE, "X", "create it first"),
        ("T1", UnitKind.TOWN, "A", "stands under T1 itself"),
        ("N", UnitKind.VILLAGE, "B", "a territory above VILLAGE"),
        ("N", UnitKind.GRID, "A-committee", "a territory above GRID"),
    ],
)
def test_a_place_that_cannot_be_is_refused(district, code, kind, parent, remedy):
    with pytest.raises(Invalid, match=remedy):
        district.organisation.check_place(code, kind, parent, START)


def test_places_that_can_be(district):
    for kind, parent in [(UnitKind.GRID, "T1"), (UnitKind.STUDIO, "A-committee"), (UnitKind.COUNTY, "")]:
        district.organisation.check_place("N", kind, parent, START)


def test_an_event_seen_twice_changes_nothing_and_a_gap_is_an_error(district):
    org, unit = district.organisation, district.units["A"]
    for name in ("一", "二"):
        unit.rename(name, effective=JULY, entry=ENTRY)
    first, second = unit.collect_events()
    with pytest.raises(OriginatorVersionError):
        org.apply(second)
    for event in (first, second, first):
        org.apply(event)
    assert org.get("A", JULY).name == "二"


def test_the_local_day_is_shanghais():
    assert local_date(datetime(2024, 6, 30, 16, tzinfo=UTC)) == JULY
    with pytest.raises(Invalid, match="time zone"):
        local_date(datetime(2024, 6, 30, 16))  # noqa: DTZ001


CODES = sorted(District().units)
MONTHS = [date(2024, month, 1) for month in range(1, 13)]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["move", "merge_into", "split_into", "close", "create"]),
        st.sampled_from(CODES),
        st.sampled_from(CODES),
        st.sampled_from(MONTHS),
    ),
    max_size=12,
)


@given(CHANGES)
@settings(max_examples=150, deadline=None)
def test_subtree_and_ancestors_agree_on_every_day(changes):
    """Whatever happens to units, however senseless (even circles), both directions tell one tree."""
    district = District()
    org = district.organisation
    for number, (command, code, other, day) in enumerate(changes):
        try:
            match command:
                case "create":
                    district.create(f"new{number}", UnitKind.GRID, other, day)
                case "split_into":
                    district.do(command, code, [other, "C"], on=day)
                case "close":
                    district.do(command, code, on=day)
                case _:
                    district.do(command, code, other, on=day)
        except Invalid:
            continue
    for day in MONTHS:
        standing = {unit.code for unit in org.standing(day)}
        for code in standing:
            above = {code, *org.ancestors(code, day)}
            assert {other for other in standing if code in org.subtree(other, day)} == above
            assert org.children(code, day) == sorted(c for c in standing if org.parent(c, day) == code != c)
            former = org.subtree(code, day, with_former=True)
            assert {c for c in district.units if org.is_under(c, code, day)} == former
            assert org.level(code, day) in LEVEL_OF_KIND.values()
