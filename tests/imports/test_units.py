"""Units from files: the real district, and what happens to rows that are not usable."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from api.imports.units import import_units
from domain.errors import Invalid
from domain.terms import UnitKind
from tests.imports.conftest import IMPORTER, MAPPINGS
from tests.support.real_data import real_file

DAY = date(2026, 3, 2)
MAPPING = """
imports = "units"
id = "small"
[columns]
code = "code"
name = "name"
parent = "above"
class = { column = "class", values = { "一类" = "1", "二类" = "2" } }
population = "people"
[[kind]]
is = "county"
where = { name = "县$" }
[[kind]]
is = "town"
where = { name = "镇$" }
[[kind]]
is = "village"
where = { name = "村$" }
"""
CHILD_FIRST = "code,name,above,class,people\n111,东村,11,,340\n11,河镇,1,一类,\n1,山县,,,\n"


def test_the_two_files_of_a_real_district_give_its_units_and_again_nothing(service):
    files = [real_file(f"shangyu_330604_{name}.csv") for name in ("streets", "villages")]
    reports = [
        import_units(service, file, MAPPINGS / "shangyu_units.toml", actor=IMPORTER).as_json()
        for file in files
    ]
    assert reports == [
        {"created": 21, "unchanged": 0, "rejected": []},
        {"created": 364, "unchanged": 1, "rejected": []},
    ]
    units = service.reference.organisation()
    assert Counter(unit.kind for unit in units.standing(DAY)) == {
        UnitKind.COUNTY: 1,
        UnitKind.SUBDISTRICT: 7,
        UnitKind.TOWN: 10,
        UnitKind.RURAL_TOWNSHIP: 3,
        UnitKind.VILLAGE: 279,
        UnitKind.COMMUNITY: 85,
    }
    assert units.ancestors("330604202224", date(2000, 1, 1)) == ["330604202", "330604"]
    head = service.log.head()
    again = [import_units(service, file, MAPPINGS / "shangyu_units.toml", actor=IMPORTER) for file in files]
    assert [(report.created, report.unchanged) for report in again] == [(0, 21), (0, 365)]
    assert service.log.head() == head


def test_parents_are_created_first_whatever_the_order_of_the_rows(service, write):
    report = import_units(service, write("u.csv", CHILD_FIRST), write("m.toml", MAPPING), actor=IMPORTER)
    assert (report.created, report.rejected) == (3, [])
    units = service.reference.organisation()
    assert units.get("11", DAY).township_class == 1 and units.get("111", DAY).population == 340
    assert [logged.event.code for logged in service.log.read(0)] == ["1", "11", "111"]
    entry = service.log.read(0)[0].event.entry
    assert (entry.actor, entry.source, entry.reason) == (IMPORTER, "import", "small:u.csv")


def test_a_dry_run_reports_the_same_and_records_nothing(service, write):
    file, mapping = write("u.csv", CHILD_FIRST), write("m.toml", MAPPING)
    dry = import_units(service, file, mapping, actor=IMPORTER, dry_run=True)
    assert service.log.head() == 0 and not service.reference.organisation().exists("1")
    assert import_units(service, file, mapping, actor=IMPORTER) == dry


def test_bad_rows_are_named_with_line_field_value_and_remedy_and_the_others_go_on(service, write):
    file = write(
        "u.csv",
        "code,name,above,class,people\n1,山县,,,\n11,河镇,1,九类,\n12,海镇,,,many\n13,湖镇,,,\n,无镇,1,,\n14,山寨,1,,\n"
        "131,西村,99,,\n13,别镇,1,,\n",
    )
    report = import_units(service, file, write("m.toml", MAPPING), actor=IMPORTER)
    assert [(bad.line, bad.field, bad.value) for bad in report.rejected] == [
        (3, "class", "九类"),
        (4, "people", "many"),
        (6, "code", ""),
        (7, "name", "山寨"),
        (8, "parent", "99"),
        (9, "code", "13"),
    ]
    assert all(bad.remedy for bad in report.rejected)
    assert report.created == 2
    before = service.log.head()
    stopped = import_units(service, file, write("m.toml", MAPPING), actor=IMPORTER, on_error="stop")
    assert [bad.line for bad in stopped.rejected] == [3] and service.log.head() == before


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (MAPPING.replace('imports = "units"', 'imports = "cases"'), "imports"),
        (MAPPING.replace("population", "popluation"), "popluation"),
        (MAPPING.replace('"县$"', '"县("'), "regular expression"),
        (MAPPING.replace('is = "town"', 'is = "city-state"'), "city-state"),
        (MAPPING.replace('name = "name"\n', ""), "columns.name"),
        ("imports = ", "no TOML"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_before_anything_is_read(service, write, wrong, says):
    with pytest.raises(Invalid, match=says):
        import_units(service, write("u.csv", CHILD_FIRST), write("m.toml", wrong), actor=IMPORTER)
