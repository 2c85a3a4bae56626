"""A service over an empty log on each database, whose clock stands in 2026, and a place to write files into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domain.actor import Actor
from domain.terms import Role
from eventlog.log import open_log
from tests.support.township import Now, at
from workflows.service import Service

MAPPINGS = Path(__file__).parents[2] / "docs" / "mappings"
IMPORTER = Actor("hu", Role.ORG_ADMIN, "330604")

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    now = Now(at(3, 2))
    log = open_log(database_url, clock=now)
    log.prepare()
    yield Service(log, clock=now)
    log.close()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
