"""The cases behind a number, as rows for people, a page at a time, in the order of their codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from domain.case import case_id
from projections.rows import Row
from projections.worklist import READ_WORKLIST

SHOWN = ("code", "type", "title", "state", "holder", "severity", "opened_at", "closed_at")


def behind(connection: sa.Connection, codes: Sequence[str]) -> list[Row]:
    """What `drill` found, as rows of the worklist in the same order. Give only codes that `drill` answered: it asked who
    may see them, and nothing here asks again."""
    c = READ_WORKLIST.c
    ids = [str(case_id(code)) for code in codes]
    query = sa.select(*(c[name] for name in SHOWN)).where(c.case_id.in_(ids)).order_by(c.code)
    return [dict[str, Any](row._mapping) for row in connection.execute(query)]
