"""The peers' own environment: what they need is installed into benchmarks/.venv-peers, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
import venv
from hashlib import sha256

from benchmarks.harness import Options, Skipped, told
from benchmarks.places import ROOT

PEERS = ROOT / "benchmarks" / "peers"
REQUIREMENTS = PEERS / "requirements.txt"
FOLDER = ROOT / "benchmarks" / ".venv-peers"


def peers_python(options: Options) -> str:
    """The interpreter of the peers. A quick run installs nothing. Raises Skipped when there is none."""
    python, stamp = FOLDER / "bin" / "python", FOLDER / "installed"
    wanted = sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return str(python)
    if options.quick:
        raise Skipped("benchmarks/.venv-peers is not there: `make bench ARGS=api` (not --quick) makes it.")
    told("installing the peers into benchmarks/.venv-peers")
    venv.create(FOLDER, clear=True, with_pip=True)
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        str(REQUIREMENTS),
    ]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        raise Skipped("The peers could not be installed (see above): they need PyPI once.")
    stamp.write_text(wanted)
    return str(python)
