"""A question about a figure: which unit, which period, known when, broken down by what; and the SELECT that answers it.

Everything that a figure may be asked goes through here, so that each of them counts by the same organisation and cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from domain.calendar import TZ
from domain.errors import Invalid, NotFound
from domain.policy import NATIONAL, Limits, builtin_policies
from domain.scope import Scope
from projections.figures.belonging import Belonging, Stretches
from projections.figures.catalogue import FIGURES
from projections.figures.definition import Figure, Period, limits_as_parameters
from projections.schema import day, instant
from projections.scoped import seen_by
from projections.worklist import READ_WORKLIST

PERIOD = "p.decided_on >= :from AND p.decided_on < :to"
WITHIN = "p.unit IN (SELECT a.unit FROM read_unit_ancestors a WHERE a.ancestor = :unit)"
# The local day of a stored instant, where no table keeps it. Summer time ended in 1991, before anything was recorded.
LOCAL_DAY = {
    "sqlite": r"STRFTIME('%Y-%m-%d', \1, '+8 hours')",
    "postgresql": r"TO_CHAR(CAST(\1 AS TIMESTAMP) + INTERVAL '8 hours', 'YYYY-MM-DD')",
}
# The numbers of a group as one text, with commas between: a fraction of what as many rows cost.
NUMBERS = {"sqlite": r"GROUP_CONCAT(\1)", "postgresql": r"STRING_AGG(CAST(\1 AS TEXT), ',')"}
# The rows of a table of kinds: together, or each by itself.
COUNTED = re.compile(r"COUNTED\((\w+), (\w+)\)")
TOGETHER = """(
    SELECT c.kind, {first} AS decided_on, COUNT(*) AS cases, '' AS code FROM {table} c WHERE {known} GROUP BY 1, 2)"""
EACH = "(SELECT c.kind, c.{decided}_on AS decided_on, 1 AS cases, c.code FROM {table} c WHERE {known})"
KNOWN = "c.known_from <= :cut AND :cut < c.known_to AND c.{decided}_day >= :from_day AND c.{decided}_day < :to_day"
TOLD = ("unit", "month")  # dimensions that follow from the unit and the day of a row

Key = tuple[str, ...]  # a value for each dimension of the question
Counted = tuple[Key, str | None, Sequence[Any]]  # the key, the reason of an exclusion, the columns asked for


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
            "from_day": self.period.since.toordinal(),
            "to_day": self.period.until.toordinal(),
            "start": instant(start),
            "stop": instant(stop),
            "cut": instant(self.cut),
            "cut_day": self.cut.astimezone(TZ).toordinal(),
            "end": instant(end),
            "end_on": day(last),
            "end_day": last.toordinal(),
            "pending_from": day(
                self.cut.astimezone(TZ).date() - timedelta(self.limits.termination_window_days)
            ),
            "split": int(self.figure.split in self.by),
            **limits_as_parameters(self.limits),
        }

    def counted(self, connection: sa.Connection, columns: str) -> Iterator[Counted]:
        """`columns` (aggregates) of the rows that have a key and a reason in common.

        The same key and reason may come several times: from several units and stretches of days, to be added up.
        """
        belongs, parameters = self._belonging(connection), self.parameters()
        first, after = parameters["from"], parameters["to"]
        edges = {*belongs.edges, *(parameters[name] for name in self.figure.edges)}
        edges |= set(self._months() if "month" in self.by else ())
        stretches = Stretches(["", first, *sorted(edge for edge in edges if first < edge < after), after])
        population, decided = self.figure.population, "p.decided_on"
        if not COUNTED.search(population):
            decided = stretches.first(decided)
        keys = ["p.unit", decided, "p.reason", *self._own()]
        group = ", ".join(str(n) for n in range(1, len(keys) + 1))
        text = f"SELECT {', '.join(keys)}, {columns} FROM ({together(population, stretches)}) AS p GROUP BY {group}"
        statement = self._statement(connection, text, parameters | stretches.parameters)
        for unit, on, reason, *values in connection.execute(statement):
            # What lies outside of the period is left out here: a database that cannot guess how many rows a condition
            # on a worked-out day leaves plans badly.
            if first <= on < after and (child := belongs.child(unit, on)) is not None:
                own = len(keys) - 3
                yield self._key(child, on, values[:own]), reason, values[own:]

    def cases(
        self, connection: sa.Connection, scope: Scope, on: date, numerator: str
    ) -> Iterator[tuple[Key, str | None, str, int]]:
        """(key, reason, code, n) of every case that counts or is left out and that the scope holds on a day, by code."""
        belongs = self._belonging(connection)
        own = {f"k{n}": column for n, column in enumerate(self._own())}
        columns = {"unit": "p.unit", "decided_on": "p.decided_on", "reason": "p.reason", **own}
        columns |= {"code": "p.code", "n": numerator}
        said = ", ".join(f"{column} AS {name}" for name, column in columns.items())
        text = f"SELECT {said} FROM ({each(self.figure.population)}) AS p WHERE {PERIOD} AND {WITHIN}"
        statement = self._statement(connection, text, self.parameters())
        told = statement.columns(*map(sa.column, columns)).subquery("told")
        c = READ_WORKLIST.c
        query = sa.select(told).join(READ_WORKLIST, c.code == told.c.code).order_by(told.c.code)
        for unit, decided, reason, *values, code, n in connection.execute(
            query.where(seen_by(connection, scope, c.case_id, on))
        ):
            child = belongs.child(unit, decided)
            if child is not None:
                yield self._key(child, decided, values), reason, code, n

    def _statement(self, connection: sa.Connection, text: str, given: Mapping[str, Any]) -> sa.TextClause:
        text = re.sub(r"LOCAL_DAY\((.*?)\)", LOCAL_DAY[connection.dialect.name], text)
        statement = sa.text(re.sub(r"NUMBERS\((.*?)\)", NUMBERS[connection.dialect.name], text))
        return statement.bindparams(**{name: given[name] for name in statement._bindparams})

    def _belonging(self, connection: sa.Connection) -> Belonging:
        since, until = day(self.period.since), day(self.period.until)
        return Belonging(connection, self.unit, since, until, children="unit" in self.by)

    def _own(self) -> list[str]:
        """The dimensions that are columns of the rows."""
        columns = {"reason": "p.reason_up"}
        return [columns.get(name, f"COALESCE(p.{name}, 'unknown')") for name in self.by if name not in TOLD]

    def _key(self, child: str, on: str, values: Sequence[str]) -> Key:
        own, told = iter(values), {"unit": child, "month": on[:7]}
        return tuple(told[name] if name in told else next(own) for name in self.by)

    def _months(self) -> Iterator[str]:
        """The first days of months within the period."""
        first = (self.period.since.replace(day=1) + timedelta(32)).replace(day=1)
        while first < self.period.until:
            yield day(first)
            first = (first + timedelta(32)).replace(day=1)

    @property
    def provisional(self) -> bool:
        """Whether the window after the period has not passed at the cut."""
        days = limits_as_parameters(self.limits)[self.figure.window]
        return self.cut.astimezone(TZ).date() < self.period.until + timedelta(days)


def each(population: str) -> str:
    """SQL whose rows are single ones."""
    return COUNTED.sub(lambda found: _rows_of_kinds(EACH, *found.groups()), population)


def together(population: str, stretches: Stretches) -> str:
    """SQL whose rows are those of a kind and stretch of days, `cases` of them."""

    def counted(found: re.Match[str]) -> str:
        table, decided = found.groups()
        return _rows_of_kinds(TOGETHER, table, decided, first=stretches.first(f"c.{decided}_day", "day"))

    return COUNTED.sub(counted, population)


def _rows_of_kinds(form: str, table: str, decided: str, **more: str) -> str:
    return form.format(table=table, decided=decided, known=KNOWN.format(decided=decided), **more)


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
        raise Invalid(
            "to",
            day(until),
            f"Give a day after {day(since)}: the period ends before it begins.",
            f"请填晚于{day(since)}的日期：期间的结束早于开始。",
        )
    for field, value in (("at", at), ("known_at", known_at)):
        if value is not None and value.tzinfo is None:
            raise Invalid(
                field,
                value.isoformat(),
                "Give the instant with a time zone, such as +08:00.",
                "请填带时区的时间，例如 +08:00。",
            )
    if known_at is not None and known_at > at:
        raise Invalid(
            "known_at",
            known_at.isoformat(),
            "Nobody knows yet what will be known then: give an instant that has been.",
            "此时尚未到来，请填已过去的时间。",
        )
    told = tuple(filter(None, by.split(","))) if isinstance(by, str) else by
    dimensions = one.by if told is None else tuple(dict.fromkeys(told))
    for dimension in dimensions:
        if dimension not in one.may:
            raise Invalid(
                "by",
                dimension,
                f"{name} may be broken down by {', '.join(one.may)}.",
                f"{name} 可按以下维度分列：{'、'.join(one.may)}。",
            )
    found = connection.execute(
        sa.text("SELECT 1 FROM read_units WHERE code = :unit LIMIT 1"), {"unit": unit}
    ).first()
    if found is None:
        raise NotFound("unit", unit, "Look the code up in the list of units.")
    cut = known_at or at
    limits = limits or builtin_policies().in_force(NATIONAL, at).limits
    return Question(one, unit, Period(since, until), dimensions, cut, limits)
