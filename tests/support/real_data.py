"""The real files that tests read and the project never carries. Never copy one into the repository."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("GRIDCASE_REAL_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")


def real_file(name: str) -> Path:
    """A real file, or a skipped test that says how to get it to run."""
    file = FOLDER / name
    if not file.exists():
        pytest.skip(f"{name} is not in {FOLDER}: set GRIDCASE_REAL_DATA to the folder that has it")
    return file
