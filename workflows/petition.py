"""The workflow of a petition (信访事项), as two tables to be read aloud. Rules belong here; branches elsewhere do not."""

from __future__ import annotations

from datetime import date, datetime, time

from domain import petition_handling as h
from domain import petition_intake as i
from domain import petition_review as r
from domain.calendar import TZ
from domain.case import CLOSED, NEW
from domain.custody import CompletionReported
from domain.petition import PetitionReceived, Resolution, ReviewResult
from domain.terms import Level, Outcome, Role
from workflows import petition_handling_guards as hg
from workflows import petition_intake_guards as ig
from workflows import petition_review_guards as rg
from workflows.common import COMMON_ROWS, COMMON_VERBS, EVERY_POST, REPLIES
from workflows.custody_guards import under_the_superior
from workflows.guards import (
    evidence_named,
    ground_given,
    lead_is_another,
    other_known,
    parties_once,
    sameness_confirmed,
    second_person_approves,
    second_person_fit,
    unit_active,
)
from workflows.move import Move
from workflows.table import ANY, BACK, OPEN, SAME, Row, Start, State, Table, stage
from workflows.who import SYSTEM_ONLY, anyone, holder, over, sender, superior

R = Role

# fmt: off
INTAKE = (
    #     phase          zh        en            deadlines that run in it
    State("received",    "已收到", "received",   runs=("P-REG", "P-ROUTE", "P-NOTIFY-DIRECT")),
    State("registered",  "已登记", "registered", runs=("P-ROUTE", "P-NOTIFY-DIRECT")),
    State("routed",      "待受理", "routed",     runs=("P-NOTIFY-TRANSFER",)),
    State("objected",    "异议中", "objected",   runs=("P-NOTIFY-TRANSFER",)),
)
SETTLEMENT = (
    State("mediating",   "调解中", "mediating",  runs=("P-HANDLE",)),
)
HANDLING = (
    State("handling",    "办理中", "handling",   runs=("P-HANDLE",)),
    State("concluded",   "已办结", "concluded"),
    State("review_open", "可申请复查", "a review may be asked for", runs=("P-REV-REQ",), late="lapse"),
)
REVIEW = (
    State("under_review",  "复查中", "under review", runs=("P-REV-DECIDE",)),
    State("reviewed",      "已复查，待送达", "reviewed, to be delivered"),
    State("recheck_open",  "可申请复核", "a recheck may be asked for", runs=("P-REC-REQ",), late="lapse"),
    State("under_recheck", "复核中", "under recheck", runs=("P-REC-DECIDE",)),
)

STATES = (
    State(NEW,    "未收到", "not received"),
    *stage("reported",              "已上报",   "reported",              Level.GRID,     INTAKE),
    *stage("village_mediation",     "村级调解", "village mediation",     Level.VILLAGE,  SETTLEMENT),
    *stage("township_coordination", "乡镇协调", "township coordination", Level.TOWNSHIP, HANDLING),
    *stage("escalation",            "上级处理", "escalation",            Level.COUNTY,   REVIEW),
    State(CLOSED, "办结", "closed"),
)
# fmt: on


def origin(m: Move) -> str:
    return str(m.facts["origin"])


def unit(m: Move) -> str:
    return str(m.facts["unit"])


def handling_unit(m: Move) -> str:
    return str(m.case.handling_unit)


def kind(m: Move) -> str:
    return str(m.facts["kind"])


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), TZ)


def assigned_term(m: Move) -> list[Start]:
    """交办: the term that the assigning office sets for the report."""
    return [Start("P-ASSIGNED-REPORT", due=m.facts["term"])] if m.facts["term"] else []


def simple_term(m: Move) -> list[Start]:
    """简易办理 counts from acceptance, whenever it is chosen."""
    return [Start("P-SIMPLE", at=m.case.accepted_at)]


def execution_term(m: Move) -> list[Start]:
    return [Start("P-EXECUTE", due=m.facts["term"])]


