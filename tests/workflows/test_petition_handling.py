"""Given an accepted petition, when somebody works on it, then a rule says whether that may be (Art. 31-34)."""

from __future__ import annotations

import pytest

from domain.petition import (
    Evidence,
    Inquiry,
    Resolution,
    Result,
)
from domain.terms import Level, Outcome, Role, Severity
from tests.support.given import at
from tests.support.petitions import (
    ACCEPT,
    CITY_REVIEWER,
    EXTEND,
    OFFICE_CLERK,
    OFFICE_HEAD,
    OPINION,
    RECEIPT,
    ROUTE,
    SUPERVISOR,
    TOWN_CLERK,
    TOWN_HANDLER,
    TOWN_HEAD,
    UPHELD,
    WANG,
    aba_like,
    accepted,
    answered,
    post,
    sorted_out,
    story,
    under_recheck,
)


def test_an_opinion_needs_the_statement_its_contents_and_no_open_question():
    told, day = accepted(story()), at("2024-05-10")
    told.when("issue_opinion", TOWN_HEAD, day, **OPINION).then_refused("statement_heard")
    told.given("hear_statement", TOWN_HANDLER, at("2024-04-01"), party="p-wang", record="笔录")
    for part in ("request", "facts", "opinion", "legal_basis"):
        told.when("issue_opinion", TOWN_HEAD, day, **OPINION | {part: ""}).then_refused("opinion_complete")
    told.when("issue_opinion", TOWN_HEAD, day, **OPINION | {"remedy": ""}).then_refused("remedy_told")
    told.given("ask_recusal", WANG, day, ground="承办人是对方亲属")
    told.when("issue_opinion", TOWN_HEAD, day, **OPINION).then_refused("no_recusal_open")
    told.given("replace_handler", TOWN_HEAD, day, handler="t5", ground="直接利害关系", recused=True)
    told.when("replace_handler", TOWN_HEAD, day, handler="t2", ground="换回").then_refused("handler_free")
    told.when("issue_opinion", TOWN_HEAD, day, **OPINION).then("township_coordination.concluded")


def test_the_handler_does_not_reject_the_request_for_their_own_recusal():
    told = accepted(story(), handler="t3")
    told.given("ask_recusal", WANG, at("2024-03-21"), ground="利害关系")
    told.when("reject_recusal", TOWN_HEAD, at("2024-03-22"), decision="无利害关系").then_refused(
        "approver_not_handler"
    )


def test_a4_an_extension_approved_one_day_late_leaves_the_petition_late():
    told = accepted(story())
    told.when("extend", TOWN_HEAD, at("2024-05-20"), **EXTEND).then_refused("too_late")
    assert told.due("P-HANDLE") == "2024-05-19"
    told.when("extend", TOWN_HEAD, at("2024-05-19", "23:59"), **EXTEND).then()


@pytest.mark.parametrize(
    ("wrong", "guard"),
    [({"days": 31}, "too_long"), ({"reasons": ""}, "extension_told"), ({"notice": ""}, "extension_told")],
)
def test_an_extension_is_at_most_thirty_days_and_told_with_reasons(wrong, guard):
    accepted(story()).when("extend", TOWN_HEAD, at("2024-05-10"), **EXTEND | wrong).then_refused(guard)


def test_an_extension_is_given_once_and_never_by_the_handler():
    told = accepted(story(), handler="t3")
    told.when("extend", TOWN_HEAD, at("2024-05-10"), **EXTEND).then_refused("approver_not_handler")
    told.given(
        "replace_handler", post("t6", Role.UNIT_HEAD, "T1"), at("2024-05-10"), handler="t2", ground="调整"
    )
    told.given("extend", TOWN_HEAD, at("2024-05-10"), **EXTEND)
    told.when("extend", TOWN_HEAD, at("2024-05-11"), **EXTEND | {"days": 1}).then_refused("already_extended")


def test_a5_a_hearing_stops_the_recheck_and_not_the_handling():
    hearing = {"why": "重大疑难", "announced": True}
    told = under_recheck(story())
    assert told.due("P-REC-DECIDE") == "2024-08-19"
    told.given("open_hearing", CITY_REVIEWER, at("2024-07-25"), **hearing)
    told.when("decide_recheck", CITY_REVIEWER, at("2024-07-26"), **UPHELD).then_refused("no_hearing_open")
    told.given("close_hearing", CITY_REVIEWER, at("2024-08-06"), record="听证笔录")
    assert told.due("P-REC-DECIDE") == "2024-08-31"

    told = accepted(story())
    told.given("open_hearing", TOWN_HANDLER, at("2024-04-01"), **hearing)
    told.given("close_hearing", TOWN_HANDLER, at("2024-04-13"), record="听证笔录")
    assert told.due("P-HANDLE") == "2024-05-19"

    told = accepted(story(policies=aba_like()))
    told.given("open_hearing", TOWN_HANDLER, at("2024-04-01"), **hearing)
    told.given("close_hearing", TOWN_HANDLER, at("2024-04-13"), record="听证笔录")
    assert told.due("P-HANDLE") == "2024-05-31"


