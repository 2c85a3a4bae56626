"""What was known when: rows that hold for every knowledge cut from `known_from` up to, not including, `known_to`.

A change closes a row and opens another, so that what was known before stays readable. Events that were recorded in one
instant are known at once. Never overwrite a row that was known.
"""

from __future__ import annotations

import sqlalchemy as sa

from projections.rows import Row, Rows
from projections.schema import FOREVER

IS_KNOWN = "{0}.known_from <= :cut AND :cut < {0}.known_to"  # SQL; {0} is the table's name in the query


def keep_known(table: sa.Table, old: Row | None, new: Row, known: str, rows: Rows) -> None:
    """From `known` on, `new` holds instead of `old`."""
    if old == new:
        return
    if old is not None and old["known_from"] < known:
        rows.put(table, {**old, "known_to": known})
    rows.put(table, {**new, "known_from": known, "known_to": FOREVER})
