"""The record of a case (案卷): links, merging, reopening, voiding, correcting, and history from a foreign log.

Event types are the storage format: add fields with defaults, never rename or drop one.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from domain.case import CaseEvent, CaseOpened
from domain.terms import Category, Channel, Severity

CORRECTABLE = ("origin", "severity", "category", "title", "onset", "channel")


class CaseLinked(CaseEvent):
    """关联案件."""

    TOPIC = "case.linked"
    ZH, EN = "关联案件", "Linked to another case"

    other: str
    relation: str = "related"

    def change(self, case: Any) -> None:
        case.links.append((self.relation, self.other))


class CaseMerged(CaseEvent):
    """并案: the same matter is handled in the lead case (D24); a person has looked and says so."""

    TOPIC = "case.merged"
    ZH, EN = "并入主案", "Merged into a lead case"

    lead: str
    same_facts: bool
    same_parties: bool

    def change(self, case: Any) -> None:
        case.links.append(("merged_into", self.lead))


class CaseAbsorbed(CaseEvent):
    """吸收并案: the lead takes a merged case in and keeps the earlier deadlines."""

    TOPIC = "case.absorbed"
    ZH, EN = "吸收并案", "Absorbed a merged case"

    other: str

    def change(self, case: Any) -> None:
        case.links.append(("absorbed", self.other))


class CaseUnmerged(CaseEvent):
    """撤销并案: it was not the same matter after all."""

    TOPIC = "case.unmerged"
    ZH, EN = "撤销并案", "Unmerged"

    lead: str

    def change(self, case: Any) -> None:
        case.links.append(("unmerged_from", self.lead))


class CaseReleased(CaseEvent):
    """放出并案: the lead lets a case go that was merged by mistake."""

    TOPIC = "case.released"
    ZH, EN = "移出并案", "Released a merged case"

    other: str

    def change(self, case: Any) -> None:
        case.links.append(("released", self.other))


class CaseReopened(CaseEvent):
    """重新办理 (D26): breach, new facts, a party comes back, supervision, or an error.

    `new_facts` says that there are facts which nobody knew when it closed; `ground` tells them.
    """

    TOPIC = "case.reopened"
    ZH, EN = "重新办理", "Reopened"
    class_version = 2

    ground: str
    new_facts: bool = False

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Before, new facts were told by a word in the ground."""
        state["new_facts"] = "new_facts" in state["ground"]

    def change(self, case: Any) -> None:
        case.rights_explained, case.consents = False, set()  # who comes back is told and asked anew


class CaseVoided(CaseEvent):
    """作废 (D27): entered by mistake; two people say so, and everything stays readable."""

    TOPIC = "case.voided"
    ZH, EN = "作废", "Voided"

    entry_error: str
    second_approver: str


class FactCorrected(CaseEvent):
    """更正 (D28): the old value stays in the history, with the evidence and a second person's approval."""

    TOPIC = "case.fact_corrected"
    ZH, EN = "更正事实", "Fact corrected"

    field: str
    old: str
    new: str
    evidence: str
    approved_by: str

    def change(self, case: Any) -> None:
        if self.field == "severity":
            was, case.severity = case.severity, Severity(self.new)
            if case.peak == was:  # the peak was part of the mistake
                case.peak = case.severity
        elif self.field == "onset":
            case.onset = date.fromisoformat(self.new)
        elif self.field == "category":
            case.category = Category(self.new)
        elif self.field == "channel":
            case.channel = Channel(self.new)
        else:
            setattr(case, self.field, self.new)

    def reaches(self) -> tuple[str, ...]:
        return (self.new,) if self.field == "origin" else ()


class IdentityRevealed(CaseEvent):
    """查看身份信息: somebody read who stands behind a reference, and for what purpose. Every reading is recorded."""

    TOPIC = "case.identity_revealed"
    ZH, EN = "查看身份信息", "Identity revealed"

    subject: str
    purpose: str


class HistoryImported(CaseOpened):
    """导入历史: a case as a foreign log tells it. What that log does not know stays unknown."""

    TOPIC = "case.history_imported"
    ZH, EN = "导入历史案件", "History imported"

    activity: str
    reference: str
    origin: str = ""
    title: str = ""
    channel: Channel = Channel.UNKNOWN
    severity: Severity | None = None  # None: the foreign log does not tell
    category: str = ""
    facts: dict[str, str] = dataclasses.field(default_factory=dict)

    def change(self, case: Any) -> None:
        case.origin, case.title, case.channel = self.origin, self.title, self.channel
        if self.severity is not None:
            case.severity_is(self.severity)
        case.imported.add(self.reference)

    def reaches(self) -> tuple[str, ...]:
        return (self.origin,)  # whoever imports a ledger has begun none of its cases


class ActivityImported(CaseEvent):
    """导入历史事项: one activity of a foreign log, in its own words."""

    TOPIC = "case.activity_imported"
    ZH, EN = "导入历史事项", "Imported activity"

    activity: str
    reference: str
    facts: dict[str, str]

    def change(self, case: Any) -> None:
        case.imported.add(self.reference)
        case.opened_at = min(
            case.opened_at, self.entry.occurred_at
        )  # a foreign log may tell its beginning later
