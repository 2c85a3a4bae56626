"""A reader that tails the log while two processes of eight writers append: is anything lost, seen twice, out of order?

Not a race but a count: every command whose writer was told that it is recorded has to come by once, and in order.
Positions that become visible out of order would be passed over for ever (design of the log, eventlog/recorder.py).
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from typing import Any

from benchmarks.contenders import NAMES
from benchmarks.harness import Options, Skipped, Table, number, told
from benchmarks.log import Ready, noted
from benchmarks.places import Databases, databases
from domain.case import case_id
from eventlog.log import EventLog, open_log

PROCESSES, WRITERS = 2, 8
PART = 1_000  # events that the reader asks for at once


@dataclass(slots=True)
class Tailed:
    """What the reader saw, as it came."""

    count: int = 0
    last: int = 0
    twice: int = 0
    disordered: int = 0
    seen: set[int] = field(default_factory=set)

    def take(self, position: int) -> None:
        self.count += 1
        self.twice += position in self.seen
        self.disordered += position <= self.last
        self.seen.add(position)
        self.last = position


def run(options: Options) -> Iterator[Table]:
    seconds = options.pick(1.0, 20.0, 60.0)
    table = Table(
        f"A reader tails the log for {seconds:g} s while {PROCESSES} × {WRITERS} writers append",
        ["", "acknowledged", "per second", "seen", "lost", "twice", "out of order"],
    )
    with databases() as places:
        for kind in ("sqlite", "postgresql"):
            told(f"tailing on {kind}")
            table.rows.append(_row(places, kind, seconds))
        table.notes = [
            "Each command is one event, durable before its writer goes on (fsync on). lost: acknowledged or in the log, and not "
            f"seen by the reader. {places.version()}."
        ]
    yield table


def _row(places: Databases, kind: str, seconds: float) -> list[str]:
    url = places.fresh(kind)
    log = open_log(url)
    try:
        log.prepare()
        spawn = multiprocessing.get_context("spawn")
        told_: Queue[Any] = spawn.Queue()
        writers = [spawn.Process(target=_write, args=(url, n, seconds, told_)) for n in range(PROCESSES)]
        for writer in writers:
            writer.start()
        tailed, acknowledged = _tail(log, told_)
        for writer in writers:
            writer.join()
        kept = {one.position for one in log.read(0, 10**9)}
    finally:
        log.close()
        places.drop(url)
    lost = len((acknowledged | kept) - tailed.seen)
    rate = number(len(acknowledged) / seconds)
    counts = [len(acknowledged), tailed.count, lost, tailed.twice, tailed.disordered]
    all_, seen, *wrong = (f"{one:,}" for one in counts)
    return [NAMES[kind], all_, rate, seen, *wrong]


def _tail(log: EventLog, told_: Queue[Any]) -> tuple[Tailed, set[int]]:
    """Read until every writer has said what was acknowledged, and then the rest."""
    tailed, acknowledged, waited_for = Tailed(), set[int](), PROCESSES
    while True:
        while waited_for and not told_.empty():
            said = told_.get()
            if isinstance(said, str):
                raise Skipped(f"a writer failed: {said}")
            acknowledged |= said
            waited_for -= 1
        done = not waited_for  # asked before reading: the last round reads the rest
        while batch := log.read(tailed.last, PART):
            for one in batch:
                tailed.take(one.position)
        if done:
            return tailed, acknowledged
        log.wait(tailed.last, 0.05)


def _write(url: str, process: int, seconds: float, told_: Queue[Any]) -> None:
    """One process: eight threads append until the time is over; then it tells the positions that they were given."""
    log = open_log(url)
    until, positions, lock = time.monotonic() + seconds, set[int](), threading.Lock()

    def work(writer: int) -> None:
        ready, version = Ready(case_id(f"T{process}-{writer}")), 0
        mine: list[int] = []
        while time.monotonic() < until:
            version += 1
            ready.event = noted(ready.id, version)
            mine += log.append(ready).positions
        with lock:
            positions.update(mine)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(WRITERS)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told_.put(positions)
    except Exception as error:
        told_.put(str(error))
    finally:
        log.close()
