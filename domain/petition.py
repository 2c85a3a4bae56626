"""A petition (信访事项): its facts so far. Its events are in petition_intake, petition_handling and petition_review.

A petition is one matter of one petitioner or group: a repeated letter is a submission in it, never a new petition.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from domain.case import Case, CaseOpened, Party
from domain.terms import Channel, PetitionClass, Severity


class Mode(StrEnum):
    """How an office passes a petition on (信访工作条例 Art. 22)."""

    TRANSFER = "transfer"  # 转送
    ASSIGN = "assign"  # 交办, with a term and a report


class Refusal(StrEnum):
    """不予受理、不再受理的情形: why a petition is not accepted. Each needs its legal basis and a second approver."""

    IN_PROCESS_ELSEWHERE = "in_process_elsewhere"  # 2022 Art. 19(3)
    FINAL_SAME_FACTS = "final_same_facts"  # 2022 Art. 36(3) 不再受理
    LEGAL_PROCEDURE = "legal_procedure"  # 2005 Art. 21(1); since 2022 it is diverted, Art. 31(1)-(5)
    NOT_COMPETENT = "not_competent"  # 2022 Art. 23(1)
    REVIEW_LAPSED = "review_lapsed"  # regional
    SKIP_LEVEL_VISIT = "skip_level_visit"  # regional, 2022 Art. 20(1)
    AGENT_WITHOUT_MANDATE = "agent_without_mandate"  # regional
    MEDIATED_AND_EFFECTIVE = "mediated_and_effective"  # regional


class Exemption(StrEnum):
    """无法告知的情形: why nobody can be told (信访工作条例 Art. 23(2))."""

    NAME_UNCLEAR = "name_unclear"
    ADDRESS_UNCLEAR = "address_unclear"


class Inquiry(StrEnum):
    """What may take time beside the handling. Whether it stops a deadline is said by the policy alone."""

    HEARING = "hearing"  # 听证
    APPRAISAL = "appraisal"  # 鉴定
    SURVEY = "survey"  # 现场勘验


class Result(StrEnum):
    """处理意见 (信访工作条例 Art. 32)."""

    SUPPORT = "support"  # 支持
    PARTIAL = "partial"  # 部分支持
    EXPLAIN = "explain"  # 解释说明
    NOT_SUPPORT = "not_support"  # 不予支持


class ReviewResult(StrEnum):
    """复查、复核结论."""

    UPHELD = "upheld"  # 维持
    CHANGED = "changed"  # 变更
    REVOKED = "revoked"  # 撤销, 责令重新办理


class Resolution(StrEnum):
    """化解: whether the matter is settled in life. Nobody's silence makes it RESOLVED."""

    UNKNOWN = "unknown"
    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"


class Evidence(StrEnum):
    """化解依据: by what a matter is known to be settled. There is no member for silence."""

    EXECUTED = "executed"  # 处理意见已执行
    SETTLEMENT_FULFILLED = "settlement_fulfilled"  # 和解协议已履行
    PETITIONER_SATISFIED = "petitioner_satisfied"  # 信访人评价满意
    PETITIONER_STATEMENT = "petitioner_statement"  # 信访人书面说明


class Notice(StrEnum):
    """What the petitioner was told and may evaluate."""

    ACCEPTANCE = "acceptance"  # 受理告知
    OPINION = "opinion"  # 处理意见
    REVIEW = "review"  # 复查意见
    RECHECK = "recheck"  # 复核意见


class Satisfaction(StrEnum):
    """满意度, in the petitioner's own word. Who does not answer has no entry."""

    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"


@dataclass(frozen=True, slots=True)
class Submission:
    """信访件: one letter, call or visit on the matter. `answer` is "joined" or "no_longer_accepted"."""

    received_on: date | None
    channel: Channel
    answer: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """处理意见书 as it stands after a review: the result, and which unit gave it."""

    result: Result
    unit: str


class Petition(Case):
    """One matter of a petitioner, from the first receipt to its end (domain rules P1 to P29)."""

    TYPE: ClassVar[str] = "petition"

    def know_nothing(self) -> None:
        super().know_nothing()
        self.by_office = False
        self.receipt = ""
        self.object_unit = ""
        self.representatives = 0
        self.first: bool | None = None
        self.matter = ""
        self.petition_class: PetitionClass | None = None
        self.submissions: list[Submission] = []
        self.routed_by = ""
        self.accepted_at: datetime | None = None
        self.handling_unit = ""
        self.handler = ""
        self.handlers: set[str] = set()  # everybody who ever was the handler
        self.recused: set[str] = set()  # handlers who had to withdraw
        self.recusal_asked = False
        self.statement_heard = False
        self.hearing_open = ""  # "" | hearing | appraisal | survey
        self.simple = False
        self.extended = False
        self.other_side = ""  # who a settlement is tried with
        self.settlement = ""  # "" | reached
        self.opinion: Opinion | None = None
        self.decided_at: datetime | None = None  # the opinion or review that was last decided
        self.execution = ""  # "" | ordered | completed
        self.reviewed: ReviewResult | None = None
        self.rechecked: ReviewResult | None = None
        self.untold = ""  # "" | review | recheck: decided, and not delivered yet
        self.resolution = Resolution.UNKNOWN
        self.evaluations: list[tuple[Notice, Satisfaction]] = []

    @property
    def subjects(self) -> set[str]:
        return {party.subject for party in self.parties}

    @property
    def people(self) -> set[str]:
        return super().people | ({self.handler} - {""})

    @property
    def sender(self) -> str:
        """The unit that passed it on, whoever it was passed to before (an objection goes back to it)."""
        return self.routed_by or super().sender

    @property
    def responsible(self) -> str:
        """The unit that answers for it: the one that handles it, also while a review lies elsewhere."""
        return self.handling_unit or self.holder

    @property
    def is_final(self) -> bool:
        """处理终结: the way through the reviews is at its end, whether or not the matter is settled in life."""
        reviewed = self.outcome == "resolved" and self.before != "township_coordination.concluded"
        return bool(self.outcome == "final" or reviewed)


class PetitionReceived(CaseOpened):
    """收到信访事项: the first fact, so that no petition is lost before somebody registers it (P1)."""

    TOPIC = "petition.received"
    ZH, EN = "收到信访事项", "Petition received"

    origin: str
    channel: Channel
    title: str
    by_office: bool
    record: str
    parties: tuple[Party, ...] = ()
    severity: Severity = Severity.MINOR

    def change(self, case: Petition) -> None:
        case.origin, case.channel, case.title = self.origin, self.channel, self.title
        case.by_office = self.by_office
        case.parties = list(self.parties)
        case.severity_is(self.severity)
