"""Given a petition that came in, when it is sorted, passed on or refused, then a rule says whether that may be.

Articles are of 信访工作条例 (2022)."""

from __future__ import annotations

import pytest

from domain.petition import (
    Exemption,
    Mode,
    Refusal,
)
from domain.terms import Outcome, PetitionClass, Role
from tests.support.given import at
from tests.support.petitions import (
    ACCEPT,
    COUNTY_HEAD,
    LETTER,
    OFFICE_CLERK,
    OFFICE_HEAD,
    OPINION,
    OTHER_TOWN_HEAD,
    REGISTER,
    ROUTE,
    TOWN_CLERK,
    TOWN_HANDLER,
    TOWN_HEAD,
    VISIT,
    accepted,
    post,
    routed,
    sorted_out,
    story,
)


def test_a_petition_received_by_the_unit_itself_has_to_be_answered_not_routed():
    told = story().given("receive", TOWN_CLERK, at("2024-03-04"), **LETTER)
    assert (told.clock("P-ROUTE"), told.due("P-NOTIFY-DIRECT")) == ("", "2024-03-19")
    told.given("register", TOWN_CLERK, at("2024-03-04"), **REGISTER)
    told.given("recognise_first", TOWN_CLERK, at("2024-03-04"), searched="无")
    told.given("classify", TOWN_CLERK, at("2024-03-04"), petition_class=PetitionClass.CLAIM_OTHER)
    told.given("accept", TOWN_HEAD, at("2024-03-06"), **ACCEPT)
    assert (told.clock("P-NOTIFY-DIRECT"), told.due("P-HANDLE")) == ("met", "2024-05-05")


@pytest.mark.parametrize(
    ("wrong", "guard"),
    [
        ({"receipt": " "}, "receipt_given"),
        ({"petitioners": ()}, "petitioner_named"),
        ({"representatives": 6}, "representatives_within_limit"),
    ],
)
def test_registering_needs_a_receipt_a_petitioner_and_at_most_five_representatives(wrong, guard):
    told = story().given("receive", OFFICE_CLERK, at("2024-03-04"), **VISIT)
    told.when("register", OFFICE_CLERK, at("2024-03-04"), **REGISTER | wrong).then_refused(guard)


def test_only_the_desk_that_received_it_writes_a_petition_down():
    story().when("receive", TOWN_CLERK, at("2024-03-04"), **VISIT).then_refused("received_at_own_desk")


def test_first_or_repeat_and_class_are_decided_before_anything_is_routed_or_accepted():
    told = story().given("receive", OFFICE_CLERK, at("2024-03-04"), **VISIT)
    told.given("register", OFFICE_CLERK, at("2024-03-04"), **REGISTER)
    told.when("route", OFFICE_CLERK, at("2024-03-05"), **ROUTE).then_refused("first_decided")
    told.given("recognise_first", OFFICE_CLERK, at("2024-03-05"), searched="无")
    told.when("route", OFFICE_CLERK, at("2024-03-05"), **ROUTE).then_refused("classified")
    told.when("accept", OFFICE_HEAD, at("2024-03-05"), **ACCEPT).then_refused("classified")


def test_a_repeat_joins_its_matter_and_may_be_taken_out_again():
    told = story().given("receive", OFFICE_CLERK, at("2024-03-04"), **VISIT)
    told.given("register", OFFICE_CLERK, at("2024-03-04"), **REGISTER)
    same = {"lead": "X-0", "same_facts": True, "same_parties": True}
    told.when("link_repeat", OFFICE_CLERK, at("2024-03-05"), **same | {"same_facts": False}).then_refused(
        "sameness_confirmed"
    )
    told.when("link_repeat", OFFICE_CLERK, at("2024-03-05"), **same).then("closed", outcome=Outcome.MERGED)
    assert told.case.first is False
    told.when("unmerge", OFFICE_HEAD, at("2024-03-06"), lead="X-0").then("reported.registered")
    told.when("recognise_first", OFFICE_CLERK, at("2024-03-06"), searched="另一地块").then()
    assert told.case.first is True


def test_a_report_never_reaches_whom_it_accuses_nor_anybody_below():
    told = sorted_out(story(), PetitionClass.REPORT, object_unit="T1")
    for unit in ("T1", "A", "A1"):
        told.when("route", OFFICE_CLERK, at("2024-03-05"), **ROUTE | {"unit": unit}).then_refused(
            "unit_not_accused"
        )
    told.when("route", OFFICE_CLERK, at("2024-03-05"), **ROUTE | {"unit": "C-labour"}).then(
        "reported.routed", holder="C-labour"
    )


def test_a_report_found_out_while_the_accused_handles_it_must_leave_them():
    told = accepted(story(), object_unit="T1")
    told.when("route", TOWN_HEAD, at("2024-04-02"), **ROUTE | {"unit": "C-labour"}).then_refused(
        "holder_is_accused"
    )
    told.given(
        "classify", TOWN_HANDLER, at("2024-04-02"), petition_class=PetitionClass.REPORT, reasons="实为检举"
    )
    assert told.clock("P-HANDLE") == "cancelled"
    told.given("hear_statement", TOWN_HANDLER, at("2024-04-02"), party="p-wang", record="笔录")
    told.when("issue_opinion", TOWN_HEAD, at("2024-04-03"), **OPINION).then_refused("holder_not_accused")
    told.when("route", TOWN_HEAD, at("2024-04-03"), **ROUTE | {"unit": "C-labour"}).then(
        "reported.routed", holder="C-labour"
    )


