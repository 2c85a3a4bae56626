"""Who may change an aggregate when, what stays in memory, and bulk work in one transaction."""

import threading
import time
from uuid import uuid4

import pytest

from eventlog.log import CommandRecord, Conflict, KeyTaken, open_log
from eventlog.subjects import Identity
from tests.support.notebook import Notebook


@pytest.fixture
def book(log):
    book = Notebook("shared")
    log.append(book)
    return book


def append_line(log, book_id, line):
    with log.checkout(book_id) as (book,):
        book.note(line)
        log.append(book)


def in_threads(*jobs):
    """Runs the jobs at once and gives back what they raised."""
    raised = []

    def run(job):
        try:
            job()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive(), "two threads wait for each other"
    return raised


def test_checked_out_aggregates_come_in_the_order_asked_and_missing_ones_as_none(log, book):
    other = Notebook("other")
    log.append(other)
    with log.checkout(other.id, uuid4(), book.id, book.id) as (first, missing, second, again):
        assert (first, missing, second) == (other, None, book)
        assert again is second


def test_the_same_copy_is_used_again_and_forwarded_from_the_database(log, book, database_url):
    with log.checkout(book.id) as (first,):
        pass
    elsewhere = open_log(database_url)
    append_line(elsewhere, book.id, "from another process")
    elsewhere.close()
    with log.checkout(book.id) as (second,):
        assert second is first
        assert second.lines == ["from another process"]
    assert log.load(book.id) == second


@pytest.mark.parametrize("cache", [0, 1, 100])
def test_a_copy_stays_equal_to_what_a_reader_gets(database_url, cache):
    log = open_log(database_url, cache=cache)
    log.prepare()
    books = [Notebook(f"book {n}") for n in range(3)]
    log.append(*books)
    for round_ in range(3):
        for book in books:
            append_line(log, book.id, str(round_))
            with log.checkout(book.id) as (kept,):
                assert kept == log.load(book.id)
    log.close()


def test_a_copy_is_thrown_away_after_an_exception(log, book):
    with pytest.raises(RuntimeError, match="boom"), log.checkout(book.id) as (spoilt,):
        spoilt.note("never recorded")
        raise RuntimeError("boom")
    with log.checkout(book.id) as (clean,):
        assert clean.lines == []


def test_a_copy_with_events_left_pending_is_thrown_away(log, book):
    with log.checkout(book.id) as (forgotten,):
        forgotten.note("never appended")
    with log.checkout(book.id) as (clean,):
        assert clean.lines == []


def test_a_copy_is_thrown_away_when_its_append_was_refused_and_the_caller_went_on(log, book):
    log.append(Notebook("x"), command=CommandRecord("k", "d", b""))
    with log.checkout(book.id) as (held,):
        held.note("refused")
        with pytest.raises(KeyTaken):
            log.append(held, command=CommandRecord("k", "d", b""))
    with log.checkout(book.id) as (clean,):
        assert clean.lines == []


def test_threads_take_turns_so_that_none_conflicts(log, book):
    others = [Notebook(f"other {n}") for n in range(2)]
    log.append(*others)
    a, b, c = book.id, others[0].id, others[1].id

    def work(ids, name):
        for n in range(15):
            with log.checkout(*ids) as books:
                for one in books:
                    one.note(f"{name} {n}")
                log.append(*books)

    assert (
        in_threads(
            *(
                lambda ids=ids, name=name: work(ids, name)
                for name, ids in enumerate([(a, b), (b, a), (c, a), (b, c)])
            )
        )
        == []
    )
    assert [len(log.load(one).lines) for one in (a, b, c)] == [45, 45, 30]


def test_a_checkout_inside_a_checkout_is_refused_instead_of_waiting_for_ever(log, book):
    with log.checkout(book.id), pytest.raises(RuntimeError, match="one call"), log.checkout(uuid4()):
        pass
    with log.checkout(book.id), pytest.raises(RuntimeError, match="before checking out"), log.batch():
        pass
    with log.batch(), pytest.raises(RuntimeError, match="another batch"), log.batch():
        pass


# Batches


def test_a_batch_is_readable_inside_and_by_others_only_afterwards(log, book, database_url):
    seen_outside = []
    with log.batch():
        append_line(log, book.id, "one")
        append_line(log, book.id, "two")
        assert log.head() == 3
        assert log.load(book.id).lines == ["one", "two"]
        assert log.history(book.id, 1)[-1].event.line == "two"
        if ":memory:" not in database_url:
            in_threads(lambda: seen_outside.append(log.head()))
    assert seen_outside == [1]
    assert log.head() == 3


def test_an_exception_undoes_the_whole_batch(log, book):
    with pytest.raises(RuntimeError, match="boom"), log.batch():
        append_line(log, book.id, "one")
        log.append(Notebook("two"), command=CommandRecord("k", "d", b""))
        log.subjects.put(Identity("p", "person", "王某"))
        raise RuntimeError("boom")
    assert log.head() == 1
    assert log.answer_of("k") is None
    assert log.subjects.get(["p"]) == {}
    append_line(log, book.id, "after")
    assert log.load(book.id).lines == ["after"]
    assert [e.position for e in log.read(0)] == [1, 2]


def test_a_refused_append_undoes_itself_alone_and_the_batch_goes_on(log, book):
    stale = log.load(book.id)
    with log.batch():
        append_line(log, book.id, "before")
        stale.note("stale")
        with pytest.raises(Conflict) as refused:
            log.append(Notebook("together with it"), stale)
        with pytest.raises(Conflict):
            log.append(Notebook("shared"))
        append_line(log, book.id, "after")
    assert refused.value.aggregate_id == book.id
    assert log.load(book.id).lines == ["before", "after"]
    assert [e.position for e in log.read(0)] == [1, 2, 3]


def test_a_batch_and_single_commands_of_other_threads_do_not_block_each_other_for_ever(log, book):
    def batches():
        for n in range(5):
            with log.batch():
                for m in range(5):
                    append_line(log, book.id, f"batch {n}.{m}")

    def singles():
        for n in range(15):
            append_line(log, book.id, f"single {n}")

    assert in_threads(batches, singles, batches, singles) == []
    assert len(log.load(book.id).lines) == 80
    assert [e.position for e in log.read(0)] == list(range(1, 82))


def test_a_batch_waits_for_who_holds_what_it_needs(log, book):
    held = threading.Event()

    def single():
        with log.checkout(book.id) as (mine,):
            held.set()
            time.sleep(0.1)  # by now the batch would hold the database's lock, and want this notebook
            mine.note("single")
            log.append(mine)

    def batch():
        held.wait(10)
        with log.batch():
            append_line(log, book.id, "batch")

    assert in_threads(single, batch) == []
    assert log.load(book.id).lines == ["single", "batch"]


def test_news_of_a_batch_reach_waiting_readers_only_when_it_is_committed(log):
    with log.batch():
        log.append(Notebook("inside"))
        assert log.wait(0, 0)
        woken = []
        in_threads(lambda: woken.append(log.wait(0, 0.3)))
        assert woken == [False]
    assert log.wait(0, 0)
