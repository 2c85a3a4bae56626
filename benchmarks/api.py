"""Over HTTP: advance a case (load, decide, save), read its history, ask for containment per township.

Beside Gridcase: the library as in its tutorial, and Django as a team would otherwise pick it (contenders.py). Requests
of one round go to each in turn; medians over rounds.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator

from benchmarks import containment
from benchmarks.contenders import EVENTS, Contender, django, gridcase, tutorial
from benchmarks.harness import Options, Skipped, Table, in_turn, middle, number, ratio, told
from benchmarks.load import Load
from benchmarks.places import databases

CONNECTIONS = (1, 8, 32)


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
        for open_one, kind in (
            (gridcase, "postgresql"), (tutorial, "postgresql"), (django, "postgresql"),
            (gridcase, "sqlite"), (tutorial, "sqlite"),
        ):  # fmt: skip
            told(f"preparing {open_one.__name__} on {kind}: {count} cases of {EVENTS} events")
            try:
                there.append(stack.enter_context(open_one(options, places, count, kind)))
            except Skipped as why:
                missing.append(str(why))
        for one in there:
            one.read(8, seconds)  # imports, plans, connections: what the first requests of a day pay
        told("histories")
        histories = _loads(there, Contender.read, options.pick(1, 2, 3), seconds)
        for one in there:
            one.advance(8, seconds)
        told("commands")
        advanced = _loads(there, Contender.advance, rounds, seconds)
        software = places.version()
    notes = [
        f"{count} cases; each command is suspend or resume of a case chosen at random, with its version (If-Match); "
        f"medians of {rounds} rounds of {seconds} s, in turn. {software}.",
        "Gridcase: one `gridcase serve`; its projections run beside it meanwhile (`gridcase worker` on PostgreSQL).",
        "Django: gunicorn, two gthread workers with eight threads each, its C parser, kept connections.",
        *(f"Left out: {why}" for why in missing),
    ]
    return [
        _table("Advance a case: load, decide, save, audit", there, advanced, notes),
        _table(f"History of one case ({EVENTS} events)", there, histories, []),
    ]


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
    table = Table(
        title, ["", *(f"{n} conn: req/s" for n in CONNECTIONS), *(f"{n}: p50 / p99 ms" for n in CONNECTIONS)]
    )
    for one in there:
        rates = [number(middle([load.rate for load in found[one.name, n]])) for n in CONNECTIONS]
        table.rows.append([one.name, *rates, *(_latency(found[one.name, n]) for n in CONNECTIONS)])
    for one in there:
        ours = next(o for o in there if o.name.startswith("Gridcase") and o.kind == one.kind)
        if one is not ours:
            cells = [
                [_share(found[ours.name, n], found[one.name, n], what) for n in CONNECTIONS]
                for what in (_rate, _p99)
            ]
            table.rows.append([f"ours ÷ {one.name}", *cells[0], *(f"p99 {cell}" for cell in cells[1])])
    table.notes = notes
    return table


def _rate(load: Load) -> float:
    return load.rate


def _p99(load: Load) -> float:
    return load.percentile(99)


def _share(ours: list[Load], theirs: list[Load], what: Callable[[Load], float]) -> str:
    return ratio(middle([what(load) for load in ours]), middle([what(load) for load in theirs]))


def _latency(loads: list[Load]) -> str:
    return " / ".join(number(middle([load.percentile(p) for load in loads])) for p in (50, 99))
