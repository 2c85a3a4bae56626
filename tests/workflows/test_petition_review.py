"""Given an opinion, when it is reviewed, resolved or left alone, then a rule says what holds (Art. 35-37)."""

from __future__ import annotations

from domain.actor import SYSTEM
from domain.petition import (
    Evidence,
    Notice,
    Result,
    ReviewResult,
    Satisfaction,
)
from domain.petition_review import ReviewPeriodLapsed
from domain.terms import Level, Outcome, Role
from tests.support.given import at
from tests.support.petitions import (
    CITY_REVIEWER,
    COUNTY_REVIEWER,
    EXTEND,
    OPINION,
    RECEIPT,
    SUPERVISOR,
    TOWN_CLERK,
    TOWN_HANDLER,
    TOWN_HEAD,
    UPHELD,
    WANG,
    accepted,
    answered,
    post,
    story,
    under_recheck,
    under_review,
)


def test_the_reviewer_is_the_next_higher_unit_and_asked_in_time():
    told, ask = answered(story()), {"party": "p-wang", "request": "请求复查"}
    assert told.due("P-REV-REQ") == "2024-06-13"
    for unit in ("T1", "T2", "H"):
        told.when("request_review", WANG, at("2024-06-03"), unit=unit, **ask).then_refused(
            "reviewer_next_higher"
        )
    told.when("request_review", WANG, at("2024-06-03"), unit="C", party="p-li", request="请求").then_refused(
        "is_petitioner"
    )
    told.when("request_review", WANG, at("2024-06-14"), unit="C", **ask).then_refused("review_in_time")


def test_who_reviews_neither_handled_nor_approved_nor_reviewed_before():
    told, day = under_review(story()), at("2024-06-28")
    for user in ("t2", "t3"):  # the handler; the head who issued the opinion
        told.when("decide_review", post(user, Role.REVIEWER, "C"), day, **UPHELD).then_refused(
            "reviewer_apart"
        )
    told = under_recheck(story())
    told.when("decide_recheck", post("c4", Role.REVIEWER, "H"), day, **UPHELD).then_refused("reviewer_apart")


def test_who_approved_the_extension_does_not_review():
    told = accepted(story()).given("extend", post("t6", Role.UNIT_HEAD, "T1"), at("2024-05-10"), **EXTEND)
    told.given("hear_statement", TOWN_HANDLER, at("2024-05-11"), party="p-wang", record="笔录")
    told.given("issue_opinion", TOWN_HEAD, at("2024-05-12"), **OPINION)
    told.given("deliver", TOWN_CLERK, at("2024-05-13"), received_on=at("2024-05-13").date(), **RECEIPT)
    told.given("request_review", WANG, at("2024-05-14"), party="p-wang", unit="C", request="请求复查")
    told.when("decide_review", post("t6", Role.REVIEWER, "C"), at("2024-05-20"), **UPHELD).then_refused(
        "reviewer_apart"
    )


def test_a_revoked_opinion_goes_back_to_the_handling_unit_in_the_term_that_was_ordered():
    told = under_review(story())
    revoked = UPHELD | {"result": ReviewResult.REVOKED}
    told.when("decide_review", COUNTY_REVIEWER, at("2024-06-28"), **revoked, redo_by=at("2024-07-31").date())
    told.then("township_coordination.handling", holder="T1", level=Level.TOWNSHIP)
    assert told.due("P-HANDLE") == "2024-07-31"
    told.when("issue_opinion", TOWN_HEAD, at("2024-07-10"), **OPINION).then_refused("statement_heard")
    told.when("deliver_review", TOWN_CLERK, at("2024-07-02"), received_on=at("2024-07-01").date(), **RECEIPT)
    told.then("township_coordination.handling")
    assert told.clock("P-REC-REQ") == ""
    told = under_recheck(story()).given("decide_recheck", CITY_REVIEWER, at("2024-08-01"), **revoked)
    told.then("township_coordination.handling", holder="T1")
    assert told.due("P-HANDLE") == "2024-09-30"


