"""A log with checkpoints in it, for the tests that look for changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent

from eventlog.checkpoints import Checkpoints
from eventlog.log import open_log
from eventlog.rows import Write
from tests.support.keys import KEYS
from tests.support.tampering import OURS


class Clock:
    """Each look is a second later, so that instants can be told apart."""

    def __init__(self):
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def timed(database_url, clock):
    """An empty log by this clock."""
    log = open_log(database_url, keys=KEYS, clock=clock)
    log.prepare()
    yield log
    log.close()


@pytest.fixture
def signed(timed, clock):
    """Sixty events of six aggregates; checkpoints over 20 and 40 of them, the last 20 wait for one."""
    maker = Checkpoints(timed.recorder, OURS)
    for begin in (0, 20, 40):
        with timed.batch():
            for n in range(begin, begin + 20):
                state = b'{"line":"what was said at %d"}' % n
                timed.recorder.record(
                    Write([StoredEvent(UUID(int=n % 6), n // 6 + 1, "notebook.noted", state)])
                )
        if begin < 40:
            maker.make(clock())
    return timed
