"""An event of a case told in a sentence that a supervisor reads: when, who, what, from where to where, why, by which
right, and what became of the deadlines. Words only: what changed is worked out in audit.py.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from enum import Enum
from functools import cache, lru_cache
from typing import Any

from domain.calendar import TZ
from domain.case import ENVELOPE
from domain.fact_names import fact_name
from domain.names import state_name, value_name
from domain.policy import PolicyBook
from domain.rule import PAUSE_CAUSES, Title
from domain.terms import Level, Outcome, Role, Source
from domain.topics import TOPICS
from projections.clock_changes import clock_title
from projections.moments import day_text
from projections.rows import Row
from projections.schema import parsed

LONGEST = 160  # characters of a free text that a sentence carries; the facts beside it have all
WHOLE = 1_000_000

YES_NO = {True: Title("是", "yes"), False: Title("否", "no")}

UNIT_FACTS = frozenset(
    {"unit", "origin", "sender", "receiver", "lead", "members", "told", "to", "object_unit", "issuer"}
)
TOLD_BY_CLOCKS = frozenset(
    {"clock", "colour", "due"}
)  # facts of a missed deadline that its own part tells better

FOR_MACHINES = frozenset(
    {"digest", "wording", "maker", "template"}
)  # facts of a letter that prove something and tell nobody anything

CLOCK_CHANGES: Mapping[str, Title] = {
    "started": Title("{name}开始计时，{due}前办结", "{name} began, due by {due}"),
    "met": Title("{name}按期完成", "{name} met in time"),
    "met late": Title("{name}逾期完成（应于{due}前）", "{name} met late (was due by {due})"),
    "lapsed": Title("{name}期满", "{name} ran out"),
    "cancelled": Title("{name}不再适用", "{name} fell away"),
    "paused": Title("{name}中止计时", "{name} paused"),
    "resumed": Title("{name}恢复计时，{due}前办结", "{name} resumed, due by {due}"),
    "extended": Title("{name}延长至{due}", "{name} extended until {due}"),
    "moved": Title("{name}调整至{due}", "{name} moved to {due}"),
    "warned": Title("{name}{colour}预警，{due}前办结", "{name} warned {colour}, due by {due}"),
    "missed": Title("{name}记{colour}逾期（应于{due}前）", "{name} marked {colour}, was due by {due}"),
}


@dataclass
class Told:
    """What the sentences of one history refer to: the rules, the units' names, and who is a party of the case."""

    policies: PolicyBook
    unit_names: Mapping[str, list[tuple[str, str]]]
    subjects: set[str] = field(default_factory=set)
    in_parts: bool = False  # whether a row also gets `parts`: what a page sets apart
    longest: int = LONGEST  # characters of a free text

    def unit(self, code: str, at: str) -> str:
        """The unit's name on the local day of an instant; the code of one that has none."""
        day = day_text(at)
        names = self.unit_names.get(code, [])
        return next((name for since, name in reversed(names) if since <= day), names[0][1] if names else code)

    def danger(self, rule: str) -> Title:
        """What a kind of danger is called by the policies; one that none knows is called as it is written."""
        known = (
            policy.limits.skip_rules[rule]
            for policy in self.policies.all()
            if rule in policy.limits.skip_rules
        )
        return next(known, Title(rule, rule))


@dataclass(frozen=True)
class Parts:
    """What a sentence is made of, for who shows it otherwise: facts with their labels, the move, the deadlines, the mark."""

    facts: list[tuple[Title, Title]]
    moved: Title
    clocks: list[Title]
    mark: Title


def sentences(row: Row, told: Told) -> dict[str, str]:
    """`zh`, `en`, `unit_name`, `holder_name`, `sentence_zh` and `sentence_en` of a row of a history.

    Rows are told oldest first: the parties are learned on the way.
    """
    name, at = _event_name(row), row["occurred_at"]
    _learn_parties(row["changes"]["facts"], told)
    unit, holder = told.unit(row["unit"], at), told.unit(row["holder"], at)
    said = [_facts(row, told), _moved(row, holder, told), _reason(row), _clocks(row, told)]
    who, entered = _who(row, unit, told), _entered(row)
    when = _minute(at)
    if told.in_parts:
        whole = replace(told, longest=WHOLE)
        row["parts"] = Parts(
            _fact_pairs(row, whole), _moved(row, holder, told), _clock_changes(row, told), entered
        )
    return {
        "zh": name.zh,
        "en": name.en,
        "unit_name": unit,
        "holder_name": holder,
        "sentence_zh": f"{when.zh}，{who.zh}{name.zh}"
        + "".join(part.zh for part in said)
        + "。"
        + entered.zh,
        "sentence_en": f"{when.en}: {who.en}. {name.en}"
        + "".join(part.en for part in said)
        + "."
        + entered.en,
    }


