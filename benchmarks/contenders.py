"""Who is measured over HTTP: Gridcase, the library as in its tutorial, and Django; each begins with the same cases.

What is fair is decided here: every server may use both cores, keeps its connections to the database, and syncs to disk.
"""

from __future__ import annotations

import json
import random
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.casework import GRID, HEAD, MEDIATOR, VILLAGE, in_mediation
from benchmarks.environment import PEERS, peers_python
from benchmarks.harness import Options
from benchmarks.load import Ask, Load, Take, header, press, request
from benchmarks.places import ROOT, Databases, Process, free_port, parts_of, run_once, running
from domain.account import Reach
from domain.actor import Actor
from eventlog.log import open_log, utc_now
from eventlog.master import MasterKeys
from gridcase.demo import district
from projections.all import PROJECTIONS, open_reads
from projections.runner import Runner
from workflows.accounts import CONSOLE, Accounts, Enrolled
from workflows.reference import Reference

WAITS = 2  # suspended and resumed so often before the measurement: 12 events per case
EVENTS = 8 + 2 * WAITS
GUNICORN = ("--workers=2", "--worker-class=gthread", "--threads=8", "--keep-alive=60")
URL_ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "1"}


def _body(actor: Actor, facts: dict[str, str]) -> bytes:
    told = {"user": actor.user, "post": str(actor.post), "unit": actor.unit}
    return json.dumps({"actor": told, "facts": facts}).encode()


SUSPEND = ("suspend", _body(HEAD, {"cause": "appraisal"}), HEAD)
RESUME = ("resume", _body(MEDIATOR, {}), MEDIATOR)


@dataclass(slots=True)
class Contender:
    """A running server, and how far its cases are: code -> (version, suspended)."""

    name: str
    kind: str  # of database
    port: int
    act: str  # path of a command, with {code} and {trigger}
    look: str  # path of the history of a case
    codes: list[str]
    cases: dict[str, tuple[int, bool]] = field(default_factory=dict)
    first_version: int = EVENTS
    known: dict[str, str] = field(default_factory=dict)  # user -> the header that says it; peers ask nobody

    def __post_init__(self) -> None:
        self.cases = dict.fromkeys(self.codes, (self.first_version, False))

    def advance(self, connections: int, seconds: float) -> Load:
        """Commands, each on a case that no other connection touches."""
        return press(
            self.port, [self._acting(self.codes[n::connections], n) for n in range(connections)], seconds
        )

    def _acting(self, codes: list[str], seed: int) -> tuple[Ask, Take]:
        rng, cases, under_way = random.Random(seed), self.cases, [""]

        def ask() -> bytes:
            under_way[0] = code = rng.choice(codes)
            version, suspended = cases[code]
            trigger, body, actor = RESUME if suspended else SUSPEND
            said = [self.known[actor.user]] if self.known else []
            return request(
                "POST", self.act.format(code=code, trigger=trigger), body, f'If-Match: "{version}"', *said
            )

        def take(status: int, answer: bytes) -> None:
            if status != 200:
                raise RuntimeError(f"{self.name} answered {status}: {answer[-600:].decode(errors='replace')}")
            code = under_way[0]
            cases[code] = int(header(answer, b"etag").strip(b'"')), not cases[code][1]

        return ask, take

    def read(self, connections: int, seconds: float) -> Load:
        """Histories of cases, whole."""
        return press(self.port, [self._reading(n) for n in range(connections)], seconds)

    def _reading(self, seed: int) -> tuple[Ask, Take]:
        rng = random.Random(seed)

        def take(status: int, answer: bytes) -> None:
            if status != 200 or answer.count(b'"version"') < EVENTS:
                raise RuntimeError(f"{self.name} answered {status}: {answer[-600:].decode(errors='replace')}")

        said = [self.known[HEAD.user]] if self.known else []
        return lambda: request("GET", self.look.format(code=rng.choice(self.codes)), b"", *said), take


Opened = Callable[[Options, Databases, int], Iterator[Contender]]


def gridcase_server(url: str, folder: Path, port: int) -> list[Callable[[], Process]]:
    """`gridcase serve`, and beside it `gridcase worker` where serve does not run it inside."""
    environment = {
        "GRIDCASE_DATABASE_URL": url,
        "GRIDCASE_PORT": str(port),
        "GRIDCASE_LOG_LEVEL": "warning",
        "GRIDCASE_CURSOR_KEY": "for benchmarks",
        "PYTHONPATH": str(ROOT),
    }
    if not url.startswith("sqlite"):
        environment["GRIDCASE_MASTER_KEY"] = secrets.token_hex(32)
    commands = ["serve"] if url.startswith("sqlite") else ["serve", "worker"]
    return [
        lambda name=name: Process([sys.executable, "-m", "gridcase", name], folder, environment)  # type: ignore[misc]
        for name in commands
    ]


@contextmanager
def gridcase(options: Options, databases: Databases, count: int, kind: str) -> Iterator[Contender]:
    """Ours: one serving process, the read side folded beside it while commands come in."""
    url = databases.fresh(kind)
    codes = in_mediation(WAITS).write(url, count)
    known = tokens(url, HEAD, MEDIATOR)
    fold(url)
    databases.settle(url)
    port = free_port()
    with running(*gridcase_server(url, databases.folder, port)) as processes:
        processes[0].ready(port)
        yield Contender(
            f"Gridcase, {NAMES[kind]}", kind, port, "/api/v1/disputes/{code}/{trigger}",
            "/api/v1/cases/{code}/history", codes, known=known,
        )  # fmt: skip
    databases.drop(url)


