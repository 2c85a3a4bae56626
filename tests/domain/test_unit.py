"""A unit's own rules: what it accepts, what it refuses, and how late-learned changes lie over its days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from eventsourcing.domain import CanMutateAggregate
from eventsourcing.utils import resolve_topic

from domain.actor import Actor
from domain.case import Entry
from domain.errors import Invalid
from domain.terms import Level, Role, UnitKind
from domain.unit import ATTACHED_KINDS, Unit, unit_id

AT = datetime(2024, 1, 2, 1, tzinfo=UTC)
ENTRY = Entry(Actor("li", Role.ORG_ADMIN, "C"), AT, reason="区划调整", basis="虞政批〔2024〕1号")
DAY = date(2024, 1, 1)


def village(**facts):
    return Unit.create(
        "V", "龙山村", UnitKind.VILLAGE, **{"effective": DAY, "entry": ENTRY, "parent": "T", **facts}
    )


def town(**facts):
    return Unit.create(
        "T", "百官镇", UnitKind.TOWN, **{"effective": DAY, "entry": ENTRY, "parent": "C", **facts}
    )


def names(unit):
    return [(day, view.name) for day, view in unit.spans]


def test_every_event_has_its_own_topic_and_the_list_is_pinned():
    events = [e for e in vars(Unit).values() if isinstance(e, type) and issubclass(e, CanMutateAggregate)]
    topics = {str(vars(e)["TOPIC"]): e for e in events if e is not Unit.Event}
    assert set(topics) == {
        "unit.created",
        "unit.renamed",
        "unit.moved",
        "unit.reclassified",
        "unit.merged",
        "unit.split",
        "unit.closed",
    }
    assert all(resolve_topic(topic) is event for topic, event in topics.items())


def test_the_same_code_is_always_the_same_unit():
    assert village().id == unit_id("V") == unit_id("V") != unit_id("V2")


def test_a_unit_replays_from_its_events_to_what_it_was():
    unit = village(population=900, predecessors=["OLD"])
    unit.rename("龙山社区", effective=date(2024, 3, 1), entry=ENTRY)
    unit.move("T2", effective=date(2024, 4, 1), entry=ENTRY)
    unit.reclassify(kind=UnitKind.COMMUNITY, population=950, effective=date(2024, 5, 1), entry=ENTRY)
    unit.split_into(["V", "V3"], effective=date(2024, 6, 1), entry=ENTRY)
    unit.merge_into("W", effective=date(2024, 7, 1), entry=ENTRY)
    copy = None
    for event in unit.collect_events():
        copy = event.mutate(copy)
    assert copy == unit
    last = copy.spans[-1][1]
    assert (last.name, last.parent, last.kind, last.population) == ("龙山社区", "T2", UnitKind.COMMUNITY, 950)
    assert (copy.predecessors, copy.successors, copy.heir) == (("OLD",), ("V3", "W"), "W")


def test_a_change_learned_late_holds_from_its_day_until_the_next_change_of_the_same_fact():
    unit = village()
    unit.rename("三", effective=date(2024, 9, 1), entry=ENTRY)
    unit.move("T2", effective=date(2024, 10, 1), entry=ENTRY)
    unit.rename("二", effective=date(2024, 5, 1), entry=ENTRY)
    assert names(unit) == [
        (DAY, "龙山村"),
        (date(2024, 5, 1), "二"),
        (date(2024, 9, 1), "三"),
        (date(2024, 10, 1), "三"),
    ]
    assert [view.parent for _, view in unit.spans] == ["T", "T", "T", "T2"]


def test_of_two_changes_for_one_day_the_one_recorded_last_holds():
    unit = village()
    unit.rename("错字", effective=date(2024, 5, 1), entry=ENTRY)
    unit.rename("正字", effective=date(2024, 5, 1), entry=ENTRY)
    assert names(unit) == [(DAY, "龙山村"), (date(2024, 5, 1), "正字")]


def test_a_territory_stands_at_the_level_of_its_kind_and_a_body_at_its_hosts():
    assert village().level is Level.VILLAGE
    assert town().level is Level.TOWNSHIP
    city = Unit.create("Y", "绍兴市", UnitKind.CITY, effective=DAY, entry=ENTRY)
    assert city.level is Level.CITY
    for kind in ATTACHED_KINDS:
        body = Unit.create("B", "中心", kind, effective=DAY, entry=ENTRY, parent="T", level=Level.TOWNSHIP)
        assert body.level is Level.TOWNSHIP


@pytest.mark.parametrize(
    ("field", "command"),
    [
        ("code", lambda: Unit.create(" ", "村", UnitKind.VILLAGE, effective=DAY, entry=ENTRY)),
        ("name", lambda: Unit.create("V", "", UnitKind.VILLAGE, effective=DAY, entry=ENTRY)),
        ("level", lambda: Unit.create("B", "中心", UnitKind.CENTRE, effective=DAY, entry=ENTRY, parent="T")),
        ("level", lambda: village(level=Level.COUNTY)),
        ("parent", lambda: Unit.create("G", "网格", UnitKind.GRID, effective=DAY, entry=ENTRY)),
        ("parent", lambda: village(parent="V")),
        ("township_class", lambda: town(township_class=4)),
        ("township_class", lambda: village(township_class=1)),
        ("population", lambda: village(population=-1)),
        ("effective", lambda: village(effective=AT)),
        ("name", lambda: village().rename("  ", effective=DAY, entry=ENTRY)),
        ("effective", lambda: village().rename("村", effective=date(2023, 12, 31), entry=ENTRY)),
        ("parent", lambda: village().move("", effective=DAY, entry=ENTRY)),
        ("kind", lambda: village().reclassify(effective=DAY, entry=ENTRY)),
        ("kind", lambda: village().reclassify(kind=UnitKind.TOWN, effective=DAY, entry=ENTRY)),
        ("into", lambda: village().merge_into("V", effective=date(2024, 7, 1), entry=ENTRY)),
        ("parts", lambda: village().split_into(["W"], effective=date(2024, 7, 1), entry=ENTRY)),
        ("parts", lambda: village().split_into(["W", "W"], effective=date(2024, 7, 1), entry=ENTRY)),
        ("effective", lambda: village().close(effective=DAY, entry=ENTRY)),
    ],
)
def test_a_wrong_field_is_named_with_a_remedy(field, command):
    with pytest.raises(Invalid) as refusal:
        command()
    assert refusal.value.field == field
    assert refusal.value.remedy


def test_a_refused_command_records_nothing():
    unit = village()
    unit.collect_events()
    with pytest.raises(Invalid):
        unit.move("V", effective=DAY, entry=ENTRY)
    assert (unit.version, unit.collect_events()) == (1, [])


def test_a_unit_that_ended_can_be_corrected_before_its_end_and_not_after():
    unit = village()
    unit.close(effective=date(2024, 7, 1), entry=ENTRY)
    unit.rename("龙山", effective=date(2024, 6, 30), entry=ENTRY)
    assert unit.spans[-1][1].valid_to == date(2024, 7, 1)
    with pytest.raises(Invalid, match="ended on 2024-07-01"):
        unit.rename("龙山", effective=date(2024, 7, 1), entry=ENTRY)
    with pytest.raises(Invalid, match="ended on 2024-07-01"):
        unit.merge_into("W", effective=date(2024, 8, 1), entry=ENTRY)
