"""Chinese fonts for tests that set letters: found on this machine, or installed by its packages (as root)."""

from __future__ import annotations

import os
import shutil
import subprocess

from api.letters.typeset import FontsMissing, Typesetter, typesetter


def ready_typesetter() -> Typesetter:
    """A typesetter with Chinese fonts. Raises FontsMissing, which says what to install."""
    try:
        return _with_faces()
    except FontsMissing:
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", "fonts-noto-cjk"],
    ):
        subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
    return _with_faces()


def _with_faces() -> Typesetter:
    typesetter.cache_clear()
    setter = typesetter()
    _ = setter.faces
    return setter
