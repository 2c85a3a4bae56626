"""Kinds: what figures count by, said once for all rows that are alike.

A figure over two hundred thousand rows asks for few things of each, and there are far fewer different answers than
rows. So these stand once in a table of kinds; a row has the number of its kind, its day, and since and until when that
was known. A figure counts rows by kind and day, then judges the kinds. Never judge in a fold: what the limits of a
policy decide is kept as a number of days.
"""

from __future__ import annotations

from hashlib import blake2b

import sqlalchemy as sa

from projections.rows import Row, Rows
from projections.schema import METADATA, Number


def kinds_table(name: str, *columns: sa.Column[object]) -> sa.Table:
    number = sa.Column("kind", Number, primary_key=True, autoincrement=False)
    return sa.Table(name, METADATA, number, *columns)


def counted_by(day: str) -> tuple[str, ...]:
    """The columns of the index that answers a figure alone, without the rows."""
    return (day, "kind", "known_from", "known_to")


def kind_of(table: sa.Table, said: Row, rows: Rows) -> int:
    """The number of a kind, which is kept if it is new.

    Made from what the kind says, so that it is the same whenever, wherever and in whatever order kinds are met.
    """
    words = repr([said[column.name] for column in table.columns if column.name != "kind"])
    number = (
        int.from_bytes(blake2b(words.encode(), digest_size=8).digest()) >> 1
    )  # fits where numbers have signs
    rows.learn(table, {**said, "kind": number})
    return number


def kind(table: sa.Table, number: int, rows: Rows) -> Row:
    """What a kind says."""
    found = rows.get(table, number)
    assert found is not None
    return found
