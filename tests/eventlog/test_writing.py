"""Several writers at once, on both databases: each gets its own answer, nothing is lost, nothing has a gap."""

import itertools
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import PersistenceError, StoredEvent

from eventlog.errors import Unavailable
from eventlog.log import CommandRecord, Conflict, KeyTaken, open_log
from eventlog.rows import Write
from eventlog.wire import Lost
from tests.support.chain import broken_at
from tests.support.notebook import Notebook


def stored(originator_id, version, topic="notebook.noted", state=b'{"line":"x"}'):
    return StoredEvent(originator_id, version, topic, state)


def at_once(log, *writes):
    """What becomes of writes that wait while somebody else holds the log: they go as one group."""
    results = {}

    def record(n):
        try:
            results[n] = log.recorder.record(writes[n])
        except Exception as error:
            results[n] = error

    threads = [threading.Thread(target=record, args=(n,), daemon=True) for n in range(len(writes))]
    with log.recorder._writing:
        threads[0].start()  # takes itself as a group of one
        while not log.recorder._group._led or log.recorder._group._queue:
            time.sleep(0.001)
        for n, thread in enumerate(threads[1:], 1):
            thread.start()
            while len(log.recorder._group._queue) < n:
                time.sleep(0.001)
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    return [results[n] for n in range(len(writes))]


def test_who_is_refused_in_a_group_is_refused_alone(log):
    taken, free, doubled = uuid4(), uuid4(), uuid4()
    log.recorder.record(Write([stored(taken, 1)], CommandRecord("taken", "d", b"")))
    results = at_once(
        log,
        Write([stored(uuid4(), 1)]),
        Write([stored(free, 1), stored(free, 2)], CommandRecord("fresh", "d", b"")),
        Write([stored(uuid4(), 1), stored(taken, 1)]),
        Write([stored(uuid4(), 1)], CommandRecord("taken", "d", b"")),
        Write([stored(doubled, 1)]),
        Write([stored(doubled, 1)]),
        Write([stored(uuid4(), 1)], CommandRecord("fresh", "d", b"")),
        Write([stored(taken, 2)]),
    )
    positions = [getattr(result, "positions", type(result)) for result in results]
    assert positions == [(2,), (3, 4), Conflict, KeyTaken, (5,), Conflict, KeyTaken, (6,)]
    assert results[2].aggregate_id == taken
    assert log.head() == 6
    assert broken_at(log) is None


def test_a_value_that_the_database_cannot_hold_refuses_nobody_else(log):
    bad = CommandRecord("a key with \udcff", "d", b"")
    results = at_once(
        log, Write([stored(uuid4(), 1)]), Write([stored(uuid4(), 1)]),
        Write([stored(uuid4(), 1)], bad), Write([stored(uuid4(), 1)]),
    )  # fmt: skip
    assert [getattr(result, "positions", None) for result in results] == [(1,), (2,), None, (3,)]
    assert isinstance(results[2], (PersistenceError, UnicodeEncodeError))


def test_a_group_is_one_transaction(log, monkeypatch):
    seen = []
    begin = log.recorder._record_unchecked

    def counted(group):
        seen.append(len(group))
        return begin(group)

    monkeypatch.setattr(log.recorder, "_record_unchecked", counted)
    at_once(log, *(Write([stored(uuid4(), 1)]) for _ in range(9)))
    assert seen == [1, 8]


# Several processes


def test_who_believes_to_be_alone_is_put_right_by_the_database(log, database_url):
    """After some turns without anybody else it is not looked up any more where the log ends."""
    other = open_log(database_url)
    try:
        one, two = uuid4(), uuid4()
        for version in range(1, 7):
            log.recorder.record(Write([stored(one, version)]))
        for version in (1, 2):
            other.recorder.record(Write([stored(two, version)]))
        got = log.recorder.record(Write([stored(one, 7)], CommandRecord("key", "d", b"")))
        assert got.positions == (9,)
        assert other.recorder.record(Write([stored(two, 3)])).positions == (10,)
        with pytest.raises(Conflict):
            log.recorder.record(Write([stored(two, 3)]))
        with pytest.raises(KeyTaken):
            other.recorder.record(Write([stored(two, 4)], CommandRecord("key", "d", b"")))
        assert log.recorder.record(Write([stored(one, 8)])).positions == (11,)
        assert [entry.position for entry in log.read(0)] == list(range(1, 12))
        assert broken_at(log) is None
    finally:
        other.close()


