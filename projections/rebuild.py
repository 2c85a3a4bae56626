"""Read tables built anew from the whole log, beside the live ones, and swapped for them in one transaction.

The live tables stay readable, and followed, until the swap. Never empty a live table to fill it again.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence

import sqlalchemy as sa

from eventlog.log import EventLog
from projections import positions
from projections.live import Live, read
from projections.projection import Projection
from projections.rows import Rows
from projections.schema import copy_of, shape, writing

BATCH = 5000
LOCK_TIMEOUT = "55P03"  # PostgreSQL: did not get a lock within lock_timeout

Progress = Callable[[int, int], None]


class Rebuild:
    """One rebuild of some projections. An interrupted one leaves tables behind that the next one removes."""

    def __init__(self, log: EventLog, engine: sa.Engine, projections: Sequence[Projection]) -> None:
        self.log, self.engine, self.projections = log, engine, projections
        self.builds: list[Live] = []

    def run(self, progress: Progress | None = None) -> int:
        """Build and swap; `progress` is told (events done, events known). Returns the position reached."""
        self._begin()
        with _collecting_rarely():
            self._fill(progress)
            self._index()
            while True:
                self._fill(progress)
                if self._swap():
                    return self.builds[0].position

    def _begin(self) -> None:
        """Empty tables of the next generation, without indexes: those come when the rows are there."""
        with writing(self.engine) as connection:
            positions.take_turns(connection)
            known = positions.known(connection, [p.name for p in self.projections])
            for projection in self.projections:
                generation = known[projection.name].generation + 1
                for table in projection.tables:
                    copy = copy_of(table, _building(table), generation)
                    copy.drop(connection, checkfirst=True)
                    copy.indexes.clear()
                    copy.create(connection)
                names = {table.name: _building(table) for table in projection.tables}
                rows = Rows(self.engine, projection.tables, names)
                self.builds.append(Live(projection, rows, 0, generation))

    def _fill(self, progress: Progress | None) -> None:
        """Fold what is in the log beyond what was folded before."""
        head = self.log.head()
        topics = frozenset[str]().union(*(p.topics for p in self.projections))
        while batch := read(self.log, self.builds[0].position, BATCH, topics):
            upto = batch.upto
            for build in self.builds:
                build.fold(batch)
            with writing(self.engine) as connection:
                for build in self.builds:
                    build.rows.flush(connection)
            for build in self.builds:
                build.rows.done()
                build.position = upto
            if progress:
                progress(upto, max(head, upto))

    def _index(self) -> None:
        for build in self.builds:
            for table in build.projection.tables:
                for index in copy_of(table, _building(table), build.generation).indexes:
                    with writing(self.engine) as connection:
                        index.create(connection)

    def _swap(self) -> bool:
        """Put the new tables into the place of the live ones. False: fill once more, and try again.

        Either the live ones have come further meanwhile, or somebody reads them in a long transaction.
        """
        try:
            with writing(self.engine) as connection:
                return self._swapped(connection)
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", "") == LOCK_TIMEOUT:
                return False
            raise

    def _swapped(self, connection: sa.Connection) -> bool:
        positions.take_turns(connection)
        if connection.dialect.name == "postgresql":
            # Sooner than PostgreSQL looks for deadlocks: a reader that holds one table and wants another goes on.
            connection.exec_driver_sql("SET LOCAL lock_timeout = '300ms'")
        live = positions.known(connection, [p.name for p in self.projections], lock=True)
        if any(live[build.projection.name].position > build.position for build in self.builds):
            return False
        for build in self.builds:
            name, tables = build.projection.name, build.projection.tables
            if live[name].generation != build.generation - 1:
                raise RuntimeError(f"{name} was rebuilt by somebody else meanwhile. Nothing was swapped.")
            for table in tables:
                table.drop(connection)
                connection.exec_driver_sql(f"ALTER TABLE {_building(table)} RENAME TO {table.name}")
            positions.begin(connection, name, build.generation, build.position, shape(tables))
        return True


def _building(table: sa.Table) -> str:
    return f"build_{table.name}"


@contextlib.contextmanager
def _collecting_rarely() -> Iterator[None]:
    """A rebuild makes millions of objects and no cycles: looking for some took a quarter of its time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
