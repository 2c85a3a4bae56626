"""The workflow of a dispute (矛盾纠纷), as two tables to be read aloud. Rules belong here; branches elsewhere do not."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from domain.agreement import (
    AgreementReached,
    AgreementSetAside,
    ConfirmationApplied,
    ConfirmationDecided,
    DisputeResolved,
    FollowUpVisited,
    FulfilmentUrged,
    ObligationBreached,
    ObligationFulfilled,
    SettledOnTheSpot,
)
from domain.calendar import TZ
from domain.case import CLOSED, NEW
from domain.conduct import JointMeetingHeld
from domain.custody import (
    CompletionReported,
    CustodyOffered,
    CustodyReturned,
    DisputeAccepted,
    FeedbackGiven,
    HandedDown,
    JurisdictionDetermined,
    LevelSkipped,
    ReferredOut,
    ReferredUp,
)
from domain.dispute import DisputeReported
from domain.mediation import (
    ConflictDisclosed,
    ConsentGiven,
    DisputeWithdrawn,
    FileArchived,
    MediationExtended,
    MediationOpened,
    MediationRefused,
    MediationResumed,
    MediationSuspended,
    MediationTerminated,
    MediatorAssigned,
    MediatorReplaced,
    PartyChoseMediator,
    ProgressNoted,
    RecusalRequested,
    RightsExplained,
    SessionHeld,
)
from domain.record import CaseReopened
from domain.terms import Level, Outcome, Role
from workflows import agreement_guards as a
from workflows import custody_guards as c
from workflows import mediation_guards as g
from workflows.common import COMMON_ROWS, COMMON_VERBS, EVERY_POST, REPLIES
from workflows.guards import (
    assigned_with_term,
    evidence_named,
    ground_given,
    parties_once,
    plan_if_serious,
    reopening_in_time,
    unit_active,
)
from workflows.move import Move
from workflows.table import ANY, OPEN, SAME, Row, Start, State, Table, stage
from workflows.who import anyone, holder, superior

R = Role
WORK = ("D-MEDIATE", "D-WORK")
OF_THE_AGREEMENT = ("D-FULFIL", "D-CONFIRM", "D-VISIT-7", "D-VISIT-30")

# fmt: off
PHASES = (
    #     phase        zh            en            deadlines that run in it
    State("offered",   "待受理",     "offered",    runs=("D-ACCEPT",)),
    State("accepted",  "已受理",     "accepted",   runs=WORK),
    State("mediating", "调解中",     "mediating",  runs=WORK),
    State("suspended", "中止",       "suspended",  runs=WORK),
    State("agreed",    "已达成协议", "agreed"),
)

STATES = (
    State(NEW,        "未上报", "not reported"),
    State("reported", "已上报", "reported", Level.GRID, runs=("D-ACCEPT",)),
    *stage("village_mediation",     "村级调解", "village mediation",     Level.VILLAGE,  PHASES),
    *stage("township_coordination", "乡镇协调", "township coordination", Level.TOWNSHIP, PHASES),
    *stage("escalation",            "上级处理", "escalation",            Level.COUNTY,   PHASES),
    State(CLOSED,     "办结",   "closed"),
)
# fmt: on


def origin(m: Move) -> str:
    return str(m.facts["origin"])


def unit(m: Move) -> str:
    return str(m.facts["unit"])


def actors_unit(m: Move) -> str:
    return m.actor.unit


def back_to_sender(m: Move) -> str:
    return m.sender


def cause(m: Move) -> str:
    return str(m.facts["cause"])


def agreed_days(m: Move) -> list[Start]:
    """One deadline per obligation, on the day that the parties agreed."""
    owed = enumerate(m.facts["obligations"], 1)
    return [Start("D-FULFIL", str(n), due=o.due) for n, o in owed if not o.fulfilled]


def given_term(m: Move) -> list[Start]:
    """The term that the upper unit sets when it hands a case down."""
    return [Start("P-ASSIGNED-REPORT", due=m.facts["term"])]


def from_effective_day(m: Move) -> list[Start]:
    """Confirmation and visits count from the day on which the agreement takes effect."""
    at = datetime.combine(m.facts["effective_on"], time(), TZ)
    return [Start(code, at=at) for code in ("D-CONFIRM", "D-VISIT-7", "D-VISIT-30")]


ACTIVE = "*.accepted | *.mediating"
UNAGREED = "reported | *.offered | *.accepted | *.mediating | *.suspended"
VILLAGE_AT_WORK = "village_mediation.accepted | village_mediation.mediating | village_mediation.suspended"
TOWNSHIP_AT_WORK = (
    "township_coordination.accepted | township_coordination.mediating | township_coordination.suspended"
)
COUNTY_AT_WORK = "escalation.accepted | escalation.mediating | escalation.suspended"
VILLAGE, TOWNSHIP, COUNTY = "village_mediation", "township_coordination", "escalation"
BENCH = (R.MEDIATOR, R.HANDLER, R.UNIT_HEAD)
GOING_UP = (c.one_level_up, c.tried_told, c.may_go_up, plan_if_serious)
UP: dict[str, Any] = {"holder": unit, "meets": ("D-WORK",)}
SKIP: dict[str, Any] = {"holder": unit, "starts": ("P-URGENT",)}
RETURN: dict[str, Any] = {
    "holder": back_to_sender,
    "meets": ("D-ACCEPT",),
    "fills": {"sender": back_to_sender, "receiver": lambda m: m.case.holder},
}
RETURNABLE = (ground_given, c.return_in_time, c.returns_left)
DOWN: dict[str, Any] = {"holder": unit, "starts": (given_term,), "meets": ("D-WORK",)}

# fmt: off
ROWS = (
    #   trigger              from               to                    event                   who may                                  guards
    Row("report",            NEW,               "reported",           DisputeReported,        anyone(*EVERY_POST),                     (c.origin_active, c.titled, parties_once, c.onset_by_today), holder=origin, starts=("D-PLAN", "D-110", "D-110-COMPLEX")),
    Row("settle",            "reported",        CLOSED,               SettledOnTheSpot,       holder(R.REPORTER, R.MEDIATOR),          (c.is_minor, c.all_agreed, c.fulfilled_at_once), meets=("D-ACCEPT",), outcome=Outcome.RESOLVED),
    Row("offer",             "reported",        "village_mediation.offered",  CustodyOffered, holder(R.REPORTER, R.MEDIATOR, R.INTAKE, R.UNIT_HEAD), (c.village_of_origin,), holder=unit, meets=("D-ACCEPT",)),
    Row("accept",            "reported",        "village_mediation.accepted", DisputeAccepted, holder(R.MEDIATOR, R.UNIT_HEAD),         (c.acts_for_village, c.within_scope, c.not_elsewhere), holder=actors_unit, meets=("D-ACCEPT",), fills={"unit": actors_unit}),
    Row("accept",            "*.offered",       ".accepted",          DisputeAccepted,        holder(R.MEDIATOR, R.INTAKE, R.UNIT_HEAD), (c.within_scope, c.not_elsewhere), meets=("D-ACCEPT",), fills={"unit": actors_unit}),
    Row("return",            "*.offered",       "reported",           CustodyReturned,        holder(R.INTAKE, R.UNIT_HEAD),           RETURNABLE, when=c.sent_from(Level.GRID), **RETURN),
    Row("return",            "*.offered",       "village_mediation.offered",     CustodyReturned, holder(R.INTAKE, R.UNIT_HEAD),       RETURNABLE, when=c.sent_from(Level.VILLAGE), **RETURN),
    Row("return",            "*.offered",       "township_coordination.offered", CustodyReturned, holder(R.INTAKE, R.UNIT_HEAD),       RETURNABLE, when=c.sent_from(Level.TOWNSHIP), **RETURN),
    Row("return",            "*.offered",       "escalation.offered", CustodyReturned,        holder(R.INTAKE, R.UNIT_HEAD),           RETURNABLE, when=c.sent_from(Level.COUNTY), **RETURN),
    Row("determine",         "*.offered",       SAME,                 JurisdictionDetermined, superior(R.UNIT_HEAD),                   (unit_active, c.under_the_superior, c.same_level), holder=unit),
    Row("refer_out",         "reported | *.offered", CLOSED,          ReferredOut,            holder(R.UNIT_HEAD),                     (c.other_ways_told,), meets=("D-ACCEPT",), outcome=Outcome.DIVERTED),

    Row("assign_mediator",   ACTIVE,            SAME,                 MediatorAssigned,       holder(R.UNIT_HEAD),                     (g.no_conflict, g.choice_honoured), meets=("D-WORK",)),
    Row("choose_mediator",   ACTIVE,            SAME,                 PartyChoseMediator,     holder(*BENCH, R.CITIZEN),               (g.is_party, g.chosen_is_free)),
    Row("disclose_conflict", ACTIVE,            SAME,                 ConflictDisclosed,      holder(*BENCH),                          ()),
    Row("ask_recusal",       ACTIVE,            SAME,                 RecusalRequested,       holder(*BENCH, R.CITIZEN),               (g.has_mediators, g.is_party, g.is_mediator)),
    Row("replace_mediator",  ACTIVE,            SAME,                 MediatorReplaced,       holder(R.UNIT_HEAD),                     (g.has_mediators, g.replacement_sound), meets=("D-WORK",)),
    Row("explain_rights",    ACTIVE,            SAME,                 RightsExplained,        holder(*BENCH),                          (g.parties_known, g.everybody_told), meets=("D-WORK",)),
    Row("consent",           ACTIVE,            SAME,                 ConsentGiven,           holder(*BENCH, R.CITIZEN),               (g.is_party,)),
    Row("open_mediation",    "*.accepted",      ".mediating",         MediationOpened,        holder(*BENCH),                          (g.chair_named, g.no_open_recusal, g.rights_explained, g.all_consented, plan_if_serious), meets=("D-WORK",)),
    Row("refuse",            UNAGREED,          CLOSED,               MediationRefused,       holder(*BENCH, R.REPORTER, R.CITIZEN),   (g.is_party, g.statement_given, c.other_ways_told), outcome=Outcome.TERMINATED),
    Row("hold_session",      "*.mediating",     SAME,                 SessionHeld,            holder(*BENCH),                          (g.chair_present, g.no_open_recusal, g.recorded), meets=("D-WORK",)),
    Row("note_progress",     ACTIVE,            SAME,                 ProgressNoted,          holder(*BENCH),                          (), meets=("D-WORK",)),
    Row("joint_meeting",     OPEN,              SAME,                 JointMeetingHeld,       holder(*BENCH),                          (c.joint_formed,), meets=("D-WORK",)),
    Row("suspend",           "*.mediating",     ".suspended",         MediationSuspended,     holder(R.UNIT_HEAD),                     (g.cause_known,), pauses=cause),
    Row("resume",            "*.suspended",     ".mediating",         MediationResumed,       holder(*BENCH),                          (), resumes=True),
    Row("extend",            "*.mediating",     SAME,                 MediationExtended,      holder(R.UNIT_HEAD),                     (g.days_sound, g.mediation_term_runs, g.not_extended_yet, g.approver_not_mediator, g.all_parties_ask), extends="D-MEDIATE"),
    Row("agree",             "*.mediating",     ".agreed",            AgreementReached,       holder(R.MEDIATOR, R.HANDLER),           (a.written_if_needed, a.effective_by_now, a.contents_complete, a.owed_by_parties, a.due_after_effect, a.signed_if_written), meets=WORK, starts=(from_effective_day, agreed_days)),
    Row("terminate",         f"{ACTIVE} | *.suspended", CLOSED,       MediationTerminated,    holder(R.UNIT_HEAD),                     (ground_given, c.other_ways_told, g.mediator_proposes), meets=WORK, outcome=Outcome.TERMINATED),

    Row("set_aside",         "*.agreed",        ".mediating",         AgreementSetAside,      holder(*BENCH),                          (), drops=OF_THE_AGREEMENT),
    Row("apply_confirmation", "*.agreed | closed", SAME,                ConfirmationApplied,    holder(*BENCH, R.CITIZEN),               (a.joint_application, a.confirmation_in_time, a.confirmable), meets=("D-CONFIRM",)),
    Row("decide_confirmation", "*.agreed | closed", SAME,             ConfirmationDecided,    holder(*BENCH),                          (a.confirmation_pending,)),
    Row("fulfil",            "*.agreed",        SAME,                 ObligationFulfilled,    holder(*BENCH, R.REPORTER),              (a.something_owed, a.obligation_open), meets=("D-FULFIL",)),
    Row("breach",            "*.agreed",        SAME,                 ObligationBreached,     holder(*BENCH, R.REPORTER),              (a.something_owed, a.obligation_open)),
    Row("urge",              "*.agreed",        SAME,                 FulfilmentUrged,        holder(*BENCH),                          (a.something_owed, a.obligation_open)),
    Row("visit",             "*.agreed | closed", SAME,               FollowUpVisited,        holder(*BENCH, R.REPORTER),              (), meets=("D-VISIT-7 | D-VISIT-30",)),
    Row("resolve",           "*.agreed",        CLOSED,               DisputeResolved,        holder(R.UNIT_HEAD),                     (a.all_fulfilled, a.visited, a.not_the_chair, evidence_named), outcome=Outcome.RESOLVED),

    Row("refer_up",          VILLAGE_AT_WORK,   "township_coordination.offered", ReferredUp,  holder(R.UNIT_HEAD),                     GOING_UP, **UP),
    Row("refer_up",          TOWNSHIP_AT_WORK,  "escalation.offered", ReferredUp,             holder(R.UNIT_HEAD),                     GOING_UP, **UP),
    Row("refer_up",          CLOSED,            "township_coordination.offered", ReferredUp,  holder(R.UNIT_HEAD),                     (c.failed_not_refused, *GOING_UP), when=c.closed_in(VILLAGE), **UP),
    Row("refer_up",          CLOSED,            "escalation.offered", ReferredUp,             holder(R.UNIT_HEAD),                     (c.failed_not_refused, *GOING_UP), when=c.closed_in(TOWNSHIP), **UP),
    Row("skip_level",        "reported",        "township_coordination.offered", LevelSkipped, holder(R.UNIT_HEAD, R.SPONSOR),         (c.skip_rule_applies, c.skipped_units_told), when=c.to_level(Level.TOWNSHIP), **SKIP),
    Row("skip_level",        f"reported | village_mediation.offered | {VILLAGE_AT_WORK}", "escalation.offered", LevelSkipped, holder(R.UNIT_HEAD, R.SPONSOR), (c.skip_rule_applies, c.skipped_units_told), **SKIP),
    Row("hand_down",         TOWNSHIP_AT_WORK,  "village_mediation.offered", HandedDown,      holder(R.UNIT_HEAD),                     (c.direct_subordinate, c.term_given), **DOWN),
    Row("hand_down",         COUNTY_AT_WORK,    "township_coordination.offered", HandedDown,  holder(R.UNIT_HEAD),                     (c.direct_subordinate, c.term_given), **DOWN),
    Row("report_completion", ANY,               SAME,                 CompletionReported,     holder(R.UNIT_HEAD, R.HANDLER, R.MEDIATOR), (assigned_with_term,), meets=("P-ASSIGNED-REPORT",)),
    Row("give_feedback",     ANY,               SAME,                 FeedbackGiven,          anyone(*EVERY_POST),                     (c.from_110,), meets=("D-110", "D-110-COMPLEX")),

    Row("withdraw",          OPEN,              CLOSED,               DisputeWithdrawn,       holder(*BENCH, R.REPORTER, R.CITIZEN),   (g.withdrawn_by_parties, g.statement_given), outcome=Outcome.WITHDRAWN),
    Row("reopen",            CLOSED,            "reported",           CaseReopened,           holder(*BENCH, R.REPORTER, R.SUPERVISOR, R.CITIZEN), (ground_given, reopening_in_time, c.reopenable), drops=OF_THE_AGREEMENT, when=c.closed_in("reported")),
    Row("reopen",            CLOSED,            "village_mediation.accepted",     CaseReopened, holder(*BENCH, R.SUPERVISOR, R.CITIZEN), (ground_given, reopening_in_time, c.reopenable), drops=OF_THE_AGREEMENT, when=c.closed_in(VILLAGE)),
    Row("reopen",            CLOSED,            "township_coordination.accepted", CaseReopened, holder(*BENCH, R.SUPERVISOR, R.CITIZEN), (ground_given, reopening_in_time, c.reopenable), drops=OF_THE_AGREEMENT, when=c.closed_in(TOWNSHIP)),
    Row("reopen",            CLOSED,            "escalation.accepted", CaseReopened,          holder(*BENCH, R.SUPERVISOR, R.CITIZEN), (ground_given, reopening_in_time, c.reopenable), drops=OF_THE_AGREEMENT, when=c.closed_in(COUNTY)),
    Row("archive",           CLOSED,            SAME,                 FileArchived,           holder(*BENCH, R.INTAKE),                (c.file_complete,)),
    *COMMON_ROWS,
)
# fmt: on

VERBS = COMMON_VERBS | {
    "report": ("上报", "Report"),
    "settle": ("就地化解", "Settle on the spot"),
    "offer": ("提交村级调解", "Offer to the village"),
    "accept": ("受理", "Accept"),
    "return": ("退回", "Return"),
    "determine": ("指定管辖", "Determine jurisdiction"),
    "refer_out": ("引导其他途径", "Refer to another way"),
    "assign_mediator": ("指定调解员", "Assign mediators"),
    "choose_mediator": ("选择调解员", "Choose mediator"),
    "disclose_conflict": ("披露利害关系", "Disclose conflict"),
    "ask_recusal": ("申请回避", "Ask for recusal"),
    "replace_mediator": ("更换调解员", "Replace mediator"),
    "explain_rights": ("告知权利义务", "Explain rights"),
    "consent": ("记录同意", "Record consent"),
    "open_mediation": ("开始调解", "Open mediation"),
    "refuse": ("记录拒绝调解", "Record refusal"),
    "hold_session": ("召开调解会", "Hold session"),
    "note_progress": ("记录进展", "Note progress"),
    "joint_meeting": ("召开联席会议", "Hold joint meeting"),
    "suspend": ("中止", "Suspend"),
    "resume": ("恢复", "Resume"),
    "extend": ("延长期限", "Extend"),
    "agree": ("达成协议", "Agree"),
    "terminate": ("终止调解", "Terminate"),
    "set_aside": ("协议失效", "Set agreement aside"),
    "apply_confirmation": ("申请司法确认", "Apply for confirmation"),
    "decide_confirmation": ("登记确认结果", "Record confirmation result"),
    "fulfil": ("登记履行", "Record fulfilment"),
    "breach": ("登记未履行", "Record breach"),
    "urge": ("督促履行", "Urge fulfilment"),
    "visit": ("回访", "Visit"),
    "resolve": ("确认化解", "Resolve"),
    "refer_up": ("逐级上报", "Refer up"),
    "skip_level": ("越级上报", "Skip level"),
    "hand_down": ("交办下级", "Hand down"),
    "report_completion": ("报结", "Report completion"),
    "give_feedback": ("向 110 反馈", "Give feedback to 110"),
    "withdraw": ("登记撤回", "Record withdrawal"),
    "reopen": ("重新办理", "Reopen"),
    "archive": ("归档", "Archive"),
}

BY_AGREEMENT = ("D-FULFIL", "P-ASSIGNED-REPORT", "D-CONFIRM", "D-VISIT-7", "D-VISIT-30", *REPLIES)
DISPUTE = Table("dispute", STATES, ROWS, VERBS, by_agreement=BY_AGREEMENT)
