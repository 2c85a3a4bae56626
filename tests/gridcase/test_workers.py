"""Several workers on one log, as an installation runs them: one works, and another goes on when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from uuid import UUID

import pytest

from domain.case import case_id
from eventlog.log import EventLog, open_log
from projections.all import PROJECTIONS, open_reads
from projections.runner import Runner
from tests.projections.spring import tell
from tests.projections.tables import dump
from tests.support.keys import KEYS
from tests.support.postgres import free_port
from tests.support.township import WANG, Now, Township, at
from tests.support.waiting import eventually
from workflows.command import Command
from workflows.service import Service

SOON = 5.0  # seconds in which another has taken over
STARTED = 60.0  # on a busy machine


class Worker:
    """`gridcase worker` as a process."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port = free_port()
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "GRIDCASE_DATABASE_URL": database_url,
            "GRIDCASE_WORKER_METRICS_PORT": str(self.port),
            "GRIDCASE_SWEEP_EVERY_SECONDS": "0.2",
        }
        with open(folder / f"worker-{self.port}.log", "wb") as told:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gridcase", "worker"],
                cwd=folder,
                env=environment,
                stdout=told,
                stderr=told,
            )

    @property
    def runs(self) -> bool:
        return self._gauge("gridcase_worker_up") == 1

    @property
    def leads(self) -> bool:
        return self._gauge("gridcase_worker_leads") == 1

    def _gauge(self, name: str) -> float:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
                lines = answer.read().decode().splitlines()
        except (URLError, OSError):
            return -1
        return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))


@contextmanager
def workers(count: int, folder: Path, database_url: str) -> Iterator[list[Worker]]:
    """So many, all running; killed at the end."""
    found = [Worker(folder, database_url) for _ in range(count)]
    try:
        assert eventually(lambda: all(worker.runs for worker in found), STARTED)
        yield found
    finally:
        for worker in found:
            worker.process.kill()
            worker.process.wait()


def the_leader(some: list[Worker]) -> Worker:
    """The one that leads, once one does."""
    assert eventually(lambda: any(worker.leads for worker in some), SOON)
    (leader,) = [worker for worker in some if worker.leads]
    return leader


def report(log: EventLog, code: str) -> None:
    """A dispute of last winter that nobody has touched: its deadlines passed long ago."""
    facts = {"origin": "G1", "channel": "screening", "title": "晒谷场边界", "category": "neighbour",
             "parties": [{"subject": "s1"}, {"subject": "s2"}]}  # fmt: skip
    Service(log).do(Command("report", code, WANG, facts, at=at(1, 5), reason="补录", type="dispute"))


def missed(log: EventLog) -> Counter[tuple[UUID, str, str]]:
    """How often each deadline was recorded as missed, by case, name and colour."""
    found = log.read(0, 100_000, topics=["case.deadline_missed"])
    return Counter((one.event.originator_id, one.event.clock, str(one.event.colour)) for one in found)


def is_swept(log: EventLog, code: str) -> bool:
    """Whether somebody has recorded that a deadline of this case was missed."""
    return any(case == case_id(code) for case, *_ in missed(log))


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_worker_that_leads_ends_another_goes_on_and_nothing_is_done_twice(
    database_url: str, tmp_path: Path, sign: signal.Signals
) -> None:
    now = Now(at(1, 1))
    log, reads = open_log(database_url, clock=now, keys=KEYS), open_reads(database_url)
    log.prepare()
    tell(Township(log, now))
    runner = Runner(log, reads, PROJECTIONS)
    runner.prepare()
    codes = (f"D-{n}" for n in range(901, 910))
    with closing(log), workers(3, tmp_path, database_url) as alive:
        while alive:
            report(log, code := next(codes))
            leader = the_leader(alive)
            assert eventually(lambda: is_swept(log, code) and runner.position() == log.head(), SOON)
            leader.process.send_signal(sign)
            leader.process.wait(20)
            alive.remove(leader)
        assert set(missed(log).values()) == {1}
        got = dump(reads)
        runner.rebuild()
        assert dump(reads) == got
    reads.dispose()
