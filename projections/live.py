"""A projection at work on one set of tables: what it folds, and what it must remember after a restart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.errors import LogUnreadable
from domain.topics import TOPICS
from eventlog.errors import Unreadable
from eventlog.log import EventLog, Logged
from projections.projection import Projection, Remembering
from projections.rows import Rows

RECALL_BATCH = 5000


@dataclass(slots=True)
class Live:
    """A projection, its rows, how far they go, and which build of the tables they belong to."""

    projection: Projection
    rows: Rows
    position: int
    generation: int

    def fold(self, logged: Sequence[Logged], opened: Mapping[str, bool]) -> None:
        """Fold what is beyond the position. An exception says in which projection and where."""
        part = logged
        if logged[0].position <= self.position:  # further than the others
            part = [one for one in logged if one.position > self.position]
            opened = dict.fromkeys(opened, False)
        self.rows.begin(opened)
        try:
            self.projection.fold(part, self.rows)
        except Exception as error:
            where = f"positions {logged[0].position} to {logged[-1].position}"
            error.add_note(f"while folding {self.projection.name}, {where}")
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


def opened_in(logged: Sequence[Logged]) -> dict[str, bool]:
    """The cases of a batch, each with whether its first event is in it."""
    opened: dict[str, bool] = {}
    for one in logged:
        opened.setdefault(str(one.event.originator_id), one.event.originator_version == 1)
    return opened


def read(log: EventLog, after: int, limit: int) -> list[Logged]:
    """The next events. Raises LogUnreadable when one is none of this program's."""
    stays = f"The read side stays at position {after}."
    try:
        logged = log.read(after, limit)
    except Unreadable as error:
        raise LogUnreadable(f"{error} {stays}") from error
    for one in logged:
        cls = type(one.event)
        if TOPICS.get(cls.TOPIC) is not cls:
            told = f"Event {cls.TOPIC!r} at position {one.position} is not in domain/topics.py. Upgrade the program."
            raise LogUnreadable(f"{told} {stays}")
    return logged
