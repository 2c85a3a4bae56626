"""The life of a petition from a visit to the end of the recheck, and under which law it is lived."""

from __future__ import annotations

import domain.topics  # noqa: F401 - makes every topic of the log known
from domain.errors import Invalid
from domain.petition import (
    Mode,
    Notice,
    Satisfaction,
)
from domain.petition_handling import HandlingExtended, OpinionIssued
from domain.petition_intake import PetitionAccepted, PetitionRouted
from domain.petition_review import RecheckDecided
from domain.terms import Channel, Level, Outcome, PetitionClass, Role
from eventlog.encoding import EventMapper
from tests.support.given import at
from tests.support.petitions import (
    ACCEPT,
    CITY_REVIEWER,
    COUNTY_REVIEWER,
    EXTEND,
    OFFICE_CLERK,
    OFFICE_HEAD,
    OPINION,
    OTHER_TOWN_HEAD,
    RECEIPT,
    REGISTER,
    ROUTE,
    TOWN_CLERK,
    TOWN_HANDLER,
    TOWN_HEAD,
    UPHELD,
    VISIT,
    WANG,
    heard,
    post,
    story,
    under_recheck,
)
from workflows.sweep import sweep


def test_a_visit_goes_through_objection_opinion_review_and_recheck_to_its_end():
    told = story()
    told.when("receive", OFFICE_CLERK, at("2024-03-04"), **VISIT)
    told.then("reported.received", holder="C-office", level=Level.COUNTY)
    assert (told.due("P-REG"), told.due("P-ROUTE"), told.clock("P-NOTIFY-DIRECT")) == (
        "2024-03-05",
        "2024-03-19",
        "",
    )

    told.when("register", OFFICE_CLERK, at("2024-03-04", "10:00"), **REGISTER).then("reported.registered")
    assert (told.clock("P-REG"), told.clock("P-ROUTE")) == ("met", "running")
    told.given("recognise_first", OFFICE_CLERK, at("2024-03-05"), searched="无")
    told.given("classify", OFFICE_CLERK, at("2024-03-05"), petition_class=PetitionClass.CLAIM_OTHER)

    told.when(
        "route",
        OFFICE_CLERK,
        at("2024-03-11"),
        unit="T2",
        mode=Mode.ASSIGN,
        competence="属地",
        term=at("2024-05-31").date(),
    )
    told.then("reported.routed", PetitionRouted, holder="T2", level=Level.TOWNSHIP)
    assert told.clock("P-ROUTE") == "met"
    assert [told.due(c) for c in ("P-NOTIFY-TRANSFER", "P-OBJECT", "P-ASSIGNED-REPORT")] == [
        "2024-03-26",
        "2024-03-18",
        "2024-05-31",
    ]

    told.when("object", OTHER_TOWN_HEAD, at("2024-03-13"), reasons="不在辖区", legal_basis="第二十三条")
    told.then("reported.objected", holder="T2")
    assert (told.clock("P-NOTIFY-TRANSFER"), told.clock("P-OBJECT")) == ("paused", "met")
    told.when("uphold_objection", OFFICE_HEAD, at("2024-03-15"), unit="T1", decision="土地在T1")
    told.then("reported.routed", holder="T1")
    assert (told.due("P-NOTIFY-TRANSFER"), told.due("P-OBJECT")) == ("2024-03-30", "2024-03-22")

    told.when("accept", TOWN_HEAD, at("2024-03-20"), **ACCEPT).then(
        "township_coordination.handling", PetitionAccepted, holder="T1"
    )
    assert (told.clock("P-NOTIFY-TRANSFER"), told.due("P-HANDLE")) == ("met", "2024-05-19")
    told.when("hear_statement", TOWN_HANDLER, at("2024-04-01"), party="p-wang", record="笔录").then()
    told.when("extend", TOWN_HEAD, at("2024-05-19"), **EXTEND).then(event=HandlingExtended)
    assert told.due("P-HANDLE") == "2024-06-18"

    told.when("issue_opinion", TOWN_HEAD, at("2024-06-12"), **OPINION).then(
        "township_coordination.concluded", OpinionIssued
    )
    assert told.clock("P-HANDLE") == "met"
    told.when("report_completion", TOWN_HEAD, at("2024-06-13"), report="已出具意见").then()
    assert told.clock("P-ASSIGNED-REPORT") == "met"
    told.when("deliver", TOWN_CLERK, at("2024-06-17"), received_on=at("2024-06-14").date(), **RECEIPT)
    told.then("township_coordination.review_open")
    assert told.due("P-REV-REQ") == "2024-07-15"  # the thirtieth day, 14 July, is a Sunday

    told.when("request_review", WANG, at("2024-07-15", "23:59"), party="p-wang", unit="C", request="请求复查")
    told.then("escalation.under_review", holder="C", level=Level.COUNTY)
    assert told.due("P-REV-DECIDE") == "2024-08-14"
    told.when("decide_review", COUNTY_REVIEWER, at("2024-08-01"), **UPHELD).then("escalation.reviewed")
    assert told.clock("P-REC-REQ") == ""  # the right begins when the petitioner has the decision
    told.when(
        "deliver_review", COUNTY_REVIEWER, at("2024-08-05"), received_on=at("2024-08-03").date(), **RECEIPT
    )
    told.then("escalation.recheck_open")
    assert told.due("P-REC-REQ") == "2024-09-02"

    told.when("request_recheck", TOWN_CLERK, at("2024-08-20"), party="p-wang", unit="H", request="请求复核")
    told.then("escalation.under_recheck", holder="H", level=Level.CITY)
    told.when("decide_recheck", CITY_REVIEWER, at("2024-09-10"), **UPHELD)
    told.then("closed", RecheckDecided, outcome=Outcome.FINAL)
    assert told.clock("P-REC-DECIDE") == "met"
    told.given(
        "deliver_recheck", CITY_REVIEWER, at("2024-09-12"), received_on=at("2024-09-11").date(), **RECEIPT
    )
    told.given(
        "evaluate",
        WANG,
        at("2024-09-13"),
        party="p-wang",
        about=Notice.RECHECK,
        satisfaction=Satisfaction.DISSATISFIED,
    )
    assert not told.case.open_clocks()

    again = {"channel": Channel.LETTER, "received_on": at("2024-10-01").date()}
    told.when("add_submission", OFFICE_CLERK, at("2024-10-01"), **again).then("closed")
    assert told.case.submissions[-1].answer == "no_longer_accepted"
    assert [stay.unit for stay in told.case.custody] == ["C-office", "T2", "T1", "C", "H"]


