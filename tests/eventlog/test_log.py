"""What the event log promises, on both databases."""

import dataclasses
import multiprocessing
import os
import sys
import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import PersistenceError

from eventlog.errors import Unavailable
from eventlog.log import (
    AggregateNotFound,
    BadUrl,
    CommandRecord,
    Conflict,
    KeyTaken,
    UnknownTopic,
    Unreadable,
    open_log,
)
from eventlog.subjects import Identity
from tests.support.notebook import Author, Colour, Notebook, Stay, Weight

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def opened(log, title, *lines):
    """A recorded notebook with some lines."""
    book = Notebook(title)
    for line in lines:
        book.note(line)
    log.append(book)
    return book


class SettableClock:
    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return SettableClock()


@pytest.fixture
def timed_log(database_url, clock):
    log = open_log(database_url, clock=clock)
    log.prepare()
    yield log
    log.close()


# Appending and loading


def test_what_was_appended_is_loaded_equal(log):
    book = Notebook("accounts")
    seen = (NOON, NOON + timedelta(days=1))
    by = Author("u1", Colour.BLUE, (Stay("here", NOON),))
    book.describe(
        by=by,
        at=NOON,
        on=NOON.date(),
        weight=Weight.HEAVY,
        seen=seen,
        facts={"n": [1, {"a": None}]},
        reviewer=by,
    )

    receipt = log.append(book)

    assert receipt.positions == (1, 2)
    loaded = log.load(book.id)
    assert loaded == book
    assert loaded.described["weight"] is Weight.HEAVY
    assert loaded.described["by"].colour is Colour.BLUE


def test_an_earlier_version_can_be_loaded(log):
    book = opened(log, "history", "one", "two")
    assert log.load(book.id, version=2).lines == ["one"]


def test_an_unknown_aggregate_is_not_found_and_named(log):
    missing = uuid4()
    with pytest.raises(AggregateNotFound, match=str(missing)):
        log.load(missing)
    with pytest.raises(KeyError):
        log.load(missing)


def test_events_in_memory_carry_the_recorded_instant_afterwards(timed_log, clock):
    book = Notebook("stamps")
    events = list(book.pending_events)
    receipt = timed_log.append(book)
    (logged,) = timed_log.read(0)
    assert receipt.recorded_at == logged.recorded_at == logged.event.timestamp == NOON
    assert events == [logged.event]
    assert (book.created_on, book.modified_on) == (NOON, NOON)


def test_several_aggregates_are_appended_together_in_the_order_given(log):
    first, second = Notebook("first"), Notebook("second")
    second.note("line")
    assert log.append(second, first).positions == (1, 2, 3)
    assert [e.event.originator_id for e in log.read(0)] == [second.id, second.id, first.id]


def test_an_append_of_nothing_records_nothing(log):
    assert log.append(opened(log, "quiet")).positions == ()
    assert log.head() == 1


# Conflicts, command records, atomicity


def test_the_second_of_two_writers_is_refused_and_nothing_of_it_is_recorded(log):
    book, other = opened(log, "shared"), opened(log, "other")
    mine, theirs = log.load(book.id), log.load(book.id)
    theirs.note("theirs")
    log.append(theirs)
    other.note("rides along")
    mine.note("mine")
    identity = Identity("p1", "person", "王某")

    with pytest.raises(Conflict) as refused:
        log.append(other, mine, command=CommandRecord("k", "d", b"answer"), identities=[identity])

    assert refused.value.aggregate_id == book.id
    assert log.head() == 3
    assert log.load(other.id).lines == []
    assert log.answer_of("k") is None
    assert log.subjects.get(["p1"]) == {}


def test_a_log_that_refused_often_goes_on_recording(log):
    opened(log, "taken")
    log.append(command=CommandRecord("key", "d", b""))
    for n in range(12):  # drivers prepare a statement after some uses, and must not lose count of it
        command = (None, CommandRecord("key", "d", b""), CommandRecord(f"fresh {n}", "d", b""))[n % 3]
        with pytest.raises((Conflict, KeyTaken)):
            log.append(
                Notebook("free"),
                Notebook("taken"),
                command=command,
                identities=[Identity("p", "person", "王某")],
            )
        with log.batch(), pytest.raises((Conflict, KeyTaken)):
            log.append(Notebook("free"), Notebook("taken"), command=command)
    log.append(Notebook("free"), Notebook("freer"), identities=[Identity("p", "person", "王某")])
    assert log.head() == 3


def test_a_command_is_recorded_with_its_answer(log):
    record = CommandRecord("key-1", "digest", b'{"status": 200}')
    log.append(Notebook("commanded"), command=record)
    assert log.answer_of("key-1") == record
    assert log.answer_of("key-2") is None


