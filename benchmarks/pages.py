"""Pages and lists over 200,000 cases: how long the server takes from the request to the last byte, without a browser.

Each address is asked through the whole ASGI app by somebody signed in for the county and by somebody of one village, who
see very different shares of the cases. Nothing is kept between two requests but what the server keeps for everybody.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import defaultdict
from collections.abc import Iterator
from time import perf_counter
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from fastapi import FastAPI
from pydantic import SecretStr

from api.app import create_app
from api.context import opened
from api.pages.lists.asked import FILTERS
from benchmarks.casework import HEAD, VILLAGE, Casework, demonstration
from benchmarks.contenders import NAMES, fold, tokens
from benchmarks.harness import Options, Table, number, told
from benchmarks.places import Databases, databases
from domain.actor import Actor
from domain.terms import Role
from eventlog.log import beside
from eventlog.master import MasterKeys
from gridcase.demo import district
from gridcase.settings import Settings
from projections.worklist import SORTS

COUNTY = Actor("benchmark.county", Role.SUPERVISOR, district.COUNTY)
READERS = {"county": COUNTY, "village": HEAD}
SHORT = 8  # events: only cases at most so long are multiplied, the open ones among them
GOAL = 100  # milliseconds
WORDS = ("宅基地", "边界", "工资", "D2026-00012", "邻里 噪音", "没有这样的词")


def run(options: Options) -> Iterator[Table]:
    wanted, rounds = options.pick(300, 200_000), options.pick(1, 15, 40)
    told("the demonstration's short cases, multiplied")
    source = short_cases(demonstration(options.pick(0.02, 0.3)))
    with databases() as places:
        for kind in ("postgresql", "sqlite"):
            yield _measured(places, kind, source, max(1, wanted // len(source.codes)), rounds)


def short_cases(source: Casework, most: int = SHORT) -> Casework:
    """The cases with few events, open or closed: 200,000 of them are a log that can be written in a minute."""
    lengths: dict[str, int] = defaultdict(int)
    for one in source.cases:
        lengths[one.code] += 1
    return Casework(source.units, [one for one in source.cases if lengths[one.code] <= most], source.founded)


def addresses() -> dict[str, list[str]]:
    """What is asked for, by how the table calls it; several addresses of one kind are asked in turn."""
    found = {"/work": ["/work"], "/cases": ["/cases"]}
    for one in FILTERS:
        values = [value for value, _ in one.choices]
        if one.name == "unit":
            values = [VILLAGE, VILLAGE[:9], district.COUNTY]
        elif not values:
            values = ["2026-06-01", "2026-10-25"]
        found[f"/cases?{one.name}="] = [f"/cases?{one.name}={value}" for value in values]
    for sort in SORTS:
        found[f"/cases?sort={sort}"] = [f"/cases?sort={sort}", f"/cases?sort=-{sort}&closed=true"]
    found["/cases?q="] = [f"/cases?q={quote(word)}&closed=true" for word in WORDS]
    found["/deadlines"] = ["/deadlines", *(f"/deadlines?kind={kind}" for kind in ("late", "met", "lapsed"))]
    found["/dashboard"] = ["/dashboard"]
    return found


def _measured(places: Databases, kind: str, source: Casework, copies: int, rounds: int) -> Table:
    url = places.fresh(kind)
    told(f"{copies * len(source.codes):,} cases on {kind}: the log, then the read tables")
    codes = source.write(url, copies)
    if kind == "sqlite":
        keys, held = None, beside(url.removeprefix("sqlite:///"))
    else:
        keys = SecretStr(secrets.token_hex(32))
        held = MasterKeys.of(keys.get_secret_value(), "benchmarks")
    by_user = tokens(url, *READERS.values(), keys=held)
    known = {name: by_user[actor.user] for name, actor in READERS.items()}
    fold(url)
    places.settle(url)
    told("pages")
    seconds = asked_all(url, keys, known, codes, rounds)
    places.drop(url)
    table = Table(
        f"Pages and lists over {len(codes):,} cases, {NAMES[kind]}: p50 / p95 ms",
        ["", *READERS, f"under {GOAL} ms"],
    )
    for page, by_reader in seconds.items():
        cells, slowest = [], 0.0
        for name in READERS:
            taken = sorted(by_reader[name])
            p95 = taken[min(len(taken) - 1, int(len(taken) * 0.95))] * 1000
            cells.append(f"{number(taken[len(taken) // 2] * 1000)} / {number(p95)}" if taken else "–")
            slowest = max(slowest, p95 if taken else 0.0)
        table.rows.append([page, *cells, "yes" if slowest < GOAL else "no"])
    table.notes = [
        f"{rounds} requests of each address and reader, one at a time, after one that is not counted."
        + (f" {places.version()}." if kind == "postgresql" else ""),
        "county: a supervisor of the county; village: the head of one village's mediation committee.",
    ]
    return table


def asked_all(
    url: str, keys: SecretStr | None, known: dict[str, str], codes: list[str], rounds: int
) -> dict[str, dict[str, list[float]]]:
    """page -> reader -> seconds of each request."""
    settings = Settings(
        database_url=url, worker_inside=False, cursor_key=SecretStr("for benchmarks"), log_level="warning",
        master_key=keys,
    )  # fmt: skip
    with opened(settings, watched=True) as context:
        app = create_app(context=context)
        with context.reads.connect() as connection:
            village = connection.execute(
                sa.text("SELECT code FROM read_worklist WHERE holder = :unit LIMIT 500"), {"unit": VILLAGE}
            )
            of_village = list(village.scalars())
        shown = {"county": random.Random(1).sample(codes, min(500, len(codes))), "village": of_village}
        return asyncio.run(_asked_all(app, known, shown, rounds))


async def _asked_all(
    app: FastAPI, known: dict[str, str], shown: dict[str, list[str]], rounds: int
) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = {}
    async with app.router.lifespan_context(app):
        for page, paths in {**addresses(), "/cases/{code}": []}.items():
            for name, token in known.items():
                asks = paths or [f"/cases/{code}" for code in shown[name]]
                taken = found.setdefault(page, {}).setdefault(name, [])
                for path in asks if paths else asks[:1]:
                    await _seconds(app, path, token)
                for n in range(rounds * len(paths) if paths else min(2 * rounds, len(asks))):
                    taken.append(await _seconds(app, asks[n % len(asks)], token))
    return found


async def _seconds(app: FastAPI, address: str, token: str) -> float:
    """How long one GET takes. Raises RuntimeError for anything but 200."""
    path, _, query = address.partition("?")
    name, _, value = token.partition(": ")
    headers = [(b"host", b"127.0.0.1"), (b"accept", b"text/html"), (name.lower().encode(), value.encode())]
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": "GET", "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": query.encode(), "headers": headers, "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    began = perf_counter()
    await app(scope, receive, send)
    seconds = perf_counter() - began
    if sent[0]["status"] != 200:
        raise RuntimeError(f"{address} answered {sent[0]['status']}: {sent[1].get('body', b'')[:500]!r}")
    return seconds
