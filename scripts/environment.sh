#!/bin/sh
# Makes .venv from requirements.lock: with uv where $UV names it, else with venv and pip. Called by `make setup`;
# calling it by hand skips the question whether anything changed.
#
#   environment.sh locked       a new .venv with exactly what the lock says, each file checked against its hash
#   environment.sh installed    the project itself on top, as an editable install, built with the locked hatchling
set -eu

say() { printf '%s\n' "$*" >&2; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if new_enough "$name"; then command -v "$name"; return; fi
    done
    wanted=${PYTHON:-python3}
    found=$(command -v "$wanted" >/dev/null && "$wanted" -V 2>&1) || found=missing
    say "Gridcase needs Python 3.11 or newer; $wanted is $found."
    say "Install one (Debian: apt-get install python3.11 python3.11-venv), or name it: make setup PYTHON=/path/to/python"
    return 1
}

with_pip() {
    if ! "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        say "$1 has no venv module, which makes the environment."
        say "Install it (Debian: apt-get install python3-venv, or python3.X-venv for another version X), then try again."
        return 1
    fi
    "$1" -m venv --clear .venv
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
}

with_uv() {
    "$UV" venv --quiet --clear --python "$1" .venv
    "$UV" pip install --quiet --python .venv/bin/python --require-hashes -r requirements.lock
}

case "$1" in
locked)
    python=$(find_python)
    say "Making .venv with $("$python" -V) and ${UV:-pip} (once, until requirements.lock changes) ..."
    if [ -n "${UV:-}" ]; then with_uv "$python"; else with_pip "$python"; fi
    ;;
installed)
    if [ -n "${UV:-}" ]; then
        "$UV" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
    else
        .venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
    fi
    ;;
esac
touch ".venv/$1"
