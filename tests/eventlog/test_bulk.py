"""Much at once: batches and bulks keep little in memory, and what is read inside is what was written."""

import tracemalloc

import pytest
from eventsourcing.persistence import PersistenceError, StoredEvent

from eventlog.errors import SubjectEmptied
from eventlog.log import CommandRecord, Conflict, KeyTaken
from eventlog.reading import RARE_TOPICS
from eventlog.subjects import Identity
from tests.support.chain import broken_at
from tests.support.notebook import Notebook

PERSON = Identity("p", "person", "王某")


def fill(log, count, name="book"):
    for n in range(count):
        log.append(Notebook(f"{name} {n}"))


def test_a_bulk_of_what_is_new_is_recorded_whole_and_chained(log):
    log.append(Notebook("before"))
    with log.bulk():
        fill(log, 5_000)
        receipt = log.append(
            Notebook("last"), command=CommandRecord("import 1", "d", b""), identities=[PERSON]
        )
    assert receipt.positions == (5_002,)
    assert log.head() == 5_002
    assert log.answer_of("import 1") is not None
    assert log.subjects.get(["p"])["p"] == PERSON
    assert broken_at(log) is None


@pytest.mark.parametrize("spoil", ["version", "key", "person"])
def test_what_is_there_already_undoes_the_whole_bulk(log, spoil):
    log.append(Notebook("there"), command=CommandRecord("key", "d", b""), identities=[PERSON])
    log.subjects.empty("p", log.read(0)[0].recorded_at)
    kind = {"version": Conflict, "key": KeyTaken, "person": SubjectEmptied}[spoil]
    with pytest.raises(kind), log.bulk():
        fill(log, 10)
        log.append(
            Notebook("there" if spoil == "version" else "new"),
            command=CommandRecord("key", "d", b"") if spoil == "key" else None,
            identities=[PERSON] if spoil == "person" else [],
        )
        fill(log, 3_000, "more")
    assert log.head() == 1
    fill(log, 10)
    assert broken_at(log) is None


def test_after_a_failed_insert_nothing_more_of_the_batch_can_be_recorded(log):
    log.append(Notebook("there"))
    with pytest.raises(PersistenceError, match="Nothing of the batch"), log.bulk():
        log.append(Notebook("there"))
        with pytest.raises(Conflict):
            log.read(0)  # has to insert first
        fill(log, 1)
        log.read(0)
    assert log.head() == 1


def test_the_memory_of_a_bulk_does_not_grow_with_what_it_records(log):
    def peak(count, name):
        tracemalloc.start()
        with log.bulk():
            fill(log, count, name)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(3_000, "warm")
    assert peak(12_000, "many") < peak(3_000, "few") * 1.3


def test_everything_read_inside_a_batch_is_as_if_it_were_inserted_already(log):
    there = Notebook("there")
    log.append(there, command=CommandRecord("old", "d", b"1"))
    with log.batch():
        with log.checkout(there.id) as (book,):
            book.note("one")
            log.append(book, command=CommandRecord("new", "d", b"2"), identities=[PERSON])
        assert log.answer_of("old").answer == b"1"
        assert log.answer_of("new").answer == b"2"
        assert log.subjects.get(["p"]) == {"p": PERSON}
        assert log.load(there.id).lines == ["one"]
        assert [one.position for one in log.read(0)] == [1, 2]
        log.append(Notebook("third"))
        assert log.head() == 3
        assert [one.position for one in log.history(there.id)] == [1, 2]
        with log.checkout(Notebook.create_id("third"), there.id) as (third, book):
            third.note("two")
            book.note("three")
            log.append(third, book)
        with pytest.raises(KeyTaken):
            log.append(Notebook("fourth"), command=CommandRecord("new", "d", b""))
    assert log.head() == 5
    assert broken_at(log) is None


def test_a_reader_of_units_and_calendars_finds_them_without_reading_the_whole_log(
    log, database_url, monkeypatch
):
    book = Notebook("many")
    stored = [
        StoredEvent(book.id, n, "unit.created" if n % 100 == 0 else "notebook.noted", b"{}")
        for n in range(1, 2_001)
    ]
    log.recorder.insert_events(stored)
    seen, query = [], log.recorder.query

    def watched(sql, parameters):
        seen.append((sql, parameters))
        return query(sql, parameters)

    monkeypatch.setattr(log.recorder, "query", watched)
    for prefix in RARE_TOPICS:
        rows = log.recorder.rows_after(0, 1_000, topic_prefix=prefix)
        assert len(rows) == (20 if prefix == "unit." else 0)
    explain = "EXPLAIN QUERY PLAN " if database_url.startswith("sqlite") else "EXPLAIN "
    for sql, parameters in list(seen):
        assert "events_rare" in str(query(explain + sql, parameters))
