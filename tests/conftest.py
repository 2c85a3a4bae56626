"""Fixtures for everybody: a log on each database. Helpers live in tests/support."""

import os

import pytest

from eventlog.log import open_log
from tests.support.browser import chromium
from tests.support.frozen import let_the_machinery_run
from tests.support.keys import KEYS, TEXT
from tests.support.postgres import Cluster

let_the_machinery_run()
os.environ["GRIDCASE_MASTER_KEY"] = TEXT  # for settings read in here, and for the programs that tests start


@pytest.fixture(scope="session")
def postgres_cluster():
    """One server per session, started when the first test asks for it."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def chromium_browser():
    """One browser for all tests of a process: a second one cannot be started in it."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def postgres_url(postgres_cluster):
    """A fresh, empty PostgreSQL database."""
    url = postgres_cluster.fresh()
    yield url
    postgres_cluster.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """A fresh, empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'log.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def log(database_url):
    """A prepared event log on each kind of database."""
    log = open_log(database_url, keys=KEYS)
    log.prepare()
    yield log
    log.close()
