"""Review and end of a petition (复查、复核、终结): reviews, end of the right, resolution, evaluation, aftercare.

Event types are the storage format: add fields with defaults, never rename or drop one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from domain.case import CaseEvent
from domain.petition import Evidence, Notice, Resolution, Result, ReviewResult, Satisfaction


class ReviewRequested(CaseEvent):
    """申请复查 (信访工作条例 Art. 35): to the next higher unit, within thirty days of receipt (P18)."""

    TOPIC = "petition.review_requested"
    ZH, EN = "申请复查", "Review requested"

    party: str
    unit: str
    request: str


class ReviewDecided(CaseEvent):
    """作出复查意见 (信访工作条例 Art. 35, P19). `new_result` is what a changed opinion says now."""

    TOPIC = "petition.review_decided"
    ZH, EN = "作出复查意见", "Review decided"

    result: ReviewResult
    reasons: str
    legal_basis: str
    new_result: Result | None = None
    redo_by: date | None = None

    def change(self, case: Any) -> None:
        case.reviewed, case.untold = self.result, "review"
        case.decided_at = self.entry.occurred_at
        decide_opinion(case, self.result, self.new_result)


class ReviewDelivered(CaseEvent):
    """送达复查意见: the thirty days for a recheck count from the day of receipt (P19)."""

    TOPIC = "petition.review_delivered"
    ZH, EN = "送达复查意见", "Review delivered"

    method: str
    received_on: date
    proof: str

    def change(self, case: Any) -> None:
        case.untold = ""


class RecheckRequested(CaseEvent):
    """申请复核 (信访工作条例 Art. 36): to the unit above the reviewer (P20)."""

    TOPIC = "petition.recheck_requested"
    ZH, EN = "申请复核", "Recheck requested"

    party: str
    unit: str
    request: str


class RecheckDecided(CaseEvent):
    """作出复核意见 (信访工作条例 Art. 36): the end, unless it revokes the opinion (P21)."""

    TOPIC = "petition.recheck_decided"
    ZH, EN = "作出复核意见", "Recheck decided"

    result: ReviewResult
    reasons: str
    legal_basis: str
    new_result: Result | None = None
    redo_by: date | None = None
    published: bool = False

    def change(self, case: Any) -> None:
        case.rechecked, case.untold = self.result, "recheck"
        case.decided_at = self.entry.occurred_at
        decide_opinion(case, self.result, self.new_result)


class RecheckDelivered(CaseEvent):
    """送达复核意见 (P21)."""

    TOPIC = "petition.recheck_delivered"
    ZH, EN = "送达复核意见", "Recheck delivered"

    method: str
    received_on: date
    proof: str

    def change(self, case: Any) -> None:
        case.untold = ""


class ReviewPeriodLapsed(CaseEvent):
    """逾期未申请复查、复核: the right was not used in time, and the handling is at its end (P22)."""

    TOPIC = "petition.review_period_lapsed"
    ZH, EN = "逾期未申请复查(复核), 办理终结", "Review period lapsed"

    clock: str
    due: datetime


class HindranceBegan(CaseEvent):
    """不可抗力: the petitioner cannot ask for a review now; the policy says that the term waits."""

    TOPIC = "petition.hindrance_began"
    ZH, EN = "因不可抗力中止申请期限", "Hindrance began"

    facts: str
    evidence: str


class HindranceEnded(CaseEvent):
    """不可抗力消除."""

    TOPIC = "petition.hindrance_ended"
    ZH, EN = "不可抗力消除, 恢复计算期限", "Hindrance ended"

    facts: str = ""


class PetitionResolved(CaseEvent):
    """化解 (P23): known by evidence of a named kind; silence is none."""

    TOPIC = "petition.resolved"
    ZH, EN = "认定信访事项化解", "Petition resolved"

    evidence_kind: Evidence
    evidence: str

    def change(self, case: Any) -> None:
        case.resolution = Resolution.RESOLVED


class ResolutionRevoked(CaseEvent):
    """撤销化解认定: it was not settled after all; what was recorded stays in the history (P23)."""

    TOPIC = "petition.resolution_revoked"
    ZH, EN = "撤销化解认定", "Resolution revoked"

    ground: str

    def change(self, case: Any) -> None:
        case.resolution = Resolution.UNRESOLVED


class PetitionerEvaluated(CaseEvent):
    """信访人评价 (信访工作条例 Art. 18(1), 21(2), P24): a later one adds, it never replaces."""

    TOPIC = "petition.evaluated"
    ZH, EN = "信访人评价", "Evaluated by the petitioner"

    party: str
    about: Notice
    satisfaction: Satisfaction
    text: str = ""

    def change(self, case: Any) -> None:
        case.evaluations.append((self.about, self.satisfaction))


class AftercareProvided(CaseEvent):
    """帮扶救助 (信访工作条例 Art. 37): guidance and aid after the end; no clock is opened anew (P29)."""

    TOPIC = "petition.aftercare_provided"
    ZH, EN = "帮扶救助", "Aftercare provided"

    measure: str
    aid: str = ""


def decide_opinion(case: Any, result: ReviewResult, new_result: Result | None) -> None:
    """What a review does to the opinion: it stands, says something else, or is gone and the work begins anew."""
    if result is ReviewResult.CHANGED and case.opinion and new_result:
        case.opinion = replace(case.opinion, result=new_result, unit=case.holder)
    elif result is ReviewResult.REVOKED:
        case.opinion, case.settlement, case.execution = None, "", ""
        case.statement_heard, case.simple, case.extended = False, False, False
