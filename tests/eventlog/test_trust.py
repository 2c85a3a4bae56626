"""Copies in memory may be taken on trust: nothing is ever decided on an outdated one and then kept."""

import pytest

from eventlog.log import Conflict, open_log
from tests.support.notebook import Notebook


@pytest.fixture
def book(log):
    book = Notebook("shared")
    log.append(book)
    with log.checkout(book.id):
        pass
    return book


@pytest.fixture
def elsewhere(log, database_url):
    """Another process."""
    other = open_log(database_url)
    yield other
    other.close()


def note(log, book_id, line, **how):
    with log.checkout(book_id, **how) as (book,):
        book.note(line)
        log.append(book)


def test_a_trusted_copy_costs_no_question(log, book, monkeypatch):
    def asked(*told):
        raise AssertionError(f"asked: {told}")

    with monkeypatch.context() as watched:
        watched.setattr(log.recorder, "_query", asked)
        for n in range(3):
            note(log, book.id, str(n), trust=True)
    assert log.load(book.id).lines == ["0", "1", "2"]


def test_nothing_is_recorded_on_an_outdated_copy_and_the_next_one_is_up_to_date(log, book, elsewhere):
    note(elsewhere, book.id, "first")
    with pytest.raises(Conflict):
        note(log, book.id, "second", trust=True)
    note(log, book.id, "second", trust=True)
    assert log.load(book.id).lines == ["first", "second"]


def test_a_refusal_on_an_outdated_copy_is_a_conflict_because_the_present_one_may_allow_it(
    log, book, elsewhere
):
    note(elsewhere, book.id, "first")
    with pytest.raises(Conflict) as refused, log.checkout(book.id, trust=True) as (copy,):
        if not copy.lines:
            raise ValueError("There is nothing to correct.")
    assert isinstance(refused.value.__cause__, ValueError)
    with log.checkout(book.id, trust=True) as (copy,):
        assert copy.lines == ["first"]


def test_a_refusal_on_a_present_copy_stays_what_it_is(log, book):
    with pytest.raises(ValueError, match="no"), log.checkout(book.id, trust=True):
        raise ValueError("no")


def test_deciding_that_nothing_is_to_be_done_on_an_outdated_copy_is_a_conflict(log, book, elsewhere):
    with log.checkout(book.id, trust=True):
        pass
    note(elsewhere, book.id, "first")
    with pytest.raises(Conflict), log.checkout(book.id, trust=True) as (copy,):
        assert copy.lines == []
    with log.checkout(book.id, trust=True) as (copy,):
        assert copy.lines == ["first"]


def test_what_is_not_in_memory_is_asked_for(log, book, elsewhere):
    unknown = Notebook("made elsewhere")
    elsewhere.append(unknown)
    with log.checkout(unknown.id, book.id, trust=True) as (first, second):
        assert (first, second) == (unknown, book)
