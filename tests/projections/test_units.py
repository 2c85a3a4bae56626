"""The spans of units say on every day what the organisation answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings

from domain.case import Entry
from domain.errors import Invalid, NotFound
from domain.terms import UnitKind
from domain.unit import unit_id
from projections.rows import Rows
from projections.schema import open_engine, writing
from projections.units import READ_UNITS, Units, names_of, under, unit, units_on
from tests.domain.test_organisation import CHANGES, MONTHS, District
from tests.support.seen import as_seen
from tests.support.township import ADMIN, at

JULY = date(2024, 7, 1)


class Folded(District):
    """A district whose events are folded into an in-memory database, one batch each."""

    def __init__(self) -> None:
        self.engine, self.projection, self.position = open_engine("sqlite:///:memory:"), Units(), 0
        with writing(self.engine) as connection:
            for table in self.projection.tables:
                table.create(connection)
        self.rows = Rows(self.engine, self.projection.tables)
        self.waiting: list[Any] = []
        super().__init__()
        self.fold()

    def _apply(self, code):
        events = self.units[code].collect_events()
        for event in events:
            self.organisation.apply(event)
            self.position += 1
            self.waiting.append((self.position, event.timestamp, event))

    def fold(self):
        self.rows.begin({})
        self.projection.fold(as_seen(self.waiting), self.rows)
        with writing(self.engine) as connection:
            self.rows.flush(connection)
        self.rows.done()
        self.waiting.clear()


@given(CHANGES)
@settings(max_examples=40, deadline=None)
def test_units_and_their_ancestors_are_told_as_the_organisation_tells_them(changes):
    district = Folded()
    for number, (command, code, other, day) in enumerate(changes):
        try:
            match command:
                case "create":
                    district.create(f"new{number}", UnitKind.GRID, other, day)
                case "split_into":
                    district.do(command, code, [other, "C"], on=day)
                case "close":
                    district.do(command, code, on=day)
                case _:
                    district.do(command, code, other, on=day)
        except Invalid:
            continue
        if number % 2:
            district.fold()
    district.fold()
    org = district.organisation
    with district.engine.connect() as connection:
        for day in [*MONTHS, date(2024, 3, 15), date(2023, 12, 31)]:
            told = {row["code"]: row for row in units_on(connection, day)}
            assert set(told) == {view.code for view in org.standing(day)}
            for view in org.standing(day):
                row = told[view.code]
                assert (row["name"], row["kind"], row["level"], row["parent"]) == (
                    view.name, view.kind, view.level, view.parent,
                )  # fmt: skip
                assert set(connection.execute(under(view.code, day)).scalars()) == {
                    code for code in district.units if org.is_under(code, view.code, day)
                } - {code for code in district.units if not district.units[code].valid_from <= day}
                standing = set(connection.execute(under(view.code, day, former=False)).scalars())
                assert standing == org.subtree(view.code, day)
    district.engine.dispose()


def test_a_unit_has_its_children_its_ancestors_and_its_history():
    district = Folded()
    district.do("rename", "A", "石桥村", on=JULY)
    district.do("merge_into", "B", "A", on=JULY)
    district.fold()
    with district.engine.connect() as connection:
        told = unit(connection, "A", JULY)
        assert told["name"] == "石桥村"
        assert [child["code"] for child in told["children"]] == ["A-committee", "A1", "A2", "B1"]
        assert told["ancestors"] == ["T1", "C"]
        assert [(span["valid_from"], span["valid_to"], span["name"]) for span in told["spans"]] == [
            ("2024-01-01", "2024-07-01", "A"), ("2024-07-01", None, "石桥村"),
        ]  # fmt: skip
        assert unit(connection, "A-studio", JULY)["ancestors"] == ["A-committee", "A", "T1", "C"]
        assert [row["code"] for row in units_on(connection, JULY - timedelta(days=1), parent="B")] == ["B1"]
        assert names_of(connection, ["A", "B", "?"]) == {
            "A": [("2024-01-01", "A"), ("2024-07-01", "石桥村")], "B": [("2024-01-01", "B")],
        }  # fmt: skip
        with pytest.raises(NotFound, match="it stands 2024-01-01 to 2024-07-01"):
            unit(connection, "B", JULY)
        with pytest.raises(NotFound, match="Look at the list of units"):
            unit(connection, "?", JULY)
    district.engine.dispose()


def test_after_a_restart_it_remembers_the_organisation(runner):
    runner.run_until(runner.log.head())
    again = type(runner)(runner.log, runner.engine, runner.projections.values())
    runner.log.append(_moved(runner.log))
    again.step()
    with again.engine.connect() as connection:
        rows = (
            connection.execute(sa.select(READ_UNITS.c.parent).where(READ_UNITS.c.code == "V3"))
            .scalars()
            .all()
        )
    assert rows == ["T2", "T1"]


def _moved(log):
    village = log.load(unit_id("V3"))
    village.move("T1", effective=date(2026, 6, 1), entry=Entry(ADMIN, at(6, 1)))
    return village
