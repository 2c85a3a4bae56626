"""Commands that come at the same time are recorded together: the first writes for all who came meanwhile.

No thread of its own and no timer: a lone writer commits at once, in its own thread. Never let a caller go before its
own write is committed or refused.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from eventlog.errors import Unavailable
from eventlog.rows import Receipt, Write

INTERRUPTED = (
    "The thread that was recording this was interrupted. Whether it was recorded is not known: look at the case, or "
    "repeat the command with its key."
)
LARGEST = 256  # writes in one transaction, so that who comes last does not wait for ever


class Waiting:
    """One caller's write, and what became of it: a receipt or an error."""

    __slots__ = ("_woken", "error", "leads", "receipt", "write")

    def __init__(self, write: Write, *, leads: bool) -> None:
        self.write = write
        self.receipt: Receipt | None = None
        self.error: BaseException | None = None
        self.leads = leads
        if not leads:  # who leads never sleeps
            self._woken = threading.Lock()
            self._woken.acquire()

    @property
    def done(self) -> bool:
        return self.receipt is not None or self.error is not None

    def sleep(self) -> None:
        self._woken.acquire()

    def wake(self) -> None:
        self._woken.release()


class Group:
    """`commit` gives every write handed to it a receipt or an error; it is called by one thread at a time."""

    def __init__(self, commit: Callable[[list[Waiting]], None]) -> None:
        self._commit = commit
        self._lock = threading.Lock()
        self._queue: list[Waiting] = []
        self._led = False  # whether somebody is writing, or was told to

    def record(self, write: Write) -> Receipt:
        """Returns when it is committed. Raises this write's own error."""
        with self._lock:
            mine = Waiting(write, leads=not self._led)
            self._queue.append(mine)
            self._led = True
        if not mine.leads:
            self._sleep(mine)
        if mine.leads:
            self._lead(mine)
        if mine.error is not None:
            raise mine.error
        assert mine.receipt is not None
        return mine.receipt

    def _sleep(self, mine: Waiting) -> None:
        """Until it is done, or has to lead."""
        try:
            mine.sleep()
        except (
            BaseException
        ):  # Ctrl-C: what is being written is written; the others must not wait for this thread
            with self._lock:
                if mine in self._queue:
                    self._queue.remove(mine)
                if mine.leads and not mine.done:
                    self._hand_on()
            raise

    def _lead(self, mine: Waiting) -> None:
        """One group: the next is written by one of its own, and may grow until that one is awake."""
        with self._lock:
            group, self._queue = self._queue[:LARGEST], self._queue[LARGEST:]
        try:
            self._write(group, mine)
        finally:
            with self._lock:
                self._hand_on()

    def _write(self, group: list[Waiting], mine: Waiting) -> None:
        try:
            self._commit(group)
        except BaseException as error:
            alone = not isinstance(
                error, Exception
            )  # Ctrl-C befell this thread, and is no answer to the others
            for one in group:
                if not one.done:
                    one.error = Unavailable(INTERRUPTED) if alone else error
            if alone:
                raise
        finally:
            for one in group:
                if one is not mine:
                    one.wake()

    def _hand_on(self) -> None:
        """The one who has waited longest writes next."""
        if self._queue:
            self._queue[0].leads = True
            self._queue[0].wake()
        else:
            self._led = False
