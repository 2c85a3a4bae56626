"""The read tables are a function of the log: however often a worker dies, whoever rebuilds them, on every database."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.actor import Actor
from domain.case import Entry
from domain.errors import LogUnreadable, NotFound
from domain.terms import Role, UnitKind
from domain.unit import Unit
from projections.all import PROJECTIONS, open_reads
from projections.positions import POSITIONS
from projections.runner import Runner
from projections.schema import METADATA
from tests.projections.spring import told
from tests.projections.tables import dump
from tests.support.notebook import Notebook

LATER = datetime(2026, 6, 1, tzinfo=UTC)


def folded(runner: Runner):
    assert runner.run_until(runner.log.head())
    return dump(runner.engine)


def village(code: str) -> Unit:
    entry = Entry(Actor("admin", Role.ORG_ADMIN, "C"), datetime(2026, 6, 1, tzinfo=UTC))
    return Unit.create(code, code, UnitKind.VILLAGE, effective=date(2026, 6, 1), entry=entry)


@pytest.mark.parametrize(("where", "reached"), [("rows", 28), ("commit", 28), ("between", 42)])
def test_a_worker_that_is_killed_and_started_again_leaves_the_same_tables(
    spring, reads, where, reached, database_url
):
    undisturbed = Runner(spring, reads, PROJECTIONS)
    undisturbed.prepare()
    expected = folded(undisturbed)
    with reads.begin() as connection:
        METADATA.drop_all(connection)
    for _ in range(2):
        command = [sys.executable, "-m", "tests.projections.dying_worker", database_url, where]
        assert subprocess.run(command, timeout=60).returncode == -signal.SIGKILL
    restarted = Runner(spring, reads, PROJECTIONS)
    restarted.prepare()
    assert restarted.positions() == dict.fromkeys(restarted.projections, reached)
    assert folded(restarted) == expected


@pytest.mark.parametrize("batch", [1, 5, 1000])
def test_the_size_of_a_batch_makes_no_difference(spring, reads, batch):
    whole = Runner(spring, reads, PROJECTIONS)
    whole.prepare()
    expected = folded(whole)
    with reads.begin() as connection:
        METADATA.drop_all(connection)
    small = Runner(spring, reads, PROJECTIONS, batch=batch)
    small.prepare()
    assert folded(small) == expected


def test_a_rebuild_gives_byte_identical_tables(runner):
    before = folded(runner)
    assert all(
        before[table]
        for table in ("read_audit", "read_worklist", "read_deadlines", "read_units", "read_spells")
    )
    heard = []
    assert runner.rebuild(progress=lambda done, all_: heard.append((done, all_))) == runner.log.head()
    assert dump(runner.engine) == before
    assert heard[-1] == (runner.log.head(), runner.log.head())
    runner.rebuild(["audit"])
    assert dump(runner.engine) == before
    with pytest.raises(NotFound):
        runner.rebuild(["nothing"])


def test_sqlite_and_postgresql_hold_the_same_bytes(tmp_path, postgres_url):
    dumps = []
    for url in (f"sqlite:///{tmp_path / 'log.db'}", postgres_url):
        log, engine = told(url), open_reads(url)
        runner = Runner(log, engine, PROJECTIONS)
        runner.prepare()
        dumps.append(folded(runner))
        log.close()
        engine.dispose()
    assert dumps[0] == dumps[1]


def test_what_is_recorded_during_a_rebuild_is_not_lost(runner):
    folded(runner)
    late, during = [village("N1"), village("N2")], []

    def record(done: int, known: int) -> None:
        if late:
            runner.log.append(late.pop())
            runner.step()  # the live tables go on meanwhile
            during.append(runner.position())

    position = runner.rebuild(progress=record)
    assert during == [runner.log.head() - 1, runner.log.head()]
    assert position == runner.log.head()
    after = dump(runner.engine)
    assert {"N1", "N2"} <= {row[0] for row in after["read_units"]}
    assert runner.step() == 0
    runner.rebuild()
    assert dump(runner.engine) == after


def test_readers_have_tables_at_every_moment_of_a_rebuild(runner):
    expected = len(folded(runner)["read_audit"])
    counted, stop = [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            with runner.engine.connect() as connection:
                counted.append(connection.execute(sa.text("SELECT count(*) FROM read_audit")).scalar_one())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(3):
            runner.rebuild()
    finally:
        stop.set()
        reader.join()
    assert set(counted) == {expected}


def test_a_reader_in_a_long_transaction_is_neither_broken_nor_passed_over(runner):
    folded(runner)
    with runner.engine.connect() as reader:
        before = reader.execute(sa.text("SELECT count(*) FROM read_worklist")).scalar_one()
        rebuild = threading.Thread(target=runner.rebuild)
        rebuild.start()
        rebuild.join(1.5)  # on PostgreSQL it waits for the reader, who now wants a table that goes first
        assert reader.execute(sa.text("SELECT count(*) FROM read_units")).scalar_one() > 0
        assert reader.execute(sa.text("SELECT count(*) FROM read_worklist")).scalar_one() == before
    rebuild.join(30)
    assert not rebuild.is_alive()
    with runner.engine.connect() as connection:
        assert set(connection.execute(sa.select(POSITIONS.c.generation)).scalars()) == {2}


def test_an_interrupted_rebuild_leaves_the_live_tables_and_can_be_repeated(runner):
    before = folded(runner)

    def interrupt(done: int, known: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.rebuild(progress=interrupt)
    assert dump(runner.engine) == before
    runner.rebuild()
    assert dump(runner.engine) == before


def test_two_runners_on_one_log_do_nothing_twice(runner, database_url):
    other_engine = open_reads(database_url)
    other = Runner(runner.log, other_engine, PROJECTIONS, batch=5)
    runner.batch = 3

    def fold(one: Runner) -> None:
        while one.step():
            pass

    threads = [threading.Thread(target=fold, args=(one,)) for one in (runner, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other_engine.dispose()
    got = folded(runner)
    runner.rebuild()
    assert dump(runner.engine) == got


def test_an_unknown_topic_stops_it_and_moves_nothing(runner):
    runner.batch = 10
    runner.step()
    before, at = dump(runner.engine), runner.positions()
    runner.log.append(Notebook("a stranger"))  # no topic of this program
    runner.batch = 1000
    with pytest.raises(LogUnreadable, match=r"notebook\.opened.*position"):
        runner.step()
    assert (dump(runner.engine), runner.positions()) == (before, at)
    with pytest.raises(LogUnreadable):
        runner.rebuild()
    assert (dump(runner.engine), runner.positions()) == (before, at)


def test_a_fold_that_fails_moves_nothing_and_may_be_tried_again(spring, reads):
    class Failing:
        name, tables, topics, fails = PROJECTIONS[2].name, PROJECTIONS[2].tables, PROJECTIONS[2].topics, True

        def fold(self, events, rows):
            PROJECTIONS[2].fold(events, rows)
            if self.fails:
                raise ZeroDivisionError

    failing = Failing()
    runner = Runner(spring, reads, [*PROJECTIONS[:2], failing, *PROJECTIONS[3:]])
    runner.prepare()
    with pytest.raises(ZeroDivisionError):
        runner.step()
    assert set(runner.positions().values()) == {0}
    assert not any(dump(reads).values())
    failing.fails = False
    after_failure = folded(runner)
    runner.rebuild()
    assert dump(reads) == after_failure


def test_tables_of_another_shape_are_made_anew(runner):
    before = folded(runner)
    with runner.engine.begin() as connection:
        connection.execute(
            sa.update(POSITIONS).where(POSITIONS.c.projection == "audit").values(shape="of an older program")
        )
        connection.execute(sa.text("ALTER TABLE read_audit DROP COLUMN correlation"))
    runner.prepare()
    assert runner.positions()["audit"] == 0
    assert runner.standing(LATER).lags["audit"].events == runner.log.head()
    assert folded(runner) == before


def test_a_new_projection_catches_up_beside_the_others(spring, reads):
    first = Runner(spring, reads, PROJECTIONS[:2])
    first.prepare()
    first.run_until(spring.head())
    whole = Runner(spring, reads, PROJECTIONS, batch=9)
    whole.prepare()
    got = folded(whole)
    whole.rebuild()
    assert dump(reads) == got


def test_lag_is_told_for_each_projection_in_events_and_in_seconds(runner):
    folded(runner)
    assert set(runner.standing(LATER).lags.values()) == {(0, 0.0)}
    runner.log.append(village("N1"))
    recorded_at = runner.log.read(runner.log.head() - 1)[0].recorded_at
    runner.log.append(village("N2"))
    lag = runner.standing(recorded_at + timedelta(seconds=90)).lags
    assert lag == dict.fromkeys(runner.projections, (2, 90.0))
    assert Runner(runner.log, runner.engine, PROJECTIONS[:1]).step() == 2
    lag = runner.standing(recorded_at + timedelta(seconds=90)).lags
    assert (lag["units"], lag["facts"]) == ((0, 0.0), (2, 90.0))


def test_a_reader_waits_for_what_it_has_written(runner, database_url):
    folded(runner)
    assert runner.wait_for(runner.log.head(), timeout=0)
    position = runner.log.append(village("N1")).positions[0]
    assert not runner.wait_for(position, timeout=0.01)
    stop, elsewhere = threading.Event(), open_reads(database_url)
    other = Runner(runner.log, elsewhere, PROJECTIONS)

    def follow() -> None:
        while not stop.is_set():
            other.step() or stop.wait(0.05)

    worker = threading.Thread(target=follow)
    worker.start()
    try:
        assert runner.wait_for(position, timeout=20)
        position = runner.log.append(village("N2")).positions[0]
        assert runner.wait_for(position, timeout=20)
    finally:
        stop.set()
        worker.join()
        elsewhere.dispose()
