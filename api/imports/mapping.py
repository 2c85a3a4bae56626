"""The words that mapping files share: fields, the form of the file, constant units. (docs/import.md tells them all.)

Read a mapping only through `MappingTable`, so that a misspelt word is named and never silently ignored.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.imports.files import FileForm
from api.imports.values import Field, Instants
from domain.errors import Invalid, NotFound
from domain.names import value_name
from domain.terms import UnitKind
from domain.toml_table import TomlTable, parse_toml
from domain.unit import ATTACHED_KINDS

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
VALID_FROM = date(2000, 1, 1)  # so that cases of long ago find the unit in which they arose


class MappingTable(TomlTable):
    """A table of a mapping file."""

    def has(self, name: str) -> bool:
        self._known.append(name)
        return name in self._left

    def inner(self, name: str) -> Self:
        """A table inside this one; empty when it is absent."""
        return type(self)(f"{self.where}.{name}", self.take(name, dict, {}))

    def each(self, name: str) -> list[Self]:
        """A list of tables, or one table alone."""
        if isinstance(self._left.get(name), dict):
            return [self.inner(name)]
        told: list[object] = self.take(name, list, [])
        tables = []
        for number, one in enumerate(told, 1):
            if not isinstance(one, dict):
                raise self.wrong(name, one, "Write tables.", "此处须是若干个表。")
            tables.append(type(self)(f"{self.where}.{name}[{number}]", one))
        return tables

    def text_or(self, name: str, default: str = "") -> str:
        return self.text(name) if name in self._left else self.take(name, str, default)

    def texts(self, name: str) -> tuple[str, ...]:
        """A text, or a list of texts; () when it is absent."""
        if isinstance(self._left.get(name), str):
            return (self.text(name),)
        told: list[object] = self.take(name, list, [])
        for one in told:
            if not isinstance(one, str) or not one.strip():
                raise self.wrong(name, one, "Write texts that are not empty.", "请填写若干段不为空的文字。")
        return tuple(str(one) for one in told)

    def field(self, name: str) -> Field | None:
        """A column's name, a list of such names, or a table that says more; None when it is absent."""
        if not self.has(name):
            return None
        if not isinstance(self._left[name], dict):
            return Field(self.texts(name))
        table = self.inner(name)
        columns, constant = table.texts("column"), table.text_or("constant")
        if bool(columns) == bool(constant):
            raise table.wrong(
                "column", columns, "Give a column or a constant, one of the two.", "列和固定值请只填一项。"
            )
        values = table.take("values", dict, {}) if table.has("values") else None
        for word, ours in (values or {}).items():
            if not isinstance(ours, str):
                raise table.wrong(f"values.{word}", ours, "Write a text in quotes.", "请填写加引号的文字。")
        default = table.take("default", str) if table.has("default") else None
        field = Field(columns, constant, values, default, table.text_or("prefix"))
        table.done()
        return field

    def needed(self, name: str) -> Field:
        found = self.field(name)
        if found is None:
            raise self.wrong(name, None, "Name the column, or give a constant.", "请填列名，或者给出固定值。")
        return found

    def one_among(self, name: str, words: Iterable[str]) -> Field | None:
        """A field whose words are all among these, as far as the mapping tells them."""
        found, known = self.field(name), list(words)
        for word in (found and found.possible()) or ():
            if word and word not in known:
                raise self.wrong(
                    name, word, f"Write one of {', '.join(known)}.", f"请填其中之一：{'、'.join(known)}。"
                )
        return found


@dataclass(frozen=True, slots=True)
class ConstantUnit:
    """A unit that the mapping itself tells, because no row does: the county, a foreign body. Created when missing."""

    code: str
    name: str
    kind: UnitKind
    parent: str
    valid_from: date


def check_parent(kind: UnitKind, parent: str) -> None:
    """Raises Invalid for a unit that cannot stand alone."""
    if not parent and (kind in ATTACHED_KINDS or kind is UnitKind.GRID):
        raise Invalid(
            "parent",
            parent,
            f"A {kind.value} belongs to a unit: give that unit's code.",
            f"{value_name(UnitKind, kind).zh} 须隶属于一个单位：请填该单位的编码。",
        )


def open_mapping(path: Path, kind: str) -> MappingTable:
    """The mapping in a file. Raises Invalid when it is one for something else than `kind` ("units", "cases")."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise NotFound("mapping", str(path), f"{problem.strerror}: look at the path again.") from None
    except UnicodeDecodeError:
        raise Invalid(
            "mapping", path.name, "Write mapping files in UTF-8.", "映射文件请用 UTF-8 编码。"
        ) from None
    table = MappingTable(path.name, parse_toml(path.name, text))
    told = table.text("imports")
    if told != kind:
        raise table.wrong(
            "imports",
            told,
            f'This import takes a mapping with imports = "{kind}".',
            f'此导入须用写有 imports = "{kind}" 的映射。',
        )
    return table


def read_id(table: MappingTable) -> str:
    name = table.text("id")
    if not NAME.fullmatch(name):
        raise table.wrong(
            "id",
            name,
            "Write small letters, digits, - and _, at most 40.",
            "请填小写字母、数字、- 和 _，最多 40 个字符。",
        )
    return name


def read_form(table: MappingTable) -> FileForm:
    form = FileForm(
        encoding=table.text_or("encoding", "auto"),
        delimiter=table.take("delimiter", str, ","),
        sheet=table.text_or("sheet"),
        header=table.take("header", int, 1),
    )
    table.done()
    if form.encoding != "auto":
        try:
            codecs.lookup(form.encoding)
        except LookupError:
            raise table.wrong(
                "encoding",
                form.encoding,
                'Write "auto", "utf-8", "gb18030" or "utf-16".',
                '请填 "auto"、"utf-8"、"gb18030" 或 "utf-16"。',
            ) from None
    if len(form.delimiter) != 1:
        raise table.wrong(
            "delimiter",
            form.delimiter,
            'Write one character, such as "," or "\\t".',
            '请填一个字符，例如 "," 或 "\\t"。',
        )
    if form.header < 1:
        raise table.wrong(
            "header",
            form.header,
            "Write the number of the line with the names of the columns.",
            "请填列名所在的行号。",
        )
    return form


def read_instants(table: MappingTable) -> Instants:
    zone = table.text("zone")
    try:
        instants = Instants(ZoneInfo(zone), table.texts("format"))
    except (ZoneInfoNotFoundError, ValueError):
        raise table.wrong(
            "zone",
            zone,
            "Write an IANA time zone, such as Asia/Shanghai.",
            "请填 IANA 时区，例如 Asia/Shanghai。",
        ) from None
    return instants


def read_units(table: MappingTable) -> tuple[ConstantUnit, ...]:
    units = []
    for told in table.each("unit"):
        unit = ConstantUnit(
            code=told.text("code"),
            name=told.text("name"),
            kind=told.one_of("kind", UnitKind),
            parent=told.text_or("parent"),
            valid_from=told.take("valid_from", date, VALID_FROM),
        )
        check_parent(unit.kind, unit.parent)
        told.done()
        units.append(unit)
    return tuple(units)


def columns_of(*fields: Field | None) -> list[tuple[str, ...]]:
    """What a file must have for these fields to be read."""
    return [field.columns for field in fields if field is not None and field.columns]
