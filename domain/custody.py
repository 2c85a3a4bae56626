"""Custody of a dispute (保管): who has it, who gives it on, who gives it back. Only these events change a level.

Event types are the storage format: add fields with defaults, never rename or drop one.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.case import CaseEvent
from domain.terms import Ground, Referral


class CustodyOffered(CaseEvent):
    """提交: the grid hands the dispute to its village (D2)."""

    TOPIC = "dispute.custody_offered"
    ZH, EN = "提交村级调解", "Offered to the village"

    unit: str


class DisputeAccepted(CaseEvent):
    """受理: the unit takes the dispute on (D3)."""

    TOPIC = "dispute.accepted"
    ZH, EN = "受理", "Accepted"

    within_scope: bool
    elsewhere: str = ""
    unit: str = ""

    def change(self, case: Any) -> None:
        case.custody[-1].taken = True


class CustodyReturned(CaseEvent):
    """退回: the unit gives the dispute back to whoever sent it (D4)."""

    TOPIC = "dispute.custody_returned"
    ZH, EN = "退回", "Returned to the sender"

    ground: str
    sender: str = ""
    receiver: str = ""

    def change(self, case: Any) -> None:
        pair = f"{self.sender}>{self.receiver}"
        case.returns[pair] = case.returns.get(pair, 0) + 1


class JurisdictionDetermined(CaseEvent):
    """指定管辖: the common superior decides whose dispute it is (D4, 信访工作条例 Art. 24 by analogy)."""

    TOPIC = "dispute.jurisdiction_determined"
    ZH, EN = "指定管辖", "Jurisdiction determined"

    unit: str

    def change(self, case: Any) -> None:
        case.returns.clear()


class ReferredUp(CaseEvent):
    """上报: the dispute goes up one level, with what was tried (D17)."""

    TOPIC = "dispute.referred_up"
    ZH, EN = "逐级上报", "Referred up one level"

    unit: str
    ground: Ground
    tried: str

    def change(self, case: Any) -> None:
        new_bench(case)


class LevelSkipped(CaseEvent):
    """越级上报: danger lets the dispute skip levels; each skipped unit is told (D18)."""

    TOPIC = "dispute.level_skipped"
    ZH, EN = "越级上报", "Referred up by the skip rule"

    unit: str
    rule: str
    told: tuple[str, ...]

    def change(self, case: Any) -> None:
        new_bench(case)


class HandedDown(CaseEvent):
    """交办: the upper unit gives the dispute to a subordinate, with a term (D19)."""

    TOPIC = "dispute.handed_down"
    ZH, EN = "交办下级", "Handed down with a term"

    unit: str
    term: date
    responsible: str

    def change(self, case: Any) -> None:
        new_bench(case)
        case.entrusted = self.responsible


class CompletionReported(CaseEvent):
    """报结: the subordinate reports to the unit that gave it the case (D19, 信访工作条例 Art. 22)."""

    TOPIC = "case.completion_reported"
    ZH, EN = "报告办理结果", "Completion reported"

    report: str


class ReferredOut(CaseEvent):
    """引导其他途径: not a matter for mediation; the parties are told where to go (D5)."""

    TOPIC = "dispute.referred_out"
    ZH, EN = "引导其他途径", "Referred to another way"

    ground: Referral
    ways_told: str


class FeedbackGiven(CaseEvent):
    """反馈 110: the police learn what became of what they handed over (Xinyu 2025)."""

    TOPIC = "dispute.feedback_given"
    ZH, EN = "向 110 反馈", "Feedback given to the police"

    result: str


def new_bench(case: Any) -> None:
    """Another unit begins anew: its mediators, its rights talk, its consents."""
    case.mediators, case.chair, case.chosen, case.entrusted = [], "", {}, ""
    case.conflicted, case.recusals = set(), set()
    case.rights_explained, case.consents = False, set()
