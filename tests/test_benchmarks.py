"""The benchmarks run. How fast anything is, no test asks: run `make bench` for that."""

import subprocess
import sys

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.places import ROOT


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_runs_at_its_smallest_and_prints_tables(name, tmp_path):
    file = tmp_path / "figures.md"
    command = [sys.executable, "-m", "benchmarks", name, "--quick", "--markdown", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| --- |" in file.read_text(encoding="utf-8")
