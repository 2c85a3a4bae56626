"""Asking a figure: which cases count for a unit and a period, as known at a cut, and the numbers they add up to.

The same rows answer both questions, how many and which ones, so that a number and its cases never part.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from itertools import product
from typing import Any

import msgspec
import sqlalchemy as sa

from domain.calendar import TZ
from domain.errors import Invalid
from domain.organisation import local_date
from domain.policy import Limits
from domain.scope import Scope
from projections.figures.definition import FIXED, ORDER
from projections.figures.numbers import SECONDS_OF_A_DAY, median, nearest_rank, share, shown
from projections.figures.question import Question, asked
from projections.schema import day

PARTS = ("numerator", "denominator", "missed", "excluded")  # missed: in the denominator, not in the numerator
_numbers = msgspec.json.Decoder(list[int]).decode
MEASURES, STATISTICS = ("gross", "net"), ("median", "p90", "max")


def figure(
    connection: sa.Connection,
    name: str,
    unit: str,
    from_date: date,
    to_date: date,
    *,
    at: datetime,
    by: str | Sequence[str] | None = None,
    known_at: datetime | None = None,
    limits: Limits | None = None,
) -> dict[str, Any]:
    """A figure of a unit and all under it, for [from_date, to_date): the last day does not belong to the period.

    `at` is the instant of the question, `known_at` the knowledge cut (default: `at`, all that is known by then), `by`
    the dimensions, one or several or "a,b". Answers with figure, unit, from, to, knowledge_cut, formula_version and
    rows: the keys, numerator, denominator, value (rounded half up at four digits, None for 0/0), excluded (reason: n).
    Raises NotFound for an unknown figure or unit, Invalid for a period or dimension that makes no sense.
    """
    question = asked(connection, name, unit, from_date, to_date, at, by, known_at, limits)
    if connection.dialect.name == "postgresql":  # what a whole county needs to be joined and sorted in memory
        connection.exec_driver_sql("SET LOCAL work_mem = '64MB'")
    rows = _lengths(connection, question) if question.figure.lengths else _shares(connection, question)
    return {
        "figure": name,
        "unit": unit,
        "from": day(from_date),
        "to": day(to_date),
        "knowledge_cut": question.cut.astimezone(TZ).isoformat(),
        "formula_version": question.figure.version,
        "rows": rows,
    }


def drill(
    connection: sa.Connection,
    name: str,
    unit: str,
    from_date: date,
    to_date: date,
    *,
    at: datetime,
    scope: Scope,
    key: Mapping[str, str] | None = None,
    part: str = "denominator",
    known_at: datetime | None = None,
    limits: Limits | None = None,
) -> list[str]:
    """The codes of the cases behind a number, in order: `key` is the row, `part` one of PARTS.

    Only of cases that `scope` holds on that day: a number may stand for more than whoever asks may see. `part` may name
    one reason of an exclusion. Takes the same question as `figure`, and raises the same errors.
    """
    key = dict(key or {})
    for own in ("measure", "statistic"):
        key.pop(own, None)
    question = asked(connection, name, unit, from_date, to_date, at, tuple(key), known_at, limits)
    split = question.figure.split
    if part not in PARTS and part not in question.figure.excluded:
        wanted = ", ".join((*PARTS, *question.figure.excluded))
        raise Invalid("part", part, f"{name} has: {wanted}.", f"{name} 有：{wanted}。")
    found: dict[str, None] = {}
    numerator = "1" if question.figure.lengths else "p.n"
    for values, reason, code, counted in question.cases(connection, scope, local_date(at), numerator):
        told = dict(zip(question.by, values, strict=True))
        if part != "numerator":
            told.pop(split, None)
        if any(told[dimension] != key[dimension] for dimension in told):
            continue
        kind = ("numerator" if counted else "missed") if reason is None else "excluded"
        if part in (kind, reason) or (part == "denominator" and reason is None):
            found[code] = None
    return list(found)


class _Count:
    """What one row adds up to."""

    __slots__ = ("denominator", "excluded", "numerator", "unknown")

    def __init__(self) -> None:
        self.numerator = self.denominator = self.unknown = 0
        self.excluded: dict[str, int] = {}


def _shares(connection: sa.Connection, question: Question) -> list[dict[str, Any]]:
    one, by = question.figure, question.by
    counts: dict[tuple[str, ...], _Count] = defaultdict(_Count)
    split = by.index(one.split) if one.split in by else None
    parts: dict[tuple[str, ...], int] = defaultdict(int)  # of the numerator, where a dimension divides it
    for key, reason, (counted, numerator, silent) in question.counted(
        connection, f"SUM(p.cases), SUM(p.cases * p.n), {'SUM(p.unknown)' if one.unknown else '0'}"
    ):
        if split is not None:
            if reason is None:
                parts[key] += int(numerator)
            key = (*key[:split], "", *key[split + 1 :])
        count = counts[key]
        if reason is None:
            count.denominator += int(counted)
            count.numerator += int(numerator)
            count.unknown += int(silent)
        else:
            count.excluded[reason] = count.excluded.get(reason, 0) + int(counted)
    rows = []
    for key in _all_keys(question, counts):
        count = counts.get(key if split is None else (*key[:split], "", *key[split + 1 :]), _Count())
        numerator = count.numerator if split is None else parts[key]
        row: dict[str, Any] = dict(zip(by, key, strict=True))
        row |= _number(numerator, count.denominator, share(numerator, count.denominator), count.excluded)
        if one.unknown:
            row["unknown"] = count.unknown
        if one.window:
            row["provisional"] = question.provisional
        rows.append(row)
    return rows


def _lengths(connection: sa.Connection, question: Question) -> list[dict[str, Any]]:
    by = question.by
    held: dict[tuple[str, ...], dict[str, list[int]]] = defaultdict(lambda: {m: [] for m in MEASURES})
    excluded: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for key, reason, (counted, *lengths) in question.counted(
        connection, "COUNT(*), NUMBERS(p.gross), NUMBERS(p.net)"
    ):
        if reason is None:
            for measure, told in zip(MEASURES, lengths, strict=True):
                held[key][measure] += _numbers(f"[{told}]")
        else:
            excluded[key][reason] = excluded[key].get(reason, 0) + counted
    rows = []
    for key in _all_keys(question, [*held, *excluded]):
        for measure in MEASURES:
            lengths = sorted(held[key][measure]) if key in held else []
            for statistic in STATISTICS:
                value = _statistic(statistic, lengths)
                not_longer = 0 if value is None else bisect_right(lengths, value)
                row: dict[str, Any] = dict(zip(by, key, strict=True)) | {
                    "measure": measure,
                    "statistic": statistic,
                }
                days = None if value is None else value / SECONDS_OF_A_DAY
                rows.append(row | _number(not_longer, len(lengths), days, excluded.get(key, {})))
    return rows


def _statistic(name: str, lengths: Sequence[int]) -> Fraction | None:
    if not lengths:
        return None
    if name == "median":
        return median(lengths)
    return nearest_rank(lengths, 90) if name == "p90" else Fraction(lengths[-1])


def _number(
    numerator: int, denominator: int, value: Fraction | None, excluded: Mapping[str, int]
) -> dict[str, Any]:
    return {
        "numerator": numerator,
        "denominator": denominator,
        "value": shown(value),
        "excluded": dict(sorted(excluded.items())),
    }


def _all_keys(question: Question, found: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The rows to show, in order: what was found, and of a dimension with fixed values each of them."""
    by, one = question.by, question.figure
    fixed = {name: one.levels if name == "level" else FIXED.get(name, ()) for name in by}
    keys = dict.fromkeys(found)
    if one.split in by:  # every part of the numerator has a row beside each denominator
        at = by.index(one.split)
        keys = dict.fromkeys((*key[:at], part, *key[at + 1 :]) for key in keys for part in FIXED[one.split])
    loose = {tuple(value for name, value in zip(by, key, strict=True) if not fixed[name]) for key in keys}
    if all(fixed.values()):
        loose = {()}
    for rest in loose:
        values = iter(rest)
        for key in product(*(fixed[name] or (next(values),) for name in by)):
            keys[key] = None
    return iter(sorted(keys, key=lambda key: [_place(*pair) for pair in zip(by, key, strict=True)]))


def _place(name: str, value: str) -> tuple[int, str]:
    order = ORDER.get(name, ())
    return (order.index(value) if value in order else len(order), value)
