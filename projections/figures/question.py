"""A question about a figure: which unit, which period, known when, broken down by what; and the SELECT that answers it.

Everything that a figure may be asked goes through here, so that each of them counts by the same organisation and cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from domain.calendar import TZ
from domain.errors import Invalid, NotFound
from domain.policy import NATIONAL, Limits, builtin_policies
from domain.scope import Scope
from projections.figures.catalogue import FIGURES
from projections.figures.definition import Figure, Period, limits_as_parameters
from projections.schema import day, instant
from projections.scoped import seen_by
from projections.worklist import READ_WORKLIST

# Whose matter it was on the day of the decision, and which child of the asked unit it came from.
BELONGS = """
    FROM (SELECT q.* FROM ({population}) AS q
           WHERE q.decided_on >= :from AND q.decided_on < :to) AS p
    JOIN read_unit_ancestors a ON a.unit = p.unit AND a.ancestor = :unit
         AND a.valid_from <= p.decided_on AND p.decided_on < a.valid_to
"""
CHILD = """
    LEFT JOIN read_unit_ancestors b ON b.unit = p.unit AND b.valid_from <= p.decided_on AND p.decided_on < b.valid_to
         AND EXISTS (SELECT 1 FROM read_units u WHERE u.code = b.ancestor AND u.parent = :unit
                        AND u.valid_from <= p.decided_on AND p.decided_on < u.valid_to)
"""
# The local day of a stored instant, where no table keeps it. Summer time ended in 1991, before anything was recorded.
LOCAL_DAY = {
    "sqlite": r"STRFTIME('%Y-%m-%d', \1, '+8 hours')",
    "postgresql": r"TO_CHAR(CAST(\1 AS TIMESTAMP) + INTERVAL '8 hours', 'YYYY-MM-DD')",
}
EXPRESSIONS = {
    "unit": "COALESCE(b.ancestor, :unit)",
    "month": "SUBSTR(p.decided_on, 1, 7)",
    "reason": "p.reason_up",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A figure asked for a unit and a period, broken down by `by`, as known at `cut`."""

    figure: Figure
    unit: str
    period: Period
    by: tuple[str, ...]
    cut: datetime
    limits: Limits

    def parameters(self) -> dict[str, Any]:
        start, stop = (datetime.combine(on, time(), TZ) for on in (self.period.since, self.period.until))
        end = min(stop, self.cut)
        last = min(self.period.until - timedelta(1), self.cut.astimezone(TZ).date())
        return {
            "unit": self.unit,
            "from": day(self.period.since),
            "to": day(self.period.until),
            "start": instant(start),
            "stop": instant(stop),
            "cut": instant(self.cut),
            "cut_day": self.cut.astimezone(TZ).toordinal(),
            "end": instant(end),
            "end_on": day(last),
            "end_day": last.toordinal(),
            "split": int(self.figure.split in self.by),
            **limits_as_parameters(self.limits),
        }

    def select(self, connection: sa.Connection, columns: str, more: str = "") -> Iterable[Any]:
        return connection.execute(self._statement(connection, columns, more))

    def cases(self, connection: sa.Connection, scope: Scope, on: date, numerator: str) -> Iterable[Any]:
        """(keys …, code, reason, n) of every case that counts or is left out and that the scope holds on a day."""
        names = (*(f"k{i}" for i in range(len(self.by))), "code", "reason", "n")
        columns = f"{self.keys} p.code AS code, p.reason AS reason, {numerator} AS n"
        told = self._statement(connection, columns).columns(*map(sa.column, names)).subquery("told")
        c = READ_WORKLIST.c
        query = sa.select(told).join(READ_WORKLIST, c.code == told.c.code)
        return connection.execute(
            query.where(seen_by(connection, scope, c.case_id, on)).order_by(told.c.code)
        )

    def _statement(self, connection: sa.Connection, columns: str, more: str = "") -> sa.TextClause:
        child = CHILD if "unit" in self.by else ""
        text = f"SELECT {columns} {BELONGS.format(population=self.figure.population)} {child} {more}"
        text = re.sub(r"LOCAL_DAY\((.*?)\)", LOCAL_DAY[connection.dialect.name], text)
        given = self.parameters()
        statement = sa.text(text)
        return statement.bindparams(**{name: given[name] for name in statement._bindparams})

    @property
    def keys(self) -> str:
        """The dimensions as columns k0, k1, …"""
        columns = (EXPRESSIONS.get(name, f"COALESCE(p.{name}, 'unknown')") for name in self.by)
        return "".join(f"{column} AS k{i}, " for i, column in enumerate(columns))

    @property
    def provisional(self) -> bool:
        """Whether the window after the period has not passed at the cut."""
        days = limits_as_parameters(self.limits)[self.figure.window]
        return self.cut.astimezone(TZ).date() < self.period.until + timedelta(days)


def asked(
    connection: sa.Connection,
    name: str,
    unit: str,
    since: date,
    until: date,
    at: datetime,
    by: str | Sequence[str] | None,
    known_at: datetime | None,
    limits: Limits | None,
) -> Question:
    one = FIGURES.get(name)
    if one is None:
        raise NotFound("figure", name, f"There are: {', '.join(FIGURES)}.")
    if until <= since:
        raise Invalid("to", day(until), f"Give a day after {day(since)}: the period ends before it begins.")
    for field, value in (("at", at), ("known_at", known_at)):
        if value is not None and value.tzinfo is None:
            raise Invalid(field, value.isoformat(), "Give the instant with a time zone, such as +08:00.")
    told = tuple(filter(None, by.split(","))) if isinstance(by, str) else by
    dimensions = one.by if told is None else tuple(dict.fromkeys(told))
    for dimension in dimensions:
        if dimension not in one.may:
            raise Invalid("by", dimension, f"{name} may be broken down by {', '.join(one.may)}.")
    found = connection.execute(
        sa.text("SELECT 1 FROM read_units WHERE code = :unit LIMIT 1"), {"unit": unit}
    ).first()
    if found is None:
        raise NotFound("unit", unit, "Look the code up in the list of units.")
    cut = known_at or at
    limits = limits or builtin_policies().in_force(NATIONAL, at).limits
    return Question(one, unit, Period(since, until), dimensions, cut, limits)
