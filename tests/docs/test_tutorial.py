"""The README is what a newcomer types. Every `$` line in its console blocks runs here, in its order, and says what it shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest

from tests.support.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def steps() -> Iterator[tuple[str, list[str]]]:
    """Each command of the console blocks with the fragments of output that stand under it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```console\n(.*?)```", text, flags=re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, *shown = part.strip().splitlines()
            yield command, [line.strip() for line in shown]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[dict[str, str], int]]:
    """An empty folder with its own database, and a port for the server."""
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GRIDCASE_")}
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    yield kept | {"PATH": path, "GRIDCASE_PORT": str(port), "COLUMNS": "200", "LANG": "C.UTF-8"}, port


def test_the_tutorial_does_what_it_says(house: tuple[dict[str, str], int], tmp_path: Path) -> None:
    environment, port = house
    server: subprocess.Popen[bytes] | None = None
    try:
        for command, shown in steps():
            if command.startswith("curl"):
                server = server or serving(environment, port, tmp_path)
                asked = request(command.replace(":8000", f":{port}"), environment)
                with urllib.request.urlopen(asked, timeout=20) as answer:
                    said = answer.read().decode()
            else:
                kept = re.fullmatch(r"(\w+)=\$\((.*)\)", command)
                done = subprocess.run(
                    shlex.split(kept[2] if kept else command),
                    env=environment,
                    cwd=tmp_path,
                    capture_output=True,
                    text=True,
                    timeout=110,
                )
                said = done.stdout + done.stderr
                if kept:
                    environment[kept[1]] = done.stdout.strip()
                assert done.returncode == (3 if any("refused" in line for line in shown) else 0), (
                    f"{command}\n{said}"
                )
            for line in shown:
                assert line in said, f"{command}\nshould say: {line}\nsays: {said}"
    finally:
        if server is not None:
            server.terminate()
            server.wait(10)


def request(command: str, environment: dict[str, str]) -> urllib.request.Request:
    """What this line of curl asks for."""
    words = [Template(word).safe_substitute(environment) for word in shlex.split(command)]
    headers = dict(words[n + 1].split(": ", 1) for n, word in enumerate(words) if word == "-H")
    return urllib.request.Request(words[-1], headers=headers)


def serving(environment: dict[str, str], port: int, folder: Path) -> subprocess.Popen[bytes]:
    """The server of the tutorial's step 8, once it answers."""
    server = subprocess.Popen(["gridcase", "serve"], env=environment, cwd=folder)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
            return server
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not become ready within 20 s")
