"""A reader who tails the log through whatever happens, by position alone, as any reader of another program would."""

from __future__ import annotations

import threading
from types import TracebackType
from uuid import UUID

from eventsourcing.persistence import PersistenceError

from eventlog.log import EventLog, open_log
from tests.support.keys import KEYS

Seen = tuple[int, UUID, int]


class Follower:
    """`with Follower(url) as reader: …`; afterwards `reader.seen` is what it was given, `reader.troubles` the errors."""

    def __init__(self, database_url: str) -> None:
        self.seen: list[Seen] = []
        self.troubles: list[PersistenceError] = []
        self._log: EventLog = open_log(database_url, keys=KEYS)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Follower:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive(), "the reader hangs"
        self._log.close()

    def check(self, database_url: str) -> None:
        """Each event once and in order, and no other than those that are there in the end."""
        log = open_log(database_url, keys=KEYS)
        there = [_seen(row) for row in log.recorder.rows_after(0, None)]
        log.close()
        assert self.seen == there

    def _follow(self) -> None:
        last = False
        while not last:
            last = self._stop.is_set()  # asked before reading, so that the last round reads the rest
            try:
                while rows := self._log.recorder.rows_after(self.seen[-1][0] if self.seen else 0, 100):
                    self.seen += map(_seen, rows)
                if not last:
                    self._log.wait(self.seen[-1][0] if self.seen else 0, 0.1)
            except PersistenceError as error:  # the log's own errors; any other is a failure of this test
                self.troubles.append(error)
                last = False
                if self._stop.wait(0.05) and len(self.troubles) > 10_000:
                    raise


def _seen(row: tuple[int, UUID, int, str, object, bytes]) -> Seen:
    return (row[0], row[1], row[2])
