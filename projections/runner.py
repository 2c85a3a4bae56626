"""Runs projections over the log: exactly once, resumable, and anew beside the live tables.

A batch's rows and the position up to which they hold are written in one transaction, which first compares the position
with the one the fold began from. So a killed process repeats a batch that left no trace, and of two runners one wins.
Never write a read table outside of it.
"""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

import sqlalchemy as sa

from domain.errors import LogUnreadable, NotFound
from domain.topics import TOPICS
from eventlog.errors import Unreadable
from eventlog.log import EventLog, Logged
from projections.projection import Projection, Remembering
from projections.rows import Rows
from projections.schema import POSITIONS, copy_of, shape, writing

BATCH = 1000
REBUILD_BATCH = 5000
POLL_SECONDS = 0.05  # how soon a waiting reader sees what a runner in another process did
_PREPARE_LOCK = 0x6772_6964_7265_6164  # "gridread": two processes may prepare or rebuild at once

Progress = Callable[[int, int], None]


class _Overtaken(Exception):
    """Another runner, or a rebuild, wrote first: what is in memory holds no longer."""


@dataclass(slots=True)
class _Live:
    """A projection at work: its rows, how far they go, and which build of the tables they belong to."""

    projection: Projection
    rows: Rows
    position: int
    generation: int

    def fold(self, logged: Sequence[Logged], opened: Mapping[str, bool]) -> None:
        part = logged
        if logged[0].position <= self.position:  # further than the others
            part = [one for one in logged if one.position > self.position]
            opened = dict.fromkeys(opened, False)
        self.rows.begin(opened)
        try:
            self.projection.fold(part, self.rows)
        except Exception as error:
            error.add_note(
                f"while folding {self.projection.name}, positions {logged[0].position}–{logged[-1].position}"
            )
            raise