def test_a_changed_opinion_says_what_it_is_now():
    told = under_review(story())
    changed = UPHELD | {"result": ReviewResult.CHANGED}
    told.when("decide_review", COUNTY_REVIEWER, at("2024-06-28"), **changed).then_refused("review_reasoned")
    told.when("decide_review", COUNTY_REVIEWER, at("2024-06-28"), **changed, new_result=Result.PARTIAL).then(
        "escalation.reviewed"
    )
    assert told.case.opinion.result is Result.PARTIAL


def test_a_right_that_is_not_used_lapses_and_the_petition_is_final():
    told = answered(story())
    told.when("lapse", SYSTEM, at("2024-06-13", "23:59")).then_refused("right_over")
    told.when("lapse", SYSTEM, at("2024-06-14", "00:00"))
    told.then("closed", ReviewPeriodLapsed, outcome=Outcome.FINAL)
    assert told.event.due == told.case.clocks["P-REV-REQ"].due
    told.when("provide_aftercare", TOWN_HEAD, at("2024-07-01"), measure="帮扶").then(
        "closed", outcome=Outcome.FINAL
    )
    told.when("recognise_new_facts", TOWN_CLERK, at("2024-07-01"), other="X-2", new_facts="新证据").then(
        "closed"
    )


def test_what_was_resolved_before_the_right_lapsed_ends_as_resolved_until_that_is_revoked():
    told = answered(story())
    word = {"evidence_kind": Evidence.PETITIONER_SATISFIED, "evidence": "评价单"}
    told.when("resolve", TOWN_HEAD, at("2024-05-20"), **word).then_refused("evidence_fits")  # silence is none
    told.given(
        "evaluate",
        WANG,
        at("2024-05-20"),
        party="p-wang",
        about=Notice.OPINION,
        satisfaction=Satisfaction.SATISFIED,
    )
    told.given("resolve", TOWN_HEAD, at("2024-05-20"), **word)
    told.when("lapse", SYSTEM, at("2024-06-14")).then("closed", outcome=Outcome.RESOLVED)
    told.when("revoke_resolution", SUPERVISOR, at("2024-07-01"), ground="非本人意愿").then(
        "closed", outcome=Outcome.FINAL
    )


def test_force_majeure_stops_the_right_to_a_review():
    told = answered(story()).given(
        "begin_hindrance", TOWN_CLERK, at("2024-05-20"), facts="洪水", evidence="公告"
    )
    told.when("lapse", SYSTEM, at("2024-06-20")).then_refused("right_over")
    told.given("end_hindrance", TOWN_CLERK, at("2024-05-30"))
    assert told.due("P-REV-REQ") == "2024-06-24"  # 23 June is a Sunday


def test_only_a_petitioner_withdraws_signed_and_another_unit_asks_whether_it_was_their_will():
    told, day = accepted(story()), at("2024-04-01")
    told.when("withdraw", WANG, day, party="p-wang", signed=False, statement="撤回").then_refused(
        "signed_by_petitioner"
    )
    told.when("withdraw", WANG, day, party="p-wang", signed=True, statement="撤回").then(
        "closed", outcome=Outcome.WITHDRAWN
    )
    told.when("verify_withdrawal", TOWN_HEAD, day, own_will=True, told="").then_refused("by_another_unit")
    told.given("verify_withdrawal", SUPERVISOR, day, own_will=False, told="受压力")
    told.when("revoke_withdrawal", WANG, day, ground="受压力").then("township_coordination.handling")


def test_the_petitioner_evaluates_what_they_were_told_and_later_words_add():
    told, day = answered(story()), at("2024-05-20")
    word = {"party": "p-wang", "satisfaction": Satisfaction.DISSATISFIED}
    told.when("evaluate", WANG, day, about=Notice.REVIEW, **word).then_refused("was_told")
    told.when("evaluate", TOWN_HANDLER, day, about=Notice.OPINION, **word).then_refused("right_post")
    told.given("evaluate", WANG, day, about=Notice.OPINION, **word)
    told.given(
        "evaluate", TOWN_CLERK, day, about=Notice.OPINION, **word | {"satisfaction": Satisfaction.SATISFIED}
    )
    assert [one for _, one in told.case.evaluations] == [Satisfaction.DISSATISFIED, Satisfaction.SATISFIED]
