"""The real programs, as an installation runs them: `gridcase serve` and `gridcase worker`, each its own process.

They are started and ended here by their own pid, and listen on 127.0.0.1 only.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0  # a busy machine takes long to import a web framework


class Answer(NamedTuple):
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_problem(self) -> bool:
        """A problem document that gives nothing of the inside away."""
        return (
            self.headers.get("content-type") == "application/problem+json"
            and self.json["status"] == self.status
            and b"Traceback" not in self.body
        )


class Silent(Exception):
    """No answer came: nobody listens, or the connection was cut. Whether anything was done is not known."""


def ask(
    port: int, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None,
    timeout: float = 30.0,
) -> Answer:  # fmt: skip
    """One request on a connection of its own. Raises Silent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        sent = None if body is None else json.dumps(body).encode()
        told = {"Content-Type": "application/json", **(headers or {})}
        connection.request(method, path, sent, told)
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, named, answer.read())
    except (OSError, http.client.HTTPException) as error:
        raise Silent(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()


class Program:
    """One `gridcase …` that runs until it is stopped or killed, and may be started again."""

    def __init__(self, name: str, *words: str, env: Mapping[str, str], messages: Path) -> None:
        self.name, self.words, self.messages = name, words, messages
        self.env = {**os.environ, **env}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        assert not self.runs
        with open(self.messages, "ab") as messages:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gridcase", *self.words],
                cwd=ROOT, env=self.env, stdout=messages, stderr=messages, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def signal(self, how: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(how)

    def kill(self) -> None:
        """kill -9: it finishes nothing."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """As an operator does. Raises TimeoutExpired when it does not go."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def said(self) -> str:
        """Everything that it has printed."""
        return self.messages.read_text(encoding="utf-8", errors="replace")


class Installation:
    """A server on its own port and, where `workers` says so, workers beside it, on one database."""

    def __init__(
        self, database_url: str, folder: Path, *, servers: int = 1, workers: int = 0, **env: str
    ) -> None:
        self.database_url, self.folder = database_url, folder
        self.env = {
            "GRIDCASE_DATABASE_URL": database_url,
            "GRIDCASE_CURSOR_KEY": "for tests",
            "GRIDCASE_LOG_LEVEL": "info",
            "PYTHONFAULTHANDLER": "1",  # a program that crashes says where
            "PYTHONUNBUFFERED": "1",
            **env,
        }
        self.ports = [free_port() for _ in range(servers)]
        self.servers = [
            self._program(f"serve-{n}", "serve", "--port", str(p)) for n, p in enumerate(self.ports)
        ]
        self.workers = [self._program(f"worker-{n}", "worker") for n in range(workers)]

    @property
    def port(self) -> int:
        return self.ports[0]

    @property
    def programs(self) -> list[Program]:
        return [*self.servers, *self.workers]

    def _program(self, name: str, *words: str) -> Program:
        env = {**self.env, "PGAPPNAME": name}  # what pg_stat_activity calls its connections
        return Program(name, *words, env=env, messages=self.folder / f"{name}.log")

    def start(self) -> None:
        for program in self.programs:
            program.start()
        self.wait_ready()

    def stop(self) -> None:
        """Every program, whatever state it is in."""
        failed: list[BaseException] = []
        for program in self.programs:
            ended = program.process.poll() if program.process is not None else None
            if ended not in (None, 0, -signal.SIGTERM, -signal.SIGKILL):
                failed.append(
                    AssertionError(f"{program.name} ended by itself ({ended}):\n{program.said()[-4000:]}")
                )
            try:
                program.stop()
            except BaseException as error:
                failed.append(error)
        if failed:
            raise failed[0]

    def ready(self, port: int | None = None) -> bool:
        try:
            return ask(port or self.port, "GET", "/readyz", timeout=15).status == 200
        except Silent:
            return False

    def wait_ready(self, seconds: float = START_SECONDS) -> float:
        """Until every server can work; answers how long it took. Raises AssertionError with what they printed."""
        began = time.perf_counter()
        for port, server in zip(self.ports, self.servers, strict=True):
            while not self.ready(port):
                waited = time.perf_counter() - began
                assert waited < seconds and server.runs, (
                    f"{server.name} is not ready after {waited:.0f} s:\n{server.said()[-4000:]}"
                )
                time.sleep(0.05)
        return time.perf_counter() - began

    def wait_folded(self, seconds: float = 60.0) -> float:
        """Until the read side shows everything that is recorded; answers how long it took."""
        return self._wait(lambda found: found.get("lag") == 0, seconds)

    def wait_caught_up(self, seconds: float = 60.0) -> float:
        """Until the read side shows everything that is recorded now, while others go on; answers how long it took."""
        head: list[int] = []

        def there(found: dict[str, Any]) -> bool:
            if found.get("lag") is None:
                return False
            if not head:
                head.append(found["position"] + found["lag"])
            return bool(found["position"] >= head[0])

        return self._wait(there, seconds)

    def _wait(self, holds: Callable[[dict[str, Any]], bool], seconds: float) -> float:
        began = time.perf_counter()
        while True:
            try:
                found = ask(self.port, "GET", "/readyz", timeout=15).json
            except Silent as error:
                found = {"lag": None, "database": str(error)}
            waited = time.perf_counter() - began
            if holds(found):
                return waited
            assert waited < seconds, f"The read side does not catch up in {waited:.0f} s: {found}"
            time.sleep(0.05)
