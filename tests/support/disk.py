"""A small disk of its own for a test: it can be filled, and closed to writing. A tmpfs, which only root may mount."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

BLOCK = 64 * 1024


class NoSmallDisk(RuntimeError):
    """This user may not mount one here."""


class SmallDisk:
    """`size` bytes at `place`, where every user may write. Call `end()`, whatever happened."""

    def __init__(self, size: int) -> None:
        if shutil.which("mount") is None or os.geteuid() != 0:
            raise NoSmallDisk("Only root may mount a small disk: run this test as root, with mount on PATH.")
        self.place = place = Path(
            tempfile.mkdtemp(prefix="gridcase-disk-")
        )  # a server of another user comes in too
        place.chmod(0o755)
        options = f"size={size},mode=0777"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True
        )
        if done.returncode:
            place.rmdir()
            raise NoSmallDisk(
                f"A small disk cannot be mounted here: {done.stderr.decode(errors='replace').strip()}"
            )
        self._ballast = place / "ballast"

    def fill(self) -> None:
        """Until nothing more fits."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for block in (BLOCK, 4096, 1):
                while _put(ballast.fileno(), b"\0" * block):
                    pass

    def make_room(self) -> None:
        self._ballast.unlink()

    def close_to_writing(self) -> None:
        """Nobody may have a file open for writing there."""
        subprocess.run(["mount", "-o", "remount,ro", str(self.place)], check=True)

    def open_to_writing(self) -> None:
        subprocess.run(["mount", "-o", "remount,rw", str(self.place)], check=True)

    def end(self) -> None:
        subprocess.run(["umount", "-l", str(self.place)], check=True)
        self.place.rmdir()


def _put(file: int, block: bytes) -> bool:
    try:
        return os.write(file, block) == len(block)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
