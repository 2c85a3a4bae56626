"""同类比较: the units of a peer group beside each other, figure by figure. Units are compared, people never; nobody is ranked.

The order is that of the codes. A unit with few cases is shown, marked, and not judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.board.asking import Asking, Row
from api.pages.board.containment import MOTTO
from api.pages.board.place import PeerGroup, Place
from api.pages.board.rates import picked
from api.pages.charts.amount import Amount
from api.pages.charts.chart import Chart
from api.pages.charts.dots import Dot, Group, dots
from api.pages.charts.table import Cell, Line, Table
from domain.organisation import UnitView
from domain.rule import Title
from domain.terms import Severity
from projections.figures import FIGURES
from projections.figures.targets import TARGETS

COMPARED = ("deadlines_kept", "first_petitions_on_time", "first_petitions_resolved")


@dataclass(frozen=True, slots=True)
class Column:
    """One figure (or one severity of it) of many units."""

    id: str
    title: str
    figure: str
    key: tuple[tuple[str, str], ...]
    rows: Sequence[Row]

    def of(self, asking: Asking, unit: str) -> Amount:
        return asking.amount(self.figure, picked(self.rows, {"unit": unit, **dict(self.key)}))


def peers(asking: Asking, where: Place) -> tuple[list[Chart], Table] | None:
    """A chart for each figure, and one table; None where there is nobody to compare with."""
    if sum(len(group.units) for group in where.peers) < 2:
        return None
    said = asking.language
    columns = _columns(asking.of(where.asked_of))
    charts = [
        Chart(
            each.title,
            dots(f"peers-{each.id}", each.title, _dots(asking, where, each), asking.say, TARGETS.get(each.figure)),
        )
        for each in columns
    ]  # fmt: skip
    return charts, _table(asking, said("同类单位"), where.peers, columns, where.unit.code)


def under(asking: Asking, where: Place) -> Table | None:
    """The units directly under this one, where they are not the peers already."""
    if not where.under or where.asked_of == where.unit.code:
        return None
    said = asking.language
    return _table(asking, said("下辖单位"), [PeerGroup(None, where.under)], _columns(asking), "")


def _columns(asking: Asking) -> list[Column]:
    said = asking.language
    contained = asking.rows("containment", "unit", "severity")
    found = [
        Column(one.value, said.say(MOTTO[one]), "containment", (("severity", one.value),), contained)
        for one in Severity
    ]  # fmt: skip
    for name in COMPARED:
        title = Title(FIGURES[name].title_zh, FIGURES[name].title_en)
        found.append(Column(name, said.say(title), name, (), asking.rows(name, "unit")))
    return found


def _dots(asking: Asking, where: Place, column: Column) -> list[Group]:
    return [
        Group(
            group_name(asking, group),
            [
                Dot(unit.name, column.of(asking, unit.code), unit.code == where.unit.code)
                for unit in group.units
            ],
        )
        for group in where.peers
    ]


def _table(
    asking: Asking, caption: str, groups: Sequence[PeerGroup], columns: Sequence[Column], own: str
) -> Table:
    said = asking.language
    lines = [
        Line(
            unit.name,
            [_cell(asking, unit, column) for column in columns],
            asking.board(unit.code),
            group_name(asking, group) if unit is group.units[0] else "",
            unit.code == own,
        )
        for group in groups
        for unit in group.units
    ]
    heads = (said("单位名称"), *(column.title for column in columns))
    return Table(caption, heads, lines)


def _cell(asking: Asking, unit: UnitView, column: Column) -> Cell:
    href = asking.of(unit.code).link(column.figure, dict(column.key), "denominator")
    return asking.cell(column.of(asking, unit.code), href)


def group_name(asking: Asking, group: PeerGroup) -> str:
    if group.township_class is None:
        return ""
    said = asking.language
    names = {
        0: said("未分类乡镇（街道）"),
        1: said("一类乡镇（街道）"),
        2: said("二类乡镇（街道）"),
        3: said("三类乡镇（街道）"),
    }
    return names[group.township_class]