def _event_name(row: Row) -> Title:
    if any(change["change"] == "warned" for change in row["changes"]["clocks"]):
        return Title("期限将届", "Deadline near")  # recorded by the same event as a miss
    event = TOPICS[row["topic"]]
    return Title(event.ZH, event.EN)


def _who(row: Row, unit: str, told: Told) -> Title:
    post = value_name(Role, row["post"])
    if row["post"] == Role.SYSTEM:
        return Title(post.zh + "：", "By " + post.en)
    behalf = _text(row["on_behalf_of"], told)
    return Title(
        f"{unit}{post.zh}{row['user']}" + (f"代{behalf}" if behalf else "") + "：",
        f"{post.en[0].upper()}{post.en[1:]} {row['user']}" + (f" of {unit}" if unit else "")
        + (f" on behalf of {behalf}" if behalf else ""),
    )  # fmt: skip


def _facts(row: Row, told: Told) -> Title:
    pairs = _fact_pairs(row, told)
    zh = [f"{label.zh}：{shown.zh}" for label, shown in pairs]
    en = [f"{label.en}: {shown.en}" for label, shown in pairs]
    return Title("，" + "；".join(zh), " — " + "; ".join(en)) if pairs else Title("", "")


def _fact_pairs(row: Row, told: Told) -> list[tuple[Title, Title]]:
    """The facts with their labels. What is empty, or as it is when nobody says otherwise, is left out."""
    found = []
    by_clock = TOLD_BY_CLOCKS if row["post"] == Role.SYSTEM else frozenset()
    for name, kind in _kinds(row["topic"]).items():
        value = row["changes"]["facts"].get(name)
        if (
            value is None
            or value in ("", [], {})
            or (value == kind.default and kind.enum is None)
            or name in by_clock
            or name in FOR_MACHINES
        ):
            continue
        found.append((fact_name(name), _shown(name, value, kind.enum, row["occurred_at"], told)))
    return found


def _shown(name: str, value: Any, enum: type[Enum] | None, at: str, told: Told) -> Title:
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, list):
        each = [_shown(name, one, enum, at, told) for one in value]
        return Title("、".join(one.zh for one in each), ", ".join(one.en for one in each))
    if isinstance(value, dict):
        return _structured(value, at, told)
    if enum is not None:
        return value_name(enum, value)
    if name == "cause" and value in PAUSE_CAUSES:
        return PAUSE_CAUSES[value]
    if name == "rule":
        return told.danger(value)
    if name == "due":
        return _minute(value)
    text = (
        told.unit(value, at) if name in UNIT_FACTS and value in told.unit_names else _text(str(value), told)
    )
    return Title(text, text)


def _structured(value: Mapping[str, Any], at: str, told: Told) -> Title:
    """A party, an obligation, drafted facts, or those of a foreign log."""
    if "subject" in value:
        text = _text(value["subject"], told)
        return Title(text, text)
    if {"who", "what"} <= value.keys():
        who, what, due = _text(value["who"], told), _text(value["what"], told), value.get("due")
        done = value.get("fulfilled")
        return Title(
            f"{who}{what}" + ("（已履行）" if done else f"（{due}前）" if due else ""),
            f"{who} {what}" + (" (done)" if done else f" (by {due})" if due else ""),
        )
    parts = [(fact_name(key), _shown(key, one, None, at, told)) for key, one in value.items()]
    return Title(
        ", ".join(f"{label.zh}={shown.zh}" for label, shown in parts),
        ", ".join(f"{label.en}={shown.en}" for label, shown in parts),
    )


def _moved(row: Row, holder: str, told: Told) -> Title:
    zh, en = "", ""
    before, after = row["state_before"], row["state"]
    if before != after:
        new = state_name(after)
        old = state_name(before) if before else None
        zh += f"。由“{old.zh}”转为“{new.zh}”" if old else f"。状态为“{new.zh}”"
        en += f". From {old.en} to {new.en}" if old else f". It is {new.en}"
        if row["outcome"]:
            outcome = value_name(Outcome, row["outcome"])
            zh, en = f"{zh}（{outcome.zh}）", f"{en} ({outcome.en})"
    if row["level_before"] != row["level"] and row["level"] is not None:
        level = value_name(Level, row["level"])
        old = None if row["level_before"] is None else value_name(Level, row["level_before"])
        zh += f"，层级由{old.zh}到{level.zh}" if old else f"，层级为{level.zh}"
        en += f", level from {old.en} to {level.en}" if old else f", level {level.en}"
    if row["holder_before"] != row["holder"] and row["holder"]:
        zh, en = f"{zh}，由{holder}办理", f"{en}, held by {holder}"
    return Title(zh, en)


