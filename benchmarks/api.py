"""Over HTTP: advance a case (load, decide, save), read its history, ask for containment per township.

Beside Gridcase: the library as in its tutorial, and Django as a team would otherwise pick it (contenders.py). Requests
of one round go to each in turn; medians over rounds.
"""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator

from benchmarks import containment
from benchmarks.contenders import EVENTS, Contender, django, gridcase, tutorial
from benchmarks.harness import Options, Skipped, Table, in_turn, middle, number, ratio, told
from benchmarks.load import Load, fetch, request
from benchmarks.places import databases

CONNECTIONS = (1, 8, 32)
MANY = 5  # times as many cases: more than the log keeps in memory


def run(options: Options) -> Iterator[Table]:
    """Parts: `commands` (with the histories) and `containment`."""
    if options.wants("commands"):
        yield from commands(options)
    if options.wants("containment"):
        yield containment.run(options)


# Commands and histories.


def commands(options: Options) -> list[Table]:
    count, rounds = options.pick(40, 1_000), options.pick(1, 3, 5)
    seconds = options.pick(0.1, 2.0, 4.0)
    missing: list[str] = []
    with databases() as places, contextlib.ExitStack() as stack:
        there: list[Contender] = []
        for open_one, kind, cases in (
            (gridcase, "postgresql", count), (tutorial, "postgresql", count), (django, "postgresql", count),
            (gridcase, "sqlite", count), (tutorial, "sqlite", count), (gridcase, "postgresql", MANY * count),
        ):  # fmt: skip
            told(f"preparing {open_one.__name__} on {kind}: {cases:,} cases of {EVENTS} events")
            try:
                there.append(stack.enter_context(open_one(options, places, cases, kind)))
            except Skipped as why:
                missing.append(str(why))
        there[-1].name += f", {MANY * count:,} cases"
        for one in there:
            one.read(8, seconds)  # imports, plans, connections: what the first requests of a day pay
        told("histories")
        histories = _loads(there[:-1], Contender.read, options.pick(1, 2, 3), seconds)
        for one in there:
            one.advance(8, seconds)
        told("commands")
        advanced = _loads(there, Contender.advance, rounds, seconds)
        behind = _behind(there[0], seconds)
        software = places.version()
    notes = [
        f"{count:,} cases; each command is suspend or resume of a case chosen at random, with its version (If-Match); "
        f"medians of {rounds} rounds of {seconds} s, in turn. {software}.",
        "Gridcase: one `gridcase serve`; its projections run beside it meanwhile (`gridcase worker` on "
        f"PostgreSQL), and were {behind} behind at the end of a round with 32 connections.",
        f"It keeps 1,024 cases in memory; with {MANY * count:,} most commands load theirs from the log.",
        "Django: gunicorn, two gthread workers with eight threads each, its C parser, kept connections.",
        *(f"Left out: {why}" for why in missing),
    ]
    return [
        _table("Advance a case: load, decide, save, audit", there, advanced, notes),
        _table(f"History of one case ({EVENTS} events)", there[:-1], histories, []),
    ]


def _behind(ours: Contender, seconds: float) -> str:
    """How far the read side is behind the log in the middle of work: what `/readyz` says."""
    ours.advance(CONNECTIONS[-1], seconds)
    _, body = fetch(ours.port, request("GET", "/readyz"))
    found = json.loads(body)
    return f"{found['lag']:,} events"


def _loads(
    there: list[Contender], what: Callable[[Contender, int, float], Load], rounds: int, seconds: float
) -> dict[tuple[str, int], list[Load]]:
    found: dict[tuple[str, int], list[Load]] = defaultdict(list)
    for connections in CONNECTIONS:
        contenders = {one.name: lambda one=one: what(one, connections, seconds) for one in there}  # noqa: B023
        for name, loads in in_turn(rounds, contenders).items():
            found[name, connections] += loads
    return found


def _table(
    title: str, there: list[Contender], found: dict[tuple[str, int], list[Load]], notes: list[str]
) -> Table:
    table = Table(f"{title}: requests/s (p50 / p99 ms)", ["connections", *map(str, CONNECTIONS)])
    for one in there:
        table.rows.append([one.name, *(_measured(found[one.name, n]) for n in CONNECTIONS)])
    for one in there:
        ours = next(o for o in there if o.name.startswith("Gridcase") and o.kind == one.kind)
        if one is not ours:
            shares = [_shares(found[ours.name, n], found[one.name, n]) for n in CONNECTIONS]
            table.rows.append([f"ours ÷ {one.name}", *shares])
    table.notes = notes
    return table


def _rate(loads: list[Load]) -> float:
    return middle([load.rate for load in loads])


def _latency(loads: list[Load], percent: float) -> float:
    return middle([load.percentile(percent) for load in loads])


def _measured(loads: list[Load]) -> str:
    return f"{number(_rate(loads))} ({number(_latency(loads, 50))} / {number(_latency(loads, 99))})"


def _shares(ours: list[Load], theirs: list[Load]) -> str:
    return f"{ratio(_rate(ours), _rate(theirs))} (p99 {ratio(_latency(ours, 99), _latency(theirs, 99))})"
