"""The life of a dispute, told as the acceptance scenarios tell it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from domain.case import Entry
from domain.deadline import due_on
from domain.dispute import Dispute
from domain.errors import Invalid, NotYourTurn, Refused
from domain.terms import Level, Outcome
from tests.support.township import ADMIN, CHECKER, LI, QIAN, SUN, WANG, ZHAO, ZHOU, Township, at
from workflows.command import Command

WRITTEN = {
    "form": "written", "effective_on": "2026-03-10", "facts": "界址不清", "terms": "以水沟为界",
    "signed_by": ["s1", "s2"], "mediator_signed": True, "sealed": True,
}  # fmt: skip


def dispute(township: Township, code: str) -> Dispute:
    case = township.service.case(code)
    assert isinstance(case, Dispute)
    return case


def refused(township: Township, guard: str, *call: object, **facts: object) -> Refused:
    """The call is refused by this guard, and nothing is recorded."""
    head = township.log.head()
    with pytest.raises(Refused) as refusal:
        township.do(*call, **facts)  # type: ignore[arg-type]
    assert refusal.value.guard == guard
    assert township.log.head() == head
    return refusal.value


def test_small_issues_stay_in_the_grid(township: Township) -> None:
    code = township.report(at(3, 2))
    refused(
        township,
        "all_agreed",
        "settle",
        code,
        at(3, 2),
        WANG,
        terms="各让一步",
        agreed_by=["s1"],
        fulfilled=True,
    )
    answer = township.do(
        "settle", code, at(3, 2), WANG, terms="各让一步", agreed_by=["s1", "s2"], fulfilled=True
    )
    case = dispute(township, code)
    assert (answer.state, answer.outcome, case.highest) == ("closed", "resolved", Level.GRID)
    assert case.clocks["D-ACCEPT"].status == "met"


def test_a7_a_village_goes_up_after_three_sessions_and_not_after_two(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    up = {"unit": "T1C", "ground": "attempts_exhausted", "tried": "两次调解会"}
    for day in (3, 4):
        township.session(code, at(3, day))
    refusal = refused(township, "may_go_up", "refer_up", code, at(3, 5), ZHAO, **up)
    assert "331" in refusal.sentence_en and "fulfil" not in refusal.allowed and "suspend" in refusal.allowed
    township.session(code, at(3, 5))
    answer = township.do("refer_up", code, at(3, 5), ZHAO, **up)
    case = dispute(township, code)
    assert (answer.state, answer.holder, answer.level) == (
        "township_coordination.offered",
        "T1C",
        Level.TOWNSHIP,
    )
    assert case.clocks["D-ACCEPT"].is_open and not case.clocks["D-MEDIATE"].is_open
    assert case.consents == set() and case.chair == "", "a new bench asks anew"


def test_a8_a_party_refuses_at_once(township: Township) -> None:
    code = township.report(at(3, 2))
    told = {"party": "s1", "statement": "不愿调解", "ways_told": "可向人民法院起诉"}
    refused(township, "other_ways_told", "refuse", code, at(3, 2), WANG, **(told | {"ways_told": " "}))
    township.do("refuse", code, at(3, 2), WANG, **told)
    case = dispute(township, code)
    assert (case.state, case.outcome, case.opted_out) == ("closed", Outcome.TERMINATED, True)


def test_a9_an_oral_agreement_fulfilled_at_once_is_resolved_without_paper(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    done = [{"who": "s1", "what": "赔偿二百元", "fulfilled": True}]
    township.do(
        "agree",
        code,
        at(3, 3),
        LI,
        form="oral",
        effective_on="2026-03-03",
        facts="f",
        terms="t",
        obligations=done,
    )
    answer = township.do("resolve", code, at(3, 3), ZHAO, evidence="当场履行")
    assert (answer.state, answer.outcome) == ("closed", "resolved")


def test_a10_confirmation_asked_on_day_31_comes_too_late(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    township.do("agree", code, at(3, 10), LI, **WRITTEN)
    asked = {"court": "县人民法院", "applicants": ["s1", "s2"]}
    refused(
        township, "joint_application", "apply_confirmation", code, at(3, 20), LI, court="c", applicants=["s1"]
    )
    refused(township, "confirmation_in_time", "apply_confirmation", code, at(4, 10), LI, **asked)
    assert (
        township.do("apply_confirmation", code, at(4, 9), LI, reason="补登", **asked).event
        == "dispute.confirmation_applied"
    )


def test_written_agreement_is_carried_out_visited_and_resolved_by_somebody_else(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    refused(township, "signed_if_written", "agree", code, at(3, 10), LI, **(WRITTEN | {"sealed": False}))
    owed = [{"who": "s1", "what": "迁移围栏", "due": "2026-03-20"}]
    township.do("agree", code, at(3, 10), LI, **WRITTEN, obligations=owed)
    case = township.service.case(code)
    assert case.clocks["D-FULFIL/1"].due == at(3, 21, 0)
    refused(township, "all_fulfilled", "resolve", code, at(3, 12), ZHAO, evidence="e")
    township.do("fulfil", code, at(3, 19), LI, number=1, proof="照片")
    refused(township, "visited", "resolve", code, at(3, 19), ZHAO, evidence="e")
    township.do("visit", code, at(3, 20), ZHAO, visitor="zhao", satisfied="unanswered")
    assert township.service.case(code).clocks["D-VISIT-30"].is_open, "one visit is one visit"
    township.do("resolve", code, at(3, 21), ZHAO, evidence="回访记录")
    assert township.service.case(code).clocks["D-FULFIL/1"].status == "met"


def test_the_chair_does_not_confirm_their_own_success(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    township.do("replace_mediator", code, at(3, 2), ZHAO, old="li", new="zhao")
    done = [{"who": "s1", "what": "道歉", "fulfilled": True}]
    agreed = {"form": "oral", "effective_on": "2026-03-03", "facts": "f", "terms": "t", "obligations": done}
    township.do("agree", code, at(3, 3), LI, **agreed)
    refused(township, "not_the_chair", "resolve", code, at(3, 3), ZHAO, evidence="e")


def test_who_is_asked_to_withdraw_is_replaced_before_work_goes_on(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    township.do("ask_recusal", code, at(3, 3), LI, party="s2", mediator="li")
    held = {"place": "p", "attended": ["li"], "record": "r"}
    refused(township, "no_open_recusal", "hold_session", code, at(3, 3), LI, **held)
    refused(township, "replacement_sound", "replace_mediator", code, at(3, 3), ZHAO, old="li", new="li")
    township.do("replace_mediator", code, at(3, 3), ZHAO, old="li", new="feng")
    assert township.do("hold_session", code, at(3, 4), LI, place="p", attended=["feng"], record="r").version


def test_silence_is_no_consent(township: Township) -> None:
    code = township.report(at(3, 2))
    township.do("accept", code, at(3, 2), LI, within_scope=True)
    township.do("assign_mediator", code, at(3, 2), ZHAO, chair="li")
    township.do("explain_rights", code, at(3, 2), LI, told=["s1", "s2"])
    township.do("consent", code, at(3, 2), LI, party="s1")
    refused(township, "all_consented", "open_mediation", code, at(3, 2), LI)


def test_serious_disputes_need_their_plan_and_a_written_agreement(township: Township) -> None:
    code = township.report(at(3, 2), severity="serious")
    assert township.service.case(code).clocks["D-PLAN"].is_open
    township.do("accept", code, at(3, 2), LI, within_scope=True)
    up = {"unit": "T1", "ground": "serious", "tried": "已入户"}
    refused(township, "plan_if_serious", "refer_up", code, at(3, 2), ZHAO, **up)
    plan = {"leader": "zhao", "person": "li", "term": "2026-03-20", "guarantee": "每日走访"}
    refused(township, "plan_complete", "set_plan", code, at(3, 2), ZHAO, **(plan | {"guarantee": ""}))
    township.do("set_plan", code, at(3, 2), ZHAO, **plan)
    assert township.service.case(code).clocks["D-PLAN"].status == "met"
    township.do("refer_up", code, at(3, 2), ZHAO, **up)


def test_a_case_goes_back_and_forth_twice_then_the_common_superior_decides(township: Township) -> None:
    code = township.report(at(3, 2))
    for day in (2, 3):
        township.do("offer", code, at(3, day), WANG, unit="V1")
        township.do("return", code, at(3, day), ZHAO, ground="不属本村")
    township.do("offer", code, at(3, 4), WANG, unit="V1")
    refused(township, "returns_left", "return", code, at(3, 4), ZHAO, ground="不属本村")
    answer = township.do("determine", code, at(3, 4), QIAN, unit="V2")
    assert (answer.state, answer.holder) == ("village_mediation.offered", "V2")


def test_an_offer_is_returned_within_five_working_days(township: Township) -> None:
    code = township.report(at(3, 2))
    township.do("offer", code, at(3, 2), WANG, unit="V1")
    refused(township, "return_in_time", "return", code, at(3, 10), ZHAO, ground="超期")
    assert township.do("return", code, at(3, 9), ZHAO, ground="g", reason="补登").state == "reported"


def test_danger_skips_levels_only_by_rule_and_with_everybody_told(township: Township) -> None:
    code = township.report(at(3, 2))
    skip = {"unit": "T1", "rule": "danger_to_life", "told": ["V1"]}
    refused(township, "skip_rule_applies", "skip_level", code, at(3, 2), ZHAO, **skip)
    township.do(
        "report_danger", code, at(3, 2), WANG, rule="danger_to_life", facts="持械对峙", police_told=True
    )
    refused(township, "skipped_units_told", "skip_level", code, at(3, 2), ZHAO, **(skip | {"told": []}))
    answer = township.do("skip_level", code, at(3, 2), ZHAO, **skip)
    assert answer.state == "township_coordination.offered"
    assert township.service.case(code).clocks["P-URGENT"].is_open


def test_the_township_hands_down_with_a_term_and_gets_a_report(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    township.do("refer_up", code, at(3, 3), ZHAO, unit="T1C", ground="not_competent", tried="t")
    township.do("accept", code, at(3, 3), SUN, within_scope=True)
    down = {"unit": "V1M", "term": "2026-03-31", "responsible": "T1C"}
    refused(township, "direct_subordinate", "hand_down", code, at(3, 4), QIAN, **(down | {"unit": "V3"}))
    township.do("hand_down", code, at(3, 4), QIAN, **down)
    case = township.service.case(code)
    assert (case.level, case.highest) == (Level.VILLAGE, Level.TOWNSHIP), "handed down is still escalated"
    assert case.clocks["P-ASSIGNED-REPORT"].due == at(4, 1, 0)
    township.do("report_completion", code, at(3, 20), ZHAO, report="已调解")
    assert township.service.case(code).clocks["P-ASSIGNED-REPORT"].status == "met"


def test_suspension_moves_the_due_date_for_causes_that_the_policy_knows(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    before = township.service.case(code).clocks["D-MEDIATE"].due
    refused(township, "cause_known", "suspend", code, at(3, 3), ZHAO, cause="holiday")
    township.do("suspend", code, at(3, 3), ZHAO, cause="appraisal")
    township.do("resume", code, at(3, 13), LI)
    assert (township.service.case(code).clocks["D-MEDIATE"].due - before).days == 10


def test_both_parties_may_ask_for_more_time_once(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    refused(township, "all_parties_ask", "extend", code, at(3, 3), ZHAO, days=15, asked_by=["s1"])
    township.do("extend", code, at(3, 3), ZHAO, days=15, asked_by=["s1", "s2"])
    assert township.service.case(code).clocks["D-MEDIATE"].due == at(4, 18, 0)
    refused(township, "not_extended_yet", "extend", code, at(3, 4), ZHAO, days=15, asked_by=["s1", "s2"])


def test_severity_goes_up_by_the_holder_and_down_only_by_the_superior(township: Township) -> None:
    code = township.report(at(3, 2))
    township.do("raise_severity", code, at(3, 2), WANG, severity="major")
    refused(township, "right_unit", "lower_severity", code, at(3, 2), ZHOU, severity="minor")
    township.do("lower_severity", code, at(3, 2), ZHAO, severity="minor")
    case = township.service.case(code)
    assert (case.severity, case.peak) == ("minor", "major"), "the peak stays in the figures"


def test_merging_keeps_the_earlier_deadline_and_can_be_undone(township: Township) -> None:
    same = township.report(at(3, 2))
    lead = township.report(at(3, 4))
    sure = {"lead": lead, "same_facts": True, "same_parties": True}
    refused(township, "sameness_confirmed", "merge", same, at(3, 4), ZHAO, **(sure | {"same_parties": False}))
    earlier = township.service.case(same).clocks["D-ACCEPT"].due
    assert earlier < township.service.case(lead).clocks["D-ACCEPT"].due
    township.do("merge", same, at(3, 4), ZHAO, **sure)
    assert township.service.case(lead).clocks["D-ACCEPT"].due == earlier
    assert township.service.case(same).outcome == Outcome.MERGED
    answer = township.do("unmerge", same, at(3, 5), ZHAO, lead=lead)
    assert (answer.state, answer.outcome) == ("reported", None)


def test_voiding_takes_two_people_and_hides_nothing(township: Township) -> None:
    code = township.report(at(3, 2))
    refused(
        township,
        "second_person_approves",
        "void",
        code,
        at(3, 2),
        ZHAO,
        entry_error="重复",
        second_approver="zhao",
    )
    township.do("void", code, at(3, 2), ZHAO, entry_error="重复录入", second_approver="qian")
    assert [one.event.TOPIC for one in township.log.history(township.service.case(code).id)] == [
        "dispute.reported",
        "case.voided",
    ]


def test_a_correction_names_old_new_evidence_and_a_second_person(township: Township) -> None:
    code = township.report(at(3, 2))
    fix = {"field": "origin", "old": "G1", "new": "G2", "evidence": "网格图", "approved_by": "qian"}
    refused(township, "old_value_matches", "correct", code, at(3, 2), ZHAO, **(fix | {"old": "G9"}))
    refused(
        township, "correction_approved", "correct", code, at(3, 2), ZHAO, **(fix | {"approved_by": "zhao"})
    )
    refused(
        township,
        "fact_correctable",
        "correct",
        code,
        at(3, 2),
        ZHAO,
        **(fix | {"field": "outcome", "old": ""}),
    )
    township.do("correct", code, at(3, 2), ZHAO, **fix)
    assert township.service.case(code).origin == "G2"


def test_a_closed_case_comes_back_within_the_window_or_on_new_facts(township: Township) -> None:
    code = township.report(at(3, 2))
    township.do("settle", code, at(3, 2), WANG, terms="t", agreed_by=["s1", "s2"], fulfilled=True)
    refused(township, "reopening_in_time", "reopen", code, at(7, 2), WANG, ground="breach")
    refused(township, "reopening_in_time", "reopen", code, at(7, 2), WANG, ground="new_facts")
    answer = township.do("reopen", code, at(7, 2), WANG, ground="发现当年的界石", new_facts=True)
    assert (answer.state, answer.holder) == ("reported", "G1")


def test_a_supervision_asks_a_reply_in_its_colour_s_term(township: Township) -> None:
    code = township.report(at(3, 2))
    township.do("supervise", code, at(3, 3), CHECKER, colour="yellow", duty="超期未受理")
    assert township.service.case(code).clocks["W-REPLY-YELLOW/1"].due == at(3, 6, 0)
    township.do("answer_supervision", code, at(3, 4), ZHAO, number=1, reply="已受理")
    refused(
        township, "supervision_unanswered", "answer_supervision", code, at(3, 4), ZHAO, number=1, reply="r"
    )
    township.do("lift_supervision", code, at(3, 5), CHECKER, number=1)
    assert township.service.case(code).clocks["W-REPLY-YELLOW/1"].status == "met"


def test_110_gets_its_answer_in_a_day_or_in_five_when_it_is_complex(township: Township) -> None:
    plain = township.report(at(3, 2), channel="police_110")
    complex_ = township.report(at(3, 2), channel="police_110", complex_110=True)
    assert township.service.case(plain).clocks["D-110"].due == at(3, 3)
    assert township.service.case(complex_).clocks["D-110-COMPLEX"].due == at(3, 8, 0)
    township.do("give_feedback", plain, at(3, 2), WANG, result="已交村")
    assert township.service.case(plain).clocks["D-110"].status == "met"


def test_another_unit_s_people_have_no_turn(township: Township) -> None:
    code = township.report(at(3, 2))
    refusal = refused(
        township, "right_unit", "accept", code, at(3, 2), replace(LI, unit="V3"), within_scope=True
    )
    assert isinstance(refusal, NotYourTurn)


def test_what_is_wrong_with_a_form_is_said_by_field(township: Township) -> None:
    for facts, field in (
        ({"origin": "G1", "channel": "pigeon", "title": "t", "category": "land"}, "channel"),
        ({"origin": "G1", "channel": "visit", "title": "t", "category": "land", "onset": "soon"}, "onset"),
        ({"origin": "G1", "channel": "visit", "title": "t", "category": "land", "colour": "red"}, "colour"),
        ({"origin": "G1", "channel": "visit", "category": "land"}, "title"),
    ):
        with pytest.raises(Invalid) as problem:
            township.do("report", "", at(3, 2), WANG, type="dispute", **facts)
        assert problem.value.field == field and problem.value.remedy


def test_nothing_happens_in_the_future_and_late_entries_say_why(township: Township) -> None:
    code = township.report(at(3, 5))
    with pytest.raises(Invalid, match="not happened yet"):
        township.now.instant = at(3, 9)
        township.service.do(_command(code, at(3, 10)))
    with pytest.raises(Invalid, match="say why"):
        township.service.do(_command(code, at(3, 7)))
    township.service.do(_command(code, at(3, 7), reason="周末走访, 周一补登"))
    assert township.log.history(township.service.case(code).id)[-1].event.entry.late == "late"


def _command(code: str, when: datetime, reason: str = "") -> Command:
    danger = {"rule": "danger_to_life", "facts": "扬言动手", "police_told": True}
    return Command("report_danger", code, WANG, danger, at=when, reason=reason)


def test_a2_a_month_from_the_last_of_january_ends_with_february(township: Township) -> None:
    code = township.in_mediation(at(1, 31))
    assert due_on(township.service.case(code).clocks["D-MEDIATE"]) == date(2026, 2, 28)


def test_what_comes_from_a_merged_unit_goes_back_to_its_heir(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    township.do("refer_up", code, at(3, 3), ZHAO, unit="T1C", ground="not_competent", tried="t")
    entry = Entry(ADMIN, at(3, 4))
    for unit in ("V1M", "V1"):
        change = {"into": "V2"} if unit == "V1" else {}
        township.service.reference.change_unit(
            unit, "merge_into" if change else "close", effective=at(3, 4).date(), entry=entry, **change
        )
    answer = township.do("return", code, at(3, 5), QIAN, ground="请先调解")
    assert (answer.state, answer.holder) == ("village_mediation.offered", "V2")


def test_nothing_happens_before_the_case_and_nobody_acts_from_nowhere(township: Township) -> None:
    code = township.report(at(3, 2))
    with pytest.raises(Invalid, match="nothing happened before"):
        township.do("offer", code, at(3, 1), WANG, unit="V1M", reason="补登")
    for stranger in (replace(WANG, unit="V9"), replace(WANG, user="wang ")):
        with pytest.raises(Invalid, match=r"actor\.(unit|user)"):
            township.do("offer", code, at(3, 2), stranger, unit="V1M")


@pytest.mark.parametrize(
    ("fact", "old", "new"),
    [
        ("severity", "minor", "enormous"),
        ("onset", "", "never"),
        ("origin", "G1", "V9"),
        ("title", "晒谷场边界", " "),
    ],
)
def test_a_correction_is_a_value_that_the_fact_can_have(
    township: Township, fact: str, old: str, new: str
) -> None:
    code = township.report(at(3, 2))
    fix = {"field": fact, "old": old, "new": new, "evidence": "登记表", "approved_by": "qian"}
    refused(township, "new_value_fits", "correct", code, at(3, 2), ZHAO, **fix)


def test_who_comes_back_is_told_asked_and_visited_anew(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    refused(township, "effective_by_now", "agree", code, at(3, 9), LI, **WRITTEN)
    township.do("agree", code, at(3, 10), LI, **WRITTEN)
    township.do("visit", code, at(3, 11), ZHAO, visitor="zhao", satisfied="yes")
    township.do("resolve", code, at(3, 12), ZHAO, evidence="回访记录")
    township.do("reopen", code, at(3, 20), ZHAO, ground="反悔")
    assert not township.service.case(code).clocks["D-CONFIRM"].is_open
    refused(township, "rights_explained", "open_mediation", code, at(3, 20), LI)
    township.do("explain_rights", code, at(3, 20), LI, told=["s1", "s2"])
    for party in ("s1", "s2"):
        township.do("consent", code, at(3, 20), LI, party=party)
    township.do("open_mediation", code, at(3, 20), LI)
    township.do("agree", code, at(3, 21), LI, **(WRITTEN | {"effective_on": "2026-03-21"}))
    assert due_on(township.service.case(code).clocks["D-CONFIRM"]) == date(2026, 4, 20)
    refused(township, "visited", "resolve", code, at(3, 21), ZHAO, evidence="e")
