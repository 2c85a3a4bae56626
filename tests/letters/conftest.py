"""An office with named units and people, on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eventlog.log import open_log
from tests.support.correspondence import Office
from tests.support.fonts import ready_typesetter
from tests.support.keys import KEYS
from tests.support.township import Now, at


@pytest.fixture(scope="session", autouse=True)
def fonts() -> None:
    """Chinese fonts are here, or are installed, or the tests say what to install."""
    ready_typesetter()


@pytest.fixture
def office() -> Iterator[Office]:
    yield from opened("sqlite:///:memory:")


@pytest.fixture
def any_office(database_url: str) -> Iterator[Office]:
    """On SQLite and on PostgreSQL."""
    yield from opened(database_url)


def opened(url: str) -> Iterator[Office]:
    now = Now(at(1, 1))
    log = open_log(url, clock=now, keys=KEYS)
    log.prepare()
    yield Office(log, now)
    log.close()
