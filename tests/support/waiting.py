"""Waiting for what another thread or process does."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it comes to hold within the time."""
    until = monotonic() + seconds
    while not holds():
        if monotonic() > until:
            return False
        sleep(0.02)
    return True
