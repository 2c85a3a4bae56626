"""`python -m benchmarks [NAME …] [--quick | --full]`: runs benchmarks and prints their tables.

A benchmark is a module of this folder with `run(options)` that gives Tables; its name is put into BENCHMARKS.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from benchmarks.harness import Options, Skipped, Table, machine

BENCHMARKS = {
    "log": "commands per second through the event log, beside the library's defaults and the raw limit",
    "api": "advance a case, its history, and containment over HTTP, beside Django and the library's tutorial",
    "imports": "events per second of `import cases`, beside one save per case with the library's defaults",
    "verify": "seconds to check the whole log, one case, one event; beside reading and hashing alone",
    "tail": "what a reader sees of the log while two processes of eight writers append: lost, twice, out of order",
    "pages": "milliseconds of every page and list over 200,000 cases, for a county and for a village",
    "rebuild": "events per second of rebuild and live projection, beside the library's ProjectionRunner",
}


def run(name: str, options: Options) -> Iterator[Table]:
    """The tables of one benchmark, each as soon as it is there. Raises Skipped."""
    yield from import_module(f"benchmarks.{name}").run(options)


def main(arguments: list[str] | None = None) -> int:
    """Runs what is asked for, in the order of BENCHMARKS. 1 when a part was skipped that was named."""
    told = argparse.ArgumentParser("benchmarks", description="Measure Gridcase beside its alternatives.")
    told.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)} (default: all)")
    size = told.add_mutually_exclusive_group()
    size.add_argument(
        "--quick", action="store_true", help="tiny sizes: proves that it runs, measures nothing"
    )
    size.add_argument(
        "--full", action="store_true", help="the sizes of the promises: 1,000,000 events, longer rounds"
    )
    told.add_argument("--part", action="append", default=[], help="only this part (docs/benchmarks.md)")
    told.add_argument("--markdown", type=Path, help="also write the tables into this file")
    asked = told.parse_args(arguments)
    for name in asked.names:
        if name not in BENCHMARKS:
            told.error(f"there is no benchmark {name!r}: there are {', '.join(BENCHMARKS)}")
    options = Options(quick=asked.quick, full=asked.full, parts=tuple(asked.part))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and folders go as after Ctrl-C
    print(machine(), flush=True)
    tables: list[Table] = []
    skipped: list[str] = []
    for name in (name for name in BENCHMARKS if name in (asked.names or BENCHMARKS)):
        print(f"\n{name}: {BENCHMARKS[name]}", flush=True)
        try:
            for table in run(name, options):
                tables.append(table)
                print(f"\n{table.text()}", flush=True)
        except Skipped as why:
            skipped.append(name)
            print(f"  skipped: {why}", flush=True)
    if asked.markdown:
        asked.markdown.write_text(
            "\n\n".join([machine(), *map(Table.markdown, tables)]) + "\n", encoding="utf-8"
        )
    return 1 if set(skipped) & set(asked.names) else 0


if __name__ == "__main__":
    sys.exit(main())
