"""The work of mediation (调解): mediators, rights, consent, sessions, suspension, and the ends without an agreement.

Event types are the storage format: add fields with defaults, never rename or drop one.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.case import CaseEvent


class MediatorAssigned(CaseEvent):
    """指定调解员 (人民调解法 Art. 19)."""

    TOPIC = "dispute.mediator_assigned"
    ZH, EN = "指定调解员", "Mediators assigned"

    chair: str
    mediators: tuple[str, ...] = ()
    how_chosen: str = "appointed"

    def change(self, case: Any) -> None:
        case.chair, case.entrusted = self.chair, ""
        case.mediators = [self.chair, *(m for m in self.mediators if m != self.chair)]


class PartyChoseMediator(CaseEvent):
    """当事人选择调解员 (人民调解法 Art. 19, 23(1))."""

    TOPIC = "dispute.party_chose_mediator"
    ZH, EN = "当事人选择调解员", "A party chose a mediator"

    party: str
    mediator: str

    def change(self, case: Any) -> None:
        case.chosen[self.party] = self.mediator


class ConflictDisclosed(CaseEvent):
    """披露利害关系 (Shenzhen 2022 Art. 23)."""

    TOPIC = "dispute.conflict_disclosed"
    ZH, EN = "披露利害关系", "Conflict disclosed"

    mediator: str
    relation: str

    def change(self, case: Any) -> None:
        case.conflicted.add(self.mediator)
        if self.mediator in case.mediators:
            case.recusals.add(self.mediator)


class RecusalRequested(CaseEvent):
    """申请回避 (人民调解工作若干规定 Art. 25): who is asked to withdraw must be replaced."""

    TOPIC = "dispute.recusal_requested"
    ZH, EN = "申请调解员回避", "Recusal requested"

    party: str
    mediator: str

    def change(self, case: Any) -> None:
        case.recusals.add(self.mediator)


class MediatorReplaced(CaseEvent):
    """更换调解员 (人民调解工作若干规定 Art. 25)."""

    TOPIC = "dispute.mediator_replaced"
    ZH, EN = "更换调解员", "Mediator replaced"

    old: str
    new: str

    def change(self, case: Any) -> None:
        case.mediators = [self.new if m == self.old else m for m in case.mediators]
        case.chair = self.new if case.chair == self.old else case.chair
        case.chosen = {party: m for party, m in case.chosen.items() if m != self.old}
        case.recusals.discard(self.old)
        case.conflicted.add(self.old)


class RightsExplained(CaseEvent):
    """告知权利义务 (人民调解工作若干规定 Art. 30)."""

    TOPIC = "dispute.rights_explained"
    ZH, EN = "告知权利义务", "Rights explained"

    told: tuple[str, ...]

    def change(self, case: Any) -> None:
        case.rights_explained = True


class ConsentGiven(CaseEvent):
    """同意调解 (人民调解法 Art. 17): one party's own word; silence is no consent."""

    TOPIC = "dispute.consent_given"
    ZH, EN = "当事人同意调解", "A party consented"

    party: str

    def change(self, case: Any) -> None:
        case.consents.add(self.party)


class MediationOpened(CaseEvent):
    """开始调解."""

    TOPIC = "dispute.mediation_opened"
    ZH, EN = "开始调解", "Mediation opened"

    in_public: bool = False


class MediationRefused(CaseEvent):
    """拒绝调解 (人民调解法 Art. 17, 23(2)): a right, never a failure of the unit."""

    TOPIC = "dispute.mediation_refused"
    ZH, EN = "当事人不愿调解", "A party refused mediation"

    party: str
    statement: str
    ways_told: str

    def change(self, case: Any) -> None:
        case.opted_out = not any(case.attempts.values())


class SessionHeld(CaseEvent):
    """召开调解会 (人民调解法 Art. 21, 27)."""

    TOPIC = "dispute.session_held"
    ZH, EN = "召开调解会", "Session held"

    place: str
    attended: tuple[str, ...]
    record: str
    result: str = ""

    def change(self, case: Any) -> None:
        case.attempts[case.stage] = case.attempts.get(case.stage, 0) + 1


class ProgressNoted(CaseEvent):
    """办理进展: a step of work worth telling."""

    TOPIC = "case.progress_noted"
    ZH, EN = "记录进展", "Progress noted"

    text: str


class MediationSuspended(CaseEvent):
    """中止调解, for a cause that the policy knows."""

    TOPIC = "dispute.mediation_suspended"
    ZH, EN = "中止调解", "Mediation suspended"

    cause: str
    expected_until: date | None = None


class MediationResumed(CaseEvent):
    """恢复调解."""

    TOPIC = "dispute.mediation_resumed"
    ZH, EN = "恢复调解", "Mediation resumed"


class MediationExtended(CaseEvent):
    """延长调解期限, because both parties ask (Ningbo 2015 Art. 27)."""

    TOPIC = "dispute.mediation_extended"
    ZH, EN = "延长调解期限", "Mediation term extended"

    days: int
    asked_by: tuple[str, ...]


class MediationTerminated(CaseEvent):
    """终止调解 (人民调解法 Art. 26): the parties are told the other legal ways."""

    TOPIC = "dispute.mediation_terminated"
    ZH, EN = "终止调解", "Mediation terminated"

    ground: str
    ways_told: str
    proposed_by: str


class DisputeWithdrawn(CaseEvent):
    """撤回: those who asked for mediation take it back, in their own hand."""

    TOPIC = "dispute.withdrawn"
    ZH, EN = "当事人撤回", "Withdrawn by the parties"

    withdrawn_by: tuple[str, ...]
    signed: bool
    statement: str


class FileArchived(CaseEvent):
    """归档 (人民调解法 Art. 27)."""

    TOPIC = "dispute.file_archived"
    ZH, EN = "归档", "File archived"

    index: str

    def change(self, case: Any) -> None:
        case.archived = True
