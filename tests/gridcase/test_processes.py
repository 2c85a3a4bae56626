"""The programs as an installation runs them: real processes, real signals, real lines on standard error."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from api.examples import EXAMPLES
from eventlog.log import EventLog
from tests.support.accounts import People
from tests.support.postgres import free_port

GRACE = 5.0  # seconds: what an installation may count on

Started = Callable[..., "Program"]


class Program:
    """`gridcase …` as a process; `lines()` is what it told, once it has ended."""

    def __init__(self, words: tuple[str, ...], folder: Path, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "gridcase", *words]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def stop(self, sign: int = signal.SIGTERM) -> float:
        """Asks it to stop; answers how many seconds it took, and fails beyond the grace."""
        began = time.perf_counter()
        self.process.send_signal(sign)
        self.told = self.process.communicate(timeout=4 * GRACE)[1]
        return time.perf_counter() - began

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.told.splitlines()]


@pytest.fixture
def started(tmp_path: Path, database_url: str) -> Iterator[Started]:
    """Starts `gridcase …` on an empty database; what still runs at the end is killed."""
    running = []

    def start(*words: str, **settings: object) -> Program:
        told = {f"GRIDCASE_{name.upper()}": str(value) for name, value in settings.items()}
        environment = {
            **os.environ, "GRIDCASE_DATABASE_URL": database_url, "PYTHONPATH": os.pathsep.join(sys.path), **told
        }  # fmt: skip
        running.append(Program(words, tmp_path, environment))
        return running[-1]

    yield start
    for program in running:
        if program.process.poll() is None:
            program.process.kill()
            program.process.communicate()


def answered(url: str, program: Program, seconds: float = 40.0) -> str:
    """What the address answers, as soon as it does."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urlopen(url, timeout=5) as answer:
                text: str = answer.read().decode()
                return text
        except (URLError, OSError):
            assert program.process.poll() is None, program.process.communicate()[1]
            assert time.monotonic() < until, f"{url} did not answer in {seconds} s"
            time.sleep(0.1)


def stream(port: int, token: str) -> socket.socket:
    """A client of the event stream, after its first bytes."""
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    said = f"GET /api/v1/events HTTP/1.1\r\nHost: gridcase\r\nAuthorization: Bearer {token}\r\n\r\n"
    client.sendall(said.encode())
    seen = b""
    while b": Gridcase" not in seen:
        got = client.recv(4096)
        assert got, seen
        seen += got
    return client


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_server_with_open_event_streams_stops_within_its_grace(
    started: Started, sign: signal.Signals, log: EventLog
) -> None:
    port, token = free_port(), People.of(log).token("reader")
    server = started("serve", port=port, worker_inside=True)
    assert json.loads(answered(f"http://127.0.0.1:{port}/readyz", server))["ready"]
    clients = [stream(port, token) for _ in range(3)]
    metrics = answered(f"http://127.0.0.1:{port}/metrics", server)
    assert "\ngridcase_event_streams 3.0\n" in metrics
    assert server.stop(sign) < GRACE
    for client in clients:
        rest = b""
        while got := client.recv(4096):
            rest += got
        assert rest.endswith(b"0\r\n\r\n")  # the stream ended properly, and was not cut
        client.close()
    streams = [line for line in server.lines() if line.get("route") == "/api/v1/events"]
    assert [line["status"] for line in streams] == [200, 200, 200]


def test_a_worker_is_scraped_and_stops_within_its_grace(started: Started) -> None:
    port = free_port()
    worker = started("worker", worker_metrics_port=port)
    metrics = answered(f"http://127.0.0.1:{port}/metrics", worker)
    assert "\ngridcase_worker_up 1.0\n" in metrics
    lags = [
        line.rpartition(" ")[2] for line in metrics.splitlines() if line.startswith("gridcase_lag_events")
    ]
    assert lags and set(lags) == {"0.0"}
    assert worker.stop() < GRACE
    assert worker.process.returncode == 0


def test_what_a_server_tells_is_json_line_by_line_from_the_first_to_the_last(started: Started) -> None:
    port = free_port()
    server = started("serve", port=port)
    answered(f"http://127.0.0.1:{port}/healthz", server)
    with pytest.raises(URLError):
        urlopen(f"http://127.0.0.1:{port}/api/v1/cases/D-{EXAMPLES['dispute_report']['facts']['category']}")
    server.stop()
    lines = server.lines()
    assert {"uvicorn.error", "gridcase.request"} <= {line["logger"] for line in lines}
    assert [line["status"] for line in lines if line["event"] == "request"] == [401]
    assert "neighbour" not in server.told
