"""`gridcase backup` and `restore` as whoever keeps the machine types them: a township moves to another database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gridcase.cli import app
from tests.support.keys import KEYS

Typed = Callable[..., Result]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Types `gridcase …` with `on=` as the database."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def type_(*words: object, on: str = "sqlite:///gridcase.db") -> Result:
        monkeypatch.setenv("GRIDCASE_DATABASE_URL", on)
        return CliRunner().invoke(app, [str(word) for word in words])

    return type_


def read(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def township(typed: Typed) -> Typed:
    """A week or two of the demonstration district, with a checkpoint."""
    read(typed("demo", "--scale", 0.004, "--ends-on", "2026-03-02", "--json"))
    assert typed("checkpoint", "make").exit_code == 0
    return typed


def test_a_township_moves_from_sqlite_to_postgresql(township: Typed, postgres_url: str) -> None:
    wanted = ("case", "list", "--all", "--unit", "990121", "--limit", 1000, "--json")
    made = read(township("backup", "b", "--json"))
    assert made["rows"]["events"] == made["head"]["position"] and made["master_key"] == KEYS.first.id
    assert read(township("restore", "b", "--dry-run", "--json")) == made
    restored = read(township("restore", "b", "--json", on=postgres_url))
    assert restored == {**made, "good": True, "findings": []}
    before, after = read(township(*wanted)), read(township(*wanted, on=postgres_url))
    assert len(before) > 5 and after == before
    again = township("restore", "b", on=postgres_url)
    assert again.exit_code == 6 and "The database is not empty" in again.stderr


def test_people_are_told_what_was_done_and_what_is_missing(township: Typed, tmp_path: Path) -> None:
    told = township("backup", "b")
    assert told.exit_code == 0 and "keep it elsewhere" in told.stdout and KEYS.first.id in told.stdout
    assert township("backup", "b").exit_code == 6
    again = township("restore", "b", on="sqlite:///again.db")
    assert again.exit_code == 0 and "are what was recorded" in again.stdout
    assert "Nobody has signed them" in again.stdout  # this machine has no key to check signatures with
    whole = (tmp_path / "b").read_bytes()
    (tmp_path / "cut").write_bytes(whole[:-15_000])  # more than what a tar is filled up with
    refused = township("restore", "cut", "--dry-run")
    assert refused.exit_code == 6 and "cut" in refused.stderr


def test_a_log_that_was_changed_before_the_backup_is_told_after_the_restore(township: Typed) -> None:
    with sqlite3.connect("gridcase.db") as intruder:
        intruder.execute("DROP TRIGGER events_never_change")
        intruder.execute(
            "UPDATE events SET recorded_at = substr(recorded_at, 1, 19) || '.000007+00:00' WHERE position = 9"
        )
    intruder.close()
    assert township("backup", "b").exit_code == 0
    told = township("restore", "b", "--json", on="sqlite:///again.db")
    assert told.exit_code == 7
    found = json.loads(told.stdout)
    assert not found["good"] and found["findings"][0].startswith("Event 9 ")