def review_from_receipt(m: Move) -> list[Start]:
    """The right to a review counts from the day on which the petitioner received the opinion."""
    return [Start("P-REV-REQ", at=start_of(m.facts["received_on"]))]


def recheck_from_receipt(m: Move) -> list[Start]:
    return [Start("P-REC-REQ", at=start_of(m.facts["received_on"]))]


def ordered_redo(m: Move) -> list[Start]:
    """A revoked opinion is made anew in the term that the reviewer orders, else in the term of the law."""
    return [Start("P-HANDLE", due=m.facts["redo_by"])] if m.facts["redo_by"] else []


def answer(m: Move) -> str:
    """不再受理: after the end, the same facts are not taken up again (Art. 36(3))."""
    return "no_longer_accepted" if m.case.is_final and m.facts["same_facts"] else "joined"


def final_or_resolved(m: Move) -> Outcome:
    return Outcome.RESOLVED if m.case.resolution is Resolution.RESOLVED else Outcome.FINAL


def not_resolved_any_more(m: Move) -> Outcome:
    return Outcome.FINAL if m.case.outcome is Outcome.RESOLVED else Outcome(m.case.outcome)


RECEIVED, REGISTERED = "reported.received", "reported.registered"
ROUTED, OBJECTED = "reported.routed", "reported.objected"
HANDLED, MEDIATED = "township_coordination.handling", "village_mediation.mediating"
CONCLUDED, REVIEW_OPEN = "township_coordination.concluded", "township_coordination.review_open"
UNDER_REVIEW, REVIEWED = "escalation.under_review", "escalation.reviewed"
RECHECK_OPEN, UNDER_RECHECK = "escalation.recheck_open", "escalation.under_recheck"
AT_WORK = f"{HANDLED} | {MEDIATED}"
ANSWERED = f"{CONCLUDED} | {REVIEW_OPEN} | {REVIEWED} | {RECHECK_OPEN} | {CLOSED}"
INQUIRED = f"{HANDLED} | {UNDER_REVIEW} | {UNDER_RECHECK}"

WINDOW = holder(R.INTAKE, R.UNIT_HEAD)
BENCH = holder(R.HANDLER, R.UNIT_HEAD)
CLERKS = holder(R.INTAKE, R.HANDLER, R.UNIT_HEAD, R.REVIEWER)
HEAD = holder(R.UNIT_HEAD)
REVIEWER = holder(R.REVIEWER)
OFFICE = sender(R.INTAKE, R.UNIT_HEAD)
PETITIONER = anyone(R.CITIZEN, R.INTAKE)  # at whichever counter they come to
HANDLERS = anyone(
    R.HANDLER, R.UNIT_HEAD
)  # the handling unit, also while a review lies elsewhere: see the guard
TOLD = ("P-ROUTE", "P-NOTIFY-DIRECT", "P-NOTIFY-TRANSFER", "P-OBJECT")
WORK = ("P-HANDLE", "P-SIMPLE")
SORTED = (ig.first_decided, ig.classified)
COMPETENT = (unit_active, ig.another_unit, ig.unit_not_accused)
ACCEPTABLE = (*SORTED, ig.holder_not_accused, ig.competent, ig.not_in_process_elsewhere, ig.nothing_excludes_it,
              ig.visited_at_right_level, ig.handler_free, ig.told_or_exempt)  # fmt: skip
ROUTABLE = (*SORTED, *COMPETENT, ig.competence_named, ig.term_if_assigned)
REFUSABLE = (ground_given, ig.refusal_told, second_person_approves, second_person_fit)
DIVERTIBLE = (ig.divertible_class, ig.other_way_told)
OPINION = (
    hg.statement_heard,
    hg.opinion_complete,
    hg.remedy_told,
    hg.no_hearing_open,
    hg.no_recusal_open,
    ig.holder_not_accused,
)
REVIEWABLE = (rg.reviewer_apart, hg.no_hearing_open, rg.review_reasoned, rg.redo_term_sound)
DELIVERY = (hg.delivery_proven, hg.received_by_now)
REVOKED = rg.result_is(ReviewResult.REVOKED)

