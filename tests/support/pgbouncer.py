"""PgBouncer for tests, in session mode before a PostgreSQL server: found or installed, stopped by its own pid.

Session mode is the one that the log can live with (docs/operations/log.md); do not test another as if it were meant.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from tests.support.cluster import eventually
from tests.support.debian import install
from tests.support.postgres import free_port, unprivileged


class PgBouncerMissing(RuntimeError):
    """No PgBouncer on this machine, and no way to install one from here."""


def program() -> str:
    """Where it is: on PATH, where Debian keeps it, or freshly installed (as root)."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which("pgbouncer", path=path)
    if found is None:
        install("pgbouncer")
        found = shutil.which("pgbouncer", path=path)
    if found is None:
        raise PgBouncerMissing(
            "No PgBouncer found. Install one (Debian, Ubuntu: apt-get install pgbouncer; Fedora: dnf install pgbouncer; "
            "macOS: brew install pgbouncer), or put it on PATH."
        )
    return found


class PgBouncer:
    """Between its own port and a server on `server_port`."""

    def __init__(self, server_port: int) -> None:
        self._program = program()
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="gridcase-bouncer-"))
        self._as_user = unprivileged(self.folder)
        (self.folder / "users.txt").write_text('"gridcase" ""\n')
        (self.folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={server_port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {self.folder / 'users.txt'}\n"
            "pool_mode = session\ndefault_pool_size = 60\nmax_client_conn = 200\n"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def url(self, database: str) -> str:
        return f"postgresql://gridcase@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        with open(self.folder / "bouncer.log", "ab") as messages:
            self._process = subprocess.Popen(
                [self._program, self.folder / "pgbouncer.ini"],
                stdout=messages, stderr=messages, cwd=self.folder, start_new_session=True, **self._as_user,
            )  # fmt: skip
        eventually(self._listens, "PgBouncer listens", 20)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Every connection through it is cut, wherever it was."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(20)
        self._process = None

    def end(self) -> None:
        if self._process is not None:
            self.kill(signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True
