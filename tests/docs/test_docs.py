"""The docs fail when the code moves on: each setting, command, trigger, figure and topic is there; generated files are fresh."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from docs import generate
from domain.topics import TOPICS
from gridcase.cli import app
from gridcase.settings import Settings
from projections.figures.catalogue import FIGURES
from workflows.dispute import DISPUTE
from workflows.petition import PETITION

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "docs").rglob("*.md")
}
ALL = "\n".join(PAGES.values()) + (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [path for path, _ in generate.pages()])
def test_generated_files_are_up_to_date(path: str) -> None:
    fresh = dict(generate.pages())[path]
    assert (ROOT / path).read_text(encoding="utf-8") == fresh, (
        f"{path}: run make docs and read the difference"
    )


def test_every_trigger_and_event_of_the_tables_is_in_the_docs() -> None:
    for table in (DISPUTE, PETITION):
        page = PAGES[f"docs/workflows/{table.case_type}.md"]
        for row in table.source_rows:
            assert f"`{row.trigger}`" in page and f"`{row.event.TOPIC}`" in page


def test_every_topic_is_in_the_docs() -> None:
    assert [topic for topic in TOPICS if f"`{topic}`" not in ALL] == []


def test_every_figure_is_defined_in_the_docs() -> None:
    assert [name for name in FIGURES if f"`{name}`" not in PAGES["docs/metrics.md"]] == []


def test_every_setting_is_in_the_docs() -> None:
    names = [f"GRIDCASE_{name.upper()}" for name in Settings.model_fields]
    assert [name for name in names if name not in PAGES["docs/settings.md"]] == []


def commands(group: Any, path: str) -> Iterator[str]:
    """Every command of the command line, as it is typed."""
    for name, command in sorted(getattr(group, "commands", {}).items()):
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def test_every_command_is_in_the_docs() -> None:
    page = PAGES["docs/command-line.md"]
    assert [c for c in commands(typer.main.get_command(app), "gridcase") if f"`{c}" not in page] == []


def test_links_in_the_docs_lead_somewhere() -> None:
    dead = []
    for path, text in PAGES.items() | {("README.md", (ROOT / "README.md").read_text(encoding="utf-8"))}:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if "://" not in target and not (ROOT / path).parent.joinpath(target).exists():
                dead.append(f"{path}: {target}")
    assert dead == []


def test_nothing_names_this_machine_or_a_registry() -> None:
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    for name in files:
        text = (ROOT / name).read_bytes()
        for banned in (
            b"/wo" + b"rk/main",  # not /work alone: that is a page
            b"/wo" + b"rk/shared",
            b"/wo" + b"rk/.lib",
            b"pypi" + b".org",
            b"registry.npm" + b"js",
            b"files.python" + b"hosted",
        ):
            assert banned not in text, f"{name} names {banned.decode()}"
