"""Conditions of the review and the end of petitions: reviewers, lapse, resolution, evaluation, withdrawal.

Articles are of 信访工作条例 (2022) where no other law is named. Guards only look: nothing is changed here.
"""

from __future__ import annotations

from datetime import datetime

from domain.actor import named
from domain.clock import ClockStatus
from domain.petition import Evidence, Notice, ReviewResult, Satisfaction
from domain.terms import UnitKind
from workflows.guards import said
from workflows.move import Guard, Move, guard
from workflows.petition_intake_guards import by_responsible_unit, in_time

TOLD_BY = {  # what the petitioner may evaluate -> the events by which they were told
    Notice.ACCEPTANCE: {"PetitionAccepted", "PetitionNotAccepted", "PetitionDiverted"},
    Notice.OPINION: {"OpinionDelivered", "SettlementReached"},
    Notice.REVIEW: {"ReviewDelivered"},
    Notice.RECHECK: {"RecheckDelivered"},
}


def next_higher(m: Move, unit: str, below: str) -> bool:
    """Whether `unit` reviews what `below` did: it is one level up, or the county that a bureau belongs to."""
    if not m.units.exists(unit) or not m.units.is_active(unit, m.on):
        return False
    if m.units.is_superior(unit, below, m.on):
        return True
    return (
        m.units.is_active(below, m.on)
        and m.units.get(below, m.on).kind is UnitKind.BUREAU
        and m.units.parent(below, m.on) == unit
    )


def result_is(result: ReviewResult) -> Guard:
    """Selects a row by what the review decides."""
    return Guard(
        f"{result}",
        f"结论为{result}",
        f"the result is {result}",
        lambda m: m.facts["result"] == result,
        ("result",),
    )


@guard("须在收到处理意见三十日内", "within thirty days of receiving the opinion (Art. 35)")
def review_in_time(m: Move) -> bool:
    return in_time(m, "P-REV-REQ")


@guard("须在收到复查意见三十日内", "within thirty days of receiving the review (Art. 36)")
def recheck_in_time(m: Move) -> bool:
    return in_time(m, "P-REC-REQ")


@guard("复查机关须是办理单位的上一级", "the reviewer is the next higher unit (Art. 35)", "unit")
def reviewer_next_higher(m: Move) -> bool:
    return next_higher(m, m.facts["unit"], m.case.responsible)


@guard("复核机关须是复查机关的上一级", "the rechecker is above the reviewer (Art. 36)", "unit")
def rechecker_next_higher(m: Move) -> bool:
    return next_higher(m, m.facts["unit"], m.case.holder)


@guard("须写明请求", "what is asked for is written down", "request")
def request_told(m: Move) -> bool:
    return said(m.facts["request"])


@guard(
    "复查复核人员未参与办理、批准延期或前一次复查",
    "who decides neither handled, approved nor reviewed it before",
)
def reviewer_apart(m: Move) -> bool:
    acted, earlier = m.case.acted, set(m.case.handlers)
    for event in ("HandlingExtended", "OpinionIssued", "SettlementReached"):
        earlier |= acted.get(event, set())
    if m.case.state == "escalation.under_recheck":
        earlier |= acted.get("ReviewDecided", set())
    return not named(m.actor.user, earlier) and m.actor.unit != m.case.handling_unit


@guard("须写明理由和依据, 变更的须写明新意见", "reasons and legal basis are given, and what a changed opinion says",
       "reasons", "legal_basis", "result", "new_result")  # fmt: skip
def review_reasoned(m: Move) -> bool:
    changed = m.facts["result"] == ReviewResult.CHANGED
    return (
        said(m.facts["reasons"])
        and said(m.facts["legal_basis"])
        and changed == (m.facts["new_result"] is not None)
    )


@guard(
    "限期重新办理只适用于撤销, 且不早于今日",
    "only a revoked opinion has a term for the redo",
    "result",
    "redo_by",
)
def redo_term_sound(m: Move) -> bool:
    redo_by = m.facts["redo_by"]
    return redo_by is None or (m.facts["result"] == ReviewResult.REVOKED and redo_by >= m.on)