def _reason(row: Row) -> Title:
    zh, en = "", ""
    if row["reason"] and row["source"] != Source.SWEEP:  # its reason repeats the deadline
        zh, en = f"。原因：{_short(row['reason'])}", f". Reason: {_short(row['reason'])}"
    if row["basis"]:
        zh, en = f"{zh}。依据：{_short(row['basis'])}", f"{en}. Basis: {_short(row['basis'])}"
    return Title(zh, en)


def _clocks(row: Row, told: Told) -> Title:
    said = _clock_changes(row, told)
    zh, en = "；".join(one.zh for one in said), "; ".join(one.en for one in said)
    return Title(f"。期限：{zh}", f". Deadlines: {en}") if said else Title("", "")


def _clock_changes(row: Row, told: Told) -> list[Title]:
    found = []
    for change in row["changes"]["clocks"]:
        said = CLOCK_CHANGES["met late" if change["change"] == "met" and change["late"] else change["change"]]
        name, due = clock_title(told.policies, change["name"], change["policy"]), _limit(change["due"])
        colour = {"red": Title("红色", "red"), "yellow": Title("黄色", "yellow")}.get(
            change["colour"], Title("", "missed")
        )
        zh = said.zh.format(name=f"“{name.zh}”", due=due.zh, colour=colour.zh)
        found.append(Title(zh, said.en.format(name=f"“{name.en}”", due=due.en, colour=colour.en)))
    return found


def _entered(row: Row) -> Title:
    """Marks of an entry that did not come in time, or not by hand."""
    if row["source"] == Source.IMPORT:
        return Title("（导入的历史记录）", " (Imported history.)")
    if row["late"]:
        when = _minute(row["recorded_at"])
        return Title(f"（补录，登记于{when.zh}）", f" (Entered late, on {when.en}.)")
    return Title("", "")


# How single values are written.


def _text(value: str, told: Told) -> str:
    """A free text, shortened; a party's reference as the token that the people store renders."""
    return f"⟦{value}:name⟧" if value in told.subjects else _short(value, told.longest)


def _short(text: str, longest: int = LONGEST) -> str:
    """Part of a longer sentence, which has its own punctuation."""
    text = text.rstrip().removesuffix("。").removesuffix(".")
    if len(text) <= longest:
        return text
    cut = text[:longest]
    if cut.rfind("⟦") > cut.rfind("⟧"):  # never half a token
        cut = cut[: cut.rfind("⟦")]
    return cut + "…"


@lru_cache(maxsize=8192)
def _minute(at: str) -> Title:
    local = parsed(at).astimezone(TZ)
    return Title(
        f"{local.year}年{local.month}月{local.day}日{local:%H:%M}",
        f"{local.day} {local:%b} {local.year} {local:%H:%M}",
    )


@lru_cache(maxsize=8192)
def _limit(due: str) -> Title:
    """The end of a term: the last day in time where the term ends at midnight, else the minute."""
    local = parsed(due).astimezone(TZ)
    if (local.hour, local.minute, local.second, local.microsecond) != (0, 0, 0, 0):
        return _minute(due)
    last = local.date() - timedelta(days=1)
    return Title(f"{last.year}年{last.month}月{last.day}日（含）", f"{last.day} {last:%b} {last.year}")


def _learn_parties(facts: Mapping[str, Any], told: Told) -> None:
    for name in ("parties", "petitioners"):
        told.subjects.update(party["subject"] for party in facts.get(name) or ())


@dataclass(frozen=True)
class _Kind:
    """How a fact is shown: by which enumeration, and what it is when nobody says otherwise."""

    enum: type[Enum] | None
    default: Any


@cache
def _kinds(topic: str) -> dict[str, _Kind]:
    event = TOPICS[topic]
    hints = typing.get_type_hints(event)
    found = {}
    for f in fields(event):
        if f.name in ENVELOPE:
            continue
        choices = (*typing.get_args(hints[f.name]), hints[f.name])
        enum = next((c for c in choices if isinstance(c, type) and issubclass(c, Enum)), None)
        found[f.name] = _Kind(enum, f.default)
    return found
