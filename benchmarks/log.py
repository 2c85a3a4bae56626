"""Commands per second through the event log: ours, the library's defaults, the raw limit, in turn in one run.

Every contender makes each of its events durable before it takes the next (fsync on). Ours also checks versions, chains
hashes and gives out positions without gaps. Do not compare figures of different runs: compare the ratios.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import re
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg

from benchmarks.harness import Options, Table, in_turn, middle, number, ratio, told
from benchmarks.places import Databases, databases, parts_of
from eventlog.encoding import EventMapper
from eventlog.log import open_log
from tests.support.notebook import Notebook
from tests.support.postgres import server_folder

LINE = "双方同意共同清理排水沟，费用各半，十日内完成；如再发生堵塞，由村民委员会安排人员查看。" * 3
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RAW_SQLITE = """
CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, originator_id TEXT NOT NULL,
originator_version INTEGER NOT NULL, topic TEXT NOT NULL, recorded_at TEXT NOT NULL, state BLOB NOT NULL,
UNIQUE (originator_id, originator_version))
"""
RAW_POSTGRES = """
CREATE TABLE IF NOT EXISTS raw_events (position bigserial PRIMARY KEY, originator_id uuid NOT NULL,
originator_version bigint NOT NULL, topic text NOT NULL, recorded_at timestamptz NOT NULL, state bytea NOT NULL,
UNIQUE (originator_id, originator_version))
"""

Append = Callable[[int], object]  # the event of this version is durable when it returns
Contender = Callable[[str], contextlib.AbstractContextManager[Callable[[], Append]]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one run: events per second, milliseconds per command."""

    rate: float
    p50: float
    p99: float


# Contenders: each opens a database once and gives every thread an append of its own.


class Ready:
    """An aggregate with one event, so that only recording is measured."""

    INITIAL_VERSION = 1
    modified_on = NOW

    def __init__(self, id: UUID) -> None:
        self.id, self.event = id, None

    def collect_events(self) -> list[object]:
        return [self.event]


def noted(id: UUID, version: int) -> Any:
    event: Any = Notebook.Noted
    return event(originator_id=id, originator_version=version, timestamp=NOW, line=LINE)


@contextlib.contextmanager
def ours(url: str) -> Iterator[Callable[[], Append]]:
    log = open_log(url)
    log.prepare()

    def writer() -> Append:
        ready = Ready(uuid4())

        def append(version: int) -> object:
            ready.event = noted(ready.id, version)
            return log.append(ready)

        return append

    yield writer
    log.close()


@contextlib.contextmanager
def library(url: str) -> Iterator[Callable[[], Append]]:
    from eventsourcing.application import Application

    if url.startswith("sqlite"):
        env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": url.removeprefix("sqlite:///")}
    else:
        at = parts_of(url)
        env = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_DBNAME": at["dbname"],
            "POSTGRES_HOST": at["host"], "POSTGRES_PORT": at["port"], "POSTGRES_USER": at["user"],
            "POSTGRES_PASSWORD": "none", "POSTGRES_POOL_SIZE": "16",
        }  # fmt: skip
    app = Application[UUID](env=env)

    def writer() -> Append:
        id = uuid4()
        return lambda version: app.events.put([noted(id, version)])

    yield writer
    app.close()


