"""Where a check gets the events from, as they are stored, with their hashes: nothing is decoded and nothing repaired.

What the database gives is not trusted: a value may have any type, a row may be missing or unreadable. Do not turn such
a row away here; the walk names its place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.persistence import PersistenceError

from eventlog.chain import SUITES, Link
from eventlog.errors import Unavailable
from eventlog.recorder import LogRecorder

PAGE = 5_000  # rows in memory at once
FOR_EVER = 1 << 63

Row = tuple[Any, Any, Any, Any, Any, Any, Any]
"""position, originator_id, originator_version, topic, recorded_at, state, hash; None for all but the first: unreadable."""


class Source(Protocol):
    """Events in the order of their positions, as often as somebody asks."""

    def pages(self, after: int, upto: int) -> Iterator[Sequence[Row]]:
        """The rows beyond `after` and up to `upto`, some thousand at a time."""

    def link(self, position: int) -> tuple[Link, int]:
        """How this event is chained, and the position from which another suite is in force."""


class Suites:
    """Which suite chains an event: (since, name) in ascending order."""

    def __init__(self, rows: Sequence[tuple[int, str]]) -> None:
        self.rows = list(rows)
        for _, name in rows:
            if name not in SUITES:
                raise Unavailable(
                    f"The log is chained by {name}, which this program cannot. Upgrade the program."
                )

    def name(self, position: int) -> str:
        return self.rows[self._number(position)][1]

    def link(self, position: int) -> tuple[Link, int]:
        number = self._number(position)
        until = self.rows[number + 1][0] if number + 1 < len(self.rows) else FOR_EVER
        return SUITES[self.rows[number][1]], until

    def _number(self, position: int) -> int:
        return max(0, bisect_right(self.rows, position, key=lambda row: row[0]) - 1)


class DatabaseRows:
    """The table `events`."""

    def __init__(self, recorder: LogRecorder) -> None:
        self._recorder = recorder
        self.suites = Suites(recorder.query("SELECT since, suite FROM hash_suites ORDER BY since"))
        self.link = self.suites.link

    def pages(self, after: int, upto: int) -> Iterator[Sequence[Row]]:
        while after < upto:
            try:
                page = self._read(after, upto, PAGE)
            except PersistenceError:
                page = self._read_each(after, upto)
            if not page:
                return
            yield page
            after = page[-1][0]

    def _read(self, after: int, upto: int, limit: int) -> list[Row]:
        return self._recorder.query(
            "SELECT position, originator_id, originator_version, topic, recorded_at, state, hash FROM events "
            "WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
            (after, upto, limit),
        )

    def _read_each(self, after: int, upto: int) -> list[Row]:
        """One by one up to the first that the database cannot give. Raises what it says when that is not a row's fault."""
        page: list[Row] = []
        while len(page) < PAGE and after < upto:
            try:
                rows = self._read(after, upto, 1)
            except PersistenceError:
                sql = "SELECT position FROM events WHERE position > ? ORDER BY position LIMIT 1"
                ((after,),) = self._recorder.query(sql, (after,))
                return [*page, (after, None, None, None, None, None, None)]
            if not rows:
                break
            page += rows
            after = rows[-1][0]
        return page


@lru_cache(maxsize=65_536)
def as_uuid(value: UUID | str) -> UUID:
    """ValueError for a text that the log would not have written: another spelling is a changed byte."""
    if isinstance(value, UUID):
        return value
    found = UUID(value)
    if str(found) != value:
        raise ValueError(f"{value!r} is no UUID as the log writes one")
    return found


@lru_cache(maxsize=4_096)
def as_instant(value: datetime | str) -> datetime:
    """ValueError for a text that the log would not have written."""
    if isinstance(value, datetime):
        return value
    found = datetime.fromisoformat(value)
    if found.isoformat(timespec="microseconds") != value:
        raise ValueError(f"{value!r} is no instant as the log writes one")
    return found
