"""停留、上报与未结: how long cases stay at a level, why they go up, and how old the open ones are.

None of these is good or bad by itself: danger, a serious case and a party's wish are right reasons to refer up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from api.pages.board.asking import Asking, Row, total
from api.pages.board.rates import picked
from api.pages.charts.amount import FEW, Amount
from api.pages.charts.bars import Bar, bars
from api.pages.charts.chart import Chart, Legend
from api.pages.charts.stacked import Part, Stack, stacked
from api.pages.charts.table import Cell, Line, Table
from domain.names import value_name
from domain.rule import Title
from domain.terms import Ground, Level
from projections.figures.definition import AGES, SKIP_RULE
from projections.figures.numbers import share, shown

SKIPPED = Title("依规则越级", "level skipped by rule")
NEVER_JUDGED = (Ground.DANGER, Ground.SERIOUS, Ground.PARTY_REQUEST)  # right reasons (domain rules 5.9.5)
HELD = (Level.GRID, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)
REFERRING = (Level.VILLAGE, Level.TOWNSHIP)
MEASURES = (("net", "median"), ("net", "p90"), ("net", "max"), ("gross", "median"))


def time_in_level(asking: Asking) -> Chart:
    """Half of the stays, nine in ten, the longest: net of lawful pauses, gross beside it."""
    said, say = asking.language, asking.say
    rows = asking.rows("time_in_level", "level")
    found = {(row["level"], row["measure"], row["statistic"]): row for row in rows}
    title = said("在各层级停留的天数")
    stacks, lines = list[Stack](), list[Line]()
    for level in HELD:
        name = level.name.lower()
        values = {each: found[name, *each]["value"] for each in MEASURES}
        stays = found[name, "net", "median"]["denominator"]
        half, most, longest = (values[each] for each in MEASURES[:3])
        parts = [Part(0, ""), Part(0, "")]
        if half is not None and most is not None:
            parts = [Part(half, say.days(half)), Part(most - half, say.days(most))]
        ended = said("最长 %(n)s", n=say.days(longest)) if stays else ""
        stacks.append(Stack(asking.name(level), parts, ended))
        open_ = found[name, "net", "median"]["excluded"].get("open", 0)
        few = (said("样本少"),) if 0 < stays < FEW else ()
        key = {"level": name}
        lines.append(
            Line(
                asking.name(level),
                [
                    replace(
                        asking.counted(stays, asking.link("time_in_level", key, "denominator")), notes=few
                    ),
                    *(Cell(say.days(value)) for value in values.values()),
                    asking.counted(open_, asking.link("time_in_level", key, "open")),
                ],
            )
        )
    heads = (
        said("层级"), said("停留次数"), said("净中位数"), said("净九成值"), said("净最长"), said("总中位数"), said("尚未结束"),
    )  # fmt: skip
    legend = (Legend(said("半数停留不超过"), "tone-0"), Legend(said("九成停留不超过"), "tone-1"))
    picture = stacked("time", title, [one.name for one in legend], stacks, say)
    note = said("净时长不含依法中止的时间；一次停留自提交给该层级的单位起算。")
    return Chart(title, picture, Table(title, heads, lines), legend, note)


def escalation(asking: Asking) -> Chart:
    """Why cases went up from the village and from the township; the reasons of a level add up to its rate."""
    said, say = asking.language, asking.say
    rows = asking.rows("escalation", "level", "reason")
    provisional = asking.provisional("escalation", asking.span.until)
    bars_, lines = list[Bar](), list[Line]()
    for level in REFERRING:
        own, name = picked(rows, {"level": level.name.lower()}), asking.name(level)
        accepted = max((row["denominator"] for row in own), default=0)
        up = sum(row["numerator"] for row in own)
        all_ = Amount(up, accepted, shown(share(up, accepted)), provisional)
        lines.append(_reason(asking, said("合计"), {"level": level.name.lower()}, all_, name))
        for row in own:
            if row["numerator"]:
                amount = Amount(row["numerator"], row["denominator"], row["value"], provisional)
                reason = asking.name(reason_title(row["reason"]))
                bars_.append(Bar(f"{name} · {reason}", amount))
                key = {"level": row["level"], "reason": row["reason"]}
                lines.append(_reason(asking, reason, key, amount))
    title = said("上报的理由")
    longest = max((bar.amount.at for bar in bars_), default=1.0)
    picture = bars("escalation", title, bars_, say, full=longest)
    heads = (said("理由"), said("受理"), said("上报"), said("上报率"))
    note = said("有激化危险、案情重大、当事人要求都是上报的正当理由，不作评判。未列出的理由没有案件。")
    return Chart(title, picture, Table(title, heads, lines), note=note)


def _reason(asking: Asking, name: str, key: dict[str, str], amount: Amount, group: str = "") -> Line:
    by_level = {"level": key["level"]}
    return Line(
        name,
        [
            asking.counted(amount.denominator, asking.link("escalation", by_level, "denominator")),
            asking.counted(amount.numerator, asking.link("escalation", key, "numerator")),
            asking.cell(amount, asking.link("escalation", key)),
        ],
        group=group,
    )


def reason_title(reason: str) -> Title:
    return SKIPPED if reason == SKIP_RULE else value_name(Ground, reason)


def backlog(asking: Asking) -> Chart:
    """Open cases at the end of the period by the level that holds them and their age."""
    said, say = asking.language, asking.say
    rows = asking.rows("backlog", "level", "age")
    title = said("期末未结案件")
    ages = [age_name(asking, age) for age in AGES]
    stacks, lines = list[Stack](), list[Line]()
    for level in _levels(rows):
        own = {row["age"]: row["numerator"] for row in rows if row["level"] == level}
        counts = [own.get(age, 0) for age in AGES]
        name = asking.name(level_title(level))
        stacks.append(Stack(name, [Part(n, say.count(n)) for n in counts], say.count(sum(counts))))
        cells = [
            asking.counted(n, asking.link("backlog", {"level": level, "age": age}, "numerator"))
            for age, n in zip(AGES, counts, strict=True)
        ]
        all_ = asking.counted(sum(counts), asking.link("backlog", {"level": level}, "denominator"))
        lines.append(Line(name, [*cells, all_]))
    legend = [Legend(name, f"tone-{n}") for n, name in enumerate(ages)]
    picture = stacked("backlog", title, ages, stacks, say)
    return Chart(title, picture, Table(title, (said("层级"), *ages, said("合计")), lines), legend)


def _levels(rows: Sequence[Row]) -> list[str]:
    """Every level up to the county, and others only where something is held."""
    known = [level.name.lower() for level in HELD]
    others = dict.fromkeys(row["level"] for row in rows if row["level"] not in known and row["denominator"])
    return [*known, *others]


def level_title(level: str) -> Title:
    known = {each.name.lower(): each for each in Level}
    return value_name(Level, known[level]) if level in known else Title("不明", "unknown")


def age_name(asking: Asking, age: str) -> str:
    said = asking.language
    first, _, last = age.partition("-")
    if not last:
        return said("%(first)s 日以上", first=first)
    return said("%(first)s–%(last)s 日", first=first, last=last)


def open_now(asking: Asking) -> Amount:
    """How many are open, and how many of them for more than ninety days."""
    return total(asking.rows("backlog"))
