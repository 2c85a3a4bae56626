"""The page that tells the mapping language must know every word of it, and every mapping it ships must be read."""

from __future__ import annotations

import re

import pytest

from api.imports.case_language import read_case_mapping
from api.imports.mapping import MappingTable
from api.imports.unit_mapping import read_unit_mapping
from domain.terms import Channel, Level, Outcome, Severity, UnitKind
from tests.imports.conftest import MAPPINGS
from tests.imports.test_cases import LONG, WIDE
from tests.imports.test_units import MAPPING

PAGE = (MAPPINGS.parent / "import.md").read_text(encoding="utf-8")


def test_every_word_of_the_language_is_on_the_page(monkeypatch, write):
    asked: set[str] = set()
    done = MappingTable.done

    def listening(table: MappingTable) -> None:
        asked.update(table._known)
        done(table)

    monkeypatch.setattr(MappingTable, "done", listening)
    read_case_mapping(write("long.toml", LONG))
    read_case_mapping(write("wide.toml", WIDE))
    read_unit_mapping(write("units.toml", MAPPING))
    told = set(re.findall(r"`(?:\[+\w+\]+` `)?([a-z_]+)`", PAGE)) | set(re.findall(r"`\[+(\w+)\]+`", PAGE))
    assert len(asked) > 40 and asked - told == set()


@pytest.mark.parametrize(
    "words", [Channel, Outcome, Severity, UnitKind, [level.name.lower() for level in Level]]
)
def test_every_value_that_a_mapping_may_translate_to_is_on_the_page(words):
    assert [word for word in words if not re.search(rf"\b{word}\b", PAGE)] == []


def test_every_mapping_that_ships_is_read_and_told_line_by_line():
    for path in sorted(MAPPINGS.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        (read_unit_mapping if 'imports = "units"' in text else read_case_mapping)(path)
        assert f"(mappings/{path.name})" in PAGE
        assert text.startswith("#")
