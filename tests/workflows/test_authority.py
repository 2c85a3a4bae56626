"""Who may see and do what: the answers with their reasons, and the duties that are kept in two hands."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from docs import authority as drawn
from domain.account import Office
from domain.actor import Actor, named, same_user
from domain.case import Entry
from domain.errors import Invalid, NotFound, Refused
from domain.organisation import Organisation
from domain.petition import Refusal, ReviewResult
from domain.scope import Scope
from domain.terms import PetitionClass, Role, UnitKind
from tests.support.given import at, organisation
from tests.support.petitions import (
    EXTEND,
    OPINION,
    RECEIPT,
    TOWN_CLERK,
    TOWN_HANDLER,
    TOWN_HEAD,
    UNITS,
    UPHELD,
    accepted,
    engine,
    post,
    routed,
    sorted_out,
    story,
)
from tests.support.township import WANG, ZHAO, Township
from tests.support.township import at as on_day
from workflows.accounts import CONSOLE, Accounts
from workflows.authority import (
    ADMINISTERS,
    AREAS,
    BY_UNIT,
    FIGURES,
    IN_SCOPE,
    MAY_TRY,
    ON_CASES,
    SIGHT,
    Area,
    Authority,
    scope_of,
)
from workflows.command import Command
from workflows.dispute import DISPUTE
from workflows.petition import PETITION
from workflows.staff import staff_of
from workflows.table import Table
from workflows.who import Relation

ON = date(2024, 6, 1)
R = Role
TREE = organisation(
    ("H", UnitKind.CITY, ""), ("C", UnitKind.COUNTY, "H"), ("CB", UnitKind.BUREAU, "C"), ("T", UnitKind.TOWN, "C"),
    ("TC", UnitKind.CENTRE, "T"), ("V", UnitKind.VILLAGE, "T"), ("VM", UnitKind.COMMITTEE, "V"), ("G", UnitKind.GRID, "V"),
    ("D", UnitKind.COUNTY, "H"), ("E", UnitKind.VILLAGE, "D"),
)  # fmt: skip


def office(post: Role, unit: str, since: str = "2020-01-01", until: str = "") -> Office:
    return Office(post, unit, date.fromisoformat(since), date.fromisoformat(until) if until else None)


def asked(*offices: Office, units: Organisation = TREE, user: str = "li") -> Authority:
    return Authority(user, offices, units, ON)


# What a post shows.


@pytest.mark.parametrize("table", [DISPUTE, PETITION], ids=lambda table: table.case_type)
def test_the_matrix_of_posts_and_places_is_the_one_that_was_reviewed(table: Table) -> None:
    golden = drawn.GOLDEN / f"{table.case_type}_authority.txt"
    assert drawn.matrix(table) == golden.read_text(encoding="utf-8"), (
        "A rule changed. Read the difference, then `make docs`."
    )


def test_every_post_has_its_sight_and_administrators_work_on_no_case() -> None:
    assert set(SIGHT) == set(Role)
    assert {
        R.REPORTER,
        R.MEDIATOR,
        R.HANDLER,
        R.UNIT_HEAD,
        R.INTAKE,
        R.SPONSOR,
        R.SUPERVISOR,
        R.REVIEWER,
    } == ON_CASES
    rows = (*DISPUTE.source_rows, *PETITION.source_rows)
    aloof = {R.POLICY_ADMIN, R.ORG_ADMIN, R.AUDITOR}
    assert not any(row.who.roles & aloof for row in rows), "who administers or audits acts on no case"
    assert {row.trigger for row in rows if R.PRIVACY_OFFICER in row.who.roles} == {"reveal"}


@pytest.mark.parametrize("table", [DISPUTE, PETITION], ids=lambda table: table.case_type)
def test_whoever_the_tables_let_act_on_a_case_sees_it(table: Table) -> None:
    """But a department: the tables let it act for its county, and it is shown its own matters and the county's own."""
    asking = drawn.Asking(table)
    told = (Relation.ANYONE, Relation.SYSTEM)
    rows = [row for row in table.source_rows if row.who.relation not in told]
    for (role, place), (authority, actor) in asking.people.items():
        case = drawn.case_at(table, place)
        may = any(
            row.who.admits(asking.engine.move(case, row.trigger, actor, drawn.AT, {}))
            for row in rows
            if role is not R.CITIZEN
        )
        if may and place.unit != "department":
            assert authority.sees(case).allowed, (role, place)


