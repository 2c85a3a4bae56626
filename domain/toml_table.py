"""A TOML table that is emptied field by field, so that a misspelt or missing field is noticed and named.

Do not read configuration with `dict.get`: a wrong field would silently be a default.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from domain.errors import Invalid
from domain.length import Length

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_WORDS: Final[Mapping[type, str]] = {
    str: "a text in quotes",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    date: "a date such as 2022-05-01",
}
_WORDS_ZH: Final[Mapping[type, str]] = {
    str: "加引号的文字",
    int: "整数",
    bool: " true 或 false",
    list: "列表",
    dict: "表",
    date: "日期，例如 2022-05-01",
}


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises Invalid, naming the file, when it is none."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as broken:
        raise Invalid(name, text[:40], f"It is no TOML: {broken}.", f"不是 TOML 格式：{broken}。") from None


class TomlTable:
    """One table, `where` telling file and path. Every method takes a field away; `done` complains of what is left."""

    def __init__(self, where: str, told: Mapping[str, Any]) -> None:
        self.where = where
        self._left = dict(told)
        self._known: list[str] = []

    def names(self) -> tuple[str, ...]:
        """The fields that were not taken yet."""
        return tuple(self._left)

    def wrong(self, field: str, value: object, remedy: str, remedy_zh: str) -> Invalid:
        return Invalid(f"{self.where}.{field}", value, remedy, remedy_zh)

    def take(self, field: str, kind: type[T], default: T | None = None) -> T:
        """A field of exactly this type; `default` when it is absent, Invalid when there is no default."""
        self._known.append(field)
        value = self._left.pop(field, default)
        if type(value) is not kind:
            raise self.wrong(field, value, f"Write {_WORDS[kind]}.", f"请填写{_WORDS_ZH[kind]}。")
        return value

    def text(self, field: str) -> str:
        value = self.take(field, str)
        if not value.strip():
            raise self.wrong(field, value, "Write a text that is not empty.", "请填写不为空的文字。")
        return value

    def count(self, field: str) -> int:
        value = self.take(field, int)
        if value < 0:
            raise self.wrong(field, value, "Write 0 or more.", "请填写不小于 0 的数。")
        return value

    def length(self, field: str) -> Length:
        value = self.take(field, str)
        try:
            return Length.parse(value)
        except Invalid as problem:
            raise self.wrong(field, value, problem.remedy, problem.remedy_zh) from None

    def length_or_none(self, field: str) -> Length | None:
        if field in self._left:
            return self.length(field)
        self._known.append(field)
        return None

    def one_of(self, field: str, kind: type[E]) -> E:
        value = self.take(field, str)
        if value not in list(kind):
            raise self.wrong(
                field, value, f"Write one of {', '.join(kind)}.", f"请填其中之一：{'、'.join(kind)}。"
            )
        return kind(value)

    def words(self, field: str, known: Mapping[str, object]) -> tuple[str, ...]:
        """A list of words, each of them one of `known`; () when the field is absent."""
        told: list[object] = self.take(field, list, [])
        for word in told:
            if word not in known:
                raise self.wrong(
                    field, word, f"Known are {', '.join(known)}.", f"可用的有：{'、'.join(known)}。"
                )
        return tuple(str(word) for word in told)

    def table(self, field: str) -> TomlTable:
        """A table inside this one."""
        return TomlTable(f"{self.where}.{field}", self.take(field, dict))

    def done(self) -> None:
        for field, value in self._left.items():
            raise self.wrong(
                field,
                value,
                f"There is no such field. The fields are {', '.join(self._known)}.",
                f"没有此项。可填：{'、'.join(self._known)}。",
            )
