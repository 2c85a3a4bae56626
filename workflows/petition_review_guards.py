"""Conditions of the review and the end of petitions: reviewers, lapse, resolution, evaluation, withdrawal.

Articles are of 信访工作条例 (2022) where no other law is named. Guards only look: nothing is changed here.
"""

from __future__ import annotations

from datetime import datetime

from domain.actor import named, same_user
from domain.clock import ClockStatus
from domain.names import value_name
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
        f"结论须是“{value_name(ReviewResult, result).zh}”",
        f"the result must be: {value_name(ReviewResult, result).en}",
        lambda m: m.facts["result"] == result,
        ("result",),
    )


@guard(
    "须在收到处理意见之日起三十日内申请（第三十五条）",
    "it must be asked for within thirty days of receiving the opinion (Art. 35)",
)
def review_in_time(m: Move) -> bool:
    return in_time(m, "P-REV-REQ")


@guard(
    "须在收到复查意见之日起三十日内申请（第三十六条）",
    "it must be asked for within thirty days of receiving the review (Art. 36)",
)
def recheck_in_time(m: Move) -> bool:
    return in_time(m, "P-REC-REQ")


@guard(
    "复查机关须是办理单位的上一级（第三十五条）",
    "the reviewer must be the next higher unit (Art. 35)",
    "unit",
)
def reviewer_next_higher(m: Move) -> bool:
    return next_higher(m, m.facts["unit"], m.case.responsible)


@guard(
    "复核机关须是复查机关的上一级（第三十六条）",
    "the rechecker must be the unit above the reviewer (Art. 36)",
    "unit",
)
def rechecker_next_higher(m: Move) -> bool:
    return next_higher(m, m.facts["unit"], m.case.holder)


@guard("须写明请求", "what is asked for must be written down", "request")
def request_told(m: Move) -> bool:
    return said(m.facts["request"])


@guard(
    "须由未参与办理、批准延期或前一次复查的人员作出",
    "who decides must not have handled, approved or reviewed it before",
)
def reviewer_apart(m: Move) -> bool:
    acted, earlier = m.case.acted, set(m.case.handlers)
    for event in ("HandlingExtended", "OpinionIssued", "SettlementReached"):
        earlier |= acted.get(event, set())
    if m.case.state == "escalation.under_recheck":
        earlier |= acted.get("ReviewDecided", set())
    return not named(m.actor.user, earlier) and m.actor.unit != m.case.handling_unit


@guard(
    "须写明理由和依据；结论为变更的，须写明新的处理意见",
    "reasons and legal basis must be given, and for a changed opinion what it says now",
    "reasons",
    "legal_basis",
    "result",
    "new_result",
)
def review_reasoned(m: Move) -> bool:
    changed = m.facts["result"] == ReviewResult.CHANGED
    return (
        said(m.facts["reasons"])
        and said(m.facts["legal_basis"])
        and changed == (m.facts["new_result"] is not None)
    )


@guard(
    "只有撤销才定重新办理期限，且不得早于当日",
    "only a revoked opinion may have a term for the redo, and it must not be over",
    "result",
    "redo_by",
)
def redo_term_sound(m: Move) -> bool:
    redo_by = m.facts["redo_by"]
    return redo_by is None or (m.facts["result"] == ReviewResult.REVOKED and redo_by >= m.on)


@guard("须是复查意见尚未送达的案件", "there must be a review that is not delivered yet")
def review_untold(m: Move) -> bool:
    return bool(m.case.untold == "review")


@guard("须是复核意见尚未送达的案件", "there must be a recheck that is not delivered yet")
def recheck_untold(m: Move) -> bool:
    return bool(m.case.untold == "recheck")


def right_of(m: Move) -> str:
    """The right that stands open in this state: to a review, or to a recheck."""
    return "P-REC-REQ" if m.case.state == "escalation.recheck_open" else "P-REV-REQ"


def right_due(m: Move) -> datetime:
    """The first instant at which it was too late to ask."""
    due: datetime = m.case.clocks[right_of(m)].due
    return due


@guard("须待申请期限届满", "the term for asking must be over")
def right_over(m: Move) -> bool:
    clock = m.case.clocks.get(right_of(m))
    return clock is not None and (clock.status is ClockStatus.LAPSED or clock.is_late(m.at))


@guard(
    "须是申请期限内，且政策规定不可抗力可以中止",
    "the term must be running, and the policy must let it wait for force majeure",
)
def hindrance_lawful(m: Move) -> bool:
    rule = m.policy.rules.get(right_of(m))
    return rule is not None and "force_majeure" in rule.pause and in_time(m, right_of(m))


@guard("须写明不可抗力的事实和证据", "the facts and their evidence must be told", "facts", "evidence")
def hindrance_proven(m: Move) -> bool:
    return said(m.facts["facts"]) and said(m.facts["evidence"])


@guard("须先登记不可抗力", "a hindrance must have begun first")
def right_waits(m: Move) -> bool:
    clock = m.case.clocks.get(right_of(m))
    return clock is not None and clock.status is ClockStatus.PAUSED


@guard("须由承办人以外的人认定化解", "somebody other than the handler must record it as resolved")
def resolver_not_handler(m: Move) -> bool:
    return not same_user(m.actor.user, m.case.handler)


@guard("须是和解协议已履行的案件", "a settlement must have been reached and fulfilled", "evidence_kind")
def settlement_fulfilled(m: Move) -> bool:
    return bool(m.facts["evidence_kind"] == Evidence.SETTLEMENT_FULFILLED and m.case.settlement)


@guard("须先作出处理意见或达成和解", "it must be concluded on its merits first")
def concluded_on_merits(m: Move) -> bool:
    ended_otherwise = m.case.state == "closed" and m.case.outcome not in ("final", "resolved")
    return bool(m.case.opinion or m.case.settlement) and not ended_otherwise


@guard(
    "化解依据须与案卷相符，沉默不是依据",
    "the case must bear the evidence out; silence is none",
    "evidence_kind",
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


@guard("须是尚未认定化解的案件", "it must not have been recorded as resolved already")
def not_resolved(m: Move) -> bool:
    return bool(m.case.resolution != "resolved")


@guard("须先认定化解", "it must have been recorded as resolved")
def is_resolved(m: Move) -> bool:
    return bool(m.case.resolution == "resolved")


@guard("须是因和解履行而办结的案件", "it must have closed because a settlement was fulfilled")
def closed_on_settlement(m: Move) -> bool:
    return bool(m.case.before == "township_coordination.concluded" and m.case.outcome == "resolved")


@guard("须先将所评价的事项告知信访人", "the petitioner must first be told of what they evaluate", "about")
def was_told(m: Move) -> bool:
    return bool(TOLD_BY[Notice(m.facts["about"])] & set(m.case.acted))


@guard("须由信访人本人陈述并签署", "the petitioner must sign it, in their own words", "signed", "statement")
def signed_by_petitioner(m: Move) -> bool:
    return bool(m.facts["signed"]) and said(m.facts["statement"])


@guard("须是因撤回而办结的案件", "it must have been withdrawn")
def was_withdrawn(m: Move) -> bool:
    return bool(m.case.outcome == "withdrawn")


@guard("须由办理单位以外的单位核实", "another unit than the one that handled it must ask")
def by_another_unit(m: Move) -> bool:
    return not by_responsible_unit(m)


@guard("须是已终结的案件", "the handling must be at its end")
def is_final(m: Move) -> bool:
    return bool(m.case.is_final)
