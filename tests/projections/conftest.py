"""Read tables over a log, on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from eventlog.log import EventLog
from projections.all import PROJECTIONS, open_reads
from projections.runner import Runner
from tests.projections.spring import told


@pytest.fixture
def spring(database_url: str) -> Iterator[EventLog]:
    """The log of the spring (spring.py)."""
    log = told(database_url)
    yield log
    log.close()


@pytest.fixture
def reads(database_url: str) -> Iterator[sa.Engine]:
    engine = open_reads(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def runner(spring: EventLog, reads: sa.Engine) -> Runner:
    """A prepared runner that has folded nothing yet."""
    runner = Runner(spring, reads, PROJECTIONS)
    runner.prepare()
    return runner


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def folded_spring(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[sa.Engine]:
    """The read tables of the whole spring, for tests that only read."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('spring') / 'log.db'}"
    else:
        url = request.getfixturevalue("postgres_cluster").fresh()
    log, engine = told(url), open_reads(url)
    runner = Runner(log, engine, PROJECTIONS)
    runner.prepare()
    runner.run_until(log.head())
    yield engine
    engine.dispose()
    log.close()


@pytest.fixture
def seen(folded_spring: sa.Engine) -> Iterator[sa.Connection]:
    """A connection to the read tables of the whole spring. Write nothing."""
    with folded_spring.connect() as connection:
        yield connection