@contextlib.contextmanager
def raw(url: str) -> Iterator[Callable[[], Append]]:
    """A prepared INSERT of bytes that are there already, one transaction each: no check, no order, no hash."""
    state = EventMapper().to_stored_event(noted(uuid4(), 2)).state
    opened: list[Any] = []
    if url.startswith("sqlite"):
        connection = sqlite3.connect(
            url.removeprefix("sqlite:///"), timeout=30, isolation_level=None, check_same_thread=False
        )
        opened.append(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(RAW_SQLITE)
        turn = threading.Lock()  # SQLite has one writer at a time: more connections only wait for each other

        def writer() -> Append:
            id, sql = str(uuid4()), "INSERT INTO events VALUES (NULL, ?, ?, 'notebook.noted', ?, ?)"

            def append(version: int) -> object:
                with turn:
                    return connection.execute(sql, (id, version, NOW.isoformat(), state))

            return append

    else:
        with psycopg.connect(url, autocommit=True) as one:
            one.execute("SELECT pg_advisory_lock(1)")
            one.execute(RAW_POSTGRES)

        def writer() -> Append:
            own = psycopg.connect(url, autocommit=True, prepare_threshold=0)
            opened.append(own)
            id = uuid4()
            sql = "INSERT INTO raw_events VALUES (DEFAULT, %b, %b, 'notebook.noted', %b, %b)"
            return lambda version: own.execute(sql, (id, version, NOW, state))

    yield writer
    for each in opened:
        each.close()


CONTENDERS: dict[str, Contender] = {"ours": ours, "library": library, "raw insert": raw}


# Measuring.


def press(
    contender: Contender,
    url: str,
    threads: int,
    seconds: float,
    begin: Callable[[], object],
    alone: contextlib.AbstractContextManager[object],
) -> list[float]:
    """All latencies, of as many threads as said, each with one command at a time. Opened while it has `alone`."""
    latencies: list[list[float]] = [[] for _ in range(threads)]
    failures: list[BaseException] = []
    with contextlib.ExitStack() as opened:
        with alone:
            writer = opened.enter_context(contender(url))
        appends = [writer() for _ in range(threads)]
        for append in appends:  # connections, prepared statements, caches
            for version in range(1, 9):
                append(version)
        begin()
        until = time.perf_counter() + seconds

        def work(append: Append, mine: list[float]) -> None:
            version, now = 8, time.perf_counter()
            try:
                while now < until:
                    version += 1
                    append(version)
                    before, now = now, time.perf_counter()
                    mine.append(now - before)
            except BaseException as error:
                failures.append(error)

        workers = [threading.Thread(target=work, args=pair) for pair in zip(appends, latencies, strict=True)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    if failures:
        raise failures[0]
    return [one for mine in latencies for one in mine]


def process(
    name: str, url: str, threads: int, seconds: float, barrier: Any, alone: Any, results: Any
) -> None:
    """One of several writing processes. The library makes its tables at every start: not two at once (`alone`)."""
    try:
        results.put(press(CONTENDERS[name], url, threads, seconds, barrier.wait, alone))
    except BaseException as error:
        barrier.abort()
        results.put(f"{name}: {error!r}")


def measure(some: Databases, kind: str, name: str, processes: int, threads: int, seconds: float) -> Measured:
    url = some.fresh(kind)
    try:
        if processes == 1:
            alone = contextlib.nullcontext()
            latencies = press(CONTENDERS[name], url, threads, seconds, lambda: None, alone)
        else:
            spawn = multiprocessing.get_context("spawn")
            barrier, results, opening = spawn.Barrier(processes), spawn.Queue(), spawn.Lock()
            started = [
                spawn.Process(target=process, args=(name, url, threads, seconds, barrier, opening, results))
                for _ in range(processes)
            ]
            for one in started:
                one.start()
            latencies = []
            for _ in started:
                found = results.get(timeout=seconds + 60)
                if isinstance(found, str):
                    raise RuntimeError(found)
                latencies += found
            for one in started:
                one.join()
    finally:
        some.drop(url)
    latencies.sort()
    return Measured(
        len(latencies) / seconds,
        latencies[len(latencies) // 2] * 1000,
        latencies[int(len(latencies) * 0.99)] * 1000,
    )


def pgbench(some: Databases, clients: int, seconds: float) -> Measured | None:
    """The same raw insert by PostgreSQL's own tool, which is written in C. None where it is not installed."""
    program = server_folder() / "pgbench"
    if not program.exists():
        return None
    url = some.fresh("postgresql")
    state = EventMapper().to_stored_event(noted(uuid4(), 2)).state.decode()
    script = (
        "INSERT INTO raw_events VALUES (DEFAULT, gen_random_uuid(), 1, 'notebook.noted', now(), "
        f"convert_to('{state}', 'UTF8'));"
    )
    try:
        with psycopg.connect(url, autocommit=True) as one:
            one.execute(RAW_POSTGRES)
        with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
            file.write(script)
            file.flush()
            command = [
                program,
                "-n",
                "-M",
                "prepared",
                "-c",
                clients,
                "-j",
                2,
                "-T",
                max(1, int(seconds)),
                "-f",
                file.name,
                url,
            ]
            said = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout
    finally:
        some.drop(url)
    rate, mean = re.search(r"tps = ([\d.]+)", said), re.search(r"latency average = ([\d.]+)", said)
    assert rate and mean, said
    return Measured(float(rate[1]), float(mean[1]), 0.0)


def run(options: Options) -> list[Table]:
    rounds, seconds = options.pick(1, 5, 7), options.pick(0.2, 1.5, 4.0)
    cells = options.pick([(1, 4)], [(1, 1), (1, 4), (1, 16), (2, 8)])
    tables = []
    with databases() as some:
        for kind in ("sqlite", "postgresql"):
            if not options.wants(kind):
                continue
            table = Table(
                f"One event per command, {kind}, fsync on: median of {rounds} rounds of {seconds} s",
                ["writers", "", "events/s", "p50 ms", "p99 ms", "ours to it"],
            )
            for processes, threads in cells:
                told(f"{kind}: {processes} × {threads}")
                contenders: dict[str, Callable[[], Measured | None]] = {
                    name: partial(measure, some, kind, name, processes, threads, seconds)
                    for name in CONTENDERS
                }
                if kind == "postgresql" and processes == 1:
                    contenders["pgbench"] = partial(pgbench, some, threads, seconds)
                results = in_turn(rounds, contenders)
                fast = middle([one.rate for one in results["ours"]])
                for name, found in results.items():
                    of = [one for one in found if one is not None]
                    if of:
                        rate = middle([one.rate for one in of])
                        table.rows.append(
                            (
                                f"{processes} × {threads}" if processes > 1 else str(threads),
                                name,
                                number(rate),
                                number(middle([one.p50 for one in of])),
                                number(middle([one.p99 for one in of])) if name != "pgbench" else "–",
                                "" if name == "ours" else ratio(fast, rate),
                            )
                        )
            table.notes += [
                "ours: EventLog.append with version check, gap-free positions and hash chain; events are made before",
                "library: eventsourcing's default recorder and JSON mapper, Application.events.put",
                "raw insert: prepared INSERT of ready bytes, a transaction each; "
                + (
                    "one connection"
                    if kind == "sqlite"
                    else "a connection per writer; pgbench: mean, not p50"
                ),
            ]
            tables.append(table)
    return tables
