"""The PostgreSQL primary dies and its synchronous standby takes over: the programs find it by themselves, and nothing is lost.

They know both servers by one URL (`postgresql://a,b/db?target_session_attrs=read-write`) and are never restarted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.faults.clerks import at_work
from tests.faults.conftest import ROUNDS
from tests.faults.follower import Follower
from tests.faults.ledger import check
from tests.support.cluster import Pair, eventually
from tests.support.programs import ask

FAILOVERS = max(2, ROUNDS // 5)  # every other one by SIGKILL, the others by an immediate shutdown
WITHOUT = 2.0  # seconds for which nobody writes, before the standby is promoted
RECOVERED_WITHIN = 20.0  # seconds from the promotion to the next acknowledged command
CLEAR_WITHIN = 12.0  # seconds in which a command is answered or refused with a clear error, whatever happens


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.end()


def test_the_primary_dies_and_the_standby_takes_over(pair, house, measured):
    pair.primary.run("CREATE DATABASE house TEMPLATE template0")
    url = pair.url("house")
    here = house(url, workers=1)
    recovered = []
    with Follower(url) as reader, at_work(lambda: here.ports, count=8) as clerks:
        for n in range(FAILOVERS):
            clerks.wait_acknowledged(20)
            (pair.primary.quit if n % 2 else pair.primary.kill)()
            died = time.perf_counter()
            eventually(lambda: not here.ready(), "/readyz says no", 15)
            said = ask(here.port, "GET", "/readyz").json
            assert (said["ready"], said["database"] == "ok") == (False, False)
            assert ask(here.port, "GET", "/healthz").status == 200, "the program itself lives"
            time.sleep(max(0.0, died + WITHOUT - time.perf_counter()))
            pair.promote()
            began = time.perf_counter()
            clerks.wait_acknowledged(1)
            recovered.append(time.perf_counter() - began)
            here.wait_ready()
            pair.follow()
    folded = here.wait_folded()
    for program in here.programs:
        assert program.runs, "nobody had to start it anew"
    here.stop()
    found = check(url, clerks.ledger)
    reader.check(url)
    assert reader.troubles, "the reader did not feel it"
    assert clerks.ledger.unavailable, "nobody was told that the database is away"
    assert "Traceback" not in here.servers[0].said(), "a database that is away is no surprise"
    measured(
        failovers=FAILOVERS, **found._asdict(), lost=0, seen_by_reader=len(reader.seen),
        recovered_after_promotion=[round(s, 2) for s in recovered], folded=round(folded, 2),
        slowest_answer=round(clerks.ledger.slowest, 2), unavailable=clerks.ledger.unavailable,
        silent=clerks.ledger.silent,
    )  # fmt: skip
    assert max(recovered) < RECOVERED_WITHIN
    assert clerks.ledger.slowest < CLEAR_WITHIN
