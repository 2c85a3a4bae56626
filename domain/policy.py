"""时限政策: the deadline rules and limits of a jurisdiction, as versioned sets read from TOML (domain/policies/).

Never edit a set on which cases run: write a new version with its first day in force. A case keeps the set that was in
force when its clock started.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from domain.calendar import TZ
from domain.errors import Invalid, NotFound
from domain.length import Length
from domain.rule import PAUSE_CAUSES, Approver, Breach, ExtensionRule, Rule, Title, read_rule
from domain.terms import Level, Severity
from domain.toml_table import TomlTable, parse_toml

__all__ = [
    "NATIONAL",
    "PAUSE_CAUSES",
    "Approver",
    "Breach",
    "ExtensionRule",
    "Limits",
    "PolicyBook",
    "PolicySet",
    "Rule",
    "Title",
    "builtin_policies",
    "read_policies",
    "rule_table",
]

NATIONAL: Final = "CN"  # the jurisdiction whose sets stand where a place has none of its own


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers that are no deadlines: what guards and figures ask for.

    `..._window_days` are calendar days, `..._percent` whole percent.
    """

    attempts: Mapping[Level, int]  # sessions held at a level before the case may be referred up
    target_levels: Mapping[Severity, Level]  # 小事不出网格, 大事不出村, 重大矛盾不出镇
    skip_rules: Mapping[str, Title]  # kinds of danger that may skip levels
    suspend_causes: tuple[str, ...]
    return_within: Length
    max_returns: int
    representatives: int
    late_entry_hours: int
    visit_sample_percent: int
    reopen_window_days: int
    escalation_window_days: int
    termination_window_days: int
    knowledge_cut: Length
    publish_from: int
    blue_left: Length
    blue_left_percent: int