def write(url, process, until, errors):
    """Eight threads append to notebooks of their own, and fight with the other process over one that all share."""
    log = open_log(url)

    def work(thread):
        own, n = Notebook(f"own {process}.{thread}"), 0
        while time.monotonic() < until:
            n += 1
            own.note(f"{process}.{thread}.{n}")
            if n % 3 == 0:
                own.note("two in one append")
            log.append(
                own, command=CommandRecord(f"{process}.{thread}.{n}", "d", b"") if n % 5 == 0 else None
            )
            if n % 4 == 0:
                note_in_shared(f"{process}.{thread}.{n}")

    def note_in_shared(line):
        while True:
            try:
                with log.checkout(Notebook.create_id("shared"), trust=True) as (shared,):
                    shared.note(line)
                    log.append(shared)
                return
            except Conflict:
                continue

    def guarded(thread):
        try:
            work(thread)
        except BaseException as error:
            errors.put(repr(error))

    threads = [threading.Thread(target=guarded, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()


@pytest.mark.timeout(100)
def test_a_reader_that_tails_two_processes_with_eight_writers_sees_every_event_once_and_in_order(
    log, database_url
):
    log.append(Notebook("shared"))
    spawn = multiprocessing.get_context("spawn")
    errors, until = spawn.Queue(), time.monotonic() + 6
    writers = [spawn.Process(target=write, args=(database_url, n, until, errors)) for n in range(2)]
    for writer in writers:
        writer.start()

    seen = log.read(0)
    alive = True
    while alive:
        alive = any(
            writer.is_alive() for writer in writers
        )  # asked before reading: the last round reads the rest
        while batch := log.read(seen[-1].position, limit=50):
            seen += batch
        log.wait(seen[-1].position, 0.05)
    for writer in writers:
        writer.join()

    assert errors.empty(), errors.get()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert [logged.position for logged in seen] == list(range(1, len(seen) + 1))
    assert seen == log.read(0, limit=10**6)
    assert all(a.recorded_at <= b.recorded_at for a, b in itertools.pairwise(seen))
    versions: dict[object, list[int]] = {}
    for logged in seen:
        versions.setdefault(logged.event.originator_id, []).append(logged.event.originator_version)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in versions.values())
    assert len(versions) == 17
    assert broken_at(log) is None


# Killed in the middle

PROGRAM = """
import sys, threading
from eventlog.log import CommandRecord, open_log
from tests.support.notebook import Notebook
log = open_log(sys.argv[1])
says = threading.Lock()
def work(name):
    book = Notebook(name)
    for n in range(1_000_000):
        book.note(f"{name} {n}")
        log.append(book, command=CommandRecord(f"{name} {n}", "d", b""))
        with says:
            print(f"{name} {n}", flush=True)
def batches():
    for n in range(1_000_000):
        with log.batch():
            for m in range(20):
                log.append(Notebook(f"{sys.argv[2]} batch {n} {m}"))
        with says:
            print(f"{sys.argv[2]} batch {n} 19", flush=True)
for n in range(8):
    threading.Thread(target=work, args=(f"{sys.argv[2]} {n}",)).start()
threading.Thread(target=batches).start()
"""


@pytest.mark.timeout(100)
def test_a_killed_process_loses_nothing_that_it_was_told_is_recorded(log, database_url):
    luck = random.Random(5)
    for round_ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, database_url, f"round {round_}"], stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).resolve().parents[2],
        )  # fmt: skip
        assert writer.stdout
        told = [writer.stdout.readline()]
        killer = threading.Timer(luck.uniform(0.2, 0.8), os.kill, (writer.pid, signal.SIGKILL))
        killer.start()
        told += writer.stdout.readlines()
        killer.join()
        writer.wait()
        acknowledged = [line.strip() for line in told if line.endswith("\n")]
        assert len(acknowledged) > 20
        for line in acknowledged:
            if "batch" in line:
                assert log.history(Notebook.create_id(line)), line
            else:
                assert log.answer_of(line) is not None, line
        rows = log.recorder.rows_after(0, None)
        assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
        assert {row[2] for row in rows if row[3] == "notebook.opened"} == {1}
        batched = [
            one.event.title
            for one in log.read(0, 10**6, topics=["notebook.opened"])
            if "batch" in one.event.title
        ]
        assert len(batched) % 20 == 0, "half a batch"
        assert broken_at(log) is None
        log.append(Notebook(f"after round {round_}"))


