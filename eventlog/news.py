"""How a reader waits for the next event: woken by this process, by polling for the others. Never sleep instead."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

POLL_SECONDS = 0.15  # how soon a waiting reader sees what another process recorded


class News:
    """The highest position known to be committed. `head` asks the database; one waiting thread asks for all."""

    def __init__(self, head: Callable[[], int]) -> None:
        self._head = head
        self._told = threading.Condition()
        self._seen = 0
        self._asked_at = 0.0

    def tell(self, position: int) -> None:
        """Wakes who waits for something up to `position`, which is committed."""
        with self._told:
            if position > self._seen:
                self._seen = position
                self._told.notify_all()

    def wait(self, after: int, timeout: float) -> bool:
        """Whether something beyond `after` is committed, waiting at most `timeout` seconds for it."""
        remaining = timeout
        ask = True  # at the beginning and at the end in any case
        while True:
            with self._told:
                if self._seen > after:
                    return True
                ask = ask or remaining <= 0 or monotonic() - self._asked_at >= POLL_SECONDS
                if ask:
                    self._asked_at = monotonic()
            if ask:
                self.tell(self._head())
                ask = False
            with self._told:
                if self._seen > after:
                    return True
                if remaining <= 0:
                    return False
                # Counted down, not compared with a clock: a test may have stopped the clock.
                step = min(POLL_SECONDS, remaining)
                self._told.wait(step)
            remaining -= step
