"""The handling of a petition (信访办理): statement, facts, hearing, settlement, extension, opinion, execution.

Event types are the storage format: add fields with defaults, never rename or drop one.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.case import CaseEvent
from domain.petition import Inquiry, Opinion, Result


class StatementHeard(CaseEvent):
    """听取信访人陈述 (信访工作条例 Art. 31(6)): before any opinion (P11)."""

    TOPIC = "petition.statement_heard"
    ZH, EN = "听取信访人陈述", "Statement heard"

    party: str
    record: str

    def change(self, case: Any) -> None:
        case.statement_heard = True


class FactVerified(CaseEvent):
    """调查核实 (P11)."""

    TOPIC = "petition.fact_verified"
    ZH, EN = "调查核实事实", "Fact verified"

    fact: str
    finding: str
    evidence: str = ""


class HearingOpened(CaseEvent):
    """举行听证, or an appraisal or survey begins (P12). Only the policy says whether a clock stops."""

    TOPIC = "petition.hearing_opened"
    ZH, EN = "听证(鉴定、勘验)开始", "Hearing opened"

    why: str
    announced: bool
    kind: Inquiry = Inquiry.HEARING

    def change(self, case: Any) -> None:
        case.hearing_open = str(self.kind)


class HearingClosed(CaseEvent):
    """听证结束, or the appraisal or survey is there (P12)."""

    TOPIC = "petition.hearing_closed"
    ZH, EN = "听证(鉴定、勘验)结束", "Hearing closed"

    record: str

    def change(self, case: Any) -> None:
        case.hearing_open = ""


class HandlerRecusalAsked(CaseEvent):
    """申请回避 (信访工作条例 Art. 28(3)): the head decides before anything else is decided."""

    TOPIC = "petition.recusal_asked"
    ZH, EN = "申请承办人回避", "Recusal asked for"

    ground: str

    def change(self, case: Any) -> None:
        case.recusal_asked = True


class HandlerRecusalRejected(CaseEvent):
    """驳回回避申请: the head finds no direct interest."""

    TOPIC = "petition.recusal_rejected"
    ZH, EN = "驳回回避申请", "Recusal rejected"

    decision: str

    def change(self, case: Any) -> None:
        case.recusal_asked = False


class HandlerReplaced(CaseEvent):
    """更换承办人: for a direct interest (`recused`) or for another reason."""

    TOPIC = "petition.handler_replaced"
    ZH, EN = "更换承办人", "Handler replaced"

    handler: str
    ground: str
    recused: bool = False

    def change(self, case: Any) -> None:
        if self.recused:
            case.recused.add(case.handler)
        case.handler, case.recusal_asked = self.handler, False
        case.handlers.add(self.handler)


class SettlementOpened(CaseEvent):
    """信访事项调解 (信访工作条例 Art. 33): both sides agree to try (P13). `dispute` is the code of a linked dispute."""

    TOPIC = "petition.settlement_opened"
    ZH, EN = "开始调解、和解", "Settlement opened"

    other_side: str
    consents: tuple[str, ...]
    dispute: str = ""

    def change(self, case: Any) -> None:
        case.other_side = self.other_side
        if self.dispute:
            case.links.append(("settled_in", self.dispute))


class SettlementReached(CaseEvent):
    """达成调解、和解协议 (信访工作条例 Art. 33): in writing, within what law leaves free (P13)."""

    TOPIC = "petition.settlement_reached"
    ZH, EN = "达成调解、和解协议", "Settlement reached"

    terms: str
    signed_by: tuple[str, ...]
    lawful: bool

    def change(self, case: Any) -> None:
        case.settlement = "reached"


class SettlementStopped(CaseEvent):
    """调解、和解不成, or the agreement is not kept: the handling goes on (P13)."""

    TOPIC = "petition.settlement_stopped"
    ZH, EN = "调解、和解不成, 继续办理", "Settlement stopped"

    ground: str

    def change(self, case: Any) -> None:
        case.settlement, case.other_side = "", ""


class SimpleHandlingChosen(CaseEvent):
    """适用简易办理: a first petition, clear and small; the opinion comes within ten working days."""

    TOPIC = "petition.simple_handling_chosen"
    ZH, EN = "适用简易办理", "Simple handling chosen"

    clear_and_small: bool
    reasons: str = ""

    def change(self, case: Any) -> None:
        case.simple = True


class HandlingExtended(CaseEvent):
    """延长办理期限 (信访工作条例 Art. 34): once, in time, by the head, and the petitioner is told why (P14)."""

    TOPIC = "petition.handling_extended"
    ZH, EN = "延长办理期限", "Handling extended"

    days: int
    reasons: str
    notice: str

    def change(self, case: Any) -> None:
        case.extended = True


class OpinionIssued(CaseEvent):
    """出具处理意见书 (信访工作条例 Art. 32): request, facts and reasons, opinion, legal basis, and the way on (P15)."""

    TOPIC = "petition.opinion_issued"
    ZH, EN = "出具处理意见书", "Opinion issued"

    result: Result
    request: str
    facts: str
    opinion: str
    legal_basis: str
    remedy: str

    def change(self, case: Any) -> None:
        case.opinion, case.decided_at = Opinion(self.result, case.holder), self.entry.occurred_at


class OpinionDelivered(CaseEvent):
    """送达处理意见书: the thirty days for a review count from the day of receipt (P16)."""

    TOPIC = "petition.opinion_delivered"
    ZH, EN = "送达处理意见书", "Opinion delivered"

    method: str
    received_on: date
    proof: str


class ExecutionOrdered(CaseEvent):
    """督促执行处理意见 (信访工作条例 Art. 32): what was supported is done by whom, until when (P17)."""

    TOPIC = "petition.execution_ordered"
    ZH, EN = "责成执行处理意见", "Execution ordered"

    unit: str
    measure: str
    term: date

    def change(self, case: Any) -> None:
        case.execution = "ordered"

    def reaches(self) -> tuple[str, ...]:
        return (self.unit,)


class ExecutionCompleted(CaseEvent):
    """处理意见执行完毕 (P17)."""

    TOPIC = "petition.execution_completed"
    ZH, EN = "处理意见执行完毕", "Execution completed"

    proof: str

    def change(self, case: Any) -> None:
        case.execution = "completed"