# fmt: off
ROWS = (
    #   trigger                from           to             event                        who may     guards
    Row("receive",             NEW,           RECEIVED,      PetitionReceived,            anyone(*EVERY_POST, R.CITIZEN), (ig.received_at_own_desk, ig.content_recorded, parties_once), holder=origin, starts=("D-PLAN",)),
    Row("register",            RECEIVED,      REGISTERED,    i.PetitionRegistered,        WINDOW,     (ig.receipt_given, ig.petitioner_named, ig.petitioners_once, ig.petitioners_kept, ig.representatives_within_limit), meets=("P-REG",)),
    Row("recognise_first",     REGISTERED,    SAME,          i.MatterRecognisedAsFirst,   WINDOW,     (ig.not_yet_first, ig.earlier_ones_searched)),
    Row("link_repeat",         REGISTERED,    CLOSED,        i.LinkedAsRepeat,            WINDOW,     (lead_is_another, sameness_confirmed), outcome=Outcome.MERGED),
    Row("classify",            f"{REGISTERED} | {HANDLED}", SAME, i.PetitionClassified,   holder(R.INTAKE, R.HANDLER, R.UNIT_HEAD), (ig.reclassified_with_reasons,)),
    Row("route",               REGISTERED,    ROUTED,        i.PetitionRouted,            WINDOW,     ROUTABLE, holder=unit, meets=("P-ROUTE",), starts=("P-OBJECT", assigned_term)),
    Row("route",               HANDLED,       ROUTED,        i.PetitionRouted,            WINDOW,     (ig.holder_is_accused, *ROUTABLE), holder=unit, starts=("P-OBJECT", assigned_term)),
    Row("object",              ROUTED,        OBJECTED,      i.TransferObjected,          HEAD,       (ig.objection_in_time, ig.objection_reasoned), meets=("P-OBJECT",), pauses="objection"),
    Row("uphold_objection",    OBJECTED,      ROUTED,        i.ObjectionUpheld,           OFFICE,     (*COMPETENT, ig.decision_reasoned), holder=unit, starts=("P-OBJECT",)),
    Row("reject_objection",    OBJECTED,      ROUTED,        i.ObjectionRejected,         OFFICE,     (ig.decision_reasoned,), resumes=True),
    Row("determine",           OBJECTED,      ROUTED,        i.PetitionJurisdictionDetermined, superior(R.UNIT_HEAD), (unit_active, under_the_superior, ig.unit_not_accused, ig.decision_reasoned), holder=unit, resumes=True),
    Row("accept",              f"{REGISTERED} | {ROUTED}", HANDLED, i.PetitionAccepted,   WINDOW,     ACCEPTABLE, meets=TOLD),
    Row("decline",             f"{REGISTERED} | {ROUTED}", CLOSED, i.PetitionNotAccepted, HEAD,       REFUSABLE, meets=TOLD, outcome=Outcome.DECLINED),
    Row("divert",              REGISTERED,    CLOSED,        i.PetitionDiverted,          HEAD,       DIVERTIBLE, meets=TOLD, outcome=Outcome.DIVERTED),
    Row("divert",              HANDLED,       CLOSED,        i.PetitionDiverted,          HEAD,       DIVERTIBLE, outcome=Outcome.DIVERTED),

    Row("hear_statement",      AT_WORK,       SAME,          h.StatementHeard,            BENCH,      (hg.is_petitioner, hg.recorded)),
    Row("verify_fact",         AT_WORK,       SAME,          h.FactVerified,              BENCH,      ()),
    Row("open_hearing",        INQUIRED,      SAME,          h.HearingOpened,             holder(R.HANDLER, R.UNIT_HEAD, R.REVIEWER), (hg.no_hearing_open, hg.hearing_prepared), pauses=kind),
    Row("close_hearing",       INQUIRED,      SAME,          h.HearingClosed,             holder(R.HANDLER, R.UNIT_HEAD, R.REVIEWER), (hg.hearing_is_open, hg.recorded), resumes=True),
    Row("ask_recusal",         AT_WORK,       SAME,          h.HandlerRecusalAsked,       anyone(R.CITIZEN, R.INTAKE, R.HANDLER), (ground_given,)),
    Row("reject_recusal",      AT_WORK,       SAME,          h.HandlerRecusalRejected,    HEAD,       (hg.recusal_is_open, hg.approver_not_handler, ig.decision_reasoned)),
    Row("replace_handler",     AT_WORK,       SAME,          h.HandlerReplaced,           HEAD,       (ground_given, ig.handler_free, hg.handler_changes)),
    Row("start_mediation",     HANDLED,       MEDIATED,      h.SettlementOpened,          BENCH,      (hg.both_sides_agree, hg.dispute_known, hg.no_hearing_open)),
    Row("settle",              MEDIATED,      CONCLUDED,     h.SettlementReached,         BENCH,      (hg.settlement_sound,), meets=WORK),
    Row("stop_mediation",      MEDIATED,      HANDLED,       h.SettlementStopped,         BENCH,      (ground_given,)),
    Row("stop_mediation",      CONCLUDED,     HANDLED,       h.SettlementStopped,         BENCH,      (hg.settlement_reached, ground_given)),
    Row("choose_simple",       HANDLED,       SAME,          h.SimpleHandlingChosen,      HEAD,       (hg.may_be_simple, hg.clear_and_small), starts=(simple_term,)),
    Row("extend",              AT_WORK,       SAME,          h.HandlingExtended,          HEAD,       (*hg.EXTENDABLE, hg.approver_not_handler, hg.extension_told), extends="P-HANDLE"),
    Row("issue_opinion",       HANDLED,       CONCLUDED,     h.OpinionIssued,             HEAD,       OPINION, meets=WORK),
    Row("deliver",             CONCLUDED,     REVIEW_OPEN,   h.OpinionDelivered,          CLERKS,     (hg.opinion_issued, *DELIVERY), starts=(review_from_receipt,)),
    Row("order_execution",     ANSWERED,      SAME,          h.ExecutionOrdered,          anyone(R.UNIT_HEAD), (ig.by_responsible_unit, hg.opinion_supports, hg.execution_planned), starts=(execution_term,)),
    Row("complete_execution",  ANY,           SAME,          h.ExecutionCompleted,        HANDLERS,   (ig.by_responsible_unit, hg.execution_open, hg.proven), meets=("P-EXECUTE",)),

    Row("request_review",      REVIEW_OPEN,   UNDER_REVIEW,  r.ReviewRequested,           PETITIONER, (hg.is_petitioner, rg.review_in_time, rg.reviewer_next_higher, rg.request_told), holder=unit, meets=("P-REV-REQ",)),
    Row("decide_review",       UNDER_REVIEW,  HANDLED,       r.ReviewDecided,             REVIEWER,   REVIEWABLE, when=REVOKED, holder=handling_unit, meets=("P-REV-DECIDE",), starts=(ordered_redo,)),
    Row("decide_review",       UNDER_REVIEW,  REVIEWED,      r.ReviewDecided,             REVIEWER,   REVIEWABLE, meets=("P-REV-DECIDE",)),
    Row("deliver_review",      REVIEWED,      RECHECK_OPEN,  r.ReviewDelivered,           CLERKS,     DELIVERY, starts=(recheck_from_receipt,)),
    Row("deliver_review",      HANDLED,       SAME,          r.ReviewDelivered,           CLERKS,     (rg.review_untold, *DELIVERY)),
    Row("request_recheck",     RECHECK_OPEN,  UNDER_RECHECK, r.RecheckRequested,          PETITIONER, (hg.is_petitioner, rg.recheck_in_time, rg.rechecker_next_higher, rg.request_told), holder=unit, meets=("P-REC-REQ",)),
    Row("decide_recheck",      UNDER_RECHECK, HANDLED,       r.RecheckDecided,            REVIEWER,   REVIEWABLE, when=REVOKED, holder=handling_unit, meets=("P-REC-DECIDE",), starts=(ordered_redo,)),
    Row("decide_recheck",      UNDER_RECHECK, CLOSED,        r.RecheckDecided,            REVIEWER,   REVIEWABLE, meets=("P-REC-DECIDE",), outcome=final_or_resolved),
    Row("deliver_recheck",     f"{HANDLED} | {CLOSED}", SAME, r.RecheckDelivered,         CLERKS,     (rg.recheck_untold, *DELIVERY)),
    Row("lapse",               f"{REVIEW_OPEN} | {RECHECK_OPEN}", CLOSED, r.ReviewPeriodLapsed, SYSTEM_ONLY, (rg.right_over,), outcome=final_or_resolved, fills={"clock": rg.right_of, "due": rg.right_due}),
    Row("begin_hindrance",     f"{REVIEW_OPEN} | {RECHECK_OPEN}", SAME, r.HindranceBegan, CLERKS,     (rg.hindrance_lawful, rg.hindrance_proven), pauses="force_majeure"),
    Row("end_hindrance",       f"{REVIEW_OPEN} | {RECHECK_OPEN}", SAME, r.HindranceEnded, CLERKS,     (rg.right_waits,), resumes=True),

    Row("resolve",             CONCLUDED,     CLOSED,        r.PetitionResolved,          anyone(R.UNIT_HEAD), (ig.by_responsible_unit, rg.resolver_not_handler, evidence_named), when=rg.settlement_fulfilled, outcome=Outcome.RESOLVED),
    Row("resolve",             ANSWERED,      SAME,          r.PetitionResolved,          anyone(R.UNIT_HEAD), (ig.by_responsible_unit, rg.resolver_not_handler, rg.concluded_on_merits, rg.not_resolved, rg.evidence_fits, evidence_named)),
    Row("revoke_resolution",   CLOSED,        CONCLUDED,     r.ResolutionRevoked,         over(R.UNIT_HEAD, R.SUPERVISOR), (rg.is_resolved, ground_given), when=rg.closed_on_settlement),
    Row("revoke_resolution",   ANSWERED,      SAME,          r.ResolutionRevoked,         over(R.UNIT_HEAD, R.SUPERVISOR), (rg.is_resolved, ground_given), outcome=not_resolved_any_more),
    Row("evaluate",            ANY,           SAME,          r.PetitionerEvaluated,       PETITIONER, (hg.is_petitioner, rg.was_told)),
    Row("withdraw",            OPEN,          CLOSED,        i.PetitionWithdrawn,         PETITIONER, (hg.is_petitioner, rg.signed_by_petitioner), outcome=Outcome.WITHDRAWN),
    Row("verify_withdrawal",   CLOSED,        SAME,          i.WithdrawalVerified,        anyone(R.INTAKE, R.HANDLER, R.UNIT_HEAD, R.SUPERVISOR), (rg.was_withdrawn, rg.by_another_unit)),
    Row("revoke_withdrawal",   CLOSED,        BACK,          i.WithdrawalRevoked,         PETITIONER, (rg.was_withdrawn, ground_given)),
    Row("revoke_withdrawal",   CLOSED,        BACK,          i.WithdrawalRevoked,         over(R.UNIT_HEAD, R.SUPERVISOR), (rg.was_withdrawn, ground_given)),
    Row("add_submission",      ANY,           SAME,          i.RepeatSubmissionReceived,  anyone(*EVERY_POST, R.CITIZEN, R.SYSTEM), (ig.submission_known, ig.submission_by_today), fills={"answer": answer}),
    Row("recognise_new_facts", ANY,           SAME,          i.NewFactsRecognised,        anyone(R.INTAKE, R.HANDLER, R.UNIT_HEAD), (ig.new_case_named, other_known)),
    Row("report_completion",   ANY,           SAME,          CompletionReported,          HANDLERS,   (ig.by_responsible_unit,), meets=("P-ASSIGNED-REPORT",)),
    Row("provide_aftercare",   CLOSED,        SAME,          r.AftercareProvided,         anyone(R.HANDLER, R.UNIT_HEAD, R.INTAKE, R.SPONSOR), (rg.is_final,)),
    *COMMON_ROWS,
)
# fmt: on

