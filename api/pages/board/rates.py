"""The numbers at the head of a board and the trends: a share, what is asked of it, twelve months, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pages.board.asking import Asking, Row
from api.pages.charts.amount import Amount
from api.pages.charts.chart import Chart
from api.pages.charts.table import Line, Table
from api.pages.charts.trend import Month, spark, trend
from domain.rule import Title
from projections.figures.targets import TARGETS


@dataclass(frozen=True, slots=True)
class Rate:
    """One share of the period with its twelve months. `key` is the row of the figure, if it is one of several."""

    id: str
    title: str
    figure: str
    amount: Amount
    months: Sequence[Month]
    href: str
    spark: Markup
    target: float | None = None
    key: tuple[tuple[str, str], ...] = ()


def rate(
    asking: Asking,
    id: str,
    title: Title,
    figure: str,
    rows: tuple[Sequence[Row], Sequence[Row]],
    **key: str,
) -> Rate:
    """A share from the rows of the period and of its months (`Asking.year`); `key` picks those of one value."""
    period, by_month = rows
    say, language = asking.say, asking.language
    named = language.say(title)
    amount = asking.amount(figure, picked(period, key))
    months = [
        Month(month.short(language.code), month.name(language.code), each)
        for month, each in asking.trend(figure, picked(by_month, key))
    ]
    return Rate(
        id, named, figure, amount, months, asking.link(figure, key, "denominator"),
        spark(f"spark-{id}", named, months, say), TARGETS.get(figure), tuple(key.items()),
    )  # fmt: skip


def picked(rows: Sequence[Row], key: dict[str, str]) -> list[Row]:
    """The rows with these values."""
    return [row for row in rows if all(row[name] == value for name, value in key.items())]


def trends(asking: Asking, rates: Sequence[Rate]) -> tuple[list[Chart], Table]:
    """A chart for each, all on the same scale, and one table of months for all of them."""
    say, said = asking.say, asking.language
    charts = [
        Chart(
            one.title,
            trend(f"trend-{one.id}", one.title, one.months, say, one.target),
        )
        for one in rates
    ]
    spans = asking.span.months(len(rates[0].months))
    lines = [
        Line(
            span.name(said.code),
            [
                asking.cell(one.months[n].amount, asking.link(one.figure, dict(one.key), "denominator", span))
                for one in rates
            ],
            asking.board(span=span),
        )
        for n, span in enumerate(spans)
    ]
    return charts, Table(said("近十二个月"), (said("月份"), *(one.title for one in rates)), lines)
