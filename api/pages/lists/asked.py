"""What a reader of a list of cases asked for, from the address: filters, what is wrong with one, and how each is taken away.

A filter that cannot be is told and left out; the rest of the list is shown. Whatever stands in the address is a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError

from api.errors import in_words
from api.filters import CaseFilters
from domain.names import CASE_TYPES, state_name, value_name
from domain.organisation import Organisation
from domain.remedies import REMEDIES
from domain.rule import Title
from domain.terms import Category, Channel, Level, Outcome, PetitionClass, Severity

T = Title
_filters = TypeAdapter(CaseFilters)
STAGES: Final = ("reported", "village_mediation", "township_coordination", "escalation")
TERMS: Final[
    Mapping[str, tuple[Title, Mapping[str, str]]]
] = {  # what the list of terms says in the address's words
    "late": (T("已逾期", "Overdue"), {"late": "true"}),
    "today": (T("今天到期", "Due today"), {"due_within": "0"}),
    "3": (T("3天内到期", "Due within 3 days"), {"due_within": "3"}),
    "7": (T("7天内到期", "Due within 7 days"), {"due_within": "7"}),
}
STANDINGS: Final[Mapping[str, Title]] = {
    "true": T("含已办结", "Closed ones too"),
    "only": T("仅已办结", "Closed ones only"),
}
MARKS: Final[Mapping[str, Title]] = {
    "new": T("新到未受理", "New, not taken"),
    "returned": T("被退回", "Returned"),
}

Choice = tuple[str, Title]


def of(kind: type[Enum], *, but: Sequence[Any] = ()) -> list[Choice]:
    return [(str(member.value), value_name(kind, member)) for member in kind if member not in but]


@dataclass(frozen=True)
class Filter:
    """A field of the form: its name in the address, its label, and what may be chosen (none: it is typed)."""

    name: str
    label: Title
    choices: Sequence[Choice] = ()


FILTERS: Final[Sequence[Filter]] = (
    Filter("unit", T("所在单位", "Held in")),
    Filter("term", T("期限", "Deadline"), [(name, title) for name, (title, _) in TERMS.items()]),
    Filter("type", T("类型", "Type"), list(CASE_TYPES.items())),
    Filter("stage", T("阶段", "Stage"), [(stage, state_name(stage)) for stage in STAGES]),
    Filter("level", T("层级", "Level"), of(Level, but=(Level.CITY, Level.PROVINCE))),
    Filter("severity", T("严重程度", "Severity"), of(Severity)),
    Filter("channel", T("来源渠道", "Channel"), of(Channel, but=(Channel.UNKNOWN,))),
    Filter("category", T("纠纷类型", "Category of dispute"), of(Category)),
    Filter("petition_class", T("信访分类", "Class of petition"), of(PetitionClass)),
    Filter("mark", T("标记", "Mark"), list(MARKS.items())),
    Filter("closed", T("办结", "Closed"), list(STANDINGS.items())),
    Filter("outcome", T("办结结果", "Outcome"), of(Outcome)),
    Filter("opened_from", T("上报日期从", "Reported from")),
    Filter("opened_upto", T("上报日期至", "Reported until")),
)
BY_NAME: Final = {one.name: one for one in FILTERS}
QUIET: Final = (
    "person",
    "reporter",
    "holder",
    "state",
    "on",
)  # in addresses that a page made, not in the form
OURS: Final = frozenset({*BY_NAME, *QUIET, "q", "sort"})


@dataclass(frozen=True)
class Active:
    """A filter that is on: what it says, and the address without it."""

    name: str
    label: Title
    value: Title


@dataclass
class Asked:
    """What was asked for. `typed` is how the address says it, `wrong` what was left out, with its sentence."""

    filters: CaseFilters
    typed: dict[str, str]
    wrong: dict[str, Title] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """As an address says it, for a saved search and for exports."""
        return urlencode(self.typed)

    @property
    def is_blank(self) -> bool:
        return not set(self.typed) - {"sort"}

    def active(self, units: Organisation, on: date) -> list[Active]:
        """The filters that are on, the search words first."""
        found = [Active("q", T("搜索", "Search"), T(*[f"“{self.filters.q}”"] * 2))] if self.filters.q else []
        for one in FILTERS:
            value = self.typed.get(one.name, "")
            if value and one.name not in self.wrong:
                found.append(Active(one.name, one.label, self._said(one, value, units, on)))
        for name in QUIET[:3]:
            if value := self.typed.get(name, ""):
                label = {
                    "person": T("参与人", "Takes part"),
                    "reporter": T("上报人", "Reported by"),
                    "holder": T("办理单位", "Held by"),
                }[name]
                found.append(
                    Active(name, label, unit_title(units, value, on) if name == "holder" else T(value, value))
                )
        return found

    def _said(self, one: Filter, value: str, units: Organisation, on: date) -> Title:
        if one.name == "unit":
            return unit_title(units, self.filters.unit or value, on)
        return dict(one.choices).get(value, T(value, value))


def unit_title(units: Organisation, code: str, on: date) -> Title:
    name = units.get(code, on).name if units.exists(code) and units.is_active(code, on) else code
    return T(name, name)


def asked(pairs: Iterable[tuple[str, str]], units: Organisation, on: date) -> Asked:
    """What the query of an address asks for. What is not ours is not looked at; the last of several values counts."""
    typed = {name: value.strip() for name, value in pairs if name in OURS and value.strip()}
    told, wrong = dict(typed), dict[str, Title]()
    if term := told.pop("term", ""):
        if term in TERMS:
            told |= TERMS[term][1]
        else:
            wrong["term"] = REMEDIES["unusable"]
    if mark := told.pop("mark", ""):
        if mark in MARKS:
            told[mark] = "true"
        else:
            wrong["mark"] = REMEDIES["unusable"]
    for name in ("unit", "holder"):
        if name in told and not units.exists(told[name]):
            code = unit_meant(told[name], units, on)
            if code:
                told[name] = code
            else:
                del told[name]
                wrong[name] = T(
                    "没有这个单位，请从列表中选择。", "There is no such unit: choose one of the list."
                )
    while True:
        try:
            return Asked(_filters.validate_python(told), typed, wrong)
        except ValidationError as error:
            for one in error.errors():
                name = str(one["loc"][0])
                told.pop(name, None)
                told_wrong = in_words(one)
                wrong[name] = T(told_wrong.remedy_zh or REMEDIES["unusable"].zh, told_wrong.remedy)


def unit_meant(text: str, units: Organisation, on: date) -> str:
    """The code of a unit that was typed by what a list offers ("name code"), or by a name that only one bears."""
    last = text.split()[-1]
    if units.exists(last):
        return last
    same = [view.code for view in units.standing(on) if view.name == text]
    return same[0] if len(same) == 1 else ""
