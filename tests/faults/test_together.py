"""Several programs on one database: two workers fold nothing twice, and one that hangs does not stop the others."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import psycopg

from eventlog.at_once import WRITERS_LOCK
from tests.faults.clerks import at_work
from tests.faults.conftest import ROUNDS
from tests.faults.ledger import check
from tests.support.programs import Program

LET_GO_WITHIN = 20.0  # seconds until the database takes the writers' lock away from a program that hangs
HANGS = max(1, ROUNDS // 5)


def test_two_workers_at_once_fold_nothing_twice(database_url, house, measured):
    on_sqlite = database_url.startswith("sqlite")
    here = house(database_url, workers=1 if on_sqlite else 2)  # on SQLite the server has one inside
    with at_work(lambda: here.ports) as clerks:
        clerks.wait_acknowledged(60)
        here.workers[0].kill()
        clerks.wait_acknowledged(30)
        here.wait_folded()
        here.workers[0].start()
        clerks.wait_acknowledged(60)
    folded = here.wait_folded()
    assert all(program.runs for program in here.programs)
    here.stop()
    found = check(database_url, clerks.ledger)
    measured(
        **found._asdict(), lost=0, folded=round(folded, 2), slowest_answer=round(clerks.ledger.slowest, 2)
    )
    assert (clerks.ledger.unavailable, clerks.ledger.silent) == (0, 0)
    for program in here.programs:
        assert "Traceback" not in program.said()


def stopped_with(program: Program, holds: Callable[[], bool]) -> bool:
    """Stops it at a moment when this holds, tried some hundred times; whether that came about."""
    for _ in range(400):
        program.signal(signal.SIGSTOP)
        time.sleep(0.02)  # what it has sent is carried out
        if holds():
            return True
        program.signal(signal.SIGCONT)
        time.sleep(0.005)
    return False


def has_turn(url: str, name: str) -> bool:
    """Whether a connection of this program has the writers' lock, and the server waits for the program."""
    with psycopg.connect(url, autocommit=True) as connection:
        return bool(connection.execute(HAS_TURN, (name, WRITERS_LOCK & 0xFFFF_FFFF)).fetchall())


HAS_TURN = """
SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND application_name = %s AND objid = %s AND state LIKE 'idle%%'
"""


def test_a_server_that_hangs_with_the_writers_lock_is_let_go(postgres_url, house, measured):
    """A machine that is suspended, or whose network is gone: its connections stay open, and it answers nothing."""
    here = house(postgres_url, servers=2, workers=1)
    hung, port = here.servers[0], here.ports[1]
    waited = []
    with (
        at_work(lambda: here.ports[:1], count=4, name="hung", seed=2) as theirs,
        at_work(lambda: [port], count=4, name="well", seed=3) as clerks,
    ):
        for _ in range(HANGS):
            theirs.wait_acknowledged(10)
            clerks.wait_acknowledged(10)
            try:
                assert stopped_with(hung, lambda: has_turn(postgres_url, hung.name)), (
                    "the lock was never seen"
                )
                began = time.perf_counter()
                clerks.wait_acknowledged(30)
                waited.append(time.perf_counter() - began)
            finally:
                hung.signal(signal.SIGCONT)
            theirs.wait_acknowledged(1)
    here.wait_folded()
    here.stop()
    found = check(postgres_url, clerks.ledger, theirs.ledger)
    measured(hangs=HANGS, **found._asdict(), lost=0, waited=[round(s, 2) for s in waited],
             slowest_answer=round(clerks.ledger.slowest, 2))  # fmt: skip
    assert max(waited) < LET_GO_WITHIN


def test_a_worker_that_hangs_is_replaced_by_the_other(postgres_url, house, measured):
    here = house(postgres_url, workers=2)
    waited = []
    with at_work(lambda: here.ports) as clerks:
        for n in range(HANGS):
            clerks.wait_acknowledged(20)
            hung = here.workers[n % 2]
            hung.signal(signal.SIGSTOP)
            try:
                clerks.wait_acknowledged(20)
                waited.append(here.wait_caught_up())
            finally:
                hung.signal(signal.SIGCONT)
    here.wait_folded()
    here.stop()
    found = check(postgres_url, clerks.ledger)
    measured(hangs=HANGS, **found._asdict(), lost=0, waited=[round(s, 2) for s in waited])
    assert max(waited) < LET_GO_WITHIN
