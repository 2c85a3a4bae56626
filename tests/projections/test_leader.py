"""One of several workers leads, whatever happens to the others and to itself."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time

import psycopg
import pytest
import sqlalchemy as sa

from eventlog import reach
from eventlog.at_once import LOCK
from eventlog.log import open_log
from projections.all import PROJECTIONS, open_reads
from projections.leader import KEY, candidate
from projections.runner import Runner
from tests.projections.spring import told
from tests.support.waiting import eventually


@pytest.fixture
def engine(database_url):
    log = open_log(database_url)
    log.prepare()
    log.close()
    engine = open_reads(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def candidates(engine):
    """Three candidates; what they hold is let go at the end."""
    found = [candidate(engine) for _ in range(3)]
    yield found
    for one in found:
        one.step_down()


def leading(candidates):
    return [one.leads() for one in candidates]


def test_one_leads_until_it_steps_down(candidates):
    assert leading(candidates) == [True, False, False]
    assert leading(candidates) == [True, False, False]
    candidates[0].step_down()
    candidates[0].step_down()
    assert leading(reversed(candidates)) == [True, False, False]


def test_it_may_lead_in_one_thread_and_step_down_in_another(candidates):
    leads = threading.Thread(target=candidates[0].leads)
    leads.start()
    leads.join()
    assert not candidates[1].leads()
    candidates[0].step_down()
    assert candidates[1].leads()


def test_when_the_leader_s_process_is_killed_another_leads_within_a_second(engine, candidates, database_url):
    command = [sys.executable, "-m", "tests.projections.leading", database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == "leads\n"
            assert not candidates[0].leads()
        finally:
            process.kill()
        killed = time.monotonic()
        assert eventually(candidates[0].leads)
        assert time.monotonic() - killed < 2


def test_a_database_in_memory_has_one_worker():
    assert candidate(open_reads("sqlite:///:memory:")).leads()


def test_a_leader_whose_session_is_cut_notices_and_another_may_lead(postgres_url, monkeypatch):
    monkeypatch.setattr("projections.leader.LOOK_EVERY", 0.0)
    engine = open_reads(postgres_url)
    first, second = candidate(engine), candidate(engine)
    try:
        assert first.leads() and not second.leads()
        with engine.connect() as connection:
            holder = sa.text("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = :low")
            pid = connection.execute(holder, {"low": KEY & 0xFFFF_FFFF}).scalar_one()
            connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        assert eventually(second.leads)
        assert not first.leads()  # it finds its session gone
        assert not first.leads()
        second.step_down()
        assert eventually(first.leads)
    finally:
        first.step_down()
        second.step_down()
        engine.dispose()


def test_a_leader_that_hangs_loses_the_lead(postgres_url, monkeypatch):
    monkeypatch.setattr("projections.leader.LOOK_EVERY", 0.0)
    monkeypatch.setattr("projections.leader.SILENT_SECONDS", 1)
    engine = open_reads(postgres_url)
    hanging, other = candidate(engine), candidate(engine)
    try:
        assert hanging.leads() and not other.leads()
        assert eventually(other.leads)
        assert not hanging.leads()
        for _ in range(30):  # longer than the silence that costs the lead: it is heard of
            time.sleep(0.05)
            assert other.leads()
    finally:
        hanging.step_down()
        other.step_down()
        engine.dispose()


@contextlib.contextmanager
def in_a_copy(connection):
    with connection.cursor() as cursor, cursor.copy("COPY read_worklist (case_id) FROM STDIN") as copy:
        yield
        copy.write_row(("C",))


@contextlib.contextmanager
def after_a_pipeline(connection):
    with connection.pipeline():
        connection.execute(LOCK)
    yield
    connection.execute("SELECT 1")


@pytest.mark.parametrize("hangs", [in_a_copy, after_a_pipeline])
def test_the_leader_ends_whoever_hangs_where_the_server_would_wait_for_ever(postgres_url, monkeypatch, hangs):
    """Suspended there, a program keeps its locks, and none of PostgreSQL's own time limits ends it."""
    monkeypatch.setattr("projections.leader.LOOK_EVERY", 0.0)
    monkeypatch.setattr("projections.leader.SILENT_SECONDS", 1)
    log, engine = told(postgres_url), open_reads(postgres_url)
    Runner(log, engine, PROJECTIONS).prepare()
    leader = candidate(engine)
    try:
        assert leader.leads()
        with reach.connect(postgres_url) as hanging:
            hanging.autocommit = False
            with pytest.raises(psycopg.OperationalError), hangs(hanging):
                assert eventually(lambda: leader.leads() and ended(engine, hanging))
    finally:
        leader.step_down()
        engine.dispose()
        log.close()


def test_the_leader_leaves_alone_who_only_reads_however_long_it_takes(postgres_url, monkeypatch):
    monkeypatch.setattr("projections.leader.LOOK_EVERY", 0.0)
    monkeypatch.setattr("projections.leader.SILENT_SECONDS", 0.2)
    engine = open_reads(postgres_url)
    leader = candidate(engine)
    try:
        assert leader.leads()
        with engine.connect() as reader:
            reader.exec_driver_sql(
                "SELECT count(*) FROM pg_class"
            )  # a transaction is open now, and waits for us
            for _ in range(8):
                time.sleep(0.05)
                assert leader.leads()
            assert reader.exec_driver_sql("SELECT 1").scalar_one() == 1
    finally:
        leader.step_down()
        engine.dispose()


def ended(engine, connection) -> bool:
    with engine.connect() as asking:
        alive = sa.text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
        return asking.execute(alive, {"pid": connection.info.backend_pid}).scalar_one() == 0


def test_who_wants_to_be_up_to_date_waits_for_the_leader_or_does_it(database_url, monkeypatch):
    monkeypatch.setattr("projections.runner.STUCK_SECONDS", 0.3)
    log, engine = told(database_url), open_reads(database_url)
    runner = Runner(log, engine, PROJECTIONS)
    runner.prepare()
    leader = candidate(engine)
    try:
        assert leader.leads()
        assert not runner.run_until(log.head(), timeout=0.1)  # the leader may be about to do it
        assert runner.position() == 0
        assert runner.run_until(log.head(), timeout=20)  # it does nothing
        assert runner.position() == log.head()
    finally:
        leader.step_down()
        engine.dispose()
        log.close()
