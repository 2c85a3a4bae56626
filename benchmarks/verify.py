"""Checking the log: seconds for chain, tree and signatures of all events, beside reading the rows and hashing each once.

The log is the demonstration's year, multiplied (casework.py). One process, one core; nothing is decoded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.casework import Casework, demonstration
from benchmarks.contenders import NAMES
from benchmarks.harness import Options, Table, middle, number, ratio, timed, told
from benchmarks.places import Databases, databases
from domain.case import case_id
from eventlog import exports, proofs, verify
from eventlog.checkpoints import Checkpoints
from eventlog.log import open_log
from eventlog.recorder import LogRecorder
from eventlog.signing import SigningKeys
from eventlog.sources import DatabaseRows

NOW = datetime(2026, 11, 2, tzinfo=UTC)
KEYS = SigningKeys.of("4b" * 31 + "c3", "the benchmark's key")


def run(options: Options) -> Iterator[Table]:
    events, rounds = options.pick(1_500, 200_000, 1_000_000), options.pick(1, 3, 3)
    told("the demonstration's year")
    source = demonstration(options.pick(0.02, 0.2, 0.2))
    with databases() as places:
        for kind in ("sqlite", "postgresql"):
            yield _checked(places, kind, source, events, rounds)


def _checked(places: Databases, kind: str, source: Casework, events: int, rounds: int) -> Table:
    url = places.fresh(kind)
    told(f"{events:,} events on {kind}")
    codes = source.write(url, -(-events // len(source.cases)), upto=events)
    places.settle(url)
    log = open_log(url)
    try:
        return _table(log.recorder, places, kind, codes[0], rounds)
    finally:
        log.close()
        places.drop(url)


def _table(recorder: LogRecorder, places: Databases, kind: str, code: str, rounds: int) -> Table:
    count = recorder.head()
    columns = ["", "seconds", "events/s", "of reading and hashing"]
    table = Table(f"{count:,} events, {NAMES[kind]}", columns)
    limit = middle([timed(lambda: _read_and_hash(recorder)) for _ in range(rounds)])

    def add(what: str, seconds: float, whole: bool = True) -> None:
        rate = number(count / seconds) if whole else "–"
        table.rows.append([what, number(seconds), rate, ratio(seconds, limit) if whole else "–"])

    add("the limit: read every row, hash it once", limit)
    add("sign: check what is new, a checkpoint per 10,000", timed(lambda: _sign(recorder)))
    add("gridcase verify", middle([timed(lambda: _verify(recorder)) for _ in range(rounds)]))
    add("gridcase verify --case", timed(lambda: verify.case(recorder, KEYS, case_id(code))), whole=False)
    newest = verify.vouched(recorder, KEYS)[0][-1]
    add("gridcase proof", timed(lambda: proofs.inclusion(recorder, newest, count // 2)), whole=False)
    path = places.folder / "log.jsonl"
    add("export", timed(lambda: _export(recorder, path)))
    add("gridcase verify --file", timed(lambda: exports.file(path, KEYS)))
    path.unlink()
    table.notes.append(
        "verify: a SHA-256 per event for the chain and two for the tree, from the first event on"
    )
    return table


def _read_and_hash(recorder: LogRecorder) -> None:
    sha256 = hashlib.sha256
    for page in DatabaseRows(recorder).pages(0, recorder.head()):
        for row in page:
            sha256(row[5]).digest()


def _sign(recorder: LogRecorder) -> None:
    maker = Checkpoints(recorder, KEYS)
    while maker.make(NOW) is not None:
        pass


def _verify(recorder: LogRecorder) -> None:
    report = verify.log(recorder, KEYS)
    if not report.good or report.signed != recorder.head():
        raise RuntimeError(f"The log that was just written is not what was recorded: {report.first}")


def _export(recorder: LogRecorder, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(exports.lines(recorder))
