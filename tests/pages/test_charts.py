"""Charts: what is drawn lies within the frame, adds up to the numbers, and never shows nought for what was not counted."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.charts import bars, dots, funnel, stacked, trend
from api.pages.charts.amount import Amount, Say
from projections.figures.numbers import share, shown

ZH = Say("zh", lambda text: text)
counts = st.integers(0, 5000)
names = st.text(
    st.characters(categories=("L", "M", "N", "P", "S", "Zs")), max_size=20
)  # pages are HTML; these tests read XML


@st.composite
def amounts(draw):
    denominator = draw(counts)
    numerator = draw(st.integers(0, denominator))
    return Amount(numerator, denominator, shown(share(numerator, denominator)), draw(st.booleans()))


def amount(numerator, denominator, provisional=False):
    return Amount(numerator, denominator, shown(share(numerator, denominator)), provisional)


steps = st.builds(
    lambda name, ended, part: funnel.Step(name, ended, ended * part // 100),
    names, counts, st.integers(0, 100),
)  # fmt: skip
rows = st.lists(st.builds(bars.Bar, names, amounts(), st.none() | st.floats(0, 1)), min_size=1)
stacks = st.lists(
    st.lists(st.integers(0, 999), min_size=3, max_size=3).map(
        lambda sizes: stacked.Stack("村", [stacked.Part(size, str(size)) for size in sizes], "")
    ),
    min_size=1, max_size=5,
)  # fmt: skip
months = st.lists(st.builds(trend.Month, names, names, amounts()), min_size=1, max_size=12)


def pictures():
    return st.one_of(
        rows.map(lambda told: bars.bars("b", "名", told, ZH)),
        months.map(lambda told: trend.trend("t", "名", told, ZH, 0.95)),
        months.map(lambda told: trend.spark("s", "名", told, ZH)),
        st.lists(steps, min_size=1, max_size=5).map(lambda told: funnel.funnel("f", "名", told, ZH)),
        stacks.map(lambda told: stacked.stacked("k", "名", ("甲", "乙", "丙"), told, ZH)),
        rows.map(
            lambda told: dots.dots(
                "d", "名", [dots.Group("一类", [dots.Dot(r.name, r.amount) for r in told])], ZH, 0.95
            )
        ),
    )


def number(value):
    found = re.fullmatch(r"(-?[0-9.]+)(%|em)", value)
    assert found, value
    return float(found[1])


SLACK = 0.02  # per cent: three digits are written


@given(pictures())
def test_everything_drawn_lies_within_the_frame(picture):
    root = ElementTree.fromstring(picture)
    height = number(root.attrib["height"])
    for node in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert -SLACK <= number(node.attrib.get(name, "0%")) <= 100 + SLACK
        for name in ("y", "y1", "y2", "cy"):
            assert 0 <= number(node.attrib.get(name, "0em")) <= height
        if node.tag.endswith("rect"):
            assert number(node.attrib["x"]) + number(node.attrib["width"]) <= 100 + SLACK
            assert number(node.attrib["y"]) + number(node.attrib["height"]) <= height


@given(pictures())
def test_a_picture_is_well_formed_says_what_it_shows_and_brings_no_style(picture):
    root = ElementTree.fromstring(picture)
    title, told, *_ = list(root)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], told.attrib["id"]]
    assert title.text and told.text is not None
    attributes = {name for node in root.iter() for name in node.attrib}
    assert not attributes & {"style", "fill", "stroke", "onclick", "href"}


@given(rows)
def test_a_bar_is_as_long_as_its_share(told):
    for row, box in zip(told, bars.boxes(told), strict=True):
        if row.amount.denominator == 0:
            assert box is None
        else:
            assert box is not None
            whole = Decimal(row.amount.numerator) / row.amount.denominator
            assert abs(Decimal(str(box.width)) - whole) <= Decimal(
                "5e-5"
            )  # a half, which no float is exactly


@given(st.lists(steps, min_size=1, max_size=5))
def test_in_a_funnel_what_went_on_is_the_next_level_and_all_parts_add_up_to_what_ended(told):
    drawn = funnel.boxes(told)
    whole = sum(step.ended for step in told)
    lengths = [[box.width if box else 0.0 for box in row] for row in drawn]
    if whole == 0:
        assert not any(map(any, drawn))
        return
    assert sum(lengths[0]) == pytest.approx(1)
    for (_, _, went_on), following in pairwise(lengths):
        assert went_on == pytest.approx(sum(following))
    assert lengths[-1][funnel.WENT_ON] == 0
    contained = sum(row[funnel.CONTAINED] for row in lengths)
    assert contained == pytest.approx(sum(step.contained for step in told) / whole)


@given(stacks, st.booleans())
def test_the_parts_of_a_stack_follow_each_other_and_keep_their_proportions(told, whole):
    longest = max(sum(part.size for part in row.parts) for row in told)
    for row, line in zip(told, stacked.boxes(told, whole=whole), strict=True):
        total = sum(part.size for part in row.parts)
        drawn = [box for box in line if box]
        assert sum(box.width for box in drawn) == pytest.approx(
            0 if not total else 1 if whole else total / longest
        )
        for before, after in pairwise(drawn):
            assert after.x == pytest.approx(before.right)


@given(months)
def test_a_line_has_a_point_for_each_counted_month_and_none_for_the_others(told):
    root = ElementTree.fromstring(trend.trend("t", "名", told, ZH))
    points = [node for node in root.iter() if node.tag.endswith("circle")]
    assert len(points) == sum(1 for month in told if month.amount.denominator)
    for month, spot in zip(told, trend.spots(told, 100), strict=True):
        assert (spot is None) == (month.amount.denominator == 0)
        if spot:
            assert spot.y == pytest.approx(100 * (1 - month.amount.at))


def test_nothing_counted_is_told_in_words_and_has_no_bar():
    told = bars.bars("b", "按时办结", [bars.Bar("初信初访按时办结率", amount(0, 0), 0.95)], ZH)
    assert "—" in told and "无案件" in told
    assert "0.00%" not in told and "<rect" not in told and "达标" not in told


def test_few_cases_are_marked_and_not_judged_and_what_may_change_is_marked_too():
    assert bars.told(bars.Bar("镇", amount(9, 9), 0.95), ZH) == "100.00% (9 / 9)，样本少，目标 95%"
    assert bars.told(bars.Bar("镇", amount(9, 10, True), 0.95), ZH) == (
        "90.00% (9 / 10)，暂定，目标 95%，未达标"
    )
    told = bars.bars("b", "t", [bars.Bar("镇", amount(3, 9, True), 0.95)], ZH)
    assert 'class="row weak provisional"' in told


def test_a_share_just_below_the_target_does_not_read_as_the_target():
    assert ZH.share(0.9496) == "94.96%"
    assert "未达标" in bars.told(bars.Bar("镇", Amount(9496, 10000, 0.9496), 0.95), ZH)


def test_numbers_are_written_as_the_reader_writes_them():
    german = Say("de", lambda text: text)
    assert (german.count(12345), german.share(0.5), german.days(12.25)) == ("12.345", "50,00%", "12,2")
    assert (ZH.count(12345), ZH.days(None)) == ("12,345", "—")


def test_a_name_is_text_and_never_markup():
    hostile = '<script>alert("1")</script>'
    told = bars.bars("b", hostile, [bars.Bar(hostile, amount(1, 1))], ZH)
    assert "<script" not in told


def test_a_known_set_is_drawn_like_this():
    told = [
        trend.Month("1月", "2026年1月", amount(9, 10)),
        trend.Month("2月", "2026年2月", amount(0, 0)),
        trend.Month("3月", "2026年3月", amount(3, 4, True)),
    ]
    assert trend.spark("s", "小事不出网格", told, ZH) == (
        '<svg class="picture spark" role="img" aria-labelledby="s-title s-told" width="100%" height="3.2em" '
        'xmlns="http://www.w3.org/2000/svg"><title id="s-title">小事不出网格</title>'
        '<desc id="s-told">2026年1月: 90.00% (9 / 10) → 2026年3月: 75.00% (3 / 4)，样本少，暂定</desc>'
        '<circle class="point" cx="16.7%" cy="0.64em" r="0.17em"><title>2026年1月: 90.00% (9 / 10)</title></circle>'
        '<circle class="point weak provisional" cx="83.3%" cy="1em" r="0.32em">'
        "<title>2026年3月: 75.00% (3 / 4)，样本少，暂定</title></circle></svg>"
    )
