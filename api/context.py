"""What a serving process holds: the service, the read side, the worker, the settings. Opened once, closed in order.

Nothing here is a global: a test opens as many as it likes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa

from api.access.door import Door
from api.access.sign_in import SignIn
from api.boards import Boards
from api.codes import new_code
from api.cursor import Cursors
from api.histories import Histories
from api.letters.desk import Desk
from api.names import Names
from api.tail import Tail
from api.watched_service import WatchedService
from api.worker import Worker
from domain.errors import Invalid
from eventlog.checkpoints import Checkpoints
from eventlog.log import open_log, utc_now
from eventlog.master import MasterKeys
from eventlog.signing import SigningKeys
from projections.all import PROJECTIONS, open_reads
from projections.runner import Runner
from workflows.accounts import Accounts
from workflows.service import Service
from workflows.staff import staff_of

if TYPE_CHECKING:  # what only a running program needs is imported only by one
    from api.metrics import Metrics
    from api.tracing import Tracer


class Settings(Protocol):
    """What the API needs to know of the installation (gridcase/settings.py has it)."""

    @property
    def database_url(self) -> str: ...
    @property
    def read_database_url(self) -> str | None: ...
    @property
    def jurisdiction(self) -> str: ...
    @property
    def runs_worker_inside(self) -> bool: ...
    @property
    def read_wait_seconds(self) -> float: ...
    @property
    def sweep_every_seconds(self) -> float: ...
    @property
    def ready_lag_seconds(self) -> float: ...
    @property
    def metrics(self) -> bool: ...
    @property
    def otel_endpoint(self) -> str | None: ...
    @property
    def checkpoint_every_events(self) -> int: ...
    @property
    def font_folder(self) -> Path | None: ...
    @property
    def session_idle_minutes(self) -> int: ...
    @property
    def session_hours(self) -> int: ...
    def cursor_secret(self) -> bytes: ...
    def master_keys(self) -> MasterKeys | None: ...
    def signing_keys(self) -> SigningKeys: ...


@dataclass
class Context:
    """One process at one database. `worker` is None where another process runs projections and sweep.

    People read from `reads`, which may be a replica; `seen` tells how far the tables there are. `runner` writes.
    `metrics` and `tracer` are None in a program that does one thing and ends.
    """

    service: Service
    runner: Runner
    reads: sa.Engine
    settings: Settings
    cursors: Cursors
    tail: Tail
    worker: Worker | None = None
    metrics: Metrics | None = None
    tracer: Tracer | None = None
    names: Names = field(init=False)
    seen: Runner = field(init=False)
    histories: Histories = field(init=False)
    boards: Boards = field(init=False, default_factory=Boards)
    accounts: Accounts = field(init=False)
    door: Door = field(init=False)
    sign_in: SignIn = field(init=False)
    letters: Desk = field(init=False)

    def __post_init__(self) -> None:
        log, here = self.service.log, self.reads is self.runner.engine
        self.names = Names(log)
        self.letters = Desk(self.service, self.settings.font_folder)
        self.accounts = Accounts(log, self.service.reference, self.now)
        self.door = Door(log, self.now, timedelta(minutes=self.settings.session_idle_minutes))
        self.sign_in = SignIn(self.accounts, self.door, timedelta(hours=self.settings.session_hours))
        self.seen = self.runner if here else Runner(log, self.reads, PROJECTIONS)
        self.histories = Histories(self.service, self.seen)

    def now(self) -> datetime:
        """What the edge's clock says."""
        return self.service.clock()

    def wait_for(self, position: int, seconds: float) -> bool:
        """Whether the read side has come to this place in the log, within `seconds` and the setting's bound."""
        return self.seen.wait_for(position, min(seconds, self.settings.read_wait_seconds))

    def catch_up(self, since: int | None) -> int:
        """Let the reader see what they were told was recorded: waits, bounded. Answers how far the read side is."""
        self.wait_until(since)
        return self.seen.position()

    def wait_until(self, since: int | None) -> None:
        """The first half of `catch_up`, for who learns how far the read side is by asking something else."""
        if since is not None and not self.wait_for(since, 0):
            head = self.service.log.head()
            if since > head:
                raise Invalid(
                    "Gridcase-Position",
                    since,
                    f"The log ends at {head}. Send what a command answered.",
                    f"日志止于 {head}。请发送操作答复中的位置。",
                )
            self.wait_for(since, self.settings.read_wait_seconds)

    def new_worker(self) -> Worker:
        """Does what has to be done in the background; whoever starts it also stops it."""
        recorder, told = self.service.log.recorder, self.settings
        checkpoints = Checkpoints(recorder, told.signing_keys(), told.checkpoint_every_events)
        return Worker(self.service, self.runner, told.sweep_every_seconds, checkpoints)

    def connections(self) -> dict[str, dict[str, int]]:
        """The connections to the database, of the log and of the read side."""
        found, pool = {"log": self.service.log.recorder.connections()}, self.reads.pool
        if isinstance(pool, sa.QueuePool):
            found["reads"] = {"busy": pool.checkedout(), "idle": pool.checkedin()}
        return found


@contextlib.contextmanager
def opened(
    settings: Settings, clock: Callable[[], datetime] = utc_now, *, watched: bool = False
) -> Iterator[Context]:
    """Everything open and prepared; closed in order at the end, whatever happened. `clock` is the edge's clock.

    `watched` for a program that runs on: it counts what it does, and sends spans where that is set.
    """
    with contextlib.ExitStack() as stack:
        metrics, tracer = watching(settings, stack) if watched else (None, None)
        log = open_log(settings.database_url, clock=clock, keys=settings.master_keys())
        stack.callback(log.close)
        log.prepare()
        writes = reads = open_reads(settings.database_url)
        stack.callback(writes.dispose)
        runner = Runner(log, writes, PROJECTIONS)
        runner.prepare()
        if settings.read_database_url is not None:
            reads = open_reads(settings.read_database_url)
            stack.callback(reads.dispose)
        service = WatchedService(
            log,
            jurisdiction=settings.jurisdiction,
            clock=clock,
            new_code=new_code,
            staff=staff_of(log),
            metrics=metrics,
            tracer=tracer,
        )
        tail = Tail(log)
        stack.callback(tail.stop)
        context = Context(service, runner, reads, settings, Cursors(settings.cursor_secret()), tail)
        context.metrics, context.tracer = metrics, tracer
        if metrics is not None:
            metrics.ask(context)
        if settings.runs_worker_inside:
            context.worker = context.new_worker()
            stack.callback(context.worker.stop)
            context.worker.start()
        yield context


def watching(settings: Settings, stack: contextlib.ExitStack) -> tuple[Metrics | None, Tracer | None]:
    """The counters and the tracer that the settings ask for; the tracer is closed with the stack."""
    metrics = tracer = None
    if settings.metrics:
        from api.metrics import Metrics

        metrics = Metrics()
    if settings.otel_endpoint:
        from api.tracing import Tracer

        tracer = Tracer.to(settings.otel_endpoint)
        stack.callback(tracer.close)
    return metrics, tracer
