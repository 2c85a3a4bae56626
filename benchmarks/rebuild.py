"""Rebuild and live projection: events per second into the read tables, beside the library's ProjectionRunner.

The log is the demonstration's year, multiplied (casework.py). The library's projection does the least that one could
call a read model: it counts the events of each case and keeps its state; ours write all that the product reads.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator

from benchmarks.casework import Casework, demonstration
from benchmarks.contenders import NAMES, library_environment
from benchmarks.harness import Options, Skipped, Table, middle, number, ratio, timed, told
from benchmarks.peers.tutorial.projection import VIEWS, fill, project
from benchmarks.places import Databases, databases
from eventlog.log import EventLog, open_log
from projections.all import PROJECTIONS, open_reads
from projections.projection import Projection
from projections.runner import Runner


def run(options: Options) -> Iterator[Table]:
    events, rounds = options.pick(1_500, 100_000, 1_000_000), options.pick(1, 3, 1)
    with databases() as places:
        told("the demonstration's year")
        source = demonstration(options.pick(0.02, 0.5, 1.0))
        library = _library(options, places)
        for kind in ("sqlite", "postgresql"):
            yield _ours(places, kind, source, events, rounds, library)


def _library(options: Options, places: Databases) -> dict[str, float]:
    """Events per second of the library's runner, by where its view is kept."""
    url = places.fresh("postgresql")
    environment = library_environment(url)
    count = fill(environment, options.pick(10, 500, 2_000))
    places.settle(url)
    told(f"the library's ProjectionRunner over {count:,} events")
    rates = {view: count / project(environment, view, count) for view in VIEWS}
    places.drop(url)
    return rates


def _ours(
    places: Databases, kind: str, source: Casework, events: int, rounds: int, library: dict[str, float]
) -> Table:
    url = places.fresh(kind)
    told(f"{events:,} events on {kind}")
    written = timed(lambda: source.write(url, -(-events // len(source.cases)), upto=events))
    places.settle(url)
    log, reads = open_log(url), open_reads(url)
    table = Table(
        f"{events:,} events, {NAMES[kind]}", ["", "seconds", "events/s", "ours ÷ the library on PostgreSQL"]
    )
    theirs = library["PostgreSQL"]
    try:
        log.prepare()
        runner = Runner(log, reads, PROJECTIONS)
        runner.prepare()
        count = log.head()
        told("live")
        _add(
            table,
            "live: every projection, step by step",
            count,
            [timed(lambda: _live(runner, count))],
            theirs,
        )
        for projection in PROJECTIONS:
            alone = _alone(places, kind, log, projection)
            _add(table, f"live: {projection.name} alone", count, [alone], theirs)
        told("rebuild")
        names = [*runner.projections]
        times: dict[str, list[float]] = {name: [] for name in names}
        whole: list[float] = []
        for _ in range(rounds):
            gc.collect()
            whole.append(timed(runner.rebuild))
            for name in names:
                times[name].append(timed(lambda: runner.rebuild([name])))  # noqa: B023
        _add(table, "rebuild: all together", count, whole, theirs)
        for name in names:
            _add(table, f"rebuild: {name}", count, times[name], theirs)
        read = timed(lambda: _read(log, count))
        _add(table, "(reading and decoding the log alone)", count, [read], theirs)
    finally:
        reads.dispose()
        log.close()
        places.drop(url)
    for name, rate in library.items():
        table.rows.append([f"the library's ProjectionRunner, view {name}", "", number(rate), ""])
    table.notes = [
        f"Events of the demonstration's year in {source_cases(source, events):,} cases; medians of {rounds} rounds. "
        f"The log was written at {number(count / written)} events/s. {places.version()}.",
        "The library's runner was measured in the same run, over fewer events of the same kinds of case: its rate does "
        "not depend on how many there are.",
    ]
    return table


def _add(table: Table, name: str, events: int, seconds: list[float], theirs: float) -> None:
    rate = events / middle(seconds)
    table.rows.append([name, number(middle(seconds)), number(rate), ratio(rate, theirs)])


def _alone(places: Databases, kind: str, log: EventLog, projection: Projection) -> float:
    """Seconds that one projection takes for the log, step by step, into tables of its own."""
    url = places.fresh(kind)
    reads = open_reads(url)
    try:
        runner = Runner(log, reads, [projection])
        runner.prepare()
        return timed(lambda: _live(runner, log.head()))
    finally:
        reads.dispose()
        places.drop(url)


def _live(runner: Runner, upto: int) -> None:
    while runner.position() < upto:
        if not runner.step():
            raise Skipped("the log ends before its head")


def _read(log: EventLog, upto: int) -> None:
    after = 0
    while after < upto:
        after = log.read(after, 5_000)[-1].position


def source_cases(source: Casework, events: int) -> int:
    """About how many cases so many events are."""
    return round(events * len(source.codes) / len(source.cases))
