"""The workbench of a township with its people signed in, and a browser for those who need one."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pydantic import SecretStr

from api.context import Context, opened
from gridcase.settings import Settings
from tests.support.browser import Visitors
from tests.support.township import Now, at
from tests.support.workbench import Workbench


@pytest.fixture
def now() -> Now:
    return Now(at(3, 2))


def opened_in(folder: Path, now: Now) -> contextlib.AbstractContextManager[Context]:
    signing_key = folder / "signing.key"
    signing_key.write_text(secrets.token_hex(32), encoding="ascii")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'pages.db'}",
        worker_inside=True,
        cursor_key=SecretStr("for tests"),
        master_key=SecretStr(secrets.token_hex(32)),
        signing_key_file=signing_key,
        sweep_every_seconds=3600,
        read_wait_seconds=30,
    )
    return opened(settings, now, watched=True)


@pytest.fixture
def context(now: Now, tmp_path: Path) -> Iterator[Context]:
    with opened_in(tmp_path, now) as context:
        yield context


@pytest.fixture
def bench(context: Context) -> Workbench:
    """A founded township: units, accounts, nobody has reported anything yet."""
    return Workbench(context).founded()


@pytest.fixture(scope="module")
def module_now() -> Now:
    return Now(at(3, 2))


@pytest.fixture(scope="module")
def module_bench(tmp_path_factory: pytest.TempPathFactory, module_now: Now) -> Iterator[Workbench]:
    """The same for a whole file of tests that only look."""
    with opened_in(tmp_path_factory.mktemp("bench"), module_now) as context:
        yield Workbench(context).founded()


@pytest.fixture
def visit(chromium_browser: Browser, bench: Workbench) -> Iterator[Visitors]:
    """`visit("li.mediator", "/work")`: a page of the served workbench in a browser. Fails for what goes wrong in it."""
    with bench.served() as address:
        visitors = Visitors(chromium_browser, bench, address)
        yield visitors
        visitors.close()
    assert visitors.wrong == []
