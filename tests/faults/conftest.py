"""How big the faults are: small in `make test`, whole with GRIDCASE_FAULT_ROUNDS=50 (docs/operations/faults.md)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.clerks import settle
from tests.support.programs import Installation

ROUNDS = max(1, int(os.environ.get("GRIDCASE_FAULT_ROUNDS", "5")))
WHOLE = ROUNDS >= 50


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs as long as its rounds may take as long."""
    for item in items:
        if "tests/faults" in item.path.as_posix():
            item.add_marker(pytest.mark.timeout(90 + 12 * ROUNDS))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Makes an installation on a database, with a district in it, and runs it; stopped at the end whatever happened."""
    made: list[Installation] = []

    def make(database_url: str, *, start: bool = True, **how: Any) -> Installation:
        settle(database_url)
        made.append(Installation(database_url, tmp_path, **how))
        if start:
            made[-1].start()
        return made[-1]

    yield make
    for installation in made:
        installation.stop()


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Notes figures of a run: shown with `-rP` or `make faults`, and kept in GRIDCASE_FAULT_REPORT (a file of JSON lines)."""

    def note(**figures: Any) -> None:
        line = json.dumps({"test": request.node.name, **figures})
        print(line)
        if path := os.environ.get("GRIDCASE_FAULT_REPORT"):
            with open(path, "a", encoding="utf-8") as report:
                report.write(line + "\n")

    return note
