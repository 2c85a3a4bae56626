"""How far each projection is: the rows of `read_position`, and the one comparison that makes folding exactly-once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from projections.schema import METADATA, Number, Text

POSITIONS = sa.Table(
    "read_position",
    METADATA,
    sa.Column("projection", Text, primary_key=True),
    sa.Column("position", Number, nullable=False),
    sa.Column(
        "generation", sa.Integer, nullable=False
    ),  # counts rebuilds; a runner that missed one starts anew
    sa.Column("shape", Text, nullable=False),  # of the tables: other columns mean that they are built anew
)

_MOVE = (  # made once: for each projection of each batch
    sa.update(POSITIONS)
    .where(
        POSITIONS.c.projection == sa.bindparam("name"),
        POSITIONS.c.position == sa.bindparam("at"),
        POSITIONS.c.generation == sa.bindparam("build"),
    )
    .values(position=sa.bindparam("to"))
)

LOCK = 0x6772_6964_7265_6164  # "gridread": two processes may prepare or rebuild at once


class Overtaken(Exception):
    """Another runner, or a rebuild, wrote first: what is in memory holds no longer."""


def known(connection: sa.Connection, names: Iterable[str], *, lock: bool = False) -> dict[str, sa.Row[Any]]:
    """The row of each projection. Raises RuntimeError when one has no tables yet."""
    query = sa.select(POSITIONS).with_for_update() if lock else sa.select(POSITIONS)
    found = {row.projection: row for row in connection.execute(query)}
    if missing := set(names) - found.keys():
        raise RuntimeError(f"No read tables yet for {', '.join(sorted(missing))}. Call prepare() first.")
    return found


def advance(connection: sa.Connection, name: str, generation: int, position: int, to: int) -> None:
    """Move on from `position`, or raise Overtaken when it is no longer there."""
    given = {"name": name, "build": generation, "at": position, "to": to}
    if connection.execute(_MOVE, given).rowcount != 1:
        raise Overtaken


def begin(connection: sa.Connection, name: str, generation: int, position: int, shape: str) -> None:
    """Note a new build of the tables, whatever was there before."""
    connection.execute(sa.delete(POSITIONS).where(POSITIONS.c.projection == name))
    connection.execute(
        sa.insert(POSITIONS).values(projection=name, position=position, generation=generation, shape=shape)
    )


def take_turns(connection: sa.Connection) -> None:
    """Let one process at a time change tables. (SQLite has one writer anyway.)"""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
