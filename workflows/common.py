"""Rows that every case type has: plan, leaders, joint work, danger, supervision, merging, correcting, missed deadlines."""

from __future__ import annotations

from domain.case import CLOSED
from domain.conduct import (
    CaseSponsored,
    DangerReported,
    DeadlineMissed,
    JointHandlingFormed,
    PreventiveMeasureTaken,
    ResponsibilityPlanSet,
    SeverityLowered,
    SeverityRaised,
    SponsorReported,
    SupervisionAnswered,
    SupervisionIssued,
    SupervisionLifted,
    UrgentReported,
)
from domain.record import (
    CaseAbsorbed,
    CaseLinked,
    CaseMerged,
    CaseReleased,
    CaseUnmerged,
    CaseVoided,
    FactCorrected,
    IdentityRevealed,
)
from domain.terms import Outcome, Role
from workflows.guards import (
    approver_fit,
    correction_approved,
    danger_known,
    danger_reported,
    deadline_passed,
    evidence_named,
    fact_correctable,
    is_merged,
    joint_units_named,
    lead_is_another,
    new_value_fits,
    old_value_matches,
    other_is_another,
    other_known,
    plan_complete,
    purpose_given,
    sameness_confirmed,
    second_person_approves,
    second_person_fit,
    severity_higher,
    severity_lower,
    subject_of_case,
    supervised,
    supervision_open,
    supervision_unanswered,
    was_merged_there,
)
from workflows.letters import ROW as ISSUE_LETTER
from workflows.move import Move
from workflows.table import ANY, BACK, OPEN, SAME, Row, Start
from workflows.who import SYSTEM_ONLY, anyone, holder, over, superior

R = Role
EVERY_POST = (R.REPORTER, R.MEDIATOR, R.HANDLER, R.UNIT_HEAD, R.INTAKE, R.SPONSOR, R.SUPERVISOR, R.REVIEWER)


def reply_term(move: Move) -> list[Start]:
    """The term for the reply to a supervision, by its colour."""
    number = len(move.case.supervisions) + 1
    return [Start(f"W-REPLY-{str(move.facts['colour']).upper()}", str(number))]


REPLIES = ("W-REPLY-RED", "W-REPLY-YELLOW", "W-REPLY-BLUE")

# fmt: off
COMMON_ROWS = (
    #   trigger               from     to      event                    who may                              guards
    Row("set_plan",           OPEN,    SAME,   ResponsibilityPlanSet,   holder(R.UNIT_HEAD),                 (plan_complete,), meets=("D-PLAN",)),
    Row("sponsor",            OPEN,    SAME,   CaseSponsored,           over(R.SPONSOR, R.SUPERVISOR),       ()),
    Row("sponsor_report",     OPEN,    SAME,   SponsorReported,         over(R.SPONSOR),                     ()),
    Row("form_joint",         OPEN,    SAME,   JointHandlingFormed,     holder(R.UNIT_HEAD),                 (joint_units_named,)),
    Row("report_danger",      ANY,     SAME,   DangerReported,          anyone(*EVERY_POST, R.CITIZEN),      (danger_known,), starts=("P-URGENT",)),
    Row("report_urgent",      ANY,     SAME,   UrgentReported,          anyone(*EVERY_POST),                 (danger_reported,), meets=("P-URGENT",)),
    Row("take_measure",       ANY,     SAME,   PreventiveMeasureTaken,  anyone(*EVERY_POST),                 (danger_reported,)),
    Row("raise_severity",     OPEN,    SAME,   SeverityRaised,          holder(R.REPORTER, R.MEDIATOR, R.HANDLER, R.UNIT_HEAD), (severity_higher,), starts=("D-PLAN",)),
    Row("lower_severity",     OPEN,    SAME,   SeverityLowered,         superior(R.UNIT_HEAD),               (severity_lower,)),
    Row("supervise",          ANY,     SAME,   SupervisionIssued,       over(R.SUPERVISOR),                  (), starts=(reply_term,)),
    Row("answer_supervision", ANY,     SAME,   SupervisionAnswered,     holder(R.UNIT_HEAD, R.HANDLER),      (supervised, supervision_unanswered), meets=REPLIES),
    Row("lift_supervision",   ANY,     SAME,   SupervisionLifted,       over(R.SUPERVISOR),                  (supervised, supervision_open)),
    Row("link",               ANY,     SAME,   CaseLinked,              anyone(*EVERY_POST),                 (other_is_another, other_known)),
    Row("merge",              OPEN,    CLOSED, CaseMerged,              holder(R.UNIT_HEAD),                 (lead_is_another, sameness_confirmed), outcome=Outcome.MERGED),
    Row("absorb",             OPEN,    SAME,   CaseAbsorbed,            SYSTEM_ONLY,                         ()),
    Row("unmerge",            CLOSED,  BACK,   CaseUnmerged,            holder(R.UNIT_HEAD),                 (is_merged, was_merged_there)),
    Row("release",            ANY,     SAME,   CaseReleased,            SYSTEM_ONLY,                         ()),
    Row("void",               ANY,     CLOSED, CaseVoided,              holder(R.UNIT_HEAD),                 (second_person_approves, second_person_fit), outcome=Outcome.VOIDED),
    Row("correct",            ANY,     SAME,   FactCorrected,           holder(R.UNIT_HEAD),                 (fact_correctable, old_value_matches, new_value_fits, evidence_named, correction_approved, approver_fit)),
    Row("reveal",             ANY,     SAME,   IdentityRevealed,        holder(R.INTAKE, R.MEDIATOR, R.HANDLER, R.UNIT_HEAD, R.REVIEWER), (subject_of_case, purpose_given)),
    Row("reveal",             ANY,     SAME,   IdentityRevealed,        anyone(R.PRIVACY_OFFICER),           (subject_of_case, purpose_given)),
    ISSUE_LETTER,
    Row("miss_deadline",      ANY,     SAME,   DeadlineMissed,          SYSTEM_ONLY,                         (deadline_passed,), marks=True),
)
# fmt: on

COMMON_VERBS = {
    "set_plan": ("制定三定一包方案", "Set responsibility plan"),
    "sponsor": ("领导包案", "Sponsor"),
    "sponsor_report": ("包案报告", "Report as sponsor"),
    "form_joint": ("组织联合调处", "Form joint handling"),
    "report_danger": ("报告激化危险", "Report danger"),
    "report_urgent": ("上报紧急情况", "Make urgent report"),
    "take_measure": ("采取预防措施", "Take preventive measure"),
    "raise_severity": ("提高严重程度", "Raise severity"),
    "lower_severity": ("降低严重程度", "Lower severity"),
    "supervise": ("督办", "Supervise"),
    "answer_supervision": ("回复督办", "Answer supervision"),
    "lift_supervision": ("解除督办", "Lift supervision"),
    "link": ("关联案件", "Link"),
    "merge": ("并案", "Merge"),
    "absorb": ("吸收并案", "Absorb"),
    "unmerge": ("撤销并案", "Unmerge"),
    "release": ("移出并案", "Release"),
    "void": ("作废", "Void"),
    "correct": ("更正", "Correct"),
    "reveal": ("查看身份信息", "Reveal identity"),
    "issue_letter": ("制发文书", "Issue letter"),
    "miss_deadline": ("记录期限届满", "Record missed deadline"),
}
