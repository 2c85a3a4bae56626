"""The intake of a petition (信访受理): register, first or repeat, class, route, objection, acceptance, refusal.

Event types are the storage format: add fields with defaults, never rename or drop one.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.case import CaseEvent, Party
from domain.petition import Exemption, Mode, Refusal, Submission
from domain.terms import Channel, PetitionClass


class PetitionRegistered(CaseEvent):
    """登记 (信访工作条例 Art. 22, 23): every petition is registered and gets a receipt (P2)."""

    TOPIC = "petition.registered"
    ZH, EN = "登记信访事项", "Petition registered"

    receipt: str
    petitioners: tuple[Party, ...]
    request: str
    facts: str
    reasons: str = ""
    object_unit: str = ""
    representatives: int = 0

    def change(self, case: Any) -> None:
        case.receipt, case.object_unit = self.receipt, self.object_unit
        case.parties, case.representatives = list(self.petitioners), self.representatives


class MatterRecognisedAsFirst(CaseEvent):
    """认定为初信初访: nobody has raised this matter before (P3); a person has looked and says so."""

    TOPIC = "petition.recognised_as_first"
    ZH, EN = "认定为初信初访", "Recognised as a first petition"

    searched: str

    def change(self, case: Any) -> None:
        case.first, case.matter = True, case.code


class LinkedAsRepeat(CaseEvent):
    """认定为重复信访: the matter has its case already; this one goes into it as a submission (P3, P25)."""

    TOPIC = "petition.linked_as_repeat"
    ZH, EN = "认定为重复信访, 并入原事项", "Linked as a repeat"

    lead: str
    same_facts: bool
    same_parties: bool

    def change(self, case: Any) -> None:
        case.first, case.matter = False, self.lead
        case.links.append(("merged_into", self.lead))


class RepeatSubmissionReceived(CaseEvent):
    """收到重复信访件: a further letter, call or visit on this matter (P25). It opens no clock anew."""

    TOPIC = "petition.repeat_submission_received"
    ZH, EN = "收到重复信访件", "Repeat submission received"

    channel: Channel
    received_on: date
    other: str = ""
    same_facts: bool = True
    answer: str = ""

    def change(self, case: Any) -> None:
        case.submissions.append(Submission(self.received_on, self.channel, self.answer, self.other))


class NewFactsRecognised(CaseEvent):
    """认定有新的事实和理由: they make a new petition, linked to this one (P25)."""

    TOPIC = "petition.new_facts_recognised"
    ZH, EN = "认定有新的事实理由", "New facts recognised"

    other: str
    new_facts: str

    def change(self, case: Any) -> None:
        case.links.append(("new_facts_in", self.other))


class PetitionClassified(CaseEvent):
    """分类 (信访工作条例 Art. 29-31): decides which procedure and which clocks there are (P4)."""

    TOPIC = "petition.classified"
    ZH, EN = "认定信访事项类别", "Petition classified"

    petition_class: PetitionClass
    reasons: str = ""

    def change(self, case: Any) -> None:
        case.petition_class = self.petition_class


class PetitionRouted(CaseEvent):
    """转送、交办 (信访工作条例 Art. 22): to the competent unit; 交办 has a term and asks for a report (P5)."""

    TOPIC = "petition.routed"
    ZH, EN = "转送、交办信访事项", "Petition routed"

    unit: str
    mode: Mode
    competence: str
    term: date | None = None

    def change(self, case: Any) -> None:
        case.routed_by = case.custody[-1].sender


class TransferObjected(CaseEvent):
    """提出异议 (信访工作条例 Art. 23(3)): the unit says that it is not competent (P6)."""

    TOPIC = "petition.transfer_objected"
    ZH, EN = "对转送、交办提出异议", "Objected to the transfer"

    reasons: str
    legal_basis: str


class ObjectionUpheld(CaseEvent):
    """异议成立: the sender passes it to another unit (P7)."""

    TOPIC = "petition.objection_upheld"
    ZH, EN = "异议成立, 改送其他单位", "Objection upheld"

    unit: str
    decision: str


class ObjectionRejected(CaseEvent):
    """异议不成立: the unit keeps it (P7)."""

    TOPIC = "petition.objection_rejected"
    ZH, EN = "异议不成立", "Objection rejected"

    decision: str


class PetitionJurisdictionDetermined(CaseEvent):
    """指定受理单位: the common superior decides whose petition it is (信访工作条例 Art. 24, P7)."""

    TOPIC = "petition.jurisdiction_determined"
    ZH, EN = "共同上级指定受理单位", "Jurisdiction determined"

    unit: str
    decision: str


class PetitionAccepted(CaseEvent):
    """受理 (信访工作条例 Art. 23): accepted on the day on which the petitioner was told (P8).

    `notice` is the proof that the notice arrived; without it an exemption and its evidence. `handler` is the user who
    will handle it. `elsewhere` and `excluded_by` say what was found against acceptance: nothing, if it is accepted.
    """

    TOPIC = "petition.accepted"
    ZH, EN = "受理信访事项", "Petition accepted"

    competent: bool
    handler: str
    conflict_checked: bool
    notice: str = ""
    exemption: Exemption | None = None
    exemption_evidence: str = ""
    elsewhere: str = ""
    excluded_by: Refusal | None = None

    def change(self, case: Any) -> None:
        case.custody[-1].taken = True
        case.accepted_at, case.handling_unit = self.entry.occurred_at, case.holder
        case.handler = self.handler
        case.handlers.add(self.handler)


class PetitionNotAccepted(CaseEvent):
    """不予受理、不再受理: wrongful refusal is sanctionable (信访工作条例 Art. 44(2)), so two people decide (P9)."""

    TOPIC = "petition.not_accepted"
    ZH, EN = "不予(再)受理", "Petition not accepted"

    ground: Refusal
    legal_basis: str
    notice: str
    other_way: str
    second_approver: str


class PetitionDiverted(CaseEvent):
    """导入其他法定途径 (信访工作条例 Art. 31(1)-(5)): the petitioner is told which procedure, and where (P10)."""

    TOPIC = "petition.diverted"
    ZH, EN = "导入法定途径", "Petition diverted"

    procedure: str
    organ: str
    notice: str


class PetitionWithdrawn(CaseEvent):
    """撤回: the petitioner takes it back, in their own hand (P26)."""

    TOPIC = "petition.withdrawn"
    ZH, EN = "信访人撤回", "Withdrawn by the petitioner"

    party: str
    signed: bool
    statement: str


class WithdrawalVerified(CaseEvent):
    """核实撤回: another unit asks the petitioner whether it was their own will (P26)."""

    TOPIC = "petition.withdrawal_verified"
    ZH, EN = "核实撤回意愿", "Withdrawal verified"

    own_will: bool
    told: str


class WithdrawalRevoked(CaseEvent):
    """恢复办理: the withdrawal was not the petitioner's own will, or they think again (P26)."""

    TOPIC = "petition.withdrawal_revoked"
    ZH, EN = "撤回无效, 恢复办理", "Withdrawal revoked"

    ground: str
