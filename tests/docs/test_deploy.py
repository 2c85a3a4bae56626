"""The files of docs/operations/deploy do what the program knows: settings, commands, addresses and metrics that are there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from prometheus_client import generate_latest

from api.context import opened
from gridcase.cli import app
from gridcase.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs" / "operations" / "deploy"
FILES = {path.name: path.read_text(encoding="utf-8") for path in sorted(DEPLOY.iterdir())}
COMMANDS: Any = getattr(typer.main.get_command(app), "commands", {})


@pytest.mark.parametrize("name", FILES)
def test_every_setting_is_one_of_the_program_s(name: str) -> None:
    known = {f"GRIDCASE_{setting.upper()}" for setting in Settings.model_fields}
    assert set(re.findall(r"\bGRIDCASE_[A-Z_]+", FILES[name])) <= known


@pytest.mark.parametrize("name", FILES)
def test_every_command_is_one_of_the_program_s(name: str) -> None:
    typed = set(re.findall(r"bin/gridcase ([a-z]+)", FILES[name]))
    typed |= set(re.findall(r"^\s*command: \[(\w+)\]", FILES[name], re.MULTILINE))
    typed |= set(re.findall(r"^CMD \[\"(\w+)\"\]", FILES[name], re.MULTILINE))
    assert typed <= set(COMMANDS)


def test_alerts_are_about_metrics_that_are_told_and_stand_in_the_documents(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'log.db'}", worker_inside=True)
    with opened(settings, watched=True) as context:
        assert context.metrics is not None
        told = generate_latest(context.metrics.registry).decode()
    kept = set(re.findall(r"^# TYPE (gridcase_\w+) ", told, re.MULTILINE))
    named = set(re.findall(r"\b(gridcase_[a-z_]+?)(?:_bucket)?\b(?=[{[)\s])", FILES["alerts.yml"]))
    assert len(named) > 5 and named - kept - {"gridcase_sweep_last_seconds"} == set()


def test_the_container_carries_every_folder_of_the_wheel() -> None:
    with open(ROOT / "pyproject.toml", "rb") as file:
        packages = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(re.findall(r"^COPY (\w+) \1$", FILES["Containerfile"], re.MULTILINE)) == set(packages)


def test_pooling_is_by_session_and_units_give_time_to_stop() -> None:
    assert re.search(r"^pool_mode = session$", FILES["pgbouncer.ini"], re.MULTILINE)
    for name in ("gridcase.service", "gridcase-worker.service"):
        grace = re.search(r"^TimeoutStopSec=(\d+)$", FILES[name], re.MULTILINE)
        assert grace and int(grace[1]) > 5


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_told_of(name: str) -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in DEPLOY.parent.glob("*.md"))
    assert name in pages or "deploy/*" + Path(name).suffix in pages
