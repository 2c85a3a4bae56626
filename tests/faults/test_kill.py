"""kill -9, at any moment, under load: nothing that was acknowledged is lost, nothing is written by half."""

from __future__ import annotations

import random
import time

from tests.faults.clerks import at_work
from tests.faults.conftest import ROUNDS
from tests.faults.ledger import check

RECOVERED_WITHIN = (
    30.0  # seconds from the kill to the next acknowledged command, start of the program included
)


def test_a_killed_server_or_worker_loses_nothing_that_was_acknowledged(database_url, house, measured):
    here = house(
        database_url, workers=0 if database_url.startswith("sqlite") else 1
    )  # SQLite: inside the server
    luck, recovered = random.Random(7), []
    with at_work(lambda: here.ports) as clerks:
        clerks.wait_acknowledged(5)
        for n in range(ROUNDS):
            time.sleep(luck.uniform(0.05, 0.5))
            # The server every other time at least: it is the one who acknowledges.
            victims = (
                here.servers if n % 2 == 0 else luck.choice([here.workers or here.servers, here.programs])
            )
            began = time.perf_counter()
            for victim in victims:
                victim.kill()
            for victim in victims:
                victim.start()
            here.wait_ready()
            clerks.wait_acknowledged(3)
            recovered.append(time.perf_counter() - began)
    folded = here.wait_folded()
    here.stop()
    found = check(database_url, clerks.ledger)
    assert max(recovered) < RECOVERED_WITHIN
    assert clerks.ledger.silent >= len(here.servers), "no kill was felt: the clerks did not work meanwhile"
    measured(
        rounds=ROUNDS, **found._asdict(), lost=0, recovered_most=round(max(recovered), 2),
        recovered_median=round(sorted(recovered)[len(recovered) // 2], 2), folded=round(folded, 2),
        silent=clerks.ledger.silent, unavailable=clerks.ledger.unavailable,
    )  # fmt: skip
