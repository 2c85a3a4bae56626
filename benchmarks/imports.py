"""`import cases`: events per second from a CSV file into an empty log, beside one save per case with the library's defaults.

Both read the same file. Ours also checks every row against units and states, works out deadlines, and can be repeated
without recording anything twice; the naive way does none of that.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from random import Random

from api.imports.cases import import_cases
from benchmarks.contenders import NAMES, library_environment
from benchmarks.harness import Options, Table, in_turn, middle, number, ratio, timed, told
from benchmarks.peers.tutorial.cases import Dispute, Disputes
from benchmarks.places import Databases, databases
from domain.actor import Actor
from domain.terms import Role
from eventlog.log import open_log
from workflows.service import Service

PER_CASE = 5
ACTIVITIES = ("登记", "交办", "受理", "调解", "办结")
MAPPING = """\
imports = "cases"
id = "benchmark"

[time]
zone = "Asia/Shanghai"

[case]
number = { column = "case", prefix = "OLD-" }
type = { constant = "dispute" }
unit = { constant = "OLD" }
title = "title"

[[unit]]
code = "OLD"
name = "旧系统"
kind = "county"

[row]
activity = "activity"
at = "at"
order = "seq"
facts = ["note"]

[[activity]]
name = "交办"
starts = { code = "F-WORK", length = "30 CD" }

[[activity]]
name = "办结"
meets = "F-WORK"
state = "closed"
outcome = { constant = "resolved" }
"""


def run(options: Options) -> Iterator[Table]:
    cases, rounds = options.pick(40, 10_000, 20_000), options.pick(1, 3, 5)
    with databases() as places:
        file, mapping = places.folder / "old.csv", places.folder / "old.toml"
        _write(file, cases)
        mapping.write_text(MAPPING, encoding="utf-8")
        contenders: dict[str, Callable[[], float]] = {}
        for kind in ("sqlite", "postgresql"):
            contenders[f"Gridcase, {NAMES[kind]}"] = lambda kind=kind: _ours(places, kind, file, mapping)  # type: ignore[misc]
            contenders[f"one save per case, {NAMES[kind]}"] = lambda kind=kind: _naive(places, kind, file)  # type: ignore[misc]
        told(f"{rounds} rounds of {cases * PER_CASE:,} events")
        times = in_turn(rounds, contenders)
        software = places.version()
    table = Table(
        f"Import of {cases * PER_CASE:,} events in {cases:,} cases", ["", "events/s", "ours ÷ theirs"]
    )
    for name, seconds in times.items():
        rate = cases * PER_CASE / middle(seconds)
        theirs = times[name.replace("Gridcase", "one save per case")]
        share = ratio(middle(theirs), middle(seconds)) if name.startswith("Gridcase") else ""
        table.rows.append([name, number(rate), share])
    table.notes = [
        f"A CSV file of {PER_CASE} rows per case; medians of {rounds} rounds, each into an empty database. {software}.",
        "One save per case: csv.DictReader, an aggregate with five events, Application.save; nothing is checked.",
    ]
    yield table


def _write(file: Path, cases: int) -> None:
    """Rows of a case stand together, as an export by case has them."""
    rng, began = Random(1), datetime(2025, 1, 1, tzinfo=UTC)
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["case", "seq", "activity", "at", "title", "note"])
        for case in range(cases):
            at = began + timedelta(minutes=rng.randrange(500_000))
            for seq, activity in enumerate(ACTIVITIES):
                at += timedelta(minutes=rng.randrange(20, 4_000))
                rows.writerow([f"{case:07}", seq, activity, at.isoformat(), "宅基地边界", f"第{seq}次登记"])


def _ours(places: Databases, kind: str, file: Path, mapping: Path) -> float:
    url = places.fresh(kind)
    log = open_log(url)
    try:
        log.prepare()
        actor = Actor("import", Role.ORG_ADMIN)
        reports = []
        seconds = timed(lambda: reports.append(import_cases(Service(log), file, mapping, actor=actor)))
        if reports[0].rejected or reports[0].recorded_events != reports[0].source_events:
            raise RuntimeError(f"The import did not take everything: {reports[0]}")
        return seconds
    finally:
        log.close()
        places.drop(url)


def _naive(places: Databases, kind: str, file: Path) -> float:
    url = places.fresh(kind)
    app = Disputes(env=library_environment(url))
    try:
        return timed(lambda: _save_each(app, file))
    finally:
        app.close()
        places.drop(url)


def _save_each(app: Disputes, file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as stream:
        for code, rows in groupby(csv.DictReader(stream), key=lambda row: row["case"]):
            first, *others = rows
            at = datetime.fromisoformat(first["at"])
            dispute = Dispute(code=f"OLD-{code}", origin="OLD", title=first["title"], user="import", at=at)
            for row in others:
                dispute.note(row["activity"], user="import", at=datetime.fromisoformat(row["at"]))
            app.save(dispute)
