"""Runs projections over the log: exactly once, resumable, and anew beside the live tables.

A batch's rows and the position up to which they hold are written in one transaction, which first compares the position
with the one the fold began from. So a killed process repeats a batch that left no trace, and of two runners one wins.
Never write a read table outside of it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from time import monotonic
from typing import Any, NamedTuple

import sqlalchemy as sa

from domain.errors import NotFound
from eventlog.log import EventLog
from projections import positions, words
from projections.leader import candidate
from projections.live import Live, read
from projections.positions import POSITIONS, Overtaken
from projections.projection import Projection
from projections.quick import ask
from projections.rebuild import Progress, Rebuild
from projections.rows import Rows
from projections.schema import copy_of, parsed, shape, writing

BATCH = 10_000  # events; only who is far behind ever takes so many
STUCK_SECONDS = 5.0  # without progress, before somebody else folds in the leader's place
PATIENCE = 5  # seconds for the lock of somebody who led before and is not gone yet
POLL_SECONDS = 0.05  # how soon a waiting reader sees what a runner in another process did


class Lag(NamedTuple):
    """How far a projection is behind: the events that it has not folded yet, and how old the oldest of them is."""

    events: int
    seconds: float


class Standing(NamedTuple):
    """Where the log ends, and for each projection up to where it is folded and how far that is behind."""

    head: int
    positions: dict[str, int]
    lags: dict[str, Lag]

    @property
    def slowest(self) -> Lag:
        """How far the projection is behind that is furthest behind."""
        return max(self.lags.values())


class Runner:
    """Folds the log into the read tables. One `step` at a time; `position`, `lag` and `wait_for` from any thread."""

    def __init__(
        self, log: EventLog, engine: sa.Engine, projections: Iterable[Projection], batch: int = BATCH
    ) -> None:
        self.log, self.engine, self.batch = log, engine, batch
        self.projections = {projection.name: projection for projection in projections}
        self._topics = frozenset[str]().union(*(p.topics for p in self.projections.values()))
        self._lives: list[Live] = []  # empty: to be read from the database
        self._stepping = threading.Lock()
        self._news = threading.Condition()
        self._reached = 0  # highest position known to be folded by all; only for waking waiters

    def prepare(self) -> None:
        """Make the tables that are missing. Tables of another shape than this program's are dropped and begin at 0."""
        with self._stepping, writing(self.engine) as connection:
            positions.take_turns(connection)
            POSITIONS.create(connection, checkfirst=True)
            known = {row.projection: row for row in connection.execute(sa.select(POSITIONS))}
            for name, projection in self.projections.items():
                row, wanted = known.get(name), shape(projection.tables)
                if row is not None and row.shape == wanted:
                    continue
                generation = row.generation + 1 if row is not None else 1
                for table in projection.tables:
                    words.drop(connection, table, table.name)
                    table.drop(connection, checkfirst=True)
                    copy_of(table, table.name, generation).create(connection)
                    words.make(connection, table, table.name, generation)
                positions.begin(connection, name, generation, 0, wanted)
            self._lives, self._reached = [], 0

    # Going on.

    def step(self) -> int:
        """Fold the next batch. Returns the number of events, 0 at the end of the log.

        Raises LogUnreadable for an event this program does not know; then no position has moved.
        """
        with self._stepping:
            while True:
                try:
                    return self._step()
                except Overtaken:
                    self._lives = []
                except BaseException:
                    self._lives = []
                    raise

    def _step(self) -> int:
        lives = self._lives = self._lives or self._restored()
        low = min(live.position for live in lives)
        batch = read(self.log, low, self.batch, self._topics)
        if batch:
            upto = batch.upto
            for live in lives:
                live.fold(batch)
            with writing(self.engine, PATIENCE) as connection:
                for live in lives:
                    to = max(upto, live.position)
                    positions.advance(connection, live.projection.name, live.generation, live.position, to)
                    live.rows.flush(connection)
            for live in lives:
                live.rows.done()
                live.position = max(upto, live.position)
            low = min(live.position for live in lives)
        with self._news:
            self._reached = low
            self._news.notify_all()
        return batch.upto - batch.after if batch else 0

    def run_until(self, position: int, timeout: float = 60.0) -> bool:
        """Have everything up to `position` folded; False when the log or the time (seconds) ends before.

        Whoever leads does it; this one does when nobody leads, and when the leader gets nowhere.
        """
        until, leader = monotonic() + timeout, candidate(self.engine)
        reached, since = -1, monotonic()
        try:
            while (now := self.position()) < position:
                if monotonic() > until:
                    return False
                if now > reached:
                    reached, since = now, monotonic()
                if not leader.leads() and monotonic() - since < STUCK_SECONDS:
                    self.wait_for(position, POLL_SECONDS)
                elif not self.step():
                    return self.position() >= position
            return True
        finally:
            leader.step_down()

    def _restored(self) -> list[Live]:
        """The projections as the database has them, with what they must remember."""
        with self.engine.connect() as connection:
            known = positions.known(connection, self.projections)
        lives = []
        for name, projection in self.projections.items():
            rows = Rows(self.engine, projection.tables)
            live = Live(projection, rows, known[name].position, known[name].generation)
            live.recall(self.log)
            lives.append(live)
        return lives

    # How far it is.

    def position(self) -> int:
        """Everything up to here is in every read table."""
        return self.position_and("SELECT NULL")[0]

    def position_and(self, sql: str, *parameters: str | int) -> tuple[int, Any]:
        """`position`, and the one value that this SELECT answers, both as they are at one instant."""
        names = list(self.projections)
        text = (
            f"SELECT ({sql}), min(position), count(*) FROM read_position "
            f"WHERE projection IN ({', '.join('?' * len(names))})"
        )
        value, lowest, count = ask(self.engine, text, *parameters, *names)[0]
        return int(lowest) if count == len(names) else 0, value

    def positions(self) -> dict[str, int]:
        """How far each projection is."""
        with self.engine.connect() as connection:
            found = {row.projection: row.position for row in connection.execute(sa.select(POSITIONS))}
        return {name: found.get(name, 0) for name in self.projections}

    def standing(self, at: datetime) -> Standing:
        """How far each projection is, seen from the instant `at`: what readiness and metrics tell."""
        positions, head = self.positions(), self.log.head()
        waiting = {}  # position -> since when what comes after it waits
        for position in set(positions.values()):
            rows = self.log.recorder.plain_rows_after(position, 1) if position < head else ()
            waiting[position] = max(0.0, (at - parsed(rows[0][4])).total_seconds()) if rows else 0.0
        lags = {name: Lag(max(0, head - position), waiting[position]) for name, position in positions.items()}
        return Standing(head, positions, lags)

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
        """Fold the whole log into new tables beside the live ones, then swap them in (rebuild.py).

        `names` are projections (none: all); `progress` is told (events done, events known). Returns the position of
        the new tables. May run in another thread or process than `step`. Raises NotFound for an unknown name.
        """
        chosen = list(names or self.projections)
        for name in chosen:
            if name not in self.projections:
                raise NotFound("projection", name, f"There are: {', '.join(self.projections)}.")
        rebuild = Rebuild(self.log, self.engine, [self.projections[name] for name in chosen])
        position = rebuild.run(progress)
        with self._stepping:
            self._lives = []
        return position