def tokens(url: str, *actors: Actor, keys: MasterKeys | None = None) -> dict[str, str]:
    """An account with this post for each of them, and the header that says who they are.

    Without `keys` their names are read by nobody.
    """
    log = open_log(url, keys=keys or MasterKeys.for_this_process())
    try:
        accounts = Accounts(log, Reference(log))
        people = [Enrolled(one.user, one.user, one.post, one.unit) for one in actors]
        accounts.enrol(people, since=district.FOUNDED, by=CONSOLE)
        expires = utc_now() + timedelta(days=1)
        issued = {
            one.user: accounts.issue(one.user, reach=Reach.ACT, expires=expires, by=CONSOLE)[0]
            for one in actors
        }
        return {user: f"Authorization: Bearer {token}" for user, token in issued.items()}
    finally:
        log.close()


def fold(url: str) -> None:
    """Fill the read tables from the log."""
    log, reads = open_log(url), open_reads(url)
    try:
        log.prepare()
        runner = Runner(log, reads, PROJECTIONS)
        runner.prepare()
        runner.rebuild()
    finally:
        reads.dispose()
        log.close()


@contextmanager
def tutorial(options: Options, databases: Databases, count: int, kind: str) -> Iterator[Contender]:
    """eventsourcing and FastAPI as in their tutorials, one uvicorn process."""
    url, port = databases.fresh(kind), free_port()
    environment = library_environment(url) | {"PYTHONPATH": str(ROOT)}
    codes = [f"D2026-{n:05}" for n in range(count)]
    seed = (
        "import sys, datetime\nfrom benchmarks.peers.tutorial.cases import Disputes\n"
        "at, app = datetime.datetime.now(datetime.timezone.utc), Disputes()\n"
        "for code in sys.stdin.read().split():\n"
        f"    app.in_mediation(code, {GRID!r}, {VILLAGE!r}, at, {WAITS})\n"
    )
    run_once([sys.executable, "-c", seed], databases.folder, environment, "\n".join(codes))
    databases.settle(url)
    command = [sys.executable, "-m", "uvicorn", "benchmarks.peers.tutorial.app:app", "--port", str(port),
               "--no-access-log", "--log-level=warning"]  # fmt: skip
    with running(lambda: Process(command, databases.folder, environment)) as (server,):
        server.ready(port)
        yield Contender(
            f"eventsourcing + FastAPI, {NAMES[kind]}", kind, port, "/cases/{code}/{trigger}",
            "/cases/{code}/history", codes,
        )  # fmt: skip
    databases.drop(url)


@contextmanager
def django(options: Options, databases: Databases, count: int, kind: str) -> Iterator[Contender]:
    """Django, django-fsm-2, django-simple-history, gunicorn. Raises Skipped without its environment."""
    python = peers_python(options)
    url, port = databases.fresh(kind), free_port()
    codes = [f"D2026-{n:05}" for n in range(count)]
    began = utc_now() - timedelta(hours=1)
    cases = [mediated(code, began) for code in codes]
    units = [["990121", "澄禾县", 3, "", ""], ["990121001", "望禾街道", 2, "990121", "990121001"],
             [VILLAGE, "调委会", 1, "990121001", "990121001"], [GRID, "第一网格", 0, VILLAGE, "990121001"]]  # fmt: skip
    with django_server(python, databases, url, port, units, cases, EVENTS):
        yield Contender("Django + fsm-2 + simple-history, PostgreSQL", kind, port, "/cases/{code}/{trigger}",
                        "/cases/{code}/history", codes)  # fmt: skip
    databases.drop(url)


def mediated(code: str, began: datetime) -> dict[str, object]:
    """A case in mediation as a row of the peer."""
    return {
        "code": code, "title": "宅基地边界", "category": "neighbour", "channel": "visit", "origin_id": GRID,
        "holder_id": VILLAGE, "chair": MEDIATOR.user, "level": 1, "highest": 1, "version": EVENTS,
        "state": "village_mediation.mediating", "opened_at": began.isoformat(),
        "due": (began + timedelta(days=30)).isoformat(),
    }  # fmt: skip


@contextmanager
def django_server(
    python: str, databases: Databases, url: str, port: int, units: list[list[object]],
    cases: list[dict[str, object]], rows: int,
) -> Iterator[None]:  # fmt: skip
    """The peer over these cases, each with so many history rows, until the block ends."""
    info = parts_of(url)
    environment = {"PEER_HOST": info["host"], "PEER_PORT": info["port"], "PEER_USER": info["user"],
                   "PEER_NAME": info["dbname"], "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": "",
                   **URL_ENVIRONMENT}  # fmt: skip
    told = json.dumps({"units": units, "cases": cases, "rows": rows})
    run_once([python, "prepare.py"], PEERS / "django", environment, told)
    databases.settle(url)
    command = [
        python,
        "-m",
        "gunicorn",
        "wsgi:application",
        f"--bind=127.0.0.1:{port}",
        "--log-level=warning",
        *GUNICORN,
    ]
    with running(lambda: Process(command, PEERS / "django", environment)) as (server,):
        server.ready(port)
        yield


def library_environment(url: str) -> dict[str, str]:
    """How the library is told of a database; everything else as it is by default."""
    if url.startswith("sqlite"):
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": url.removeprefix("sqlite:///")}
    info = parts_of(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_DBNAME": info["dbname"],
        "POSTGRES_HOST": info["host"], "POSTGRES_PORT": info["port"], "POSTGRES_USER": info["user"],
        "POSTGRES_PASSWORD": "-",
    }  # fmt: skip


NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