def test_replay_gives_the_same_petition_and_every_fact_survives_the_log():
    told, mapper, case = under_recheck(story()), EventMapper(), None
    for event in told.case.collect_events():
        mapper.to_stored_event(event)  # refuses a value that would not come back equal
        case = event.mutate(case)
    assert vars(case) == vars(told.case)


def test_a_repeat_becomes_a_submission_of_its_matter_and_a_forgotten_right_lapses_in_the_sweep(township):
    day, people = at("2026-03-02"), [{"subject": "p-wang", "part": "petitioner"}]
    clerk, head = post("t1", Role.INTAKE, "T1"), post("t3", Role.UNIT_HEAD, "T1")
    codes = []
    for receipt in ("R-1", "R-2"):
        letter = {"origin": "T1", "channel": "letter", "title": "补偿", "by_office": False, "record": "来信"}
        codes.append(township.do("receive", "", day, clerk, type="petition", **letter).case)
        register = {"receipt": receipt, "petitioners": people, "request": "补偿", "facts": "征地"}
        township.do("register", codes[-1], day, clerk, **register)
    first, repeat = codes
    township.do("link_repeat", repeat, day, clerk, lead=first, same_facts=True, same_parties=True)
    assert [one.other for one in township.service.case(first).submissions] == [repeat]

    township.do("recognise_first", first, day, clerk, searched="无")
    township.do("classify", first, day, clerk, petition_class="claim_other")
    township.do("accept", first, day, head, **ACCEPT)
    township.do("hear_statement", first, day, head, party="p-wang", record="笔录")
    township.do("issue_opinion", first, day, head, **OPINION)
    township.do("deliver", first, day, clerk, method="邮寄", received_on="2026-03-02", proof="回执")
    township.now.instant = at("2026-04-02")
    assert sweep(township.service, codes, at("2026-04-01")).fired == []
    assert sweep(township.service, codes, at("2026-04-02")).fired == [(first, "lapse")]
    assert township.service.case(first).outcome == Outcome.FINAL


def test_zhejiang_was_quicker_to_accept_and_had_thirty_days_and_up_to_sixty_more():
    told = story("ZJ")
    told.given("receive", OFFICE_CLERK, at("2018-03-05"), **VISIT)
    assert told.due("P-ROUTE") == "2018-03-12"
    told.given("register", OFFICE_CLERK, at("2018-03-05"), **REGISTER)
    told.given("recognise_first", OFFICE_CLERK, at("2018-03-05"), searched="无")
    told.given("classify", OFFICE_CLERK, at("2018-03-05"), petition_class=PetitionClass.CLAIM_OTHER)
    told.given("route", OFFICE_CLERK, at("2018-03-06"), **ROUTE)
    assert told.due("P-NOTIFY-TRANSFER") == "2018-03-13"
    told.given("accept", TOWN_HEAD, at("2018-03-07"), **ACCEPT)
    assert told.due("P-HANDLE") == "2018-04-06"
    told.when("extend", TOWN_HEAD, at("2018-04-01"), **EXTEND | {"days": 61}).then_refused("too_long")
    told.when("extend", TOWN_HEAD, at("2018-04-01"), **EXTEND | {"days": 60}).then()
    assert told.due("P-HANDLE") == "2018-06-05"


def test_a_petition_keeps_the_law_under_which_its_clock_started():
    told = story("ZJ")
    told.given("receive", OFFICE_CLERK, at("2022-04-20"), **VISIT)
    told.given("register", OFFICE_CLERK, at("2022-04-20"), **REGISTER)
    told.given("recognise_first", OFFICE_CLERK, at("2022-04-20"), searched="无")
    told.given("classify", OFFICE_CLERK, at("2022-04-20"), petition_class=PetitionClass.CLAIM_OTHER)
    told.given("route", OFFICE_CLERK, at("2022-04-21"), **ROUTE).given(
        "accept", TOWN_HEAD, at("2022-04-22"), **ACCEPT
    )
    told.when("extend", TOWN_HEAD, at("2022-05-10"), **EXTEND | {"days": 61})
    assert isinstance(told.problem, Invalid)
    told.when("extend", TOWN_HEAD, at("2022-05-10"), **EXTEND | {"days": 60}).then()
    assert told.case.clocks["P-HANDLE"].policy == "ZJ-2016/1"


def test_what_may_be_done_is_told_to_each_post():
    told = heard(story())

    def may(actor):
        return set(told.workflow.allowed(told.case, actor, at("2024-04-02")))

    assert {"issue_opinion", "extend"} <= may(TOWN_HEAD) and "divert" not in may(TOWN_HEAD)
    assert "issue_opinion" not in may(TOWN_HANDLER) and "verify_fact" in may(TOWN_HANDLER)
    assert {"withdraw", "ask_recusal", "evaluate"} <= may(WANG) and "request_review" not in may(WANG)
    assert "verify_fact" not in may(post("u2", Role.HANDLER, "T2"))
