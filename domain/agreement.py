"""What the parties agreed (协议) and what became of it: court confirmation, fulfilment, visits, the resolution.

Event types are the storage format: add fields with defaults, never rename or drop one.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from domain.case import CaseEvent
from domain.dispute import Agreement, Form, Obligation


class SettledOnTheSpot(CaseEvent):
    """就地化解: the grid worker settles a small issue where it arose (小事不出网格)."""

    TOPIC = "dispute.settled_on_the_spot"
    ZH, EN = "网格就地化解", "Settled on the spot in the grid"

    terms: str
    agreed_by: tuple[str, ...]
    fulfilled: bool

    def change(self, case: Any) -> None:
        case.agreement = Agreement(Form.ORAL)


class AgreementReached(CaseEvent):
    """达成调解协议 (人民调解法 Art. 28-30)."""

    TOPIC = "dispute.agreement_reached"
    ZH, EN = "达成调解协议", "Agreement reached"

    form: Form
    effective_on: date
    facts: str
    terms: str
    obligations: tuple[Obligation, ...] = ()
    signed_by: tuple[str, ...] = ()
    mediator_signed: bool = False
    sealed: bool = False
    written_asked: bool = False

    def change(self, case: Any) -> None:
        case.agreement = Agreement(self.form, self.effective_on, self.obligations)
        case.owed = {n: "fulfilled" if o.fulfilled else "open" for n, o in enumerate(self.obligations, 1)}
        case.confirmation, case.visits = "", 0


class AgreementSetAside(CaseEvent):
    """协议被确认无效或变更 (人民调解法 Art. 33(3)): mediate again."""

    TOPIC = "dispute.agreement_set_aside"
    ZH, EN = "协议失效, 重新调解", "Agreement set aside"

    by: str

    def change(self, case: Any) -> None:
        case.agreement, case.owed = None, {}


class ConfirmationApplied(CaseEvent):
    """申请司法确认 (人民调解法 Art. 33; 民事诉讼法 Art. 205): both parties, within 30 days."""

    TOPIC = "dispute.confirmation_applied"
    ZH, EN = "申请司法确认", "Court confirmation applied for"

    court: str
    applicants: tuple[str, ...]

    def change(self, case: Any) -> None:
        case.confirmation = "applied"


class ConfirmationResult(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ConfirmationDecided(CaseEvent):
    """司法确认结果."""

    TOPIC = "dispute.confirmation_decided"
    ZH, EN = "司法确认结果", "Court confirmation decided"

    result: ConfirmationResult
    document: str = ""

    def change(self, case: Any) -> None:
        case.confirmation = str(self.result)


class ObligationFulfilled(CaseEvent):
    """履行义务."""

    TOPIC = "dispute.obligation_fulfilled"
    ZH, EN = "义务已履行", "Obligation fulfilled"

    number: int
    proof: str

    def change(self, case: Any) -> None:
        case.owed[self.number] = "fulfilled"


class ObligationBreached(CaseEvent):
    """未履行义务."""

    TOPIC = "dispute.obligation_breached"
    ZH, EN = "义务未履行", "Obligation breached"

    number: int
    facts: str

    def change(self, case: Any) -> None:
        case.owed[self.number] = "breached"


class FulfilmentUrged(CaseEvent):
    """督促履行 (人民调解法 Art. 31)."""

    TOPIC = "dispute.fulfilment_urged"
    ZH, EN = "督促履行", "Fulfilment urged"

    number: int
    how: str


class Answer(StrEnum):
    """What somebody answered. Silence is its own answer and never a yes."""

    YES = "yes"
    NO = "no"
    UNANSWERED = "unanswered"


class FollowUpVisited(CaseEvent):
    """回访 (人民调解工作若干规定 Art. 37)."""

    TOPIC = "dispute.follow_up_visited"
    ZH, EN = "回访", "Follow-up visit made"

    visitor: str
    satisfied: Answer
    answers: str = ""

    def change(self, case: Any) -> None:
        case.visits += 1


class DisputeResolved(CaseEvent):
    """化解: what was agreed was done."""

    TOPIC = "dispute.resolved"
    ZH, EN = "矛盾化解", "Dispute resolved"

    evidence: str