def test_a_hearing_is_announced_and_an_appraisal_is_not():
    told = accepted(story())
    told.when("open_hearing", TOWN_HANDLER, at("2024-04-01"), why="疑难", announced=False).then_refused(
        "hearing_prepared"
    )
    told.when(
        "open_hearing", TOWN_HANDLER, at("2024-04-01"), why="笔迹", announced=False, kind=Inquiry.APPRAISAL
    ).then()
    told.when("open_hearing", TOWN_HANDLER, at("2024-04-02"), why="疑难", announced=True).then_refused(
        "no_hearing_open"
    )


def test_simple_handling_is_for_first_small_matters_and_counts_from_acceptance():
    told = accepted(story())
    told.when("choose_simple", TOWN_HEAD, at("2024-03-22"), clear_and_small=False).then_refused(
        "clear_and_small"
    )
    told.given("choose_simple", TOWN_HEAD, at("2024-03-22"), clear_and_small=True)
    assert told.due("P-SIMPLE") == "2024-04-03"
    told.when("choose_simple", TOWN_HEAD, at("2024-03-23"), clear_and_small=True).then_refused(
        "may_be_simple"
    )
    serious = sorted_out(story()).given(
        "raise_severity", OFFICE_HEAD, at("2024-03-05"), severity=Severity.SERIOUS
    )
    serious.given("route", OFFICE_CLERK, at("2024-03-06"), **ROUTE).given(
        "accept", TOWN_HEAD, at("2024-03-07"), **ACCEPT
    )
    serious.when("choose_simple", TOWN_HEAD, at("2024-03-08"), clear_and_small=True).then_refused(
        "may_be_simple"
    )


def test_a_settlement_needs_both_sides_and_resolves_only_when_fulfilled():
    told = accepted(story())
    sides = ("p-wang", "T1")
    told.when(
        "start_mediation", TOWN_HANDLER, at("2024-04-01"), other_side="T1", consents=("T1",)
    ).then_refused("both_sides_agree")
    told.when("start_mediation", TOWN_HANDLER, at("2024-04-01"), other_side="T1", consents=sides)
    told.then("village_mediation.mediating", holder="T1", level=Level.TOWNSHIP)
    assert told.clock("P-HANDLE") == "running"
    told.when(
        "settle", TOWN_HANDLER, at("2024-04-10"), terms="补发", signed_by=sides, lawful=False
    ).then_refused("settlement_sound")
    told.when("settle", TOWN_HANDLER, at("2024-04-10"), terms="补发", signed_by=sides, lawful=True)
    told.then("township_coordination.concluded")
    assert told.clock("P-HANDLE") == "met"
    told.when(
        "deliver", TOWN_CLERK, at("2024-04-11"), received_on=at("2024-04-11").date(), **RECEIPT
    ).then_refused("opinion_issued")
    paid = {"evidence_kind": Evidence.SETTLEMENT_FULFILLED, "evidence": "付款凭证"}
    told.when("resolve", TOWN_HEAD, at("2024-05-01"), **paid).then("closed", outcome=Outcome.RESOLVED)
    told.when("revoke_resolution", SUPERVISOR, at("2024-05-20"), ground="款未到账").then(
        "township_coordination.concluded"
    )
    told.when("stop_mediation", TOWN_HANDLER, at("2024-05-21"), ground="不履行").then(
        "township_coordination.handling"
    )
    assert told.clock("P-HANDLE") == "running"


def test_what_was_supported_is_executed_within_its_own_term():
    plan = {"unit": "T1", "measure": "补发", "term": at("2024-07-01").date()}
    answered(story()).when("order_execution", TOWN_HEAD, at("2024-05-20"), **plan).then_refused(
        "opinion_supports"
    )
    told = answered(story(), result=Result.SUPPORT).given(
        "order_execution", TOWN_HEAD, at("2024-05-20"), **plan
    )
    assert told.due("P-EXECUTE") == "2024-07-01"
    done = {"evidence_kind": Evidence.EXECUTED, "evidence": "付款凭证"}
    told.when("resolve", TOWN_HEAD, at("2024-05-30"), **done).then_refused("evidence_fits")
    told.given("complete_execution", TOWN_HANDLER, at("2024-05-30"), proof="付款凭证")
    told.when("resolve", TOWN_HEAD, at("2024-05-30"), **done).then("township_coordination.review_open")
    assert (told.clock("P-EXECUTE"), told.case.resolution) == ("met", Resolution.RESOLVED)