# A connection that breaks while something is recorded


@pytest.fixture
def postgres_log(postgres_url):
    log = open_log(postgres_url)
    log.prepare()
    for n in range(5):  # until it knows that it is alone
        log.append(Notebook(f"before {n}"))
    yield log
    log.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_lost_before_or_after_the_commit_records_exactly_once(postgres_log, monkeypatch, when):
    statement = postgres_log.recorder._at_once._events
    run = statement.run

    def lossy(line, parameters):
        monkeypatch.undo()
        if when == "after":
            run(line, parameters)
        line.close()
        raise Lost

    monkeypatch.setattr(statement, "run", lossy)
    assert postgres_log.append(Notebook("once")).positions == (6,)
    assert postgres_log.head() == 6
    assert broken_at(postgres_log) is None


class Cut:
    """The recorder's connection, cut at the commit."""

    def __init__(self, line, when):
        self._line, self._when = line, when

    def __getattr__(self, name):
        return getattr(self._line, name)

    def execute(self, sql, *args, **options):
        if sql == "COMMIT":
            if self._when == "after":
                self._line.execute(sql)
            self._line.close()
        return self._line.execute(sql, *args, **options)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_batch_whose_commit_is_lost_is_told_truly(postgres_log, monkeypatch, when):
    recorder = postgres_log.recorder

    def batch():
        with postgres_log.batch():
            postgres_log.append(Notebook("in a batch"))
            recorder._line = Cut(recorder._line, when)

    if when == "after":
        batch()
    else:
        with pytest.raises(PersistenceError):
            batch()
    assert postgres_log.head() == (6 if when == "after" else 5)
    postgres_log.append(Notebook("goes on"))
    assert broken_at(postgres_log) is None


def test_a_lost_commit_without_an_event_is_said_to_be_unknown(postgres_log):
    recorder = postgres_log.recorder
    with pytest.raises(Unavailable, match="nothing tells"), postgres_log.batch():
        postgres_log.append(command=CommandRecord("key", "d", b""))
        recorder._line = Cut(recorder._line, "before")
    assert postgres_log.answer_of("key") is None


def test_a_log_that_was_put_back_to_an_earlier_state_is_noticed(postgres_log, postgres_url):
    """A standby that was promoted without the last events: what this process remembers is not there."""
    with psycopg.connect(postgres_url) as connection:
        connection.execute("ALTER TABLE events DISABLE TRIGGER events_never_change")
        connection.execute("DELETE FROM events WHERE position > 3")
        connection.execute("ALTER TABLE events ENABLE TRIGGER events_never_change")
    assert postgres_log.append(Notebook("afterwards")).positions == (4,)
    assert broken_at(postgres_log) is None


def test_after_a_batch_that_was_undone_everybody_goes_on_recording(log):
    """A ROLLBACK makes psycopg let go of everything that is prepared on the connection, ours too."""
    for n in range(8):
        with log.batch():  # often enough for psycopg to prepare something itself
            log.append(Notebook(f"batch {n}"))
        log.append(Notebook(f"alone {n}"))
    with pytest.raises(ZeroDivisionError), log.batch():
        log.append(Notebook("undone"))
        raise ZeroDivisionError
    assert log.append(Notebook("after")).positions == (17,)
    assert log.append(Notebook("and again")).positions == (18,)
    assert broken_at(log) is None
