"""Every event is chained to the one before, the same on both databases, however it came into the log."""

from datetime import UTC, datetime, timedelta

import pytest

from eventlog.log import CommandRecord, Conflict, open_log
from eventlog.subjects import Identity
from tests.support.chain import broken_at, hashes_of
from tests.support.keys import KEYS
from tests.support.notebook import Notebook

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


class Clock:
    """Goes on by a second and some microseconds whenever it is asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self):
        self.asked += 1
        return NOON + timedelta(seconds=self.asked, microseconds=self.asked * 7)


def told(url):
    """A log into which the same came in every way there is."""
    log = open_log(url, clock=Clock(), keys=KEYS)
    log.prepare()
    for n in range(6):
        book = Notebook(f"alone {n} 砚")
        book.note("two in one append")
        log.append(book, command=CommandRecord(f"key {n}", "d", b"") if n % 2 else None)
    with log.batch():
        for n in range(150):
            log.append(Notebook(f"in a batch {n}"))
        with pytest.raises(Conflict):
            log.append(Notebook("alone 1 砚"))
        log.append(Notebook("with a person"), identities=[Identity("p", "person", "王某")])
    with log.bulk():
        log.append(*(Notebook(f"in bulk {n}") for n in range(2_500)))
    log.subjects.empty("p", NOON)
    log.append(Notebook("afterwards"))
    return log


def test_a_third_party_can_compute_the_chain_and_it_is_the_same_on_both_databases(tmp_path, postgres_url):
    one, other = told(f"sqlite:///{tmp_path / 'log.db'}"), told(postgres_url)
    assert broken_at(one) is None
    assert broken_at(other) is None
    assert len(hashes_of(one)) == 12 + 151 + 2_500 + 1
    assert hashes_of(one) == hashes_of(other)
    one.close()
    other.close()


def test_the_suite_is_named_in_the_data_and_one_that_is_not_known_stops_writing_not_reading(
    log, database_url
):
    assert log.recorder.query("SELECT * FROM hash_suites") == [(1, "sha256-v1")]
    log.append(Notebook("before"))
    with log.batch():
        log.recorder.run("INSERT INTO hash_suites VALUES (?, ?)", (2, "sm3-v1"))
    older_program = open_log(database_url)
    assert older_program.head() == 1
    with pytest.raises(Exception, match=r"sm3-v1.*Upgrade"):
        older_program.append(Notebook("after"))
    older_program.close()


def test_suites_are_history_too(log):
    for change in ("UPDATE hash_suites SET suite = 'x'", "DELETE FROM hash_suites"):
        with pytest.raises(Exception, match="append-only"), log.batch():
            log.recorder.run(change)
