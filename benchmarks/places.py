"""Where benchmarks run: databases that forget everything, servers that stop by their pid.

Databases sync to disk as in production; a faster figure without that would mean nothing.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psycopg

from benchmarks.harness import Skipped
from tests.support.postgres import Cluster, PostgresMissing

ROOT = Path(__file__).resolve().parents[1]


class Databases:
    """Fresh databases in one temporary folder and one PostgreSQL server, gone at the end."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gridcase-bench-"))
        self._cluster: Cluster | None = None
        self._count = 0

    def fresh(self, kind: str) -> str:
        """The URL of an empty `sqlite` or `postgresql` database. Raises Skipped without a server."""
        self._count += 1
        if kind == "sqlite":
            return f"sqlite:///{self.folder / f'{self._count}.db'}"
        if self._cluster is None:
            self._cluster = _cluster()
        return self._cluster.fresh()

    def drop(self, url: str) -> None:
        if url.startswith("sqlite"):
            for file in self.folder.glob(f"{Path(url).name}*"):
                file.unlink()
        elif self._cluster is not None:
            self._cluster.drop(url)

    def settle(self, url: str) -> None:
        """Statistics and visibility as a running server has them after a while; nothing left to write."""
        if not url.startswith("sqlite"):
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE)")
                connection.execute("CHECKPOINT")

    def version(self) -> str:
        if self._cluster is None:
            return ""
        with psycopg.connect(self._cluster.url("postgres")) as connection:
            number = connection.info.server_version
            return f"PostgreSQL {number // 10000}, fsync on"

    def close(self) -> None:
        if self._cluster is not None:
            self._cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _cluster() -> Cluster:
    try:
        return Cluster(durable=True)
    except PostgresMissing as missing:
        raise Skipped(str(missing)) from missing


@contextlib.contextmanager
def databases() -> Iterator[Databases]:
    some = Databases()
    try:
        yield some
    finally:
        some.close()


def parts_of(url: str) -> dict[str, str]:
    """postgresql://user@host:port/name, taken apart for those who want it so."""
    info = psycopg.conninfo.conninfo_to_dict(url)
    return {name: str(info[name]) for name in ("host", "port", "user", "dbname")}


# Processes.


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """Ours with more, and without what is set for another installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GRIDCASE_")} | dict(
        more
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A server or a worker of ours or of a peer. Stopped by its own process group, never by a name."""

    def __init__(self, command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str]) -> None:
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(
            [str(part) for part in command], cwd=cwd, env=_environment(environment), stdout=self.log,
            stderr=self.log, start_new_session=True,
        )  # fmt: skip

    def ready(self, port: int, seconds: float = 30.0) -> None:
        """Waits until something listens on this port."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.05)
        raise RuntimeError(f"It does not listen on port {port}:\n{self.output()}")

    def output(self) -> str:
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-4000:]

    def stop(self) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(10)
        self.log.close()


@contextlib.contextmanager
def running(*starts: Callable[[], Process]) -> Iterator[list[Process]]:
    with contextlib.ExitStack() as stack:
        processes = []
        for start in starts:
            process = start()
            stack.callback(process.stop)
            processes.append(process)
        yield processes


def run_once(
    command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str], stdin: str = ""
) -> str:
    """A command that ends by itself. Raises RuntimeError with what it said when it failed."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=_environment(environment), input=stdin, text=True,
        capture_output=True, timeout=1800, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{Path(str(command[0])).name} … failed:\n{(done.stderr or done.stdout)[-4000:]}")
    return done.stdout
