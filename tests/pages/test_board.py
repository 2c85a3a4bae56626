"""The parts of a board over a district whose year was told by hand, as text that a person can work out and read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from api.pages.board.asking import Asking
from api.pages.board.containment import containment
from api.pages.board.duties import duties
from api.pages.board.movement import backlog, escalation, time_in_level
from api.pages.board.peers import peers, under
from api.pages.board.place import place
from api.pages.board.rates import trends
from api.pages.languages import languages
from api.pages.periods import Span
from domain.organisation import Organisation
from domain.policy import NATIONAL, builtin_policies
from tests.support.casework import District, at, clock

GOLDEN = Path(__file__).parents[1] / "golden"
NOW = at(4, 20)
TERM = clock("P-HANDLE", at(1, 10), at(3, 12, 0))


@pytest.fixture(scope="module")
def district():
    """A county in its first quarter: few cases, one of each fate."""
    told = District()
    for town, class_ in (("T1", 1), ("T2", 1)):
        told.change_unit(town, "reclassify", on=date(2021, 1, 1), township_class=class_)
    told.dispute("D1", at(1, 5)).resolve(at(1, 6))
    in_village(told, "D2").resolve(at(1, 20))
    in_village(told, "D3", "major").resolve(at(2, 20))
    in_village(told, "D4", "serious").refer_up("T1", at(2, 1)).accept(at(2, 2)).resolve(at(3, 9))
    in_village(told, "D5", "serious").refer_up("T1", at(2, 1), "danger").refer_up("C", at(2, 2)).resolve(
        at(3, 9)
    )
    in_village(told, "D6", "major").refuse(at(3, 20))
    in_village(told, "D7", "major", "G3", "V3").resolve(at(3, 2))
    in_village(told, "D8", "minor", "G3", "V3")
    first(told, "P1", TERM).opinion(at(3, 11), TERM).settled(at(3, 20))
    first(told, "P2", TERM).opinion(at(3, 12), TERM)
    return told


def in_village(told, code, severity="minor", origin="G1", village="V1"):
    return told.dispute(code, at(1, 5), origin, severity).offer(village, at(1, 6)).accept(at(1, 7))


def first(told, code, term):
    return told.petition(code, at(1, 5), "T1").first(at(1, 6)).take_on(at(1, 10), term)


@contextmanager
def asking(district, unit="C", period="2026-Q1", language="zh", now=NOW, by_unit=False) -> Iterator[Asking]:
    district.fold()
    limits = builtin_policies().in_force(NATIONAL, now).limits
    with district.engine.connect() as connection:
        yield Asking(connection, unit, Span.read(period), now, now, limits, languages()[language], by_unit)


def where(district, unit, on=NOW.date()):
    events = [one.event for one in district.events if type(one.event).TOPIC.startswith("unit.")]
    return place(Organisation(events), unit, on)


def written(table):
    """A table as text: its cells with their notes, a star where a cell leads on."""
    lines = [table.caption, " | ".join(table.heads)]
    for line in table.lines:
        lines += [f"[{line.group}]"] if line.group else []
        cells = [" ".join((cell.text + ("*" if cell.href else ""), *cell.notes)) for cell in line.cells]
        lines.append(" | ".join([line.name + (" <" if line.marked else ""), *cells]))
    return lines


def drawn(chart):
    """A chart as text: what it tells those who do not see it, and its table."""
    title, told, *_ = ElementTree.fromstring(chart.picture)
    lines = [f"{title.text}: {part}" for part in (told.text or "").split("; ")]
    lines += [f"({chart.note})"] if chart.note else []
    return lines + (written(chart.table) if chart.table else [])


def told_by(district, unit, language, by_unit=False):
    with asking(district, unit, language=language, by_unit=by_unit) as question:
        contained, kept = containment(question), duties(question, builtin_policies())
        there = where(district, unit)
        months = trends(question, [*contained.by_severity, *kept.rates])
        beside, below = peers(question, there), under(question, there)
        rates = [
            f"{one.title}: {question.say.told(one.amount)}"
            for one in [*contained.by_severity, *contained.plain, *kept.rates]
        ]
        parts = [
            rates,
            *map(drawn, contained.funnels),
            written(contained.table),
            [f"{reason}: {count}" for reason, count in contained.left_out],
            drawn(kept.shares),
            drawn(kept.by_rule),
            written(months[1]),
            drawn(time_in_level(question)),
            drawn(escalation(question)),
            drawn(backlog(question)),
            *([written(beside[1])] if beside else []),
            *([written(below)] if below else []),
        ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


@pytest.mark.parametrize(("unit", "language"), [("C", "zh"), ("T1", "en")])
def test_the_board_of_a_known_quarter_is_the_one_that_was_read(district, unit, language):
    golden = (GOLDEN / f"board_{unit}_{language}.txt").read_text(encoding="utf-8")
    assert told_by(district, unit, language) == golden
    assert told_by(district, unit, language, by_unit=True) == golden, "asked for its units at once"


def test_every_number_of_the_funnel_leads_to_just_its_cases(district):
    with asking(district) as question:
        table = containment(question).table
    for line in table.lines:
        for cell in line.cells:
            if cell.href and not cell.text.endswith("%"):
                count = int(cell.text)
                key, part = address(cell.href)
                cases = district.drill(
                    "containment",
                    "C",
                    date(2026, 1, 1),
                    date(2026, 4, 1),
                    NOW,
                    key=key,
                    part=part,
                    known_at=NOW,
                )
                assert len(cases) == count, cell


def address(href):
    from urllib.parse import parse_qs, urlsplit

    query = {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}
    key = dict(pair.split("=") for pair in query.get("key", "").split(",") if pair)
    return key, query.get("part", "denominator")


def test_a_township_is_compared_with_its_class_and_a_village_with_its_neighbours(district):
    assert [[u.code for u in g.units] for g in where(district, "C").peers] == [["T1", "T2"]]
    assert [[u.code for u in g.units] for g in where(district, "T1").peers] == [["T1", "T2"]]
    assert [[u.code for u in g.units] for g in where(district, "V1").peers] == [["V1", "V2"]]
    another = District()
    another.change_unit("T1", "reclassify", on=date(2021, 1, 1), township_class=1)
    with asking(another, "T1") as question:
        assert peers(question, where(another, "T1")) is None, "nobody of its class"


def test_months_that_may_still_change_are_provisional_and_others_are_not(district):
    with asking(district, now=at(4, 20)) as question:
        resolved = dict(
            question.trend("first_petitions_resolved", question.year("first_petitions_resolved")[1])
        )
        contained = dict(question.trend("containment", question.year("containment")[1]))
    march = Span.read("2026-03")
    assert resolved[march].provisional, "ninety days after March have not passed"
    assert not contained[march].provisional
    with asking(district, now=at(3, 20)) as question:
        assert dict(question.trend("containment", question.year("containment")[1]))[march].provisional, (
            "not over"
        )


def test_a_quarter_is_the_sum_of_its_months(district):
    with asking(district) as question:
        for name in ("containment", "deadlines_kept", "first_petitions_on_time", "contained_in_village"):
            period, _ = question.year(name)
            whole = question.rows(name)
            counts = [(row["numerator"], row["denominator"]) for row in whole] or [(0, 0)]
            assert [
                (question.amount(name, period).numerator, question.amount(name, period).denominator)
            ] == counts


def test_an_empty_county_says_so_everywhere_and_shows_no_nought_per_cent():
    empty = District()
    with asking(empty) as question:
        assert all(one.amount.value is None for one in containment(question).by_severity)
    text = told_by(empty, "C", "zh")
    assert "无案件" in text and "0.00%" not in text and "100.00%" not in text


def test_a_corrected_past_is_shown_as_it_was_known(district):
    again = District()
    case = in_village(again, "D1", "major").resolve(at(1, 20))
    case.correct("origin", "G1", "G3", at(4, 10))
    with asking(again, "T1") as question:
        now = containment(question).by_severity[1].amount
    with asking(again, "T1") as question:
        then = containment(replace(question, cut=at(4, 9))).by_severity[1].amount
    assert (now.denominator, then.denominator) == (0, 1)
