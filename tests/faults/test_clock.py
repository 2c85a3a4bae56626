"""The machine's clock is set back while people work: what is recorded stays in order, and nobody is turned away."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from eventlog.log import utc_now
from tests.faults.clerks import at_work
from tests.faults.conftest import WHOLE
from tests.faults.ledger import check
from tests.support.debian import install
from tests.support.programs import ask

BACK = timedelta(hours=1)
KINDS = ["sqlite", "postgresql"] if WHOLE else ["sqlite"]  # tests/eventlog has both with a clock of its own


@pytest.fixture
def set_clock(tmp_path, monkeypatch):
    """Sets the clock of every program started from now on, also while it runs (libfaketime)."""
    library = faketime()
    if library is None:
        pytest.skip("No libfaketime found. Install it (Debian, Ubuntu: apt-get install faketime).")
    told = tmp_path / "clock"

    def set_(by: timedelta) -> None:
        new = tmp_path / "clock.new"
        new.write_text(f"{by.total_seconds():+.0f}s\n")
        new.replace(told)
        time.sleep(1.5)

    set_(timedelta())
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(told))
    monkeypatch.setenv("FAKETIME_CACHE_DURATION", "1")  # seconds until it is looked at again
    monkeypatch.setenv(
        "FAKETIME_DONT_FAKE_MONOTONIC", "1"
    )  # as with a real clock: only the time of day jumps
    return set_


def faketime() -> Path | None:
    """The library: where Debian and Homebrew keep it, or freshly installed (as root)."""
    places = ("/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/lib64/faketime", "/usr/local/lib/faketime")

    def found() -> Path | None:
        root = Path("/")
        return next((f for p in places for f in root.glob(f"{p[1:]}/libfaketimeMT.so.1")), None)

    if found() is None:
        install("faketime")
    return found()


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_recording_goes_on_in_order_when_the_clock_is_set_back(database_url, set_clock, house, measured):
    here = house(database_url, workers=0 if database_url.startswith("sqlite") else 1)
    with at_work(lambda: here.ports) as clerks:
        clerks.wait_acknowledged(20)
        before = last(clerks)
        set_clock(-BACK)
        clerks.wait_acknowledged(20)
        during = last(clerks)
        for program in here.programs:  # a program that starts behind the log's time
            program.kill()
            program.start()
        here.wait_ready()
        clerks.wait_acknowledged(20)
        restarted = last(clerks)
        set_clock(timedelta())
        clerks.wait_acknowledged(20)
    here.wait_folded()
    assert ask(here.port, "GET", "/readyz").status == 200
    here.stop()
    found = check(database_url, clerks.ledger)
    assert before <= during <= restarted < before + BACK / 2, (
        "time stands still until the clock has caught up"
    )
    assert utc_now() - last(clerks) < timedelta(minutes=1)
    measured(**found._asdict(), lost=0)


def last(clerks) -> datetime:
    """When what was acknowledged last was recorded."""
    return max(
        datetime.fromisoformat(told.answer["recorded_at"]) for told in clerks.ledger.told[:] if told.answer
    )
