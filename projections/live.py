"""A projection at work on one set of tables: what it folds, and what it must remember after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import LogUnreadable
from eventlog.log import EventLog
from projections.projection import Projection, Remembering
from projections.rows import Rows
from projections.seen import Seen, seen

RECALL_BATCH = 5000


@dataclass(slots=True)
class Live:
    """A projection, its rows, how far they go, and which build of the tables they belong to."""

    projection: Projection
    rows: Rows
    position: int
    generation: int

    def fold(self, batch: Batch) -> None:
        """Fold what is beyond the position. An exception says in which projection and where."""
        opened, part = batch.opened, batch.of(self.projection.topics)
        if batch.after < self.position:  # further than the others
            part = [one for one in part if one[0] > self.position]
            opened = dict.fromkeys(opened, False)
        self.rows.begin(opened)
        try:
            self.projection.fold(part, self.rows)
        except Exception as error:
            error.add_note(
                f"while folding {self.projection.name}, positions {batch.after + 1} to {batch.upto}"
            )
            raise

    def recall(self, log: EventLog) -> None:
        """Bring `rows.memory` to where the tables are."""
        if not isinstance(self.projection, Remembering):
            return
        after = 0
        while logged := log.read(after, RECALL_BATCH, topic_prefix=self.projection.remembers):
            for one in logged:
                if one.position > self.position:
                    return
                self.projection.recall(one.event, self.rows)
            after = logged[-1].position


class Batch:
    """Events that are folded together, given to each projection as far as they concern it."""

    def __init__(self, events: Sequence[Seen], after: int, upto: int) -> None:
        self.events = events
        self.after, self.upto = (
            after,
            upto,
        )  # the positions before the first and of the last that was looked at
        self.opened: dict[str, bool] = {}  # its cases, each with whether its first event is in here
        for one in events:
            if one[1] not in self.opened:
                self.opened[one[1]] = one[2] == 1
        self._parts: dict[frozenset[str], Sequence[Seen]] = {}

    def of(self, topics: frozenset[str]) -> Sequence[Seen]:
        if topics not in self._parts:
            self._parts[topics] = [one for one in self.events if one[3] in topics]
        return self._parts[topics]


def read(log: EventLog, after: int, limit: int, topics: frozenset[str]) -> Batch | None:
    """The next events, decoded as far as they are of these topics. Raises LogUnreadable."""
    rows = log.recorder.plain_rows_after(after, limit)
    try:
        return Batch(seen(log, rows, topics), after, rows[-1][0]) if rows else None
    except LogUnreadable as error:
        raise LogUnreadable(f"{error} The read side stays at position {after}.") from error
