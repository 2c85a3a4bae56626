"""时限规则: one deadline rule as data, and the words it is written with.

A rule says how long, what stops it and what a miss does; when it starts and ends is said by the workflow tables alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from domain.length import Length, Unit
from domain.toml_table import TomlTable


class Title(NamedTuple):
    zh: str
    en: str


# What may lawfully stop a clock. Which cause stops which clock is said by each rule (pause by stage and cause).
PAUSE_CAUSES: Final[Mapping[str, Title]] = MappingProxyType(
    {
        "hearing": Title("听证", "hearing"),
        "objection": Title("转送异议处理", "objection to the transfer"),
        "appraisal": Title("鉴定", "appraisal"),
        "survey": Title("现场勘验", "on-site survey"),
        "party_absent": Title("当事人暂时不能参加", "party unable to attend"),
        "force_majeure": Title("不可抗力", "force majeure"),
    }
)


class Breach(StrEnum):
    """后果: what a missed deadline does."""

    RED = "red"
    YELLOW = "yellow"
    LAPSE = "lapse"  # a right is lost; nobody is to blame
    INFO = "info"  # said, without effect
    NONE = "none"


class Approver(StrEnum):
    """Whose approval an extension needs. Who may not be the same person is a guard's matter (workflows)."""

    UNIT_HEAD = "unit_head"  # 本单位负责人
    UPPER_UNIT = "upper_unit"  # 上级单位, 交办单位
    PARTIES = "parties"  # 双方当事人


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """How a deadline may be extended: once, by at most `max` (None: as agreed), and in time if `before_due`."""

    by: Approver
    max: Length | None = None
    before_due: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """One deadline rule (docs/deadlines.md).

    `length` is None where it is agreed per case. `warn` is the yellow threshold, measured from the start like the
    length; it moves with pauses and an extension, and is never rolled. `exclude_start`: the first day is not counted
    (Civil Code Art. 201). `roll`: a last day that is off moves to the next working day (Art. 203). `pause` names the
    causes that stop this clock. `applies` names a predicate on the case, resolved in workflows; "" is always.
    `basis` is the article of law, or says that the term is this product's default.
    """

    code: str
    title_zh: str
    title_en: str
    length: Length | None
    breach: Breach
    basis: str
    warn: Length | None = None
    exclude_start: bool = True
    roll: bool = False
    pause: tuple[str, ...] = ()
    extend: ExtensionRule | None = None
    applies: str = ""


def read_rule(code: str, table: TomlTable) -> Rule:
    """A rule from its TOML table. Raises Invalid naming file, rule, field, value and remedy."""
    rule = Rule(
        code=code,
        title_zh=table.text("title_zh"),
        title_en=table.text("title_en"),
        length=table.length_or_none("length"),
        breach=table.one_of("breach", Breach),
        basis=table.text("basis"),
        warn=table.length_or_none("warn"),
        exclude_start=table.take("exclude_start", bool, True),
        roll=table.take("roll", bool, False),
        pause=table.words("pause", PAUSE_CAUSES),
        extend=_read_extension(table.table("extend")) if "extend" in table.names() else None,
        applies=table.take("applies", str, ""),
    )
    table.done()
    _check(rule, table)
    return rule


def _read_extension(table: TomlTable) -> ExtensionRule:
    extend = ExtensionRule(
        by=table.one_of("by", Approver),
        max=table.length_or_none("max"),
        before_due=table.take("before_due", bool, True),
    )
    table.done()
    return extend


def _check(rule: Rule, table: TomlTable) -> None:
    """Refuse what reads well but cannot be counted."""
    length, most = rule.length, rule.extend.max if rule.extend else None
    hours = length is not None and length.unit is Unit.H
    if rule.roll and length is not None and length.unit not in (Unit.CD, Unit.MO):
        raise table.wrong(
            "roll",
            True,
            "Only calendar days and months can end on a day off. Leave roll out.",
            "只有按自然日和月计算的期限才会在休息日届满，请去掉 roll。",
        )
    if not rule.exclude_start and (length is None or length.count == 0 or hours):
        raise table.wrong(
            "exclude_start",
            False,
            "The first day counts only in a term of one day or more.",
            "一日以上的期限才能计入首日。",
        )
    for field, other in (("warn", rule.warn), ("extend.max", most)):
        if other is not None and (other.unit is Unit.H) != hours:
            raise table.wrong(
                field,
                str(other),
                "Hours go with hours, days and months with days and months.",
                "小时与小时搭配，日、月与日、月搭配。",
            )
