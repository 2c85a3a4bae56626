"""Aggregates in memory: who may change which one now, and the copies kept for the next command.

An aggregate is handed to one thread at a time. A batch is alone in the process, because it holds the database's
write lock for long: were others allowed to hold aggregates meanwhile, both sides could wait for each other.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID


class Kept:
    """The aggregates used last, by id; the least recently used one goes first. `capacity` 0 keeps none."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._aggregates: OrderedDict[UUID, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, aggregate_id: UUID) -> Any | None:
        with self._lock:
            aggregate = self._aggregates.get(aggregate_id)
            if aggregate is not None:
                self._aggregates.move_to_end(aggregate_id)
            return aggregate

    def put(self, aggregate_id: UUID, aggregate: Any) -> None:
        with self._lock:
            self._aggregates[aggregate_id] = aggregate
            self._aggregates.move_to_end(aggregate_id)
            while len(self._aggregates) > self._capacity:
                self._aggregates.popitem(last=False)

    def evict(self, *aggregate_ids: UUID) -> None:
        with self._lock:
            for aggregate_id in aggregate_ids:
                self._aggregates.pop(aggregate_id, None)

    def clear(self) -> None:
        with self._lock:
            self._aggregates.clear()


class Turns:
    """Who is at work in this process: any number of threads with aggregates of their own, or one batch."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: set[UUID] = set()
        self._holders: set[int] = set()  # threads with a checkout
        self._batch: int | None = None  # the thread in a batch
        self._batches_waiting = 0

    @property
    def in_batch(self) -> bool:
        """Whether this thread is in a batch."""
        return self._batch == threading.get_ident()

    @contextlib.contextmanager
    def hold(self, aggregate_ids: Sequence[UUID]) -> Iterator[None]:
        """Waits until nobody else holds any of them. All at once, so two threads can never wait for each other."""
        me, wanted = threading.get_ident(), set(aggregate_ids)
        if me in self._holders:
            raise RuntimeError(
                "This thread has a checkout open. Check out all aggregates of a command in one call."
            )
        with self._changed:
            while ((self._batch or self._batches_waiting) and self._batch != me) or self._held & wanted:
                self._changed.wait()
            self._held |= wanted
            self._holders.add(me)
        try:
            yield
        finally:
            with self._changed:
                self._held -= wanted
                self._holders.discard(me)
                self._changed.notify_all()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Waits until no other thread holds anything, and keeps them waiting."""
        me = threading.get_ident()
        if self._batch == me or me in self._holders:
            raise RuntimeError("Open a batch before checking out, and not inside another batch.")
        with self._changed:
            self._batches_waiting += 1
            try:
                while self._batch or self._holders:
                    self._changed.wait()
                self._batch = me
            finally:
                self._batches_waiting -= 1
        try:
            yield
        finally:
            with self._changed:
                self._batch = None
                self._changed.notify_all()