@dataclass(frozen=True, slots=True)
class PolicySet:
    """One version of a jurisdiction's rules, in force on the days `effective_from` to `effective_to`, both included."""

    id: str
    version: int
    jurisdiction: str
    title_zh: str
    title_en: str
    effective_from: date
    effective_to: date | None
    rules: Mapping[str, Rule]
    limits: Limits

    @property
    def ref(self) -> str:
        """How clocks and events name this set: "CN-2022/1"."""
        return f"{self.id}/{self.version}"

    def rule(self, code: str) -> Rule:
        """The rule with this code ("P-HANDLE"). Raises NotFound when the set has none."""
        if code not in self.rules:
            raise NotFound("rule", code, f"{self.ref} has {', '.join(self.rules)}.")
        return self.rules[code]

    def covers(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class PolicyBook:
    """All policy sets that are known, past ones too: a case is bound to its set for life."""

    def __init__(self, sets: Iterable[PolicySet]) -> None:
        self._sets: dict[str, PolicySet] = {}
        for policy in sorted(sets, key=lambda s: (s.effective_from, s.id, s.version)):
            if policy.ref in self._sets:
                raise Invalid(
                    "policy set",
                    policy.ref,
                    "Two sets have this name. Give the newer one a higher version.",
                    "有两套规则同名，请给新的一套更高的版本号。",
                )
            self._sets[policy.ref] = policy

    def all(self) -> tuple[PolicySet, ...]:
        """Every set, oldest first."""
        return tuple(self._sets.values())

    def get(self, ref: str) -> PolicySet:
        """The set with this name ("CN-2022/1"). Raises NotFound."""
        if ref not in self._sets:
            raise NotFound("policy set", ref, f"Known are {', '.join(self._sets)}.")
        return self._sets[ref]

    def in_force(self, jurisdiction: str, at: datetime) -> PolicySet:
        """The set of this jurisdiction on the day of `at`, else the national one; the newest where several cover it.

        Raises NotFound before the first national set (2005-05-01), so that nobody is judged by a law to come.
        """
        if at.tzinfo is None:
            raise Invalid(
                "at",
                at.isoformat(),
                "Give the instant with a time zone, such as +08:00.",
                "请填带时区的时间，例如 +08:00。",
            )
        day = at.astimezone(TZ).date()
        for place in (jurisdiction, NATIONAL):
            covering = [s for s in self._sets.values() if s.jurisdiction == place and s.covers(day)]
            if covering:
                return max(covering, key=lambda s: (s.effective_from, s.version))
        raise NotFound(
            "policy set", f"{jurisdiction} on {day}", f"Name one yourself: {', '.join(self._sets)}."
        )


@cache
def builtin_policies() -> PolicyBook:
    """The sets that come with Gridcase (domain/policies/): CN-2022, CN-2005, ZJ-2016."""
    return read_policies(Path(__file__).with_name("policies"))


def read_policies(folder: Path) -> PolicyBook:
    """Every set in a folder of TOML files. A file without an `id` is a part that others include by its name.

    Raises Invalid naming file, rule, field, value and remedy.
    """
    files = {f.stem: parse_toml(f.name, f.read_text(encoding="utf-8")) for f in sorted(folder.glob("*.toml"))}
    return PolicyBook(_read_set(name, files) for name, told in files.items() if "id" in told)


def _read_set(name: str, files: Mapping[str, Mapping[str, Any]]) -> PolicySet:
    table = TomlTable(f"{name}.toml", files[name])
    rules: dict[str, Rule] = {}
    limits: dict[str, Any] = {}
    parts = table.words("include", files)
    for part in (*parts, name):  # the set itself last: its own limits stand above the included ones
        for code, told in files[part].get("rules", {}).items():
            where = TomlTable(f"{part}.toml: rules.{code}", told)
            if code in rules:
                raise where.wrong(
                    "code",
                    code,
                    f"{name}.toml has this rule from two files. Keep one of them.",
                    f"{name}.toml 的这条规则来自两个文件，请保留一个。",
                )
            rules[code] = read_rule(code, where)
        limits |= files[part].get("limits", {})
    table.take("rules", dict, {})
    table.take("limits", dict, {})
    policy = PolicySet(
        id=table.text("id"),
        version=table.count("version"),
        jurisdiction=table.text("jurisdiction"),
        title_zh=table.text("title_zh"),
        title_en=table.text("title_en"),
        effective_from=table.take("effective_from", date),
        effective_to=table.take("effective_to", date) if "effective_to" in table.names() else None,
        rules=MappingProxyType(rules),
        limits=_read_limits(TomlTable(f"{name}.toml: limits", limits)),
    )
    table.done()
    if policy.effective_to is not None and policy.effective_to < policy.effective_from:
        raise table.wrong(
            "effective_to",
            policy.effective_to,
            "The last day cannot lie before effective_from.",
            "最后一日不能早于 effective_from。",
        )
    return policy


def _read_limits(table: TomlTable) -> Limits:
    attempts, targets, skips = (
        table.table("attempts"),
        table.table("target_levels"),
        table.table("skip_rules"),
    )
    limits = Limits(
        attempts=MappingProxyType(
            {_level(name, attempts): attempts.count(name) for name in attempts.names()}
        ),
        target_levels=MappingProxyType({s: _level(targets.text(s), targets) for s in Severity}),
        skip_rules=MappingProxyType({name: _read_title(skips.table(name)) for name in skips.names()}),
        suspend_causes=table.words("suspend_causes", PAUSE_CAUSES),
        return_within=table.length("return_within"),
        max_returns=table.count("max_returns"),
        representatives=table.count("representatives"),
        late_entry_hours=table.count("late_entry_hours"),
        visit_sample_percent=table.count("visit_sample_percent"),
        reopen_window_days=table.count("reopen_window_days"),
        escalation_window_days=table.count("escalation_window_days"),
        termination_window_days=table.count("termination_window_days"),
        knowledge_cut=table.length("knowledge_cut"),
        publish_from=table.count("publish_from"),
        blue_left=table.length("blue_left"),
        blue_left_percent=table.count("blue_left_percent"),
    )
    for part in (targets, table):
        part.done()
    return limits


def _read_title(table: TomlTable) -> Title:
    title = Title(table.text("zh"), table.text("en"))
    table.done()
    return title


def _level(name: str, table: TomlTable) -> Level:
    levels = {level.name.lower(): level for level in Level}
    if name not in levels:
        raise table.wrong(
            name, name, f"The levels are {', '.join(levels)}.", f"层级有：{'、'.join(levels)}。"
        )
    return levels[name]


def rule_table(policy: PolicySet) -> str:
    """The rules of a set as a Markdown table: for the docs, and for `gridcase policy show`."""
    lines = [
        "| rule | 时限 | deadline | length | yellow | paused by | extension | when missed | only | basis |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for rule in policy.rules.values():
        length = f"{rule.length}, roll" if rule.roll else str(rule.length or "as agreed")
        extend = f"{rule.extend.max or 'as agreed'}, {rule.extend.by}" if rule.extend else "–"
        pause = ", ".join(rule.pause) or "–"
        lines.append(
            f"| `{rule.code}` | {rule.title_zh} | {rule.title_en} | {length} | {rule.warn or '–'} "
            f"| {pause} | {extend} | {rule.breach} | {rule.applies or '–'} | {rule.basis} |"
        )
    return "\n".join(lines)
