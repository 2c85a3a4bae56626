"""The conduct of any case: plan, leaders, joint work, danger, supervision, severity, missed deadlines.

Event types are the storage format: add fields with defaults, never rename or drop one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.case import CaseEvent
from domain.terms import Colour, Severity


@dataclass(frozen=True, slots=True)
class Plan:
    """三定一包: who leads, who does it, by when, and what is guaranteed; a new version replaces the last."""

    leader: str
    person: str
    term: date
    guarantee: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Joint:
    """联调: the unit that leads and those that help. Helping is not holding: no level changes."""

    lead: str
    members: tuple[str, ...]


class ResponsibilityPlanSet(CaseEvent):
    """确定三定一包方案 (D21): all four parts, or it is no plan."""

    TOPIC = "case.responsibility_plan_set"
    ZH, EN = "确定三定一包方案", "Responsibility plan set"

    leader: str
    person: str
    term: date
    guarantee: str

    def change(self, case: Any) -> None:
        version = case.plan.version + 1 if case.plan else 1
        case.plan = Plan(self.leader, self.person, self.term, self.guarantee, version)


class CaseSponsored(CaseEvent):
    """领导包案 (信访工作条例 Art. 18(2))."""

    TOPIC = "case.sponsored"
    ZH, EN = "领导包案", "Sponsored by a leader"

    leader: str
    aim: str
    report_by: date | None = None

    def change(self, case: Any) -> None:
        case.sponsor = self.leader


class SponsorReported(CaseEvent):
    """包案领导报告."""

    TOPIC = "case.sponsor_reported"
    ZH, EN = "包案进展报告", "Sponsor reported"

    report: str


class JointHandlingFormed(CaseEvent):
    """组织联合调处 (三级联调, D20)."""

    TOPIC = "case.joint_handling_formed"
    ZH, EN = "组织联合调处", "Joint handling formed"

    lead: str
    members: tuple[str, ...]

    def change(self, case: Any) -> None:
        case.joint = Joint(self.lead, self.members)

    def reaches(self) -> tuple[str, ...]:
        return self.lead, *self.members


class JointMeetingHeld(CaseEvent):
    """召开联席会议."""

    TOPIC = "case.joint_meeting_held"
    ZH, EN = "召开联席会议", "Joint meeting held"

    attended: tuple[str, ...]
    record: str


class DangerReported(CaseEvent):
    """报告激化危险 (人民调解法 Art. 25; 信访工作条例 Art. 25). `rule` is an urgent kind that the policy knows."""

    TOPIC = "case.danger_reported"
    ZH, EN = "报告激化危险", "Danger reported"

    rule: str
    facts: str
    police_told: bool

    def change(self, case: Any) -> None:
        case.dangers += 1


class UrgentReported(CaseEvent):
    """紧急情况已上报 (信访工作条例 Art. 25)."""

    TOPIC = "case.urgent_reported"
    ZH, EN = "紧急情况已上报", "Urgent report made"

    to: tuple[str, ...]
    content: str


class PreventiveMeasureTaken(CaseEvent):
    """采取预防措施 (人民调解法 Art. 25)."""

    TOPIC = "case.preventive_measure_taken"
    ZH, EN = "采取预防措施", "Preventive measure taken"

    measure: str


class SeverityRaised(CaseEvent):
    """提高严重程度: any holder may."""

    TOPIC = "case.severity_raised"
    ZH, EN = "提高严重程度", "Severity raised"

    severity: Severity

    def change(self, case: Any) -> None:
        case.severity_is(self.severity)


class SeverityLowered(CaseEvent):
    """降低严重程度: only the next higher unit, with a reason; the peak stays in the figures."""

    TOPIC = "case.severity_lowered"
    ZH, EN = "降低严重程度", "Severity lowered"

    severity: Severity

    def change(self, case: Any) -> None:
        case.severity_is(self.severity)


class SupervisionIssued(CaseEvent):
    """督办 (信访工作条例 Art. 40): a duty of the unit, with a term for the reply."""

    TOPIC = "case.supervision_issued"
    ZH, EN = "发出督办", "Supervision issued"

    colour: Colour
    duty: str

    def change(self, case: Any) -> None:
        case.supervisions[len(case.supervisions) + 1] = "issued"


class SupervisionAnswered(CaseEvent):
    """回复督办."""

    TOPIC = "case.supervision_answered"
    ZH, EN = "回复督办", "Supervision answered"

    number: int
    reply: str

    def change(self, case: Any) -> None:
        case.supervisions[self.number] = "answered"


class SupervisionLifted(CaseEvent):
    """解除督办: what was shown stays in the history."""

    TOPIC = "case.supervision_lifted"
    ZH, EN = "解除督办", "Supervision lifted"

    number: int

    def change(self, case: Any) -> None:
        case.supervisions[self.number] = "lifted"


class DeadlineMissed(CaseEvent):
    """期限届满: what the sweep saw. The colour rates the unit's duty."""

    TOPIC = "case.deadline_missed"
    ZH, EN = "期限已过", "Deadline missed"

    clock: str
    colour: str
    due: datetime
    unit: str
