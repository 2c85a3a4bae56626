"""Clerks who go on working whatever breaks: they send commands, note what they were told, and ask again with the same key.

What a clerk was told is what the installation has promised; ledger.py compares it with the log.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from api.examples import GRID, REPORTER
from domain.account import Reach
from domain.actor import Actor
from domain.case import Entry
from domain.terms import Role, UnitKind
from eventlog.credentials import Credentials, TokenRow, digest
from eventlog.log import open_log, utc_now
from tests.support.keys import KEYS
from tests.support.programs import Answer, Silent, ask
from workflows.accounts import CONSOLE, Accounts, Enrolled
from workflows.service import Service

CLERK, TOKEN = REPORTER["user"], "gct_of_the_clerks"
KNOWN = {"Authorization": f"Bearer {TOKEN}"}
FOUNDED = date(2000, 1, 1)
COMMANDS_PER_CASE = 12
PAUSE = 0.05  # seconds before somebody who got no answer asks again
SLOWEST = 20.0  # seconds after which a command must have been answered, or refused with a clear error
UNITS = (
    ("330604", UnitKind.COUNTY, ""),
    ("330604-100", UnitKind.TOWN, "330604"),
    ("330604-101", UnitKind.VILLAGE, "330604-100"),
    (GRID, UnitKind.GRID, "330604-101"),
)


def settle(database_url: str) -> None:
    """An empty database becomes a district with one grid."""
    log = open_log(database_url, keys=KEYS)
    log.prepare()
    service = Service(log)
    entry = Entry(Actor("admin", Role.ORG_ADMIN, "330604"), utc_now())
    for code, kind, parent in UNITS:
        service.reference.create_unit(code, code, kind, effective=FOUNDED, entry=entry, parent=parent)
    Accounts(log, service.reference).enrol(
        [Enrolled(CLERK, CLERK, Role.REPORTER, GRID)], since=FOUNDED, by=CONSOLE
    )
    token = TokenRow("clerks", digest(TOKEN), CLERK, Reach.ACT, "", datetime(2100, 1, 1, tzinfo=UTC))
    Credentials(log.recorder).put_token(token)
    log.close()


@dataclass
class Told:
    """One command: how often it was sent, and the answer that acknowledged it, if one came."""

    key: str
    trigger: str
    tries: int = 0
    answer: dict[str, Any] | None = None
    replayed: bool = False  # it was acknowledged on a later try, and had been recorded by an earlier one
    given_up: bool = False  # never asked again: it may be recorded or not


@dataclass
class Ledger:
    """What all clerks were told. Written by them, read when they have stopped."""

    told: list[Told] = field(default_factory=list)
    improper: list[str] = field(default_factory=list)  # answers that nobody should ever get
    unavailable: int = 0  # 503
    silent: int = 0  # no answer at all
    slowest: float = 0.0  # seconds until an answer or a clear error
    acknowledged_at: list[float] = field(default_factory=list)  # by the performance counter

    @property
    def acknowledged(self) -> int:
        return len(self.acknowledged_at)


class Clerks:
    """`count` clerks in threads, at the servers that `ports` names at the moment."""

    def __init__(self, ports: Callable[[], list[int]], count: int, name: str = "c", seed: int = 1) -> None:
        self.ledger = Ledger()
        self._ports, self._name = ports, name
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self._threads = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(count)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 120.0) -> None:
        """No new commands; those that are open are asked again until they are answered."""
        self._stop.set()
        until = time.perf_counter() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.perf_counter()))
        assert not any(thread.is_alive() for thread in self._threads), "a command is never answered"

    def wait_acknowledged(self, more: int, seconds: float = 60.0) -> float:
        """Until so many more commands were acknowledged; answers how long it took."""
        began, wanted = time.perf_counter(), self.ledger.acknowledged + more
        while self.ledger.acknowledged < wanted:
            waited = time.perf_counter() - began
            assert waited < seconds, f"Nothing is acknowledged after {waited:.0f} s. {self._state()}"
            time.sleep(0.01)
        return time.perf_counter() - began

    def _state(self) -> str:
        found = self.ledger
        return f"503: {found.unavailable}, silent: {found.silent}, improper: {found.improper[-3:]}"

    def _work(self, clerk: int) -> None:
        numbers = itertools.count(1)
        first = None
        while not self._stop.is_set():
            case = self._report(f"{self._name}{clerk}-{next(numbers)}")
            if case is None:
                continue
            if first is None:
                first = case
                continue
            for _ in range(COMMANDS_PER_CASE):
                if self._stop.is_set():
                    return
                n = next(numbers)
                key = f"{self._name}{clerk}-{n}"
                facts = {"other": first, "relation": f"related {n}"}
                body = {"actor": REPORTER, "facts": facts}
                self._send(Told(key, "link"), f"/api/v1/disputes/{case}/link", body, {"If-Match": "*"})

    def _report(self, key: str) -> str | None:
        people = [{"subject_id": f"S-{key}", "name": "张三"}]
        parties = [{"subject": f"S-{key}"}, {"subject": "S-OTHER"}]
        facts = {
            "origin": GRID,
            "channel": "visit",
            "title": "界石",
            "category": "neighbour",
            "parties": parties,
        }
        body = {"actor": REPORTER, "people": people, "facts": facts}
        told = Told(key, "report")
        self._send(told, "/api/v1/disputes/report", body, {})
        return None if told.answer is None else str(told.answer["case"])

    def _send(self, told: Told, path: str, body: Any, headers: dict[str, str]) -> None:
        """Until it is acknowledged; one in five of those that got no answer is given up."""
        with self._lock:
            self.ledger.told.append(told)
            gives_up = self._random.random() < 0.2
        headers = {**headers, **KNOWN, "Idempotency-Key": told.key}
        while True:
            told.tries += 1
            port = self._ports()[hash(told.key) % len(self._ports())]
            began = time.perf_counter()
            try:
                answer: Answer | None = ask(port, "POST", path, body, headers, timeout=SLOWEST)
            except Silent:
                answer = None
            now = time.perf_counter()
            with self._lock:
                if self._taken(told, answer, now, now - began):
                    return
            if gives_up:
                told.given_up = True
                return
            time.sleep(PAUSE)

    def _taken(self, told: Told, answer: Answer | None, now: float, took: float) -> bool:
        ledger = self.ledger
        ledger.slowest = max(ledger.slowest, took)
        if answer is None:
            ledger.silent += 1
            return False
        if answer.status in (200, 201):
            told.answer, told.replayed = answer.json, "idempotency-replayed" in answer.headers
            ledger.acknowledged_at.append(now)
            return True
        if answer.status == 503 and answer.is_problem and answer.headers.get("retry-after"):
            ledger.unavailable += 1
            return False
        ledger.improper.append(
            f"{told.trigger} {told.key}, try {told.tries}: {answer.status} {answer.body[:600]!r}"
        )
        told.given_up = True
        return True


@contextmanager
def at_work(
    ports: Callable[[], list[int]], count: int = 4, name: str = "c", seed: int = 1
) -> Iterator[Clerks]:
    """Clerks who work as long as the block runs, and get every open command answered at its end."""
    clerks = Clerks(ports, count, name, seed)
    clerks.start()
    try:
        yield clerks
    finally:
        clerks.stop()
