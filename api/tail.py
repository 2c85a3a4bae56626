"""Wakes event streams when something is recorded, and reads it for all of them: one thread asks, whoever listens.

A stream must end when the server wants to stop (a server waits for open answers before it goes): see `stop`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from eventlog.log import EventLog, Logged

logger = logging.getLogger("gridcase.api")

PATIENCE = 0.5  # seconds between looks at the stop flag
AT_ONCE = 200  # events that are read together
KEPT = 500  # of the last events: who is further behind asks the log itself


class Tail:
    """Streams `listen()`; the thread runs as long as somebody does."""

    def __init__(self, log: EventLog) -> None:
        self._log, self._lock = log, threading.Lock()
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._thread: threading.Thread | None = None
        self._kept: tuple[int, tuple[Logged, ...]] | None = (
            None  # everything after this position, as far as read
        )
        self.stopping = False

    def listen(self) -> tuple[asyncio.Event, Callable[[], None]]:
        """An event that is set when something was recorded or the server stops, and how to stop listening."""
        news = asyncio.Event()
        with self._lock:
            self._listeners[news] = asyncio.get_running_loop()
            if self._thread is None and not self.stopping:
                self._thread = threading.Thread(target=self._run, name="gridcase-tail", daemon=True)
                self._thread.start()
        return news, lambda: self._forget(news)

    def after(self, position: int) -> list[Logged] | None:
        """What was recorded after a position, from memory; None where that does not reach back so far."""
        kept = self._kept
        if kept is None or position < kept[0]:
            return None
        return [one for one in kept[1] if one.position > position]

    @property
    def listening(self) -> int:
        """How many streams are open."""
        return len(self._listeners)

    def stop(self) -> None:
        """End every stream at once. Safe to call from a signal handler's thread, and again."""
        self.stopping = True
        self._tell()

    def _forget(self, news: asyncio.Event) -> None:
        with self._lock:
            self._listeners.pop(news, None)

    def _tell(self) -> None:
        for news, loop in list(self._listeners.items()):
            try:
                loop.call_soon_threadsafe(news.set)
            except RuntimeError:  # its loop is closed
                self._listeners.pop(news, None)

    def _run(self) -> None:
        seen = -1  # whoever has begun to listen meanwhile is told to look for themselves
        while True:
            with self._lock:
                if self.stopping or not self._listeners:
                    self._thread = self._kept = None
                    return
            try:
                if seen < 0:
                    seen = self._log.head()
                    self._kept = (seen, ())
                    self._tell()
                elif self._log.wait(seen, PATIENCE):
                    while events := self._log.read(seen, AT_ONCE):
                        self._keep(events)
                        seen = events[-1].position
                    self._tell()
            except Exception as error:
                logger.error("event streams cannot follow the log: %s", error)
                threading.Event().wait(PATIENCE)

    def _keep(self, events: list[Logged]) -> None:
        floor, kept = self._kept or (0, ())
        both = (*kept, *events)
        if len(both) > KEPT:
            floor = both[-KEPT - 1].position
        self._kept = (floor, both[-KEPT:])