def test_a_post_shows_its_territory_while_it_is_held() -> None:
    assert scope_of("li", [office(R.MEDIATOR, "VM")], TREE, ON).roots == {"V"}
    assert scope_of("li", [office(R.HANDLER, "TC")], TREE, ON).roots == {"T"}
    several = scope_of("li", [office(R.REPORTER, "G"), office(R.SUPERVISOR, "D")], TREE, ON)
    assert several.roots == {"G", "D"} and several.user == "li"
    over, to_come = office(R.HANDLER, "T", until="2024-06-01"), office(R.HANDLER, "T", since="2024-06-02")
    nowhere = office(R.HANDLER, "X")
    for nothing in ([], [over], [to_come], [office(R.ORG_ADMIN, "C")], [office(R.POLICY_ADMIN, "C")]):
        assert scope_of("li", nothing, TREE, ON) == Scope()
    assert scope_of("li", [nowhere], TREE, ON) == Scope(user="li"), "their part in a case stays theirs"


def test_a_department_works_on_its_own_matters_and_looks_over_its_county() -> None:
    handler = scope_of("li", [office(R.HANDLER, "CB")], TREE, ON)
    assert handler.roots == {"CB"} and handler.desks == {"C"}
    for role in (R.INTAKE, R.REVIEWER, R.SUPERVISOR, R.AUDITOR):
        scope = scope_of("li", [office(role, "CB")], TREE, ON)
        assert scope.roots == {"C"} and not scope.desks


def test_a_merged_unit_is_followed_and_a_closed_one_shows_nothing() -> None:
    township = organisation(
        ("T", UnitKind.TOWN, ""), ("V1", UnitKind.VILLAGE, "T"), ("V2", UnitKind.VILLAGE, "T"), ("V3", UnitKind.VILLAGE, "T")
    )  # fmt: skip
    units = ended(township, "V1", "merge_into", "V2")
    units = ended(units, "V3", "close")
    assert scope_of("li", [office(R.UNIT_HEAD, "V1")], units, ON).roots == {"V2"}
    assert scope_of("li", [office(R.UNIT_HEAD, "V3")], units, ON).roots == set()


def ended(units: Organisation, code: str, how: str, *into: str) -> Organisation:
    unit = next(one for one in units._units.values() if one.code == code)
    getattr(unit, how)(*into, effective=date(2024, 1, 1), entry=Entry(CONSOLE, at("2024-01-01")))
    made = Organisation()
    made._units.update({one.id: one for one in units._units.values()})
    for one in units._units.values():
        made._index(one)
    return made


def test_a_report_is_kept_from_whom_it_accuses_until_it_lies_there_and_must_leave() -> None:
    """检举控告, 信访工作条例 Art. 30(3)."""
    told = sorted_out(story(), PetitionClass.REPORT, object_unit="T1")
    told.given(
        "route",
        post("o1", R.INTAKE, "C-office"),
        at("2024-03-11"),
        unit="C-labour",
        mode="transfer",
        competence="属地",
    )
    case = told.case
    case.reached.add("T1")  # it was brought there first
    accused = Authority("u", (office(R.UNIT_HEAD, "T1"),), UNITS, ON)
    below = Authority("u", (office(R.UNIT_HEAD, "A"),), UNITS, ON)
    above = Authority("u", (office(R.SUPERVISOR, "C"),), UNITS, ON)
    assert [one.sees(case).allowed for one in (accused, below, above)] == [False, False, True]
    case.holder = "T1"
    assert accused.sees(case).allowed and not below.sees(case).allowed
    case.holder, case.petition_class = "C-labour", PetitionClass.CLAIM_OTHER
    assert accused.sees(case).allowed


# What is answered, and why.


