"""All read tables as plain values, to be compared."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from projections.all import PROJECTIONS

Dump = dict[str, list[tuple[Any, ...]]]


def dump(engine: sa.Engine) -> Dump:
    """Every row of every read table, by primary key."""
    with engine.connect() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))
            ]
            for projection in PROJECTIONS
            for table in projection.tables
        }
