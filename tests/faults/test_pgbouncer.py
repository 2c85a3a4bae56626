"""PgBouncer (session mode) is restarted under load: every connection is cut at once, wherever it was."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator

import pytest

from tests.faults.clerks import at_work
from tests.faults.conftest import ROUNDS
from tests.faults.follower import Follower
from tests.faults.ledger import check
from tests.support.pgbouncer import PgBouncer, PgBouncerMissing

RECOVERED_WITHIN = 15.0  # seconds from the restart to the next acknowledged command


@pytest.fixture
def bouncer(postgres_cluster) -> Iterator[PgBouncer]:
    try:
        bouncer = PgBouncer(postgres_cluster.port)
    except PgBouncerMissing as missing:
        pytest.skip(str(missing))
    yield bouncer
    bouncer.end()


def test_connections_that_are_cut_lose_nothing_that_was_acknowledged(bouncer, postgres_url, house, measured):
    url = bouncer.url(postgres_url.rpartition("/")[2])
    here = house(url, workers=1)
    luck, recovered = random.Random(11), []
    with Follower(url) as reader, at_work(lambda: here.ports, count=8) as clerks:
        for n in range(ROUNDS):
            clerks.wait_acknowledged(10)
            time.sleep(luck.uniform(0.0, 0.2))
            bouncer.kill(signal.SIGTERM if n % 2 else signal.SIGKILL)
            time.sleep(luck.choice([0.0, 0.0, 1.0]))
            bouncer.start()
            began = time.perf_counter()
            clerks.wait_acknowledged(1)
            recovered.append(time.perf_counter() - began)
    here.wait_ready()
    folded = here.wait_folded()
    assert all(program.runs for program in here.programs), "nobody had to start it anew"
    here.stop()
    found = check(url, clerks.ledger)
    reader.check(url)
    assert "Traceback" not in here.servers[0].said()
    measured(
        restarts=ROUNDS, **found._asdict(), lost=0, seen_by_reader=len(reader.seen),
        recovered_most=round(max(recovered), 2), folded=round(folded, 2),
        slowest_answer=round(clerks.ledger.slowest, 2), unavailable=clerks.ledger.unavailable,
        reader_troubles=len(reader.troubles),
    )  # fmt: skip
    assert max(recovered) < RECOVERED_WITHIN