def test_a_step_is_answered_with_the_rule_that_stands_in_the_way() -> None:
    told = accepted(story())
    workflow, case = engine(), told.case

    def answer(actor: Actor, trigger: str) -> str:
        holder = Authority(actor.user, (office(actor.post, actor.unit),), UNITS, ON)
        return holder.fires(workflow, case, trigger, actor, at("2024-04-01")).rule

    assert answer(TOWN_HEAD, "extend") == "may_try"
    assert answer(TOWN_HANDLER, "extend") == "right_post"
    assert answer(post("c9", R.UNIT_HEAD, "C"), "extend") == "right_unit"
    assert answer(post("u3", R.UNIT_HEAD, "T2"), "extend") == "in_scope"
    assert answer(post("t2", R.UNIT_HEAD, "T1"), "extend") == "approver_not_handler"
    assert answer(TOWN_HEAD, "issue_opinion") == "statement_heard"
    assert answer(TOWN_HEAD, "deliver") == "no_such_step"
    assert answer(post("a1", R.AUDITOR, "C"), "extend") == "right_post"
    auditor = Authority("a1", (office(R.AUDITOR, "C"),), UNITS, ON)
    assert auditor.sees(case).allowed
    assert not auditor.reads_identity(workflow, case, post("a1", R.AUDITOR, "C"), at("2024-04-01")).allowed
    officer = Authority("p1", (office(R.PRIVACY_OFFICER, "C"),), UNITS, ON)
    assert officer.reads_identity(
        workflow, case, post("p1", R.PRIVACY_OFFICER, "C"), at("2024-04-01")
    ).allowed


def test_of_several_offices_each_answers_for_itself() -> None:
    told = accepted(story())
    both = Authority("x", (office(R.UNIT_HEAD, "T1"), office(R.SUPERVISOR, "T2")), UNITS, ON)
    assert both.sees(told.case).allowed
    seen_from_there = both.fires(
        engine(), told.case, "supervise", post("x", R.SUPERVISOR, "T2"), at("2024-04-01")
    )
    assert seen_from_there == IN_SCOPE[False]
    not_theirs = both.fires(engine(), told.case, "extend", post("x", R.UNIT_HEAD, "C"), at("2024-04-01"))
    assert not_theirs == IN_SCOPE[False]


def test_figures_are_for_the_county_and_for_those_above() -> None:
    worker = asked(office(R.REPORTER, "G"))
    for unit in ("G", "V", "T", "C", "H", "TC"):
        assert worker.sees_figures(unit).allowed, unit
    assert worker.sees_figures("D") == FIGURES[False] == asked(office(R.UNIT_HEAD, "C")).sees_figures("E")
    assert worker.sees_figures("C", by_unit=True).allowed
    assert worker.sees_figures("H", by_unit=True) == BY_UNIT[False]
    assert asked(office(R.SUPERVISOR, "H")).sees_figures("H", by_unit=True).allowed
    assert asked(office(R.SUPERVISOR, "H")).sees_figures("E").allowed
    assert not asked().sees_figures("C").allowed
    assert (worker.county, asked(office(R.UNIT_HEAD, "H")).county) == ("C", "")


def test_an_administrator_administers_their_own_area() -> None:
    admin = asked(office(R.ORG_ADMIN, "T"))
    acting = Actor("li", R.ORG_ADMIN, "T")
    assert admin.administers(Area.UNITS, acting, "V", "G").allowed
    for others in (("C",), ("V", "E"), ("",), ("X",)):
        assert admin.administers(Area.UNITS, acting, *others) == AREAS[Area.UNITS][False]
    house = asked(office(R.ORG_ADMIN, ""))
    assert house.administers(Area.ACCOUNTS, Actor("li", R.ORG_ADMIN, ""), "E", "").allowed
    assert not asked(office(R.UNIT_HEAD, "T")).administers(Area.UNITS, acting, "V").allowed, (
        "an office they do not hold"
    )
    rules = asked(office(R.POLICY_ADMIN, "C"))
    assert rules.administers(Area.POLICIES, Actor("li", R.POLICY_ADMIN, "C")).allowed
    assert not rules.administers(Area.UNITS, Actor("li", R.POLICY_ADMIN, "C"), "C").allowed
    assert set(ADMINISTERS) == set(AREAS) == set(Area)


