"""A fact as the page asks for it: which control, its words, what is in it. Made from the description that JSON has too.

No HTML here (templates/parts/sheet.html draws), and no rule: what is demanded is said by the guards.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from api import fact_kinds as kinds
from api.pages.bodies import is_party
from api.pages.choices import FEW, Choice, Choices
from api.pages.hints import hint_for
from api.pages.typed import ADD, Typed
from domain.rule import Title

YES_NO: Final = (("true", Title("是", "Yes")), ("false", Title("否", "No")))
NATURE: Final = (("person", Title("个人", "Person")), ("organisation", Title("单位", "Organisation")))
PERSON: Final = (
    ("name", "line", Title("姓名或单位名称", "Name"), True),
    ("phone", "tel", Title("联系电话", "Telephone"), False),
    ("id_number", "line", Title("证件号码", "Identity number"), False),
    ("address", "line", Title("住址", "Address"), False),
)
INPUTS: Final = {"day": "date", "instant": "datetime-local", "integer": "number"}
LONG: Final = frozenset({"facts", "record", "opinion", "terms", "summary"})
FIRST_ROWS: Final = {"parties": 2, "petitioners": 1}  # empty lines that a list of people begins with


@dataclass(frozen=True)
class Control:
    """One question of a form.

    `kind`: line, area, select, radios, checks, check, date, datetime-local, number, tel, search (typed, with offers), rows.
    `values` are what is chosen of several; `lines` the rows of a list of records, each with its controls.
    """

    kind: str
    name: str
    label: Title
    needed: bool = True
    hint: Title | None = None
    demands: tuple[Title, ...] = ()
    choices: Sequence[Choice] = ()
    value: str = ""
    values: tuple[str, ...] = ()
    more: str | None = None
    long: bool = False
    lines: tuple[Line, ...] = ()
    empty: bool = False  # it may stay without an answer, and means nothing else then


@dataclass(frozen=True)
class Line:
    """One record of a list: its number, what it is called, what is hidden in it, its controls."""

    prefix: str
    title: Title | None = None
    hidden: Mapping[str, str] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()


@dataclass
class Controls:
    """Makes the controls of one form. `demands` are the sentences of the conditions that look at a fact."""

    trigger: str
    choices: Choices
    typed: Typed
    demands: Mapping[str, tuple[Title, ...]] = field(default_factory=dict)

    def of(self, asked: Mapping[str, Any], name: str) -> Control:
        """The control for a described fact under this name."""
        kind, stands_for = asked["type"], asked.get("stands_for", "")
        said = {
            "name": name,
            "label": label(asked),
            "needed": asked["required"],
            "hint": hint_for(self.trigger, asked["name"]),
            "demands": self.demands.get(asked["name"], ()),
        }
        if kind == "list" and asked["of"]["type"] == "record":
            return Control("rows", **said, lines=self._lines(asked, name))
        if kind == "list":
            return self._several(asked, stands_for, said)
        value = self.typed.one(name) or (str(asked.get("default", "")) if not self.typed else "")
        if kind == "boolean":
            return self._boolean(asked, said)
        if kind == "choice":
            offered = [(one["value"], Title(one["zh"], one["en"])) for one in asked["choices"]]
            kind, empty = (
                "radios" if len(offered) <= 4 else "select",
                not said["needed"] and "default" not in asked,
            )
            return Control(kind, **said, choices=offered, value=value, empty=empty)
        if kind in INPUTS and not stands_for:
            return Control(INPUTS[kind], **said, value=value)
        if stands_for == kinds.PROSE:
            return Control("area", **said, value=value, long=asked["name"] in LONG)
        return self._one(asked, stands_for, said, value)

    def _one(self, asked: Mapping[str, Any], stands_for: str, said: dict[str, Any], value: str) -> Control:
        """A line of words, or one of what there is."""
        offered = self.choices.of(stands_for, asked["name"])
        if not value and not self.typed and stands_for:
            value = self.choices.likely(stands_for, asked["name"])
        if not offered:
            return Control("line", **said, value=value)
        known = dict(offered)
        if stands_for == kinds.PARTY and len(offered) <= 6 and (not value or value in known):
            return Control("radios", **said, choices=offered, value=value)
        closed = stands_for not in (kinds.USER, kinds.PERSON, kinds.CASE)
        if closed and len(offered) <= FEW:
            empty = not said["needed"] and "default" not in asked
            return Control("select", **said, choices=_with(offered, value), value=value, empty=empty)
        if stands_for == kinds.UNIT:
            offers = [(_unit_text(code, name), name) for code, name in offered]
            code = self.choices.find_unit(value)
            return Control(
                "search", **said, choices=offers, value=_unit_text(code, self.choices.unit_name(code))
            )
        return Control("search", **said, choices=offered, value=value)

    def _several(self, asked: Mapping[str, Any], stands_for: str, said: dict[str, Any]) -> Control:
        """Any of what there is, and where it may be something else, one more in each line of a field."""
        name, offered = said["name"], self.choices.of(stands_for, asked["name"])[: FEW * 2]
        if stands_for in (kinds.USER, kinds.PERSON):
            offered = [
                *(self.choices.parties.items() if stands_for == kinds.PERSON else ()),
                *self.choices.closest,
            ]
        chosen = self.typed.all(name)
        if stands_for == kinds.UNIT:
            chosen = [self.choices.find_unit(one) for one in chosen]
        known = dict(offered)
        more = "\n".join(one for one in chosen if one not in known)
        ticked = tuple(one for one in chosen if one in known)
        if not offered:
            return Control("area", **{**said, "name": f"{name}.more"}, value=more)
        closed = stands_for == kinds.PARTY
        return Control(
            "checks", **said, choices=offered, values=ticked, more=None if closed and not more else more
        )

    def _boolean(self, asked: Mapping[str, Any], said: dict[str, Any]) -> Control:
        """Yes or no where an answer is demanded (silence is none), a tick where nothing is meant by leaving it."""
        value = self.typed.one(said["name"])
        if asked["required"] or asked.get("default") is True:
            default = "true" if asked.get("default") is True and not self.typed else ""
            return Control("radios", **said, choices=YES_NO, value=value or default)
        return Control("check", **said, value=value)

    # Lists of records.

    def _lines(self, asked: Mapping[str, Any], name: str) -> tuple[Line, ...]:
        inner, people = asked["of"], is_party(asked["of"])
        numbers = self.typed.rows(name)
        if not self.typed:
            numbers = list(range(self._first_rows(asked)))
        if self.typed.one(ADD) == name:
            numbers = [*numbers, max(numbers, default=-1) + 1]
        return tuple(
            self._person(asked, f"{name}.{n}", place) if people else self._record(inner, f"{name}.{n}", place)
            for place, n in enumerate(numbers)
        )

    def _first_rows(self, asked: Mapping[str, Any]) -> int:
        if is_party(asked["of"]):
            return max(len(self.choices.case.parties), FIRST_ROWS.get(asked["name"], 1))
        return 1

    def _record(self, inner: Mapping[str, Any], prefix: str, place: int) -> Line:
        parts = tuple(self.of(part, f"{prefix}.{part['name']}") for part in inner["fields"])
        return Line(prefix, Title(f"第{place + 1}项", f"No. {place + 1}"), {}, parts)

    def _person(self, asked: Mapping[str, Any], prefix: str, place: int) -> Line:
        """Somebody: one of the case's parties as they are called here, or somebody new with a reference made now."""
        parties = self.choices.case.parties
        known = self.typed.one(f"{prefix}.known") == "yes" if self.typed else place < len(parties)
        of_case = parties[place] if known and not self.typed else None
        subject = of_case.subject if of_case else self.typed.one(f"{prefix}.subject") or new_reference()
        part = next(one for one in asked["of"]["fields"] if one["name"] == "part")
        default = (
            of_case.part
            if of_case
            else "petitioner"
            if self.choices.table.case_type == "petition"
            else "party"
        )
        value = self.typed.one(f"{prefix}.part") or default
        role = Control(
            "select", f"{prefix}.part", label(part), choices=self.choices.of(kinds.PART, "part"), value=value
        )
        hidden = {f"{prefix}.subject": subject} | ({f"{prefix}.known": "yes"} if known else {})
        if known:
            return Line(prefix, self.choices.parties.get(subject), hidden, (role,))
        title = Title(f"第{place + 1}人", f"Person {place + 1}")
        own = tuple(
            Control(kind, f"{prefix}.{name}", words, needed, value=self.typed.one(f"{prefix}.{name}"))
            for name, kind, words, needed in PERSON
        )
        nature = Control("radios", f"{prefix}.kind", Title("类型", "Kind"), choices=NATURE,
                         value=self.typed.one(f"{prefix}.kind") or "person")  # fmt: skip
        return Line(prefix, title, hidden, (*own, role, nature))


def label(asked: Mapping[str, Any]) -> Title:
    """What a fact is called, in English with a capital."""
    return Title(asked["zh"], asked["en"][:1].upper() + asked["en"][1:])


def new_reference() -> str:
    """A reference for somebody who comes in for the first time. It says nothing about them."""
    return f"S-{secrets.token_hex(8)}"


def _unit_text(code: str, name: Title) -> str:
    return f"{name.zh} {code}" if code and name.zh != code else code


def _with(offered: Sequence[Choice], value: str) -> Sequence[Choice]:
    """What is offered, and what was chosen before though it is not offered (any more)."""
    return offered if not value or value in dict(offered) else [*offered, (value, Title(value, value))]
