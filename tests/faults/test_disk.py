"""The disk is full, or takes no writes: nobody is told that something was recorded, reading goes on, room is enough."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import cast

import psycopg
import pytest

from eventlog.errors import Unavailable
from eventlog.log import CommandRecord, open_log
from eventlog.sqlite import SQLiteRecorder
from tests.faults.clerks import KNOWN, Clerks, at_work, settle
from tests.faults.ledger import check
from tests.support.cluster import eventually
from tests.support.disk import NoSmallDisk, SmallDisk
from tests.support.keys import KEYS
from tests.support.notebook import Notebook
from tests.support.programs import ROOT, Installation, ask

RECOVERED_WITHIN = 10.0  # seconds from having room to the next acknowledged command
FULL = 3.0  # seconds without room


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    try:
        disk = SmallDisk(48 * 1024 * 1024)
    except NoSmallDisk as reason:
        pytest.skip(str(reason))
    yield disk
    disk.end()


@pytest.fixture
def database_on_it(small_disk, postgres_cluster) -> Iterator[str]:
    """A PostgreSQL database whose tables are on the small disk; the server's own log is elsewhere."""
    with psycopg.connect(postgres_cluster.url("postgres"), autocommit=True) as admin:
        folder = small_disk.place / "tables"
        folder.mkdir()
        postgres_cluster.give(folder)
        try:
            admin.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
        except psycopg.Error as error:
            pytest.skip(f"The server may not keep tables there: {error}")
        admin.execute("CREATE DATABASE small TEMPLATE template0 TABLESPACE small")
        yield postgres_cluster.url("small")
        admin.execute("DROP DATABASE small WITH (FORCE)")
        admin.execute("DROP TABLESPACE small")


def survives_a_full_disk(here: Installation, clerks: Clerks, disk: SmallDisk) -> float:
    """Fills the disk under load, waits, makes room; answers how long it took until work went on."""
    clerks.wait_acknowledged(30)
    case = next(told.answer["case"] for told in clerks.ledger.told if told.answer)
    disk.fill()
    refused = clerks.ledger.unavailable
    eventually(lambda: clerks.ledger.unavailable > refused + 3, "commands are refused", 60)
    assert ask(here.port, "GET", f"/api/v1/cases/{case}", headers=KNOWN).status == 200, (
        "what is recorded can be read"
    )
    time.sleep(FULL)
    disk.make_room()
    began = time.perf_counter()
    clerks.wait_acknowledged(1)
    waited = time.perf_counter() - began
    clerks.wait_acknowledged(30)
    here.wait_ready()
    return waited


def is_well(here, url, clerks, waited, measured) -> None:
    folded = here.wait_folded()
    assert all(program.runs for program in here.programs), "nobody had to start it anew"
    here.stop()
    found = check(url, clerks.ledger)
    measured(**found._asdict(), lost=0, recovered=round(waited, 2), folded=round(folded, 2),
             unavailable=clerks.ledger.unavailable, slowest_answer=round(clerks.ledger.slowest, 2))  # fmt: skip
    assert waited < RECOVERED_WITHIN
    assert (
        "disk is full" in here.servers[0].said()
        or "disk with the log's file is full" in here.servers[0].said()
    )
    assert "Traceback" not in here.servers[0].said()


def test_a_full_disk_under_sqlite(small_disk, house, measured):
    url = f"sqlite:///{small_disk.place / 'log.db'}"
    here = house(url)
    with at_work(lambda: here.ports) as clerks:
        waited = survives_a_full_disk(here, clerks, small_disk)
    is_well(here, url, clerks, waited, measured)


def test_a_full_disk_under_postgresql(database_on_it, small_disk, house, measured):
    here = house(database_on_it, workers=1)
    with at_work(lambda: here.ports) as clerks:
        waited = survives_a_full_disk(here, clerks, small_disk)
    is_well(here, database_on_it, clerks, waited, measured)


@pytest.mark.parametrize(
    ("broken", "mended", "said"),
    [
        (
            "PRAGMA max_page_count = 1",
            "PRAGMA max_page_count = 1073741823",
            "is full",
        ),  # no room for another page
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF", "takes no writes"),
    ],
)
def test_the_log_refuses_whole_appends_and_goes_on_when_it_can(tmp_path, broken, mended, said):
    log = open_log(f"sqlite:///{tmp_path / 'log.db'}", keys=KEYS)
    log.prepare()
    before = log.append(Notebook("before"), command=CommandRecord("k-before", "d", b""))
    connection = cast(SQLiteRecorder, log.recorder)._write_connection
    connection.execute(broken)
    refused = 0
    for n in range(400):  # pages that are there have some room left
        try:
            log.append(Notebook(f"page {n} " + "x" * 2000), command=CommandRecord(f"k-{n}", "d", b""))
        except Unavailable as error:
            refused += 1
            assert said in str(error)
            assert log.answer_of(f"k-{n}") is None
        if refused == 3:
            break
    assert refused == 3
    recorded = log.head()
    assert len(log.read(0)) == recorded and log.read(0)[0].position == before.positions[0]
    connection.execute(mended)
    assert log.append(Notebook("after")).positions == (recorded + 1,)
    log.close()


def test_a_database_that_takes_no_writes_is_told_in_a_sentence_and_loses_nothing(small_disk, house, tmp_path):
    url = f"sqlite:///{small_disk.place / 'log.db'}"
    settle(url)
    here = Installation(url, tmp_path)
    small_disk.close_to_writing()
    done = subprocess.run(
        [sys.executable, "-m", "gridcase", "serve", "--port", str(here.port)],
        cwd=ROOT, env=here.servers[0].env, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 6
    assert "The log's file" in done.stderr and "rights" in done.stderr
    assert "Traceback" not in done.stderr
    small_disk.open_to_writing()
    here.start()
    with at_work(lambda: here.ports) as clerks:
        clerks.wait_acknowledged(5)
    here.wait_folded()
    here.stop()
    check(url, clerks.ledger)