@pytest.mark.parametrize(
    "rule", [IN_SCOPE, MAY_TRY, FIGURES, BY_UNIT, *AREAS.values()], ids=lambda rule: rule[True].rule
)
def test_a_decision_says_its_rule_in_both_languages(rule: Any) -> None:
    assert (rule[True].allowed, rule[False].allowed) == (True, False)
    assert rule[True].zh == rule[False].zh and "须" in rule[True].zh
    assert re.search(r"\bmust\b", rule[True].en) and not rule[True].en.endswith(".")


# Two hands.


@pytest.mark.parametrize("other", ["li", " li", "LI ", "Li", "ｌｉ", "ＬＩ\u3000"])
def test_a_name_written_otherwise_is_the_same_user(other: str) -> None:
    assert same_user("li", other) and named(other, {"wang", "li"})


def test_nobody_is_not_the_same_as_nobody() -> None:
    assert not same_user("", "") and not same_user(" ", "li") and not named("", {"", "li"})


@pytest.mark.parametrize("pretended", [" t3", "T3", "ｔ３"])
def test_nobody_approves_under_another_spelling_of_their_name(pretended: str) -> None:
    refusal: dict[str, Any] = {
        "ground": Refusal.SKIP_LEVEL_VISIT, "legal_basis": "第二十条", "notice": "告知书", "other_way": "到乡镇提出",
        "second_approver": pretended,
    }  # fmt: skip
    routed(story()).when("decline", TOWN_HEAD, at("2024-03-20"), **refusal).then_refused(
        "second_person_approves"
    )


@pytest.mark.parametrize("handler", ["t3", "T3", " t3"])
def test_who_handles_a_petition_neither_extends_nor_resolves_it(handler: str) -> None:
    told = accepted(story(), handler=handler)
    told.when("extend", TOWN_HEAD, at("2024-05-10"), **EXTEND).then_refused("approver_not_handler")


def test_whoever_ever_handled_extended_or_decided_does_not_review() -> None:
    told = accepted(story(), handler="first")
    swap = {"handler": "second", "ground": "调岗", "conflict_checked": True}
    fields = {name: value for name, value in swap.items() if name in PETITION.asks["replace_handler"]}
    told.given("replace_handler", TOWN_HEAD, at("2024-03-25"), **fields)
    told.given("extend", post("extender", R.UNIT_HEAD, "T1"), at("2024-05-10"), **EXTEND)
    told.given("hear_statement", TOWN_HANDLER, at("2024-05-11"), party="p-wang", record="笔录")
    told.given("issue_opinion", TOWN_HEAD, at("2024-05-12"), **OPINION)
    told.given("deliver", TOWN_CLERK, at("2024-05-13"), received_on=at("2024-05-13").date(), **RECEIPT)
    told.given(
        "request_review",
        post("t1", R.INTAKE, "T1"),
        at("2024-05-14"),
        party="p-wang",
        unit="C",
        request="请求复查",
    )
    for user in ("first", "Second", "extender ", "ｔ３"):
        told.when("decide_review", post(user, R.REVIEWER, "C"), at("2024-05-20"), **UPHELD).then_refused(
            "reviewer_apart"
        )
    told.when(
        "decide_review",
        post("c4", R.REVIEWER, "C"),
        at("2024-05-20"),
        **UPHELD | {"result": ReviewResult.UPHELD},
    )
    told.then("escalation.reviewed")


def refused(township: Township, guard: str, *call: Any, **facts: Any) -> None:
    with pytest.raises(Refused) as refusal:
        township.do(*call, **facts)
    assert refusal.value.guard == guard, str(refusal.value)


