"""单位映射: how the rows of a file become units. The language is told in docs/import.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api.imports.files import FileForm
from api.imports.mapping import (
    VALID_FROM,
    ConstantUnit,
    MappingTable,
    check_parent,
    columns_of,
    open_mapping,
    read_form,
    read_id,
    read_units,
)
from api.imports.values import Field, Row
from domain.errors import Invalid
from domain.terms import UnitKind


@dataclass(frozen=True, slots=True)
class KindRule:
    """A unit is of this kind when every pattern is found in its column."""

    kind: UnitKind
    where: tuple[tuple[str, re.Pattern[str]], ...]

    def fits(self, row: Row) -> bool:
        return all(pattern.search(row.cells.get(column, "")) for column, pattern in self.where)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as a row, or the mapping itself (line 0), tells it."""

    line: int
    code: str
    name: str
    kind: UnitKind
    parent: str
    valid_from: date
    township_class: int | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class UnitMapping:
    id: str
    form: FileForm
    code: Field
    name: Field
    parent: Field | None
    kind: Field | None
    township_class: Field | None
    population: Field | None
    valid_from: Field | date
    kinds: tuple[KindRule, ...]
    units: tuple[ConstantUnit, ...]

    def columns(self) -> list[tuple[str, ...]]:
        """The columns that a file must have."""
        since = self.valid_from if isinstance(self.valid_from, Field) else None
        named = columns_of(
            self.code, self.name, self.parent, self.kind, self.township_class, self.population, since
        )
        return named + [(column,) for rule in self.kinds for column, _ in rule.where]

    def tell(self, row: Row) -> UnitRow:
        """The unit that a row tells. Raises Invalid when it is not usable."""
        code, name = _needed(self.code, row), _needed(self.name, row)
        kind = next((rule.kind for rule in self.kinds if rule.fits(row)), None) or self._told_kind(row, name)
        parent = self.parent.read(row) if self.parent else ""
        check_parent(kind, parent)
        return UnitRow(
            row.line,
            code,
            name,
            kind,
            parent,
            _day(self.valid_from, row),
            _number(self.township_class, row),
            _number(self.population, row),
        )

    def _told_kind(self, row: Row, name: str) -> UnitKind:
        if self.kind is None:
            raise Invalid(
                self.name.name,
                name,
                "No [[kind]] of the mapping fits this row: add one.",
                "映射文件中没有适合本行的 [[kind]]，请补上。",
            )
        text = _needed(self.kind, row)
        try:
            return UnitKind(text)
        except ValueError:
            known = ", ".join(UnitKind)
            raise Invalid(
                self.kind.name,
                text,
                f"Write one of {known}, or map its values.",
                f"请填 {known} 之一，或在映射文件中译出。",
            ) from None


def read_unit_mapping(path: Path) -> UnitMapping:
    """Raises Invalid naming file, table, word, value and remedy; NotFound when there is no such file."""
    table = open_mapping(path, "units")
    columns = table.inner("columns")
    mapping = UnitMapping(
        id=read_id(table),
        form=read_form(table.inner("file")),
        code=columns.needed("code"),
        name=columns.needed("name"),
        parent=columns.field("parent"),
        kind=columns.field("kind"),
        township_class=columns.field("class"),
        population=columns.field("population"),
        valid_from=columns.field("valid_from") or table.take("valid_from", date, VALID_FROM),
        kinds=tuple(_kinds(table)),
        units=read_units(table),
    )
    for part in (columns, table):
        part.done()
    return mapping


def _kinds(table: MappingTable) -> Iterator[KindRule]:
    for rule in table.each("kind"):
        kind, where = rule.one_of("is", UnitKind), rule.inner("where")
        patterns = []
        for column in where.names():
            pattern = where.text(column)
            try:
                patterns.append((column, re.compile(pattern)))
            except re.error as problem:
                raise where.wrong(
                    column,
                    pattern,
                    f"Write a regular expression ({problem}).",
                    f"请填正则表达式（{problem}）。",
                ) from None
        rule.done()
        yield KindRule(kind, tuple(patterns))


def _needed(field: Field, row: Row) -> str:
    text = field.read(row)
    if not text:
        raise Invalid(field.name, text, "Fill the cell.", "此格必填。")
    return text


def _day(field: Field | date, row: Row) -> date:
    if isinstance(field, date):
        return field
    text = _needed(field, row)
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Invalid(
            field.name, text, "Write the first day as 2024-03-05.", "请把首日写成 2024-03-05。"
        ) from None


def _number(field: Field | None, row: Row) -> int | None:
    text = field.read(row) if field else ""
    if field is None or not text:
        return None
    if not text.isdecimal():
        raise Invalid(field.name, text, "Write a whole number, or nothing.", "请填整数，或留空。")
    return int(text)
