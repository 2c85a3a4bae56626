"""Two PostgreSQL servers for tests: one that writes, one that follows it synchronously and can take its place.

Killing means the processes, as the machine's end would look from outside. They sync nothing to disk: the machine itself
goes on. Never point them at data that somebody wants to keep.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.support.postgres import free_port, server_folder, unprivileged

_OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "on",  # with a standby: once it has it, too
    "max_connections": "100",
    "shared_buffers": "32MB",
    "listen_addresses": "127.0.0.1",
    "wal_retrieve_retry_interval": "200ms",  # a follower without a leader looks again
}
BOUND = 60.0  # seconds for anything that a server has to get done


class Server:
    """One server on a port of its own, with its data in a folder."""

    def __init__(self, folder: Path, port: int, as_user: dict[str, Any]) -> None:
        self.folder, self.port, self._as_user = folder, port, as_user
        self._bin = server_folder()
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """A new, empty cluster."""
        self._run(
            "initdb",
            "-D",
            self.folder,
            "-U",
            "gridcase",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )

    def copy_of(self, other: Server) -> None:
        """What `other` holds, and from now on whatever it writes."""
        source = f"host=127.0.0.1 port={other.port} user=gridcase"
        self._run("pg_basebackup", "-D", self.folder, "-d", source, "-R", "--checkpoint=fast", "--no-sync")

    def start(self) -> None:
        options = [f"-c{name}={value}" for name, value in _OPTIONS.items()]
        with open(self.folder.parent / f"server-{self.port}.log", "ab") as messages:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.folder, "-p", str(self.port), "-k", "", *options],
                stdout=messages, stderr=messages, cwd=self.folder.parent, start_new_session=True,
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"}, **self._as_user,
            )  # fmt: skip
        eventually(self.answers, "the server answers")

    def answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """One statement as the superuser, outside of a transaction."""
        url = f"postgresql://gridcase@127.0.0.1:{self.port}/postgres?connect_timeout=5"
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def kill(self) -> None:
        """SIGKILL for every one of its processes: nobody says goodbye to a client, nothing is tidied up."""
        assert self._process is not None
        pid = self._process.pid
        self._process.send_signal(signal.SIGSTOP)  # it must not start children meanwhile
        children = _children(pid)
        self._process.kill()
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait(10)
        self._process = None

    def quit(self) -> None:
        """PostgreSQL's immediate shutdown: as after a crash, but its processes notice."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)
        self._process = None

    def end(self) -> None:
        if self._process is not None:
            self.quit()

    def _run(self, program: str, *words: object) -> None:
        command = [str(self._bin / program), *map(str, words)]
        done = subprocess.run(
            command, cwd=self.folder.parent, capture_output=True, env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            timeout=BOUND, **self._as_user,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode(errors='replace')}")


class Pair:
    """A primary and its synchronous standby. `url()` names both and finds whichever writes."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gridcase-pair-"))
        self._as_user = unprivileged(self.folder)
        self._ports = (free_port(), free_port())
        self._made = 0
        self.primary = self._server(self._ports[0])
        self.primary.make()
        self.primary.start()
        self.standby: Server | None = None
        self.follow()

    def url(self, database: str = "postgres") -> str:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._ports)
        return f"postgresql://gridcase@{hosts}/{database}?target_session_attrs=read-write"

    def follow(self) -> None:
        """Give the primary a synchronous standby; from now on nothing is acknowledged that is not there as well."""
        (port,) = (port for port in self._ports if port != self.primary.port)
        self.standby = self._server(port)
        self.standby.copy_of(self.primary)
        self.standby.start()
        self.primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.primary.run("SELECT pg_reload_conf()")
        states = "SELECT sync_state FROM pg_stat_replication"
        eventually(lambda: self.primary.run(states) == [("sync",)], "the standby follows synchronously")

    def promote(self) -> None:
        """The standby takes the primary's place, alone. The primary must be dead: two that write are two truths."""
        assert self.standby is not None
        self.standby.run("SELECT pg_promote(true, 30)")
        self.primary, self.standby = self.standby, None

    def end(self) -> None:
        for server in (self.standby, self.primary):
            if server is not None:
                server.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _server(self, port: int) -> Server:
        self._made += 1
        return Server(self.folder / f"data-{self._made}", port, self._as_user)


def eventually(holds: Any, what: str, seconds: float = BOUND) -> float:
    """Waits until it holds, at most so long; answers how long it took. Raises TimeoutError."""
    began = time.perf_counter()
    while not holds():
        if time.perf_counter() - began > seconds:
            raise TimeoutError(f"After {seconds:.0f} s it does not hold that {what}.")
        time.sleep(0.05)
    return time.perf_counter() - began


def _children(pid: int) -> list[int]:
    """The processes that this one started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except (OSError, IndexError):
            continue
        if int(parent) == pid:
            found.append(int(stat.parent.name))
    return found
