"""Read tables built anew from the whole log, beside the live ones, and swapped for them in one transaction.

The live tables stay readable, and followed, until the swap. Never empty a live table to fill it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from eventlog.log import EventLog
from projections import positions, words
from projections.by_case import Task, collecting_rarely, fold_cases
from projections.live import Live, read
from projections.projection import Projection
from projections.rows import Rows
from projections.schema import copy_of, shape, writing
from projections.seen import CASES

BATCH = 5000
LOCK_TIMEOUT = "55P03"  # PostgreSQL: did not get a lock within lock_timeout

Progress = Callable[[int, int], None]


class Rebuild:
    """One rebuild of some projections. An interrupted one leaves tables behind that the next one removes."""

    def __init__(self, log: EventLog, engine: sa.Engine, projections: Sequence[Projection]) -> None:
        self.log, self.engine, self.projections = log, engine, projections
        self.builds: list[Live] = []
        self.progress: Progress = lambda done, known: None

    def run(self, progress: Progress | None = None) -> int:
        """Build and swap; `progress` is told (events done, events known). Returns the position reached."""
        self.progress = progress or self.progress
        self._begin()
        with collecting_rarely():
            self._fill()
            self._index()
            while True:
                self._follow(self.builds)
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
                    words.drop(connection, table, copy.name)
                    copy.drop(connection, checkfirst=True)
                    copy.indexes.clear()
                    copy.create(connection)
                names = {table.name: _building(table) for table in projection.tables}
                rows = Rows(self.engine, projection.tables, names)
                self.builds.append(Live(projection, rows, 0, generation))

    def _fill(self) -> None:
        """Fold what is in the log now: what concerns cases case by case, the rest in the order of the log."""
        head, done = self.log.head(), 0
        by_case = [build for build in self.builds if build.projection.topics <= CASES]
        self._follow([build for build in self.builds if build not in by_case])

        def told(events: int) -> None:
            nonlocal done
            done += events
            self.progress(done, head)

        if by_case:
            names = {t.name: _building(t) for build in by_case for t in build.projection.tables}
            task = Task([build.projection for build in by_case], names, head)
            fold_cases(self.log, self.engine, task, told)
        for build in by_case:
            build.position = head

    def _follow(self, builds: Sequence[Live]) -> None:
        """Fold what is in the log beyond the positions of these, in its order."""
        head = self.log.head()
        topics = frozenset[str]().union(*(build.projection.topics for build in builds))
        while builds and (batch := read(self.log, min(b.position for b in builds), BATCH, topics)):
            for build in builds:
                build.fold(batch)
            with writing(self.engine) as connection:
                for build in builds:
                    build.rows.flush(connection)
            for build in builds:
                build.rows.done()
                build.position = max(build.position, batch.upto)
            self.progress(batch.upto, max(head, batch.upto))

    def _index(self) -> None:
        for build in self.builds:
            for table in build.projection.tables:
                for index in copy_of(table, _building(table), build.generation).indexes:
                    with writing(self.engine) as connection:
                        index.create(connection)
                with writing(self.engine) as connection:
                    words.make(connection, table, _building(table), build.generation)

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
                words.drop(connection, table, table.name)
                table.drop(connection)
                words.rename(connection, table, _building(table), table.name)
            positions.begin(connection, name, build.generation, build.position, shape(tables))
        return True


def _building(table: sa.Table) -> str:
    return f"build_{table.name}"
