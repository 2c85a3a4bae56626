"""A figure opened: what it asks and how it is worked out, one number of it with its parts, and what was said of it before.

The same numbers as `GET /api/v1/figures/{name}` answers for this question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import sqlalchemy as sa

from api.pages.board.asking import Row, excluded, total
from api.pages.charts.amount import Amount
from api.pages.languages import Language
from domain.calendar import TZ, WorkCalendar
from domain.length import Unit
from domain.policy import Limits
from domain.rule import Title
from projections.figures import FIGURES, Figure, figure
from projections.figures.definition import limits_as_parameters
from projections.figures.wording import REASONS, SHORT, WORDING

LOOKS: Final = (
    30,
    60,
    90,
)  # days after the first publication at which a figure that changed is looked at again
IN_CODE: Final = re.compile(r"`(\w+_(days|hours))`")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about one number, as its address writes it. `key` is the row: of which severity, level …"""

    name: str
    unit: str
    since: date
    until: date
    key: Mapping[str, str]
    at: datetime
    cut: datetime
    limits: Limits

    @property
    def figure(self) -> Figure:
        return FIGURES[self.name]

    def rows(self, connection: sa.Connection, *more: str) -> list[Row]:
        """The rows of the key, broken down by `more` beside it."""
        by = tuple(dict.fromkeys((*self.key, *more)))
        told = figure(
            connection, self.name, self.unit, self.since, self.until, at=self.at, by=by, known_at=self.cut,
            limits=self.limits,
        )  # fmt: skip
        rows: Sequence[Row] = told["rows"]
        return [row for row in rows if all(row[name] == value for name, value in self.key.items())]

    def link(self, path: str = "", **changes: str) -> str:
        """The address of this question, with other members of its query; an empty one is left out."""
        query = {
            "unit": self.unit,
            "from": self.since.isoformat(),
            "to": self.until.isoformat(),
            "known_at": self.cut.astimezone(TZ).isoformat(),
            "key": written(self.key),
            **changes,
        }
        kept = {name: value for name, value in query.items() if value}
        return f"{path or f'/figures/{self.name}'}?{urlencode(kept)}"


def written(key: Mapping[str, str]) -> str:
    return ",".join(f"{dimension}={value}" for dimension, value in key.items())


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure says of itself, in the reader's language; the numbers of the policy stand where the text names them."""

    title: str
    other_title: str
    question: str
    formula: str
    decided: str
    version: int


def definition(one: Figure, language: Language, limits: Limits) -> Definition:
    titles = one.title_zh, one.title_en
    if language.is_chinese:
        texts = tuple(WORDING[one.name])
    else:
        titles, texts = titles[::-1], (one.question, one.formula, one.decided)
    question, formula, decided = (_filled(text, language, limits) for text in texts)
    return Definition(*titles, question, formula, decided, one.version)


def _filled(text: str, language: Language, limits: Limits) -> str:
    """The text with the number of the policy for each name in code."""
    numbers = limits_as_parameters(limits) | {"late_entry": limits.late_entry_hours}

    def number(found: re.Match[str]) -> str:
        value = numbers[found[1].removesuffix(f"_{found[2]}")]
        units = Title("日", " days") if found[2] == "days" else Title("小时", " hours")
        return f"{value}{' ' if language.is_chinese else ''}{language.say(units)}"

    return IN_CODE.sub(number, text)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a number: how many, what it means, whether its cases are listed now."""

    name: str
    title: str
    meaning: str
    count: int


def parts(one: Figure, key: Mapping[str, str], rows: Sequence[Row], language: Language) -> list[Part]:
    """Numerator, the rest, denominator, and each reason for which something is left out."""
    said, amount = language, number_of(one, rows)
    found = [Part("denominator", said("分母"), said("全部应计入的"), amount.denominator)]
    if not one.lengths:
        found.insert(0, Part("numerator", said("分子"), said("符合的"), amount.numerator))
        if one.split not in key:
            rest = amount.denominator - amount.numerator
            found.insert(1, Part("missed", said("其余"), said("应计入但不符合的"), rest))
    reasons = REASONS[one.name] if language.is_chinese else one.excluded
    return found + [
        Part(reason, said.say(SHORT[reason]), reasons[reason], count)
        for reason, count in sorted(excluded(first_of(one, rows)).items())
    ]


def first_of(one: Figure, rows: Sequence[Row]) -> list[Row]:
    """Rows whose counts add up: of a length one stands for all its statistics."""
    return list(rows[:1]) if one.lengths else list(rows)


def number_of(one: Figure, rows: Sequence[Row]) -> Amount:
    """The row as a share; of a length only its denominator means something."""
    provisional = any(row.get("provisional", False) for row in rows)
    return total(first_of(one, rows), provisional)


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of the number at a cut."""

    cut: datetime
    amount: Amount
    href: str


def history(asked: Asked, connection: sa.Connection, calendar: WorkCalendar) -> tuple[datetime, list[Known]]:
    """When the figure of the period was first to be published, and each later cut at which it was another number.

    The list is empty before that instant; one entry says that nothing has changed since.
    """
    first = published(asked.until, asked.limits, calendar)
    if first >= asked.cut:
        return first, []
    found = [_known(asked, connection, first)]
    now = _known(asked, connection, asked.cut)
    if _differs(now, found[0]):
        for cut in _looks(first, asked.cut):
            known = _known(asked, connection, cut)
            if _differs(known, found[-1]):
                found.append(known)
        if _differs(now, found[-1]):
            found.append(now)
    return first, found


def published(until: date, limits: Limits, calendar: WorkCalendar) -> datetime:
    """The instant after the term that the policy gives for late entries (`knowledge_cut`) after the last day."""
    last, term = until - timedelta(1), limits.knowledge_cut
    working = term.unit is Unit.WD
    day = calendar.add_working_days(last, term.count) if working else last + timedelta(term.count)
    return datetime.combine(day + timedelta(1), time(), TZ)


def _looks(first: datetime, cut: datetime) -> Iterator[datetime]:
    yield from (at for days in LOOKS if (at := first + timedelta(days)) < cut)


def _known(asked: Asked, connection: sa.Connection, cut: datetime) -> Known:
    then = replace(asked, cut=cut)
    return Known(cut, number_of(asked.figure, then.rows(connection)), then.link())


def _differs(one: Known, other: Known) -> bool:
    return (one.amount.numerator, one.amount.denominator) != (
        other.amount.numerator,
        other.amount.denominator,
    )


def statistics(rows: Sequence[Row]) -> dict[tuple[str, str], Any]:
    """Of a length: days by measure and statistic."""
    return {(row["measure"], row["statistic"]): row["value"] for row in rows}
