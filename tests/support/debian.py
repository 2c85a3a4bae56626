"""What tests need beyond PyPI, from Debian's packages, where that may be done: as root, with apt-get."""

from __future__ import annotations

import os
import shutil
import subprocess


def install(package: str) -> None:
    """Tries to. Says nothing when it cannot: who asked looks again, and tells what to install by hand."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", package]):
        subprocess.run(["apt-get", *words], env=environment, check=False, stdout=subprocess.DEVNULL)
