"""Whoever a command names as the one who works on a case is there, in a post that fits; a told history knows nobody."""

from __future__ import annotations

from datetime import date

import pytest

from domain.actor import Actor
from domain.errors import Invalid
from domain.terms import Role
from tests.support.petitions import ACCEPT
from tests.support.township import LI, QIAN, WANG, ZHAO, Township, at
from workflows.accounts import CONSOLE, Accounts, Enrolled
from workflows.staff import NAMED, OF_TRIGGER, staff_of

PEOPLE = (
    ("li", Role.MEDIATOR, "V1M"),
    ("zhao", Role.UNIT_HEAD, "V1"),
    ("far", Role.MEDIATOR, "V3"),  # of another town: parties may choose whom they trust
    ("window", Role.INTAKE, "T1"),
    ("clerk", Role.HANDLER, "T1"),
    ("elsewhere", Role.HANDLER, "T2"),
    ("rules", Role.POLICY_ADMIN, "C"),
)


@pytest.fixture
def staffed(township: Township) -> Township:
    """The township with accounts for some, asked as a served program does it."""
    accounts = Accounts(township.log, township.service.reference, township.now)
    people = [Enrolled(user, user, post, unit) for user, post, unit in PEOPLE]
    accounts.enrol(people, since=date(2026, 1, 1), by=CONSOLE)
    accounts.enrol([Enrolled("asleep", "asleep", Role.MEDIATOR, "V1M")], since=date(2026, 1, 1), by=CONSOLE)
    accounts.suspend("asleep", by=CONSOLE)
    accounts.vacate("far", Role.MEDIATOR, "V3", until=date(2026, 3, 20), by=CONSOLE)
    for engine in township.service.engines.values():
        engine.staff = staff_of(township.log)
    return township


def taken(township: Township) -> str:
    code = township.report(at(3, 2))
    township.do("offer", code, at(3, 3), WANG, unit="V1")
    township.do("accept", code, at(3, 3), LI, within_scope=True)
    return code


def test_mediators_have_an_account_and_a_post_on_the_day(staffed: Township) -> None:
    code = taken(staffed)
    for named, wrong in (
        ({"chair": "nobody"}, ["chair"]),
        ({"chair": "asleep"}, ["chair"]),
        ({"chair": "window"}, ["chair"]),
        ({"chair": "rules", "mediators": ["li", "nobody", "far"]}, ["chair", "mediators.1"]),
    ):
        with pytest.raises(Invalid) as refused:
            staffed.do("assign_mediator", code, at(3, 4), ZHAO, **named)
        assert [one.field for one in refused.value.every] == wrong
        assert (
            "调解员、承办人、单位负责人" in refused.value.remedy_zh and "head of unit" in refused.value.remedy
        )
    staffed.do("assign_mediator", code, at(3, 4), ZHAO, chair="li", mediators=["far"])
    with pytest.raises(Invalid, match="new"):
        staffed.do(
            "replace_mediator", code, at(3, 21), ZHAO, old="li", new="far", why="回避"
        )  # has left since


def test_a_visit_and_a_plan_name_people_who_work_on_cases(staffed: Township) -> None:
    code = staffed.report(at(3, 2), severity="serious")
    plan = {"term": date(2026, 3, 20), "guarantee": "包稳定"}
    for leader, person in (("rules", "li"), ("zhao", "nobody")):
        with pytest.raises(Invalid, match="works on cases"):
            staffed.do("set_plan", code, at(3, 2), ZHAO, leader=leader, person=person, **plan)
    staffed.do("set_plan", code, at(3, 2), ZHAO, leader="zhao", person="li", **plan)


def test_a_handler_is_one_of_the_unit_that_has_the_petition(staffed: Township) -> None:
    clerk, day = Actor("window", Role.INTAKE, "T1"), at(3, 2)
    letter = {"origin": "T1", "channel": "letter", "title": "补偿", "by_office": False, "record": "来信"}
    code = staffed.do("receive", "", day, clerk, type="petition", **letter).case
    people = [{"subject": "p-wang", "part": "petitioner"}]
    staffed.do("register", code, day, clerk, receipt="R-1", petitioners=people, request="补偿", facts="征地")
    staffed.do("recognise_first", code, day, clerk, searched="无")
    staffed.do("classify", code, day, clerk, petition_class="claim_other")
    for nobody in ("elsewhere", "window", "t2"):
        with pytest.raises(Invalid, match="in the unit of the case") as refused:
            staffed.do("accept", code, day, QIAN, **ACCEPT | {"handler": nobody})
        assert refused.value.field == "handler" and "在本案单位" in refused.value.remedy_zh
    staffed.do("accept", code, day, QIAN, **ACCEPT | {"handler": "clerk"})


def test_a_history_that_is_told_knows_nobody(township: Township) -> None:
    code = taken(township)
    township.do("assign_mediator", code, at(3, 4), ZHAO, chair="nobody.yet")
    assert township.service.case(code).chair == "nobody.yet"  # type: ignore[attr-defined]


def test_every_fact_that_is_asked_about_is_one_of_some_form(township: Township) -> None:
    asked = {
        (trigger, fact)
        for engine in township.service.engines.values()
        for trigger, facts in engine.table.asks.items()
        for fact in facts
    }
    assert set(NAMED) <= {fact for _, fact in asked} and set(OF_TRIGGER) <= asked


def test_desks_are_the_units_that_act_for_a_holder(township: Township) -> None:
    units, on = township.service.reference.organisation(), date(2026, 3, 2)
    codes = [view.code for view in units.standing(on)]
    for holder in codes:
        assert set(units.desks(holder, on)) == {code for code in codes if units.acts_for(code, holder, on)}
    assert units.desks("NOWHERE", on) == [] and QIAN.unit in units.desks("T1C", on)