@guard("复查意见尚未送达", "the review is decided and not delivered yet")
def review_untold(m: Move) -> bool:
    return bool(m.case.untold == "review")


@guard("复核意见尚未送达", "the recheck is decided and not delivered yet")
def recheck_untold(m: Move) -> bool:
    return bool(m.case.untold == "recheck")


def right_of(m: Move) -> str:
    """The right that stands open in this state: to a review, or to a recheck."""
    return "P-REC-REQ" if m.case.state == "escalation.recheck_open" else "P-REV-REQ"


def right_due(m: Move) -> datetime:
    """The first instant at which it was too late to ask."""
    due: datetime = m.case.clocks[right_of(m)].due
    return due


@guard("申请期限确已届满", "the term for asking is over")
def right_over(m: Move) -> bool:
    clock = m.case.clocks.get(right_of(m))
    return clock is not None and (clock.status is ClockStatus.LAPSED or clock.is_late(m.at))


@guard("政策规定该期限因不可抗力中止", "the term runs, and the policy lets it wait for force majeure")
def hindrance_lawful(m: Move) -> bool:
    rule = m.policy.rules.get(right_of(m))
    return rule is not None and "force_majeure" in rule.pause and in_time(m, right_of(m))


@guard("须有不可抗力的证据", "the facts and their evidence are told", "facts", "evidence")
def hindrance_proven(m: Move) -> bool:
    return said(m.facts["facts"]) and said(m.facts["evidence"])


@guard("申请期限处于中止", "the term waits")
def right_waits(m: Move) -> bool:
    clock = m.case.clocks.get(right_of(m))
    return clock is not None and clock.status is ClockStatus.PAUSED


@guard("和解协议已履行", "a settlement was reached, and fulfilled", "evidence_kind")
def settlement_fulfilled(m: Move) -> bool:
    return bool(m.facts["evidence_kind"] == Evidence.SETTLEMENT_FULFILLED and m.case.settlement)


@guard("须已办结或终结", "it is concluded on its merits")
def concluded_on_merits(m: Move) -> bool:
    ended_otherwise = m.case.state == "closed" and m.case.outcome not in ("final", "resolved")
    return bool(m.case.opinion or m.case.settlement) and not ended_otherwise


@guard(
    "化解依据须与案卷相符, 沉默不是依据", "the case bears the evidence out; silence is none", "evidence_kind"
)
def evidence_fits(m: Move) -> bool:
    match m.facts["evidence_kind"]:
        case Evidence.EXECUTED:
            return bool(m.case.execution == "completed")
        case Evidence.SETTLEMENT_FULFILLED:
            return bool(m.case.settlement)
        case Evidence.PETITIONER_SATISFIED:
            return bool(m.case.evaluations) and m.case.evaluations[-1][1] is not Satisfaction.DISSATISFIED
    return True


@guard("尚未认定化解", "it is not recorded as resolved")
def not_resolved(m: Move) -> bool:
    return bool(m.case.resolution != "resolved")


@guard("已认定化解", "it is recorded as resolved")
def is_resolved(m: Move) -> bool:
    return bool(m.case.resolution == "resolved")


@guard("因和解履行而办结", "it closed because a settlement was fulfilled")
def closed_on_settlement(m: Move) -> bool:
    return bool(m.case.before == "township_coordination.concluded" and m.case.outcome == "resolved")


@guard("该环节已告知信访人", "the petitioner was told of what they evaluate", "about")
def was_told(m: Move) -> bool:
    return bool(TOLD_BY[Notice(m.facts["about"])] & set(m.case.acted))


@guard("须由信访人亲自签署", "the petitioner signed it, in their own words", "signed", "statement")
def signed_by_petitioner(m: Move) -> bool:
    return bool(m.facts["signed"]) and said(m.facts["statement"])


@guard("因撤回而办结", "it was withdrawn")
def was_withdrawn(m: Move) -> bool:
    return bool(m.case.outcome == "withdrawn")


@guard("须由办理单位以外的单位核实", "another unit than the one that handled it asks")
def by_another_unit(m: Move) -> bool:
    return not by_responsible_unit(m)


@guard("已终结", "the handling is at its end")
def is_final(m: Move) -> bool:
    return bool(m.case.is_final)
