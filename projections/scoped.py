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
from projections.reach import READ_ACCUSED, READ_REACH, having_a_part
from projections.units import under_any

FEW: Final = 4_000  # rows of read_reach: reading so many first costs less than asking of each case in turn


def visible(
    scope: Scope, case: sa.ColumnElement[str], on: date, *, few: bool = True
) -> sa.ColumnElement[bool]:
    """Whether the case with the id in this column is in the scope on a local day.

    `few` (see `are_few`) says how the database shall look: read the ids of the whole scope first, or ask of each case.
    The answer is the same.
    """
    if scope.everything:
        return sa.true()
    seen: sa.ColumnElement[bool]
    reached = READ_REACH.c.unit.in_(under_any(scope.roots, on))
    named = _named(scope)
    if few:
        seen = case.in_(sa.union_all(sa.select(READ_REACH.c.case_id).where(reached), *named))
    else:
        probe = sa.select(READ_REACH.c.unit).where(READ_REACH.c.case_id == case, reached)
        seen = sa.or_(probe.exists(), *(case.in_(ids) for ids in named))
    return sa.and_(seen, case.not_in(_kept(scope, on))) if scope.kept_from else seen


def seen_by(
    connection: sa.Connection, scope: Scope, case: sa.ColumnElement[str], on: date
) -> sa.ColumnElement[bool]:
    """`visible`, in the way that suits the size of the scope."""
    return visible(scope, case, on, few=not scope.everything and are_few(connection, scope, on))


def are_few(connection: sa.Connection, scope: Scope, on: date) -> bool:
    """Whether the scope holds so few cases that a query does well to begin with them."""
    reached = READ_REACH.c.unit.in_(under_any(scope.roots, on))
    some = sa.select(sa.literal(1)).select_from(READ_REACH).where(reached).limit(FEW + 1).subquery()
    return bool(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one() <= FEW)


def _named(scope: Scope) -> list[sa.Select[Any]]:
    """The ids that a scope holds wherever the cases are."""
    found = [having_a_part(scope.user)] if user_key(scope.user) else []
    return [*found, *(sa.select(sa.literal(str(case_id(code)))) for code in sorted(scope.cases))]


def _kept(scope: Scope, on: date) -> sa.Select[Any]:
    """The reports that accuse a unit of the scope, or one above it, and do not lie in the scope now."""
    c = READ_ACCUSED.c
    elsewhere = c.holder.not_in(under_any(scope.roots, on))
    return sa.select(c.case_id).where(c.unit.in_(scope.kept_from), c.report == 1, elsewhere)
