"""Which cases of the worklist somebody wants, as conditions of SQL: what lists, searches, counts and exports filter by.

What was typed reaches the database as a value, never as a part of a statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.operators import custom_op

from domain.case import CLOSED
from domain.scope import Scope
from projections import schema
from projections.reach import READ_PARTS, having_a_part
from projections.scoped import ids_of, not_kept, visible
from projections.units import under
from projections.words import Found, folded, found_by
from projections.worklist_table import READ_WORKLIST

RARE = ("returned", "new")  # each has an index of the cases that are so
LOOKED_UP = ("holder", "reporter")  # each has an index that begins with it
COMPARED = (
    *("state", "stage", "type", "severity", "channel", "category", "petition_class", "level", "outcome"),
    *("returned", "new"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases of the worklist; what is None does not matter.

    `scope` is what whoever asks may see on the local day `today`; nothing outside of it is ever listed or counted.
    `unit` means all matters of that unit's subtree on the day `on` (None: today). `person` is a user with any part in
    the work; `desk` is (user, unit): theirs, and what lies at that unit with nobody in charge yet. `late_at`: some
    deadline is past due at that instant. `due_after` and `due_upto` bound the deadline that comes next, `opened_from`
    and `opened_before` when the case was opened. `text`: words that must all occur, Chinese of any length.
    """

    scope: Scope
    today: date
    unit: str | None = None
    on: date | None = None
    holder: str | None = None
    person: str | None = None
    desk: tuple[str, str] | None = None
    reporter: str | None = None
    state: str | None = None
    stage: str | None = None
    type: str | None = None
    severity: str | None = None
    channel: str | None = None
    category: str | None = None
    petition_class: str | None = None
    level: int | None = None
    outcome: str | None = None
    returned: bool | None = None
    new: bool | None = None
    late_at: datetime | None = None
    due_after: datetime | None = None
    due_upto: datetime | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    open_only: bool = True
    closed_only: bool = False
    text: str = ""

    def compared(self) -> list[sa.ColumnElement[bool]]:
        """What is read off a row."""
        c = READ_WORKLIST.c
        found = [
            c[name] == (int(value) if isinstance(value, bool) else value)
            for name in COMPARED
            if (value := getattr(self, name)) is not None
        ]
        if self.closed_only:
            found.append(c.state == CLOSED)
        elif self.open_only:
            found.append(c.state != sa.literal_column(f"'{CLOSED}'"))  # as the index of the open ones says it
        if self.scope.kept_from:
            found.append(not_kept(self.scope, c.case_id, self.today))
        bounds = (
            (c.next_due, "__le__", self.late_at),
            (c.next_due, "__gt__", self.due_after),
            (c.next_due, "__le__", self.due_upto),
            (c.opened_at, "__ge__", self.opened_from),
            (c.opened_at, "__lt__", self.opened_before),
        )
        found += [getattr(column, how)(schema.instant(at)) for column, how, at in bounds if at is not None]
        return found + [c.search_text.contains(word, autoescape=True) for word in folded(self.text).split()]

    def narrowed(self, dialect: str) -> Iterator[Found]:
        """What may leave few cases, each as a set of keys to begin with and as a condition to ask of each row."""
        c, holder = READ_WORKLIST.c, _not_looked_up(READ_WORKLIST.c.holder, dialect)
        if not self.scope.everything:
            asked = visible(self.scope, c.case_id, self.today)
            yield Found(c.case_id, ids_of(self.scope, self.today), asked)
        if (found := found_by(READ_WORKLIST, folded(self.text), dialect)) is not None:
            yield found
        if self.person is not None:
            yield Found(c.case_id, having_a_part(self.person), _has_a_part(self.person))
        if self.desk is not None:
            user, unit = self.desk
            waiting = sa.and_(c.holder == unit, c.person == "")
            theirs = sa.union_all(having_a_part(user), sa.select(c.case_id).where(waiting))
            yield Found(c.case_id, theirs, sa.or_(sa.and_(holder == unit, c.person == ""), _has_a_part(user)))
        for name in RARE:
            if getattr(self, name):
                marked = c[name] == sa.literal_column("1")  # as the index says it
                yield Found(c.case_id, sa.select(c.case_id).where(marked), c[name] == 1)
        for name in LOOKED_UP:
            if (value := getattr(self, name)) is not None:
                asked = _not_looked_up(c[name], dialect) == value
                yield Found(c.case_id, sa.select(c.case_id).where(c[name] == value), asked)
        if self.unit is not None:
            units = under(self.unit, self.on or self.today)
            yield Found(c.case_id, sa.select(c.case_id).where(c.holder.in_(units)), holder.in_(units))


def _has_a_part(user: str) -> sa.ColumnElement[bool]:
    return having_a_part(user).where(READ_PARTS.c.case_id == READ_WORKLIST.c.case_id).offset(0).exists()


def _not_looked_up(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[Any]:
    """The column, where SQLite is not to look the row up by it: there a plus says so."""
    if dialect == "sqlite":
        return sa.UnaryExpression(column, operator=custom_op("+"), type_=column.type)
    return column
