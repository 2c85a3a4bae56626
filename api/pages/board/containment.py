"""就地化解: how far up disputes went before they ended, by severity, and the three plain rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.board.asking import Asking, Row, excluded, total
from api.pages.board.rates import Rate, picked, rate
from api.pages.charts.chart import Chart, Legend
from api.pages.charts.funnel import Step, funnel
from api.pages.charts.table import Line, Table
from domain.rule import Title
from domain.terms import Level, Severity
from projections.figures import FIGURES

MOTTO: Final = {  # what is asked of each severity, as everybody in the township says it
    Severity.MINOR: Title("小事不出网格", "Minor: not out of the grid"),
    Severity.MAJOR: Title("大事不出村", "Major: not out of the village"),
    Severity.SERIOUS: Title("重大矛盾不出镇", "Serious: not out of the township"),
}
LEVELS: Final = {  # as the motto names them
    Level.GRID: Title("网格", "grid"),
    Level.VILLAGE: Title("村", "village"),
    Level.TOWNSHIP: Title("镇", "township"),
    Level.COUNTY: Title("县", "county"),
    Level.CITY: Title("市", "city"),
    Level.PROVINCE: Title("省", "province"),
}
PLAIN: Final = ("contained_in_grid", "contained_in_village", "contained_in_township")


@dataclass(frozen=True, slots=True)
class Containment:
    """`by_severity` in the order grid, village, township; `funnels` the same; `plain` are over all severities."""

    by_severity: Sequence[Rate]
    plain: Sequence[Rate]
    funnels: Sequence[Chart]
    legend: Sequence[Legend]
    table: Table
    left_out: Sequence[tuple[str, int]]  # reason, how many


def containment(asking: Asking) -> Containment:
    rows, by_month = asking.year("containment", "severity", "level")
    by_severity = [
        rate(
            asking, severity.value, MOTTO[severity], "containment", (rows, by_month), severity=severity.value
        )
        for severity in Severity
    ]
    plain = [_plain(asking, name) for name in PLAIN]
    said = asking.language
    legend = (
        Legend(said("在本级化解"), "flow-0"),
        Legend(said("在本级以其他方式结束，或超出应止层级"), "flow-1"),
        Legend(said("继续上行"), "flow-2"),
    )
    funnels = [_funnel(asking, severity, rows) for severity in Severity]
    left_out = sorted(excluded(rows).items())
    return Containment(by_severity, plain, funnels, legend, _table(asking, rows, by_severity), left_out)


def _plain(asking: Asking, name: str) -> Rate:
    one = FIGURES[name]
    return rate(asking, name, Title(one.title_zh, one.title_en), name, asking.year(name))


def levels(rows: Sequence[Row]) -> list[Level]:
    """The levels to show: up to the county, and those above where a dispute came so far."""
    found = {row["level"] for row in rows if row["denominator"]}
    return [level for level in Level if level <= Level.COUNTY or level.name.lower() in found]


def _funnel(asking: Asking, severity: Severity, rows: Sequence[Row]) -> Chart:
    steps = []
    for level in levels(rows):
        held = total(picked(rows, {"severity": severity.value, "level": level.name.lower()}))
        steps.append(Step(asking.name(LEVELS[level]), held.denominator, held.numerator))
    title = asking.language.say(MOTTO[severity])
    picture = funnel(f"funnel-{severity}", title, steps, asking.say)
    return Chart(title, picture)


def _table(asking: Asking, rows: Sequence[Row], rates: Sequence[Rate]) -> Table:
    """A line for each severity: at which level its disputes were held at the highest, and what that makes."""
    said = asking.language
    shown = levels(rows)
    lines = []
    for severity, one in zip(Severity, rates, strict=True):
        cells = []
        for level in shown:
            key = {"severity": severity.value, "level": level.name.lower()}
            count = total(picked(rows, key)).denominator
            cells.append(asking.counted(count, asking.link("containment", key, "denominator")))
        key = {"severity": severity.value}
        cells += [
            asking.counted(one.amount.denominator, asking.link("containment", key, "denominator")),
            asking.counted(one.amount.numerator, asking.link("containment", key, "numerator")),
            asking.cell(one.amount, asking.link("containment", key)),
        ]
        lines.append(Line(asking.name(severity), cells))
    heads = (
        said("严重程度"), *(asking.name(LEVELS[level]) for level in shown), said("办结"), said("就地化解"), said("就地化解率"),
    )  # fmt: skip
    return Table(said("办结纠纷到过的最高层级（件）"), heads, lines)
