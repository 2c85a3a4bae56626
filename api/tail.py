"""Wakes event streams when something is recorded: one thread asks for all of them. It holds no events, only the news.

A stream must end when the server wants to stop (a server waits for open answers before it goes): see `stop`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from eventlog.log import EventLog

logger = logging.getLogger("gridcase.api")

PATIENCE = 0.5  # seconds between looks at the stop flag


class Tail:
    """Streams `listen()`; the thread runs as long as somebody does."""

    def __init__(self, log: EventLog) -> None:
        self._log, self._lock = log, threading.Lock()
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._thread: threading.Thread | None = None
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
        seen = 0
        while True:
            with self._lock:
                if self.stopping or not self._listeners:
                    self._thread = None
                    return
            try:
                if self._log.wait(seen, PATIENCE):
                    seen = self._log.head()
                    self._tell()
            except Exception as error:
                logger.error("event streams cannot follow the log: %s", error)
                threading.Event().wait(PATIENCE)