def test_who_mediates_neither_extends_the_term_nor_confirms_the_end(township: Township) -> None:
    code = township.report(on_day(3, 2))
    township.do("offer", code, on_day(3, 2), WANG, unit="V1M")
    li = Actor("li", R.UNIT_HEAD, "V1M")
    township.do("accept", code, on_day(3, 2), li, within_scope=True)
    township.do("assign_mediator", code, on_day(3, 2), ZHAO, chair="LI")
    township.do("explain_rights", code, on_day(3, 2), li, told=["s1", "s2"])
    for party in ("s1", "s2"):
        township.do("consent", code, on_day(3, 2), li, party=party)
    township.do("open_mediation", code, on_day(3, 2), li)
    both = {"days": 10, "asked_by": ["s1", "s2"]}
    refused(township, "approver_not_mediator", "extend", code, on_day(3, 3), li, **both)
    township.do("extend", code, on_day(3, 3), ZHAO, **both)


def test_a_second_person_is_there_in_a_post_that_fits(township: Township) -> None:
    """Where accounts are kept: somebody who is not there, not in office or not of this place approves nothing."""
    accounts = Accounts(township.log, township.service.reference, township.now)
    for user, role, unit in (
        ("qian", R.UNIT_HEAD, "T1"), ("wang", R.REPORTER, "G1"), ("sun", R.HANDLER, "T2"), ("hu", R.INTAKE, "V1M"),
        ("gone", R.UNIT_HEAD, "T1"), ("ke", R.ORG_ADMIN, "C"),
    ):  # fmt: skip
        accounts.open(user, user, by=CONSOLE)
        accounts.fill(user, role, unit, since=date(2020, 1, 1), by=CONSOLE)
    accounts.suspend("gone", by=CONSOLE)
    for case_engine in township.service.engines.values():
        case_engine.staff = staff_of(township.log)
    code = township.report(on_day(3, 2))
    void = {"entry_error": "重复录入"}
    for nobody in ("li", "wang", "sun", "gone", "ke"):
        refused(
            township, "second_person_fit", "void", code, on_day(3, 2), ZHAO, **void, second_approver=nobody
        )
    fix = {"field": "origin", "old": "G1", "new": "G2", "evidence": "网格图"}
    refused(township, "approver_fit", "correct", code, on_day(3, 2), ZHAO, **fix, approved_by="sun")
    township.do("correct", code, on_day(3, 2), ZHAO, **fix, approved_by="Qian")
    township.do("void", code, on_day(3, 2), ZHAO, **void, second_approver="hu")


def test_only_the_unit_of_the_case_or_one_above_it_supervises(township: Township) -> None:
    code = township.report(on_day(3, 2))
    urge = {"colour": "yellow", "duty": "尽快受理"}
    refused(township, "right_unit", "supervise", code, on_day(3, 3), Actor("x", R.SUPERVISOR, "T2"), **urge)
    for unit in ("V1", "T1", "CB", "C"):
        township.do("supervise", code, on_day(3, 3), Actor("x", R.SUPERVISOR, unit), **urge)


def test_a_case_outside_of_the_scope_is_not_there_for_a_command(township: Township) -> None:
    hidden, own = township.report(on_day(3, 2)), township.report(on_day(3, 2), origin="V2")
    scope = scope_of(
        "qian", [office(R.UNIT_HEAD, "V2")], township.service.reference.organisation(), date(2026, 3, 2)
    )
    head = Actor("qian", R.UNIT_HEAD, "V2")
    link = Command("link", hidden, head, {"other": own}, scope=scope)

    def told(command: Command) -> str:
        with pytest.raises((NotFound, Invalid)) as error:
            township.service.do(command)
        return str(error.value).replace(hidden, "X").replace("D-404", "X")

    assert told(link) == told(replace(link, case="D-404"))
    merge = Command(
        "merge", own, head, {"lead": hidden, "same_facts": True, "same_parties": True}, scope=scope
    )
    assert told(merge) == told(replace(merge, facts={**merge.facts, "lead": "D-404"}))
    refused_link = Command("link", own, head, {"other": hidden}, scope=scope)
    with pytest.raises(Refused, match="other_known"):
        township.service.do(refused_link)
    township.service.do(replace(refused_link, scope=replace(scope, cases=frozenset({hidden}))))