def test_an_assignment_has_a_term_and_a_transfer_has_none():
    told, day = sorted_out(story()), at("2024-03-11")
    told.when("route", OFFICE_CLERK, day, **ROUTE | {"mode": Mode.ASSIGN}).then_refused("term_if_assigned")
    told.when("route", OFFICE_CLERK, day, **ROUTE | {"term": day.date()}).then_refused("term_if_assigned")


def test_a3_an_objection_on_the_fifth_working_day_across_national_day_is_in_time():
    told = sorted_out(story()).given("route", OFFICE_CLERK, at("2024-09-27"), **ROUTE)
    assert told.due("P-OBJECT") == "2024-10-10"  # 29 September is worked in exchange, 1 to 7 October are off
    reasons = {"reasons": "不在辖区", "legal_basis": "第二十三条"}
    told.when("object", TOWN_HEAD, at("2024-10-11"), **reasons).then_refused("objection_in_time")
    told.when("object", TOWN_HEAD, at("2024-10-10", "23:59"), **reasons).then("reported.objected")
    told.when("reject_objection", OFFICE_HEAD, at("2024-10-14"), decision="土地在T1").then(
        "reported.routed", holder="T1"
    )
    assert told.due("P-NOTIFY-TRANSFER") == "2024-10-16"  # 12 October and the four days of the objection
    told.when("object", TOWN_HEAD, at("2024-10-14"), **reasons).then_refused("objection_in_time")


def test_the_common_superior_decides_between_units():
    told = routed(story()).given(
        "object", TOWN_HEAD, at("2024-03-12"), reasons="不在辖区", legal_basis="第二十三条"
    )
    told.when("determine", OTHER_TOWN_HEAD, at("2024-03-13"), unit="T2", decision="属T2").then_refused(
        "right_unit"
    )
    told.when("determine", COUNTY_HEAD, at("2024-03-13"), unit="T2", decision="属T2").then(
        "reported.routed", holder="T2"
    )
    assert told.due("P-NOTIFY-TRANSFER") == "2024-03-28"


@pytest.mark.parametrize(
    ("wrong", "guard"),
    [
        ({"competent": False}, "competent"),
        ({"elsewhere": "C 正在办理"}, "not_in_process_elsewhere"),
        ({"excluded_by": Refusal.FINAL_SAME_FACTS}, "nothing_excludes_it"),
        ({"conflict_checked": False}, "handler_free"),
        ({"notice": ""}, "told_or_exempt"),
        ({"notice": "", "exemption": Exemption.ADDRESS_UNCLEAR}, "told_or_exempt"),
    ],
)
def test_accepting_needs_competence_a_free_handler_and_a_petitioner_who_was_told(wrong, guard):
    routed(story()).when("accept", TOWN_HEAD, at("2024-03-20"), **ACCEPT | wrong).then_refused(guard)


def test_who_cannot_be_told_is_exempt_with_evidence():
    exempt = {"notice": "", "exemption": Exemption.ADDRESS_UNCLEAR, "exemption_evidence": "退信信封"}
    routed(story()).when("accept", TOWN_HEAD, at("2024-03-20"), **ACCEPT | exempt).then(
        "township_coordination.handling"
    )


def test_a_visit_two_levels_above_is_not_accepted_below():
    told = routed(story(), unit="A")
    head = post("a3", Role.UNIT_HEAD, "A")
    told.when("accept", head, at("2024-03-20"), **ACCEPT).then_refused("visited_at_right_level")


def test_a_refusal_takes_two_people_a_ground_and_another_way():
    refusal = {
        "ground": Refusal.SKIP_LEVEL_VISIT,
        "legal_basis": "第二十条",
        "notice": "告知书",
        "other_way": "到乡镇提出",
    }
    told = routed(story())
    told.when("decline", TOWN_HEAD, at("2024-03-20"), **refusal, second_approver="t3").then_refused(
        "second_person_approves"
    )
    told.when(
        "decline", TOWN_HEAD, at("2024-03-20"), **refusal | {"other_way": ""}, second_approver="t9"
    ).then_refused("refusal_told")
    told.when("decline", TOWN_HEAD, at("2024-03-20"), **refusal, second_approver="t9").then(
        "closed", outcome=Outcome.DECLINED
    )
    assert told.clock("P-NOTIFY-TRANSFER") == "met"


def test_only_a_matter_of_another_procedure_is_diverted():
    way = {"procedure": "劳动仲裁", "organ": "劳动人事争议仲裁委员会", "notice": "告知书"}
    accepted(story()).when("divert", TOWN_HEAD, at("2024-04-01"), **way).then_refused("divertible_class")
    told = sorted_out(story(), PetitionClass.CLAIM_ARBITRATION)
    told.given("route", OFFICE_CLERK, at("2024-03-11"), **ROUTE).given(
        "accept", TOWN_HEAD, at("2024-03-20"), **ACCEPT
    )
    assert told.clock("P-HANDLE") == ""  # sixty days are for Art. 31(6) alone
    told.when("divert", TOWN_HEAD, at("2024-04-01"), **way).then("closed", outcome=Outcome.DIVERTED)