VERBS = COMMON_VERBS | {
    "receive": ("收件", "Receive"),
    "register": ("登记", "Register"),
    "recognise_first": ("认定初信初访", "Recognise as first"),
    "link_repeat": ("认定重复信访", "Link as repeat"),
    "classify": ("分类", "Classify"),
    "route": ("转送、交办", "Route"),
    "object": ("提出异议", "Object"),
    "uphold_objection": ("异议成立", "Uphold objection"),
    "reject_objection": ("异议不成立", "Reject objection"),
    "determine": ("指定受理单位", "Determine jurisdiction"),
    "accept": ("受理", "Accept"),
    "decline": ("不予受理", "Decline"),
    "divert": ("导入法定途径", "Divert"),
    "hear_statement": ("听取陈述", "Hear statement"),
    "verify_fact": ("核实事实", "Verify fact"),
    "open_hearing": ("开始听证、鉴定或勘验", "Open hearing"),
    "close_hearing": ("结束听证、鉴定或勘验", "Close hearing"),
    "ask_recusal": ("申请回避", "Ask for recusal"),
    "reject_recusal": ("驳回回避申请", "Reject recusal"),
    "replace_handler": ("更换承办人", "Replace handler"),
    "start_mediation": ("开始调解", "Start mediation"),
    "settle": ("达成和解", "Settle"),
    "stop_mediation": ("终止调解", "Stop mediation"),
    "choose_simple": ("适用简易办理", "Choose simple handling"),
    "extend": ("延长期限", "Extend"),
    "issue_opinion": ("出具处理意见书", "Issue opinion"),
    "deliver": ("送达处理意见书", "Deliver opinion"),
    "order_execution": ("责成执行", "Order execution"),
    "complete_execution": ("登记执行完毕", "Complete execution"),
    "request_review": ("申请复查", "Request review"),
    "decide_review": ("作出复查意见", "Decide review"),
    "deliver_review": ("送达复查意见", "Deliver review"),
    "request_recheck": ("申请复核", "Request recheck"),
    "decide_recheck": ("作出复核意见", "Decide recheck"),
    "deliver_recheck": ("送达复核意见", "Deliver recheck"),
    "lapse": ("逾期终结", "Lapse"),
    "begin_hindrance": ("登记不可抗力", "Begin hindrance"),
    "end_hindrance": ("不可抗力消除", "End hindrance"),
    "resolve": ("认定化解", "Resolve"),
    "revoke_resolution": ("撤销化解认定", "Revoke resolution"),
    "evaluate": ("信访人评价", "Evaluate"),
    "withdraw": ("登记撤回", "Record withdrawal"),
    "verify_withdrawal": ("核实撤回", "Verify withdrawal"),
    "revoke_withdrawal": ("恢复办理", "Revoke withdrawal"),
    "add_submission": ("登记重复信访件", "Add submission"),
    "recognise_new_facts": ("认定新事实", "Recognise new facts"),
    "report_completion": ("报结", "Report completion"),
    "provide_aftercare": ("帮扶救助", "Provide aftercare"),
}

BY_AGREEMENT = ("P-ASSIGNED-REPORT", "P-SIMPLE", "P-EXECUTE", *REPLIES)
PETITION = Table("petition", STATES, ROWS, VERBS, by_agreement=BY_AGREEMENT)
