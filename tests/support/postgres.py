"""A PostgreSQL server for tests: found or installed, run from a temporary folder, stopped by its own pid.

It forgets everything when it stops, and syncs nothing unless `durable` (benchmarks): never point it at data that
somebody wants to keep.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from tests.support.debian import install

_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
}
_DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "listen_addresses": "127.0.0.1",
}  # what a server with data that matters has


class PostgresMissing(RuntimeError):
    """No PostgreSQL server on this machine, and no way to install one from here."""


def server_folder() -> Path:
    """The folder with initdb and postgres: on PATH, where Debian keeps them, or freshly installed (as root)."""
    found = _find()
    if found is None:
        install("postgresql")
        found = _find()
    if found is None:
        raise PostgresMissing(
            "These tests start a PostgreSQL server of their own and found none. Install one "
            "(Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; "
            "macOS: brew install postgresql), or put its folder with initdb and postgres on PATH."
        )
    return found


def _find() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).resolve().parent / "postgres").exists():
        return Path(on_path).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    return versions[-1].parent if versions else None


class Cluster:
    """One running server. `fresh()` makes an empty database, `drop()` takes it away, `stop()` ends everything."""

    def __init__(self, *, durable: bool = False) -> None:
        server = server_folder()
        self.folder = Path(tempfile.mkdtemp(prefix="gridcase-pg-"))
        self._numbers = itertools.count(1)
        self._as_user = unprivileged(self.folder)
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        options = ["-U", "gridcase", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            [server / "initdb", "-D", self.folder / "data", *options],
            check=True, stdout=subprocess.DEVNULL, cwd=self.folder, env=environment, **self._as_user,
        )  # fmt: skip
        self.port = free_port()
        options = [f"-c{name}={value}" for name, value in (_DURABLE if durable else _OPTIONS).items()]
        with open(self.folder / "server.log", "wb") as messages:
            self._server = subprocess.Popen(
                [server / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder, *options],
                stdout=messages, stderr=messages, cwd=self.folder, env=environment, start_new_session=True,
                **self._as_user,
            )  # fmt: skip
        self._wait()

    def url(self, database: str) -> str:
        return f"postgresql://gridcase@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def give(self, folder: Path) -> None:
        """Let the server have a folder of its own."""
        if self._as_user:
            os.chown(folder, self._as_user["user"], self._as_user["group"])

    def stop(self) -> None:
        self._server.send_signal(signal.SIGINT)  # fast shutdown: breaks connections, leaves nothing running
        try:
            self._server.wait(20)
        except subprocess.TimeoutExpired:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, sql: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql)

    def _wait(self) -> None:
        for _ in range(150):
            if self._server.poll() is not None:
                break
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                try:
                    self._server.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
        raise RuntimeError(
            f"PostgreSQL did not start:\n{(self.folder / 'server.log').read_text(errors='replace')}"
        )


def unprivileged(folder: Path) -> dict[str, Any]:
    """The server refuses to run as root: as whom to run it then. Hands the folder over."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise PostgresMissing(
        "PostgreSQL must not run as root, and neither user postgres nor nobody exists. Make one."
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
