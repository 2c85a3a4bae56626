"""A township on each database, for the tests of the workflows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eventlog.log import open_log
from tests.support.keys import KEYS
from tests.support.township import Now, Township, at


@pytest.fixture
def township(database_url: str) -> Iterator[Township]:
    """Units, people and a service over an empty log; its clock stands at the start of 2026."""
    now = Now(at(1, 1))
    log = open_log(database_url, clock=now, keys=KEYS)
    log.prepare()
    yield Township(log, now)
    log.close()