def test_a_repeated_command_is_told_as_such_even_where_it_also_conflicts(log):
    book = opened(log, "retried")
    retry = log.load(book.id)
    book.note("once")
    log.append(book, command=CommandRecord("key-1", "digest", b"first"))
    retry.note("once")
    with pytest.raises(KeyTaken, match="key-1"):
        log.append(retry, command=CommandRecord("key-1", "digest", b"second"))
    assert log.answer_of("key-1").answer == b"first"
    assert log.load(book.id).lines == ["once"]


def test_a_command_without_events_may_be_recorded(log):
    assert log.append(command=CommandRecord("noop", "d", b"")).positions == ()
    assert log.answer_of("noop") is not None


# Time


def test_recorded_at_never_goes_back_although_the_clock_does(timed_log, clock):
    seen = []
    for step in (0, 5, -3600, -1, 6):
        clock.now = NOON + timedelta(seconds=step)
        seen.append(timed_log.append(Notebook(f"at {step}")).recorded_at)
    assert [(at - NOON).total_seconds() for at in seen] == [0, 5, 5, 5, 6]
    assert [logged.recorded_at for logged in timed_log.read(0)] == seen


def test_a_clock_without_a_zone_is_refused(timed_log, clock):
    clock.now = datetime(2025, 3, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        timed_log.append(Notebook("naive"))
    assert timed_log.head() == 0


# Reading


def test_reading_is_in_order_limited_and_by_topic(log):
    opened(log, "a", "1", "2")
    opened(log, "b", "3")
    assert [e.position for e in log.read(0)] == [1, 2, 3, 4, 5]
    assert [e.position for e in log.read(2, limit=2)] == [3, 4]
    assert [e.position for e in log.read(0, topics=["notebook.opened"])] == [1, 4]
    assert [e.position for e in log.read(1, topics=["notebook.opened", "notebook.noted"])] == [2, 3, 4, 5]
    assert [e.position for e in log.read(0, topic_prefix="notebook.n")] == [2, 3, 5]
    assert log.read(0, topic_prefix="n%") == []
    assert log.head() == 5


def test_history_of_one_aggregate(log):
    book = opened(log, "a", "1")
    opened(log, "b")
    book.note("2")
    log.append(book)
    assert [(e.position, e.event.originator_version) for e in log.history(book.id)] == [
        (1, 1),
        (2, 2),
        (4, 3),
    ]
    assert [e.position for e in log.history(book.id, after_version=2)] == [4]
    assert log.history(uuid4()) == []


def test_waiting_ends_at_once_when_this_process_records(log):
    assert not log.wait(0, timeout=0.05)
    writer = threading.Timer(0.05, lambda: log.append(Notebook("news")))
    writer.start()
    assert log.wait(0, timeout=20)
    assert log.wait(0, timeout=0)
    assert not log.wait(1, timeout=0)
    writer.join()


def test_waiting_sees_what_another_process_recorded(log, database_url):
    other = open_log(database_url)
    writer = threading.Timer(0.05, lambda: other.append(Notebook("news from elsewhere")))
    writer.start()
    assert log.wait(0, timeout=20)
    writer.join()
    other.close()


# Append-only


@pytest.mark.parametrize(
    "statement", ["UPDATE events SET topic = 'x'", "DELETE FROM events", "TRUNCATE events"]
)
def test_the_database_refuses_to_change_events(log, database_url, statement):
    if statement.startswith("TRUNCATE") and database_url.startswith("sqlite"):
        statement = "DELETE FROM events WHERE position > 0"  # SQLite has no TRUNCATE
    opened(log, "kept")
    with pytest.raises(PersistenceError, match="append-only"):
        log.recorder.query(statement)
    assert log.head() == 1


# What cannot be read stops the reader


def test_an_unknown_topic_stops_reading_and_is_named_with_its_position(log):
    known = opened(log, "known")
    _insert_raw(log, known.id, 2, "notebook.from_the_future", b"{}")
    with pytest.raises(UnknownTopic) as stopped:
        log.read(0)
    assert (stopped.value.topic, stopped.value.position) == ("notebook.from_the_future", 2)
    with pytest.raises(UnknownTopic):
        log.load(known.id)


@pytest.mark.parametrize(
    "topic", ["os:system", "this", "this:d", "datetime:datetime", "notebook", "notebook.event.x"]
)
def test_a_topic_that_names_something_else_is_unknown_and_nothing_is_imported(log, topic):
    _insert_raw(log, uuid4(), 1, topic, b"{}")
    with pytest.raises(UnknownTopic):
        log.read(0)
    assert "this" not in sys.modules


@pytest.mark.parametrize("state", [b"not json", b'{"line": 5}', b"{}", b'{"line": "a", "later": 1}'])
def test_a_form_that_this_program_does_not_know_stops_reading(log, state):
    _insert_raw(log, uuid4(), 1, "notebook.noted", state)
    with pytest.raises(Unreadable, match="position 1"):
        log.read(0)


def _insert_raw(log, originator_id, version, topic, state):
    from eventsourcing.persistence import StoredEvent

    log.recorder.insert_events([StoredEvent(originator_id, version, topic, state)])


# Opening


def test_a_restarted_server_is_found_again(postgres_url):
    log = open_log(postgres_url)
    log.prepare()
    readers = [threading.Thread(target=log.recorder.query, args=("SELECT pg_sleep(0.1)",)) for _ in range(3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    for use in (log.head, lambda: opened(log, "after the cut"), log.head):
        with psycopg.connect(postgres_url) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            )
        use()
    assert log.head() == 1
    log.close()


def test_preparing_twice_changes_nothing(log):
    opened(log, "kept")
    log.prepare()
    assert log.head() == 1


def begin(urls, start, errors):
    for url in urls:
        start.wait()
        try:
            log = open_log(url)
            log.prepare()
            log.append(Notebook(f"of process {os.getpid()}"))
            log.close()
        except Exception as error:
            errors.put(f"{url}: {error!r}")


def test_several_processes_may_open_and_prepare_a_new_database_at_once(tmp_path, postgres_cluster):
    urls = [f"sqlite:///{tmp_path}/{n}.db" for n in range(8)] + [postgres_cluster.fresh() for _ in range(3)]
    spawn = multiprocessing.get_context("spawn")
    start, errors = spawn.Barrier(4), spawn.Queue()
    processes = [spawn.Process(target=begin, args=(urls, start, errors)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert errors.empty(), errors.get()
    for url in urls:
        log = open_log(url)
        assert log.head() == 4
        log.close()


def test_an_unprepared_log_says_what_to_do(database_url):
    log = open_log(database_url)
    with pytest.raises(Unavailable, match=r"prepare\(\)"):
        log.append(Notebook("early"))
    log.close()


def test_newer_tables_are_refused(log, database_url):
    with log.batch():
        log.recorder.query("UPDATE log_schema SET version = 99 RETURNING version")
    with pytest.raises(Unavailable, match="version 99"):
        log.prepare()


def test_an_in_memory_log_is_shared_by_threads():
    log = open_log("sqlite:///:memory:")
    log.prepare()
    threads = [threading.Thread(target=opened, args=(log, f"t{n}", "line")) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.position for e in log.read(0)] == list(range(1, 9))
    log.close()


@pytest.mark.parametrize(
    "url",
    ["", "gridcase.db", "sqlite:gridcase.db", "sqlite://gridcase.db", "sqlite:///", "sqlite:///a.db?mode=ro",
     "mysql://u:secret@h/d", "postgresql+psycopg://u:secret@h/d", "postgres:u"],
)  # fmt: skip
def test_a_url_that_cannot_be_used_is_refused_with_the_form_to_use(url):
    with pytest.raises(BadUrl, match="sqlite:///") as refused:
        open_log(url)
    assert "secret" not in str(refused.value)


def test_a_database_that_does_not_answer_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match="folder"):
        open_log(f"sqlite:///{tmp_path}/no/such/folder/log.db")
    with pytest.raises(Unavailable, match="does not answer") as refused:
        open_log("postgresql://u:secret@127.0.0.1:1/none")
    assert "secret" not in str(refused.value)


def test_the_rows_do_not_repeat_what_the_columns_hold(log):
    opened(log, "slim")
    ((state,),) = log.recorder.query("SELECT state FROM events")
    assert bytes(state) == b'{"originator_topic":"notebook","title":"slim"}'
    assert {f.name for f in dataclasses.fields(Notebook.Opened)} > {"timestamp", "originator_id"}


def test_a_file_held_by_another_process_is_told_after_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr("eventlog.sqlite.BUSY_SECONDS", 0.1)
    url = f"sqlite:///{tmp_path / 'log.db'}"
    one, other = open_log(url), open_log(url)
    one.prepare()
    with one.batch():
        one.append(Notebook("long import"))
        with pytest.raises(Unavailable, match="Another process"):
            other.append(Notebook("impatient"))
    other.append(Notebook("patient"))
    assert one.head() == 2
    one.close()
    other.close()
