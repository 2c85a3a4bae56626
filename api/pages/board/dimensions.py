"""What figures may be broken down by, and what the values are called: for the key of a row and the heads of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from api.pages.board.asking import Asking
from api.pages.board.duties import rule_title
from api.pages.board.movement import age_name, level_title, reason_title
from api.pages.periods import Span
from domain.errors import Invalid
from domain.names import CASE_TYPES, value_name
from domain.organisation import Organisation
from domain.policy import PolicyBook
from domain.rule import Title
from domain.terms import Category, Channel, Outcome, PetitionClass, Severity, Source

DIMENSIONS: Final[Mapping[str, Title]] = {
    "severity": Title("严重程度", "severity"),
    "level": Title("层级", "level"),
    "unit": Title("单位", "unit"),
    "month": Title("月份", "month"),
    "category": Title("纠纷类型", "kind of dispute"),
    "channel": Title("渠道", "channel"),
    "class": Title("信访分类", "class of petition"),
    "type": Title("案件类型", "kind of case"),
    "outcome": Title("办结结果", "outcome"),
    "reason": Title("上报理由", "reason"),
    "rule": Title("期限", "deadline"),
    "age": Title("案龄", "age"),
    "ended": Title("停留如何结束", "how the stay ended"),
    "source": Title("录入方式", "way of entry"),
}
NAMED: Final[Mapping[str, type[Enum]]] = {
    "severity": Severity,
    "category": Category,
    "channel": Channel,
    "class": PetitionClass,
    "outcome": Outcome,
    "source": Source,
}
ENDED: Final[Mapping[str, Title]] = {  # how a stay ends without the case being closed (projections/spells.py)
    "open": Title("尚未结束", "still open"),
    "offered": Title("提交", "offered"),
    "taken_over": Title("接手", "taken over"),
    "returned": Title("退回", "returned"),
    "reassigned": Title("指定管辖", "reassigned"),
    "referred_up": Title("上报", "referred up"),
    "skipped": Title("越级上报", "level skipped"),
    "handed_down": Title("交办", "handed down"),
    "routed": Title("转送", "routed"),
    "objection_upheld": Title("异议成立", "objection upheld"),
    "review_requested": Title("申请复查", "review requested"),
    "review_decided": Title("复查决定", "review decided"),
    "recheck_requested": Title("申请复核", "recheck requested"),
    "recheck_decided": Title("复核决定", "recheck decided"),
    "moved": Title("移交", "moved"),
}
UNKNOWN: Final = Title("不明", "unknown")


def read_key(written: str) -> dict[str, str]:
    """ "severity=minor,level=village" as a mapping. Raises Invalid for anything else."""
    key = {}
    for pair in filter(None, written.split(",")):
        name, given, value = pair.partition("=")
        if not given or name not in DIMENSIONS:
            raise Invalid(
                "key",
                written,
                f"Write dimension=value pairs of {', '.join(DIMENSIONS)}.",
                f"请写成 维度=值，维度有：{'、'.join(DIMENSIONS)}。",
            )
        key[name] = value
    return key


def value_of(asking: Asking, organisation: Organisation, policies: PolicyBook, name: str, value: str) -> str:
    """What a value of a dimension is called."""
    said = asking.language
    if value == "unknown":
        return asking.name(UNKNOWN)
    if name == "unit":
        return organisation.names(value)[-1][1] if organisation.exists(value) else value
    if name == "month":
        return Span.read(value).name(said.code)
    if name == "age":
        return age_name(asking, value)
    titles: Mapping[str, Callable[[str], Title]] = {
        "level": level_title,
        "reason": reason_title,
        "rule": lambda code: rule_title(policies, code),
        "type": lambda kind: CASE_TYPES.get(kind, Title(kind, kind)),
        "ended": lambda how: ENDED.get(how, value_name(Outcome, how)),
    }
    return asking.name(titles[name](value) if name in titles else value_name(NAMED[name], value))
