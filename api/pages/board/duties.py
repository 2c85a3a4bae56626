"""期限与信访: were deadlines kept, first petitions concluded in time, and were they settled in life?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.pages.board.asking import Asking, Row, total
from api.pages.board.rates import Rate, picked, rate
from api.pages.charts.bars import Bar, bars, verdict
from api.pages.charts.chart import Chart
from api.pages.charts.table import Cell, Line, Table
from domain.policy import PolicyBook
from domain.rule import Title
from projections.figures import FIGURES

PETITIONS = ("first_petitions_on_time", "first_petitions_resolved")


@dataclass(frozen=True, slots=True)
class Duties:
    """`rates`: deadlines kept, first petitions on time, first petitions resolved. `shares` are the same as a chart."""

    rates: Sequence[Rate]
    shares: Chart
    by_rule: Chart


def duties(asking: Asking, policies: PolicyBook) -> Duties:
    kept, resolved = asking.year("deadlines_kept", "rule"), asking.year("first_petitions_resolved")
    rows = {"deadlines_kept": kept, PETITIONS[0]: asking.year(PETITIONS[0]), PETITIONS[1]: resolved}
    rates = [
        rate(asking, name, Title(FIGURES[name].title_zh, FIGURES[name].title_en), name, rows[name])
        for name in rows
    ]
    unknown = sum(row["unknown"] for row in resolved[0])
    return Duties(rates, _shares(asking, rates, unknown), _rules(asking, policies, kept[0]))


def _shares(asking: Asking, rates: Sequence[Rate], unknown: int) -> Chart:
    """Beside their targets; of how many petitions nothing is known is said, and counts as no."""
    said, say = asking.language, asking.say
    title = said("履行情况")
    lines = []
    for one in rates:
        notes = (*say.caveats(one.amount), *(verdict(one.amount, one.target, say) if one.target else ()))
        lines.append(
            Line(
                one.title,
                [
                    asking.counted(one.amount.numerator, asking.link(one.figure, part="numerator")),
                    asking.counted(one.amount.denominator, asking.link(one.figure, part="denominator")),
                    replace(asking.cell(one.amount, asking.link(one.figure)), notes=notes),
                    Cell(say.asked(one.target) if one.target else ""),
                ],
                asking.link(one.figure),
            )
        )
    table = Table(title, (said("指标"), said("分子"), said("分母"), said("比率"), said("考核目标")), lines)
    note = said("化解率中有 %(n)s 件情况不明：沉默不视为同意。", n=say.count(unknown)) if unknown else ""
    picture = bars("shares", title, [Bar(one.title, one.amount, one.target) for one in rates], say)
    return Chart(title, picture, table, note=note)


def _rules(asking: Asking, policies: PolicyBook, rows: Sequence[Row]) -> Chart:
    """Deadlines that were decided in the period, rule by rule; the picture shows those that somebody missed."""
    said, say = asking.language, asking.say
    title = said("有逾期的期限")
    codes = sorted({row["rule"] for row in rows if row["denominator"]})
    shown, lines = list[Bar](), list[Line]()
    for code in codes:
        amount = total(picked(rows, {"rule": code}), asking.provisional("deadlines_kept", asking.span.until))
        name, key = asking.name(rule_title(policies, code)), {"rule": code}
        late = amount.denominator - amount.numerator
        if late:
            shown.append(Bar(name, amount))
        lines.append(
            Line(
                name,
                [
                    asking.counted(amount.numerator, asking.link("deadlines_kept", key, "numerator")),
                    asking.counted(late, asking.link("deadlines_kept", key, "missed")),
                    asking.cell(amount, asking.link("deadlines_kept", key)),
                ],
            )
        )
    table = Table(said("各项期限"), (said("期限"), said("按期"), said("逾期"), said("按期率")), lines)
    return Chart(title, bars("rules", title, shown, say), table)


def rule_title(policies: PolicyBook, code: str) -> Title:
    """What a rule is called, by the newest set that has it; its code if a foreign log brought it."""
    for policy in reversed(policies.all()):
        if code in policy.rules:
            rule = policy.rules[code]
            return Title(rule.title_zh, rule.title_en)
    return Title(code, code)
