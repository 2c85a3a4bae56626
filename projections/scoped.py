"""Who may see which case, as a condition of SQL: every list, count, search, figure's cases and export asks it here.

The same as `Scope.covers` (domain/scope.py) says of one case: change them together. There is no other place in which
rows are hidden: a query of cases for people that does not ask here shows too much.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from domain.actor import user_key
from domain.case import case_id
from domain.scope import Scope
from projections.reach import READ_ACCUSED, READ_PARTS, READ_REACH, having_a_part
from projections.units import READ_UNIT_ANCESTORS, standing, under_any

FEW: Final = 20_000  # ids: reading so many first costs less than asking of each case in turn


def visible(scope: Scope, case: sa.ColumnElement[str], on: date) -> sa.ColumnElement[bool]:
    """Whether the case with the id in this column is in the scope on a local day, asked of each case in turn."""
    if scope.everything:
        return sa.true()
    c, a = READ_REACH.c, READ_UNIT_ANCESTORS.c
    # From the few units of a case upwards: the subtree of a county has thousands. OFFSET 0 keeps PostgreSQL from reading
    # the ids of the whole scope first after all.
    above = sa.select(a.unit).where(a.unit == c.unit, a.ancestor.in_(sorted(scope.roots)))
    above = above.where(*standing(READ_UNIT_ANCESTORS, on)).offset(0)
    mine = sa.or_(above.exists(), c.unit.in_(sorted(scope.desks))) if scope.desks else above.exists()
    reached = sa.select(c.unit).where(c.case_id == case, mine).offset(0)
    seen: list[sa.ColumnElement[bool]] = [reached.exists()]
    if user_key(scope.user):
        seen.append(having_a_part(scope.user).where(READ_PARTS.c.case_id == case).offset(0).exists())
    if scope.cases:
        seen.append(case.in_([str(case_id(code)) for code in sorted(scope.cases)]))
    found = sa.or_(*seen)
    return sa.and_(found, not_kept(scope, case, on)) if scope.kept_from else found


def ids_of(scope: Scope, on: date) -> sa.CompoundSelect[Any]:
    """The ids of what the scope holds, but for `not_kept`, perhaps more than once: to begin a query with."""
    found = [sa.select(READ_REACH.c.case_id).where(READ_REACH.c.unit.in_(_units(scope, on)))]
    if user_key(scope.user):
        found.append(having_a_part(scope.user))
    found += [sa.select(sa.literal(str(case_id(code)))) for code in sorted(scope.cases)]
    return sa.union_all(*found)


def not_kept(scope: Scope, case: sa.ColumnElement[str], on: date) -> sa.ColumnElement[bool]:
    """Not among the reports that accuse a unit of the scope, or one above it, and do not lie in the scope now."""
    c = READ_ACCUSED.c
    elsewhere = c.holder.not_in(_units(scope, on))
    return case.not_in(sa.select(c.case_id).where(c.unit.in_(scope.kept_from), c.report == 1, elsewhere))


def _units(scope: Scope, on: date) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """The codes of the units whose matters the scope holds, with units that have ended."""
    desks = (sa.select(sa.literal(desk)) for desk in sorted(scope.desks))
    return sa.union_all(under_any(scope.roots, on), *desks) if scope.desks else under_any(scope.roots, on)


def seen_by(
    connection: sa.Connection, scope: Scope, case: sa.ColumnElement[str], on: date
) -> sa.ColumnElement[bool]:
    """`visible`, but where the scope is small by reading its ids first."""
    if scope.everything or not are_few(connection, ids_of(scope, on)):
        return visible(scope, case, on)
    found = case.in_(ids_of(scope, on))
    return sa.and_(found, not_kept(scope, case, on)) if scope.kept_from else found


def are_few(connection: sa.Connection, keys: sa.Select[Any] | sa.CompoundSelect[Any]) -> bool:
    """Whether these are so few that a query does well to begin with them."""
    return how_many(connection, keys, FEW) <= FEW


def how_many(connection: sa.Connection, keys: sa.Select[Any] | sa.CompoundSelect[Any], upto: int) -> int:
    """Counts no further than one more than `upto`."""
    some = sa.select(sa.literal(1)).select_from(keys.subquery()).limit(upto + 1).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())
