"""A worker that kills itself: python -m tests.projections.dying_worker URL WHERE. For test_runner.py.

WHERE is "rows" (in the transaction, after the rows of two projections), "commit" (just before the commit) or
"between" (after it). The batches are small, and it dies in the third.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import sqlalchemy as sa

from eventlog.log import open_log
from projections.all import PROJECTIONS, open_reads
from projections.rows import Rows
from projections.runner import Runner

DIES_IN = 3


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, where: str) -> None:
    log, engine = open_log(url), open_reads(url)
    runner = Runner(log, engine, PROJECTIONS, batch=7)
    steps, flushed = 1, 0
    flush = Rows.flush

    def dying_flush(rows: Rows, connection: sa.Connection) -> None:
        nonlocal flushed
        flush(rows, connection)
        flushed += 1
        if where == "rows" and steps == DIES_IN and flushed == 2:
            die()

    def dying_commit(connection: Any) -> None:
        if where == "commit" and steps == DIES_IN and flushed == len(PROJECTIONS):
            die()

    Rows.flush = dying_flush  # type: ignore[method-assign, assignment]
    sa.event.listen(engine, "commit", dying_commit)
    runner.prepare()
    while runner.step():
        if where == "between" and steps == DIES_IN:
            die()
        steps, flushed = steps + 1, 0


if __name__ == "__main__":
    main(*sys.argv[1:])
