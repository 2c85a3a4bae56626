"""Figures of boards that were asked for a moment ago, kept in memory: a board of 200,000 cases reads them for seconds.

What is kept is what was known at one instant, and a board says which (docs/decisions). A question about another knowledge
cut is never answered from here. Do not keep here what depends on who asks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, Final

from domain.organisation import local_date

OLDEST: Final = timedelta(seconds=60)
LARGE: Final = 100_000  # events: with fewer, a board that anything has been recorded since is asked for anew
MOST: Final = 1_000  # answers of one instant

Rows = list[Any]


class Boards:
    """The answers of one instant. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at: datetime | None = None
        self._position = 0
        self._rows: dict[Hashable, Rows] = {}

    def instant(self, now: datetime, position: int) -> datetime:
        """The instant that a board is of, asked for now, when the read side has come so far: now, or a little ago."""
        with self._lock:
            at = self._at
            fresh = at is not None and at <= now < at + OLDEST and local_date(at) == local_date(now)
            if at is not None and fresh and (position == self._position or position >= LARGE):
                return at
            self._at, self._position, self._rows = now, position, {}
            return now

    def behind(self, position: int) -> bool:
        """Whether more has been recorded, up to here, than boards of this instant know."""
        with self._lock:
            return self._position < position

    def rows(self, at: datetime, key: Hashable, ask: Callable[[], Rows]) -> Rows:
        """The answer to the question `key` at this instant. Change nothing in it."""
        with self._lock:
            found = self._rows.get(key) if at == self._at else None
        if found is None:
            found = ask()
            with self._lock:
                if at == self._at and len(self._rows) < MOST:
                    self._rows[key] = found
        return found
