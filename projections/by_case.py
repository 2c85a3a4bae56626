"""Cases folded one after the other, as a rebuild can do it: whoever has all events of a case writes each row once.

The cases are divided among processes by their ids. Only projections whose topics are all those of cases are folded
here, into tables that nobody reads yet. Never fold a part of a case: the rest would find no rows.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.errors import LogUnreadable
from eventlog.log import EventLog, open_log
from eventlog.rows import PlainRow
from projections.live import Batch
from projections.projection import Projection
from projections.rows import Rows
from projections.schema import open_engine, writing
from projections.seen import CASES, seen

BATCH = 5000  # events
SPANS = 16
WORTH = 50_000  # events: with fewer, starting other processes takes longer than it saves

Turn = contextlib.AbstractContextManager[Any]  # of several processes that write into one SQLite file
Span = tuple[UUID, UUID]  # the first and the last id of a part of the cases


@dataclass(frozen=True, slots=True)
class Task:
    """What to fold: up to which position of the log, and under which names the tables are being built."""

    projections: Sequence[Projection]
    names: Mapping[str, str]
    upto: int


def fold_cases(log: EventLog, engine: sa.Engine, task: Task, told: Callable[[int], None]) -> None:
    """Fold all cases; `told` hears how many events were done, again and again. Raises LogUnreadable."""
    width = 2**128 // SPANS
    spans = [(UUID(int=n * width), UUID(int=(n + 1) * width - 1)) for n in range(SPANS)]
    processes = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if log.url and task.upto >= WORTH and processes > 1:
        _shared(log, engine, task, [spans[n::processes] for n in range(processes)], told)
        return
    for span in spans:
        for events in _fold_span(log, engine, task, span):
            told(events)


def _fold_span(
    log: EventLog, engine: sa.Engine, task: Task, span: Span, turn: Turn | None = None
) -> Iterator[int]:
    tables = [Rows(engine, projection.tables, task.names) for projection in task.projections]
    for part in _whole_cases(log, span, task.upto):
        batch = Batch(seen(log, part, CASES), 0, task.upto)
        for projection, rows in zip(task.projections, tables, strict=True):
            rows.begin(batch.opened)
            projection.fold(batch.of(projection.topics), rows)
        with turn or contextlib.nullcontext(), writing(engine) as connection:
            for rows in tables:
                rows.flush(connection)
        for rows in tables:
            rows.done(kept=0)
        yield len(part)


def _whole_cases(log: EventLog, span: Span, upto: int) -> Iterator[list[PlainRow]]:
    """The events of the cases of a span, some cases at a time."""
    after: tuple[UUID | str, int] = (span[0], 0)
    waiting: list[PlainRow] = []
    while rows := log.recorder.plain_rows_by_stream(after, span[1], upto, BATCH):
        waiting += rows
        after = (rows[-1][1], rows[-1][2])
        begun = len(waiting) - 1  # where the last case begins: there may be more of it
        while begun and waiting[begun - 1][1] == after[0]:
            begun -= 1
        if begun:
            yield waiting[:begun]
            waiting = waiting[begun:]
    if waiting:
        yield waiting


# In several processes.


def _shared(
    log: EventLog, engine: sa.Engine, task: Task, parts: Sequence[Sequence[Span]], told: Callable[[int], None]
) -> None:
    spawning = multiprocessing.get_context("spawn")  # a fork would share connections and locks
    # SQLite's own way of waiting is to sleep and look again: this one wakes who waits.
    turn = spawning.Lock() if engine.dialect.name == "sqlite" else None
    started = []
    waiting: dict[Connection, int] = {}
    try:
        for spans in parts:
            mine, theirs = spawning.Pipe(duplex=False)
            process = spawning.Process(target=_work, args=(theirs, log.url, task, spans, turn), daemon=True)
            process.start()
            theirs.close()
            started.append(process)
            waiting[mine] = 0
        while waiting:
            for pipe in wait(list(waiting)):
                assert isinstance(pipe, Connection)
                if _hear(pipe, told):
                    del waiting[pipe]
    finally:
        for process in started:
            process.terminate()
            process.join()


def _hear(pipe: Connection, told: Callable[[int], None]) -> bool:
    """Whether the process behind this pipe has done its part. Raises when it cannot."""
    try:
        said = pipe.recv()
    except EOFError:
        raise RuntimeError(
            "A process of the rebuild was killed. Nothing was swapped: rebuild again."
        ) from None
    if isinstance(said, int):
        told(said)
        return False
    if said is None:
        return True
    raise LogUnreadable(said[1]) if said[0] == LogUnreadable.__name__ else RuntimeError(said[1])


def _work(pipe: Connection, url: str, task: Task, spans: Sequence[Span], turn: Turn | None) -> None:
    """What another process does. It ends when nobody listens any more."""
    log, engine = open_log(url), open_engine(url)
    try:
        with collecting_rarely():
            for span in spans:
                for events in _fold_span(log, engine, task, span, turn):
                    pipe.send(events)
        pipe.send(None)
    except BrokenPipeError:
        return
    except Exception as error:
        known = isinstance(error, LogUnreadable)
        pipe.send((type(error).__name__, str(error) if known else traceback.format_exc()))
    finally:
        engine.dispose()
        log.close()


@contextlib.contextmanager
def collecting_rarely() -> Iterator[None]:
    """A rebuild makes millions of objects and no cycles: looking for some took a quarter of its time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
