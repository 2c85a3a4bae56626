"""Containment per township over many cases, asked over HTTP: a part of `api`. The same disputes on every side."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from benchmarks.casework import Casework, demonstration
from benchmarks.contenders import django_server, fold, gridcase_server, tokens
from benchmarks.environment import peers_python
from benchmarks.harness import Options, Skipped, Table, in_turn, middle, number, ratio, timed, told
from benchmarks.load import fetch, request
from benchmarks.places import Databases, databases, free_port, running
from domain.actor import Actor
from domain.terms import Role
from eventlog.log import open_log, utc_now
from gridcase.demo import district
from projections.all import open_reads
from projections.figures.containment import ENDED
from projections.figures.question import asked, each

SUPERVISOR = Actor("benchmark.supervisor", Role.SUPERVISOR, district.COUNTY)
KINDS = ("postgresql", "sqlite")
SHORT = 8  # events: only cases at most so long are multiplied
SINCE, UNTIL = "2025-01-01", "2027-01-01"


def run(options: Options) -> Table:
    """The same closed disputes on both sides; the answers are compared before anything is timed."""
    wanted, rounds = options.pick(300, 200_000), options.pick(2, 7, 15)
    told("the demonstration's short cases, multiplied")
    source = short_disputes(demonstration(options.pick(0.02, 0.3)), SHORT)
    copies = max(1, wanted // len(source.codes))
    query = urlencode({"unit": district.COUNTY, "by": "unit", "from": SINCE, "to": UNTIL})
    times: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    answers: dict[str, dict[str, tuple[int, int]]] = {}
    missing = ""
    with databases() as places, contextlib.ExitStack() as stack:
        asks: dict[str, tuple[int, bytes]] = {}
        for kind in KINDS:
            url = places.fresh(kind)
            told(f"{copies * len(source.codes):,} disputes on {kind}: the log, then the read tables")
            codes = source.write(url, copies)
            known = tokens(url, SUPERVISOR)[SUPERVISOR.user]
            fold(url)
            places.settle(url)
            name, port = f"Gridcase, {kind}", free_port()
            sizes[name] = len(codes)
            servers = stack.enter_context(running(*gridcase_server(url, places.folder, port)[:1]))
            servers[0].ready(port)
            asks[name] = (port, request("GET", f"/api/v1/figures/containment?{query}", b"", known))
            if kind == "postgresql":
                try:
                    told("the same disputes in Django's tables")
                    asks["Django, postgresql"] = _peer(options, places, stack, url, query)
                except Skipped as why:
                    missing = str(why)
        for name, (port, raw) in asks.items():
            status, body = fetch(port, raw)
            if status != 200:
                raise RuntimeError(f"{name} answered {status}: {body[:600].decode(errors='replace')}")
            rows = json.loads(body)["rows"]
            answers[name] = {row["unit"]: (row["numerator"], row["denominator"]) for row in rows}
        first, *others = answers.values()
        if any(other != first for other in others):
            raise RuntimeError(f"They do not count the same: {answers}")
        told("containment")
        times = in_turn(rounds, {name: partial(timed, partial(fetch, *ask)) for name, ask in asks.items()})
    table = Table("Containment per township", ["", "median ms", "slowest ms", "ours ÷ theirs"])
    ours = middle(times["Gridcase, postgresql"])
    for name, seconds in times.items():
        share = ratio(ours, middle(seconds)) if name.startswith("Django") else ""
        table.rows.append([name, number(middle(seconds) * 1000), number(max(seconds) * 1000), share])
    cases = sum(denominator for _, denominator in first.values())
    table.notes = [
        f"{max(sizes.values()):,} disputes, {cases:,} of them in the denominators of {len(first)} townships; every "
        f"side gives the same numerators and denominators. One connection, {rounds} questions each, in turn.",
        "Gridcase answers as known at any cut, with units as they were on the day; Django reads its current rows.",
        *([f"Left out: {missing}"] if missing else []),
    ]
    return table


def short_disputes(source: Casework, most: int) -> Casework:
    """The disputes with few events: 200,000 cases are then a log that can be written in a minute."""
    lengths: dict[str, int] = defaultdict(int)
    for one in source.cases:
        lengths[one.code] += 1
    disputes = {one.code for one in source.cases if one.topic == "dispute.reported"}
    kept = {code for code, length in lengths.items() if length <= most and code in disputes}
    return Casework(source.units, [one for one in source.cases if one.code in kept], source.founded)


def _peer(
    options: Options, places: Databases, stack: contextlib.ExitStack, ours: str, query: str
) -> tuple[int, bytes]:
    """Django over the same cases: where each stands and how it ended, as our read side knows it."""
    python = peers_python(options)
    url, port = places.fresh("postgresql"), free_port()
    units, cases = rows_for_peer(ours)
    stack.enter_context(django_server(python, places, url, port, units, cases, 0))
    return port, request("GET", f"/containment?{query}")


def rows_for_peer(url: str) -> tuple[list[list[object]], list[dict[str, Any]]]:
    """Units and disputes as rows of the peer's tables."""
    log, reads = open_log(url), open_reads(url)
    try:
        with reads.connect() as connection:
            units = [
                [code, name, level, parent, _township(code)]
                for code, name, level, parent in connection.execute(
                    sa.text(
                        "SELECT code, name, level, parent FROM read_units ORDER BY valid_from, level DESC, code"
                    )
                )
            ]
            since, until = date.fromisoformat(SINCE), date.fromisoformat(UNTIL)
            question = asked(
                connection, "containment", district.COUNTY, since, until, utc_now(), None, None, None
            )
            cases = [
                {
                    "code": row.code, "title": "", "category": row.category, "channel": row.channel,
                    "origin_id": row.unit, "holder_id": row.unit, "state": "closed", "peak": row.severity,
                    "severity": row.severity, "highest": row.highest, "level": row.highest,
                    "outcome": row.outcome, "excluded": row.reason or "", "reopened": bool(row.reopened),
                    "opened_at": f"{row.decided_on}T09:00:00+08:00", "closed_at": f"{row.decided_on}T12:00:00+08:00",
                }
                for row in connection.execute(sa.text(each(ENDED)), question.parameters())
            ]  # fmt: skip
    finally:
        reads.dispose()
        log.close()
    return list({row[0]: row for row in units}.values()), cases


def _township(code: str) -> str:
    """The township that a unit of the demonstration district belongs to ("" above them)."""
    return code[:9] if code[6:9].isdigit() else ""