class Runner:
    """Folds the log into the read tables. One `step` at a time; `position`, `lag` and `wait_for` from any thread."""

    def __init__(
        self, log: EventLog, engine: sa.Engine, projections: Iterable[Projection], batch: int = BATCH
    ) -> None:
        self.log, self.engine, self.batch = log, engine, batch
        self.projections = {projection.name: projection for projection in projections}
        self._lives: list[_Live] = []  # empty: to be read from the database
        self._stepping = threading.Lock()
        self._news = threading.Condition()
        self._reached = 0  # highest position known to be folded by all; only for waking waiters

    def prepare(self) -> None:
        """Make the tables that are missing. Tables of another shape than this program's are dropped and begin at 0."""
        with self._stepping, writing(self.engine) as connection:
            self._lock(connection)
            POSITIONS.create(connection, checkfirst=True)
            known = {row.projection: row for row in connection.execute(sa.select(POSITIONS))}
            for name, projection in self.projections.items():
                row, wanted = known.get(name), shape(projection.tables)
                if row is not None and row.shape == wanted:
                    continue
                generation = row.generation + 1 if row is not None else 1
                for table in projection.tables:
                    table.drop(connection, checkfirst=True)
                    copy_of(table, table.name, generation).create(connection)
                connection.execute(sa.delete(POSITIONS).where(POSITIONS.c.projection == name))
                _note(connection, name, 0, generation, wanted)
            self._lives = []

    # Going on.

    def step(self) -> int:
        """Fold the next batch. Returns the number of events, 0 at the end of the log.

        Raises LogUnreadable for an event this program does not know; then no position has moved.
        """
        with self._stepping:
            while True:
                try:
                    return self._step()
                except _Overtaken:
                    self._lives = []
                except BaseException:
                    self._lives = []
                    raise

    def _step(self) -> int:
        lives = self._lives = self._lives or self._restored()
        low = min(live.position for live in lives)
        logged = self._read(low, self.batch)
        if logged:
            upto = logged[-1].position
            opened = _opened(logged)
            for live in lives:
                live.fold(logged, opened)
            with writing(self.engine) as connection:
                for live in lives:
                    _advance(connection, live, max(upto, live.position))
                    live.rows.flush(connection)
            for live in lives:
                live.rows.done()
                live.position = max(upto, live.position)
            low = min(live.position for live in lives)
        with self._news:
            self._reached = low
            self._news.notify_all()
        return len(logged)

    def run(self, stop: threading.Event, patience: float = 0.5) -> None:
        """Follow the log until `stop` is set."""
        while not stop.is_set():
            if not self.step():
                self.log.wait(self._reached, patience)

    def run_until(self, position: int, timeout: float = 60.0) -> bool:
        """Step until everything up to `position` is folded; False when the log or the time (seconds) ends before."""
        until = monotonic() + timeout
        while self.position() < position:
            if not self.step() or monotonic() > until:
                return self.position() >= position
        return True

    # How far it is.

    def position(self) -> int:
        """Everything up to here is in every read table."""
        query = sa.select(sa.func.min(POSITIONS.c.position), sa.func.count()).where(
            POSITIONS.c.projection.in_(list(self.projections))
        )
        with self.engine.connect() as connection:
            lowest, count = connection.execute(query).one()
        return int(lowest) if count == len(self.projections) else 0

    def positions(self) -> dict[str, int]:
        """How far each projection is."""
        with self.engine.connect() as connection:
            found = {row.projection: row.position for row in connection.execute(sa.select(POSITIONS))}
        return {name: found.get(name, 0) for name in self.projections}

    def lag(self) -> int:
        """The number of recorded events that are not in every read table yet."""
        return max(0, self.log.head() - self.position())

    def wait_for(self, position: int, timeout: float) -> bool:
        """Whether everything up to `position` is folded, by whichever runner, within `timeout` seconds."""
        until = monotonic() + timeout
        while True:
            if self._reached >= position or self.position() >= position:
                return True
            left = until - monotonic()
            if left <= 0:
                return False
            with self._news:
                if self._reached < position:
                    self._news.wait(min(left, POLL_SECONDS))

    # Building anew.

    def rebuild(self, names: Iterable[str] | None = None, progress: Progress | None = None) -> int:
        """Fold the whole log into new tables beside the live ones, then swap them in one transaction.

        `names` are projections (None: all); `progress` is told (events done, events known). The live tables stay
        readable, and followed, to the end. Returns the position that the new tables have.
        """
        chosen = list(self.projections) if names is None else list(names)
        for name in chosen:
            if name not in self.projections:
                raise NotFound("projection", name, f"There are: {', '.join(self.projections)}.")
        builds = self._builds(chosen)
        with _collecting_rarely():
            self._fill(builds, progress)
            self._index(builds)
            while True:
                self._fill(builds, progress)
                with writing(self.engine) as connection:
                    self._lock(connection)
                    if self._swap(connection, builds):
                        break
        with self._stepping:
            self._lives = []
        return min(build.position for build in builds)

    def _builds(self, names: Sequence[str]) -> list[_Live]:
        """Empty tables of the next generation, without indexes: those come when the rows are there."""
        builds = []
        with writing(self.engine) as connection:
            self._lock(connection)
            known = {row.projection: row.generation for row in connection.execute(sa.select(POSITIONS))}
            for name in names:
                projection, generation = self.projections[name], known[name] + 1
                for table in projection.tables:
                    copy = copy_of(table, _building(table), generation)
                    copy.drop(connection, checkfirst=True)  # left by a rebuild that was interrupted
                    copy.indexes.clear()
                    copy.create(connection)
                rows = Rows(self.engine, projection.tables, {t.name: _building(t) for t in projection.tables})
                builds.append(_Live(projection, rows, 0, generation))
        return builds

    def _fill(self, builds: list[_Live], progress: Progress | None) -> None:
        head = self.log.head()
        while logged := self._read(builds[0].position, REBUILD_BATCH):
            upto = logged[-1].position
            opened = _opened(logged)
            for build in builds:
                build.fold(logged, opened)
            with writing(self.engine) as connection:
                for build in builds:
                    build.rows.flush(connection)
            for build in builds:
                build.rows.done()
                build.position = upto
            if progress:
                progress(upto, max(head, upto))

    def _index(self, builds: list[_Live]) -> None:
        for build in builds:
            for table in build.projection.tables:
                for index in copy_of(table, _building(table), build.generation).indexes:
                    with writing(self.engine) as connection:
                        index.create(connection)

    def _swap(self, connection: sa.Connection, builds: list[_Live]) -> bool:
        """Put the new tables into the place of the live ones; False if the live ones have come further meanwhile."""
        query = sa.select(POSITIONS).with_for_update()
        live = {row.projection: row for row in connection.execute(query)}
        if any(live[build.projection.name].position > build.position for build in builds):
            return False
        for build in builds:
            name = build.projection.name
            if live[name].generation != build.generation - 1:
                raise RuntimeError(f"{name} was rebuilt by somebody else meanwhile. Nothing was swapped.")
            for table in build.projection.tables:
                table.drop(connection)
                connection.exec_driver_sql(f"ALTER TABLE {_building(table)} RENAME TO {table.name}")
            connection.execute(sa.delete(POSITIONS).where(POSITIONS.c.projection == name))
            _note(connection, name, build.position, build.generation, shape(build.projection.tables))
        return True

    # Help.

    def _read(self, after: int, limit: int) -> list[Logged]:
        try:
            logged = self.log.read(after, limit)
        except Unreadable as error:
            raise LogUnreadable(f"{error} The read side stays at position {after}.") from error
        for one in logged:
            cls = type(one.event)
            if TOPICS.get(cls.TOPIC) is not cls:
                raise LogUnreadable(
                    f"Event {cls.TOPIC!r} at position {one.position} is not in domain/topics.py. "
                    f"Upgrade the program. The read side stays at position {after}."
                )
        return logged

    def _restored(self) -> list[_Live]:
        """The projections as the database has them, with what they must remember."""
        with self.engine.connect() as connection:
            known = {row.projection: row for row in connection.execute(sa.select(POSITIONS))}
        lives = []
        for name, projection in self.projections.items():
            if name not in known:
                raise RuntimeError(f"Projection {name} has no tables yet. Call prepare() first.")
            live = _Live(
                projection, Rows(self.engine, projection.tables), known[name].position, known[name].generation
            )
            if isinstance(projection, Remembering):
                self._recall(projection, live)
            lives.append(live)
        return lives

    def _recall(self, projection: Remembering, live: _Live) -> None:
        after = 0
        while logged := self.log.read(after, REBUILD_BATCH, topic_prefix=projection.remembers):
            for one in logged:
                if one.position > live.position:
                    return
                projection.recall(one.event, live.rows)
            after = logged[-1].position

    @staticmethod
    def _lock(connection: sa.Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_PREPARE_LOCK)))


@contextlib.contextmanager
def _collecting_rarely() -> Iterator[None]:
    """A rebuild makes millions of objects and no cycles: looking for some took a quarter of its time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _opened(logged: Sequence[Logged]) -> dict[str, bool]:
    """The cases of a batch, each with whether its first event is in it."""
    opened: dict[str, bool] = {}
    for one in logged:
        opened.setdefault(str(one.event.originator_id), one.event.originator_version == 1)
    return opened


def _advance(connection: sa.Connection, live: _Live, position: int) -> None:
    moved = connection.execute(
        sa.update(POSITIONS)
        .where(
            POSITIONS.c.projection == live.projection.name,
            POSITIONS.c.position == live.position,
            POSITIONS.c.generation == live.generation,
        )
        .values(position=position)
    )
    if moved.rowcount != 1:
        raise _Overtaken


def _note(connection: sa.Connection, name: str, position: int, generation: int, tables: str) -> None:
    connection.execute(
        sa.insert(POSITIONS).values(projection=name, position=position, generation=generation, shape=tables)
    )


def _building(table: sa.Table) -> str:
    return f"build_{table.name}"
