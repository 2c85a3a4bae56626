"""What people type about the log as evidence: what it says, and exit code 7 when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eventlog.log import open_log
from gridcase.cli import app
from tests.support.keys import KEYS
from tests.support.notebook import Notebook
from tests.support.tampering import intruding

Typed = Callable[..., Result]


@pytest.fixture
def typed(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Types `gridcase …` at a log of a hundred events that nobody has signed yet."""
    monkeypatch.setenv("GRIDCASE_DATABASE_URL", database_url)
    monkeypatch.delenv("GRIDCASE_SIGNING_KEY_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    log = open_log(database_url, keys=KEYS)
    log.prepare()
    record(log, 0, 100)
    log.close()
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def record(log: Any, first: int, to: int) -> None:
    with log.batch():
        for n in range(first, to):
            log.append(Notebook(f"book {n}"))


def more(database_url: str, first: int, to: int) -> None:
    log = open_log(database_url, keys=KEYS)
    record(log, first, to)
    log.close()


def read(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def flat(text: str) -> str:
    """Without the breaks that a terminal's width makes."""
    return " ".join(text.split())


def test_a_log_that_nobody_signed_is_said_to_be_so_and_checking_makes_no_key(
    typed: Typed, tmp_path: Path
) -> None:
    found = typed("verify")
    assert found.exit_code == 0
    assert "Events 1 to 100 are what was recorded. Nobody has signed them" in flat(found.stdout)
    assert list(tmp_path.glob("*signing*")) == []


def test_a_checkpoint_is_made_listed_and_agreed_with(typed: Typed, database_url: str) -> None:
    made = typed("checkpoint", "make")
    assert made.stdout.splitlines()[1] == "100"
    assert typed("checkpoint", "make").stdout == "Nothing is new since the last checkpoint.\n"
    more(database_url, 100, 130)
    assert read(typed("checkpoint", "make", "--json"))[0]["size"] == 130
    listed = read(typed("checkpoint", "list", "--json"))
    assert [one["size"] for one in listed["checkpoints"]] == [100, 130]
    assert listed["checkpoints"][0]["note"] == made.stdout
    more(database_url, 130, 135)
    report = read(typed("verify", "--json"))
    assert (report["good"], report["checkpoints"], report["signed"], report["to"]) == (
        True,
        [100, 130],
        130,
        135,
    )
    assert "5 events since then are chained and not signed yet" in flat(typed("verify").stdout)
    assert read(typed("verify", "--from", 101, "--to", 110, "--json"))["from"] == 101


def test_what_was_changed_is_named_and_ends_with_seven(typed: Typed, database_url: str) -> None:
    typed("checkpoint", "make")
    with intruding(database_url) as intruder:
        intruder.run("UPDATE events SET topic = 'notebook.other' WHERE position = 42")
    found = typed("verify")
    assert found.exit_code == 7 and found.stdout.startswith("Event 42 is not what was recorded there")
    found = typed("verify", "--json")
    assert found.exit_code == 7
    assert json.loads(found.stdout)["findings"][0]["first"] == 42
    refused = typed("proof", 42)
    assert refused.exit_code == 7 and "Event 42" in refused.stderr
    more(database_url, 100, 101)
    with intruding(database_url) as intruder:
        intruder.run("UPDATE events SET topic = 'notebook.other' WHERE position = 101")
    refused = typed("checkpoint", "make")
    assert refused.exit_code == 7 and "Event 101" in refused.stderr


def test_everything_can_be_handed_out_and_checked_elsewhere(
    typed: Typed, database_url: str, tmp_path: Path
) -> None:
    typed("checkpoint", "make")
    more(database_url, 100, 130)
    typed("checkpoint", "make")
    (tmp_path / "keys").write_text(typed("checkpoint", "keys").stdout, encoding="ascii")
    assert typed("checkpoint", "export", "kept.jsonl").exit_code == 0
    assert typed("checkpoint", "export", "log.jsonl", "--events").exit_code == 0
    assert typed("checkpoint", "export", "-").stdout == (tmp_path / "kept.jsonl").read_text(encoding="utf-8")
    proof = read(typed("proof", 7, "--size", 100, "--json"))
    assert (proof["position"], proof["checkpoint"].splitlines()[1]) == (7, "100")
    assert read(typed("checkpoint", "extends", 100, "--json"))["later"].splitlines()[1] == "130"
    offline = read(typed("verify", "--file", "log.jsonl", "--keys", "keys", "--json"))
    assert (offline["good"], offline["signed"]) == (True, 130)
    assert typed("verify", "--checkpoints", "kept.jsonl").exit_code == 0
    with intruding(database_url) as intruder:
        intruder.run("DELETE FROM events WHERE position > 100")
        intruder.run("DELETE FROM checkpoints WHERE size > 100")
    assert typed("verify").exit_code == 0
    found = typed("verify", "--checkpoints", "kept.jsonl")
    assert found.exit_code == 7 and "The log ends at event 100, and 130 events were signed" in flat(
        found.stdout
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("verify", "--file", "nowhere"), 2, "There is no such file"),
        (("verify", "--keys", "nowhere"), 2, "gridcase checkpoint keys"),
        (("verify", "--checkpoints", "text"), 2, "is not an export"),
        (("verify", "--case", "nobody"), 4, "There is no case 'nobody'"),
        (("proof", 7), 4, "There is no checkpoint"),
        (("verify", "--keys", "text"), 6, "text, line 1: there is no key"),
    ],
)
def test_mistakes_are_told(
    typed: Typed, tmp_path: Path, words: tuple[Any, ...], code: int, said: str
) -> None:
    (tmp_path / "text").write_text("some text\n", encoding="ascii")
    if "--keys" in words and "text" in words:
        typed("checkpoint", "make")
    told = typed(*words)
    assert told.exit_code == code, told.output
    assert said in flat(told.stderr)
