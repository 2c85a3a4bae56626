"""A served township on each database: the app with its worker, and a client that speaks for the people in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.context import Context, opened
from api.examples import EXAMPLES, GRID, TOWNSHIP, VILLAGE, by
from gridcase.settings import Settings
from tests.support.accounts import People
from tests.support.township import Now, at

COUNTY = "330604"
ADMIN = by("admin", "org_admin", "")  # of the whole house: before the first unit nobody can belong to one
AUDITOR = by("reader", "auditor", COUNTY)  # reads everything, and is the client where a test names nobody
UNITS = (
    (COUNTY, "县", "county", ""),
    (TOWNSHIP, "镇", "town", COUNTY),
    ("330604-100-C", "镇社会治理中心", "centre", TOWNSHIP),
    (VILLAGE, "村", "village", TOWNSHIP),
    (GRID, "第一网格", "grid", VILLAGE),
)
COMMON = {"S-1001": "张三", "S-1002": "李四"}


@pytest.fixture
def now() -> Now:
    return Now(at(3, 2))


@pytest.fixture
def context(database_url: str, now: Now, tmp_path: Path) -> Iterator[Context]:
    signing_key = tmp_path / "signing.key"
    signing_key.write_text(secrets.token_hex(32), encoding="ascii")
    settings = Settings(
        database_url=database_url,
        worker_inside=True,
        cursor_key=SecretStr("for tests"),
        master_key=SecretStr(secrets.token_hex(32)),
        signing_key_file=signing_key,
        sweep_every_seconds=3600,
        read_wait_seconds=30,
    )
    with opened(settings, now, watched=True) as context:
        yield context


@pytest.fixture
def web(context: Context) -> Iterator[Web]:
    with TestClient(create_app(context=context), raise_server_exceptions=False) as client:
        web = Web(client, People(context.accounts, context.door.forget))
        web.found()
        yield web


class Web:
    """A client with the habits of a careful one: it sends the version it saw, and reads what it wrote.

    It is whoever the body of a command names as its actor, by that user's own token; an auditor otherwise.
    """

    def __init__(self, client: TestClient, people: People) -> None:
        self.client, self.people = client, people
        self.position = 0

    def found(self) -> None:
        """Create the units of the township, and accounts for the people of the examples."""
        self.create(UNITS)
        for example in EXAMPLES.values():
            self.people.bearer(example["actor"])
        self.client.headers.update(self.people.bearer(AUDITOR))

    def create(self, units: Iterable[tuple[str, str, str, str]]) -> None:
        """Create units: code, name, kind, the unit above."""
        for code, name, kind, parent in units:
            body = {
                "actor": ADMIN,
                "effective": "2000-01-01",
                "code": code,
                "name": name,
                "kind": kind,
                "parent": parent,
            }
            assert self.send("POST", "/units", body).status_code == 201

    def report(self, **changes: Any) -> str:
        """Report the example dispute; answers with its code."""
        answer = self.send("POST", "/disputes/report", body_of("dispute_report", **changes))
        assert answer.status_code == 201, answer.text
        code: str = answer.json()["case"]
        return code

    def fire(self, code: str, trigger: str, version: int | str = "*", **changes: Any) -> Any:
        """Fire a trigger of a dispute with its example body, on the version given or on whatever there is."""
        return self.send(
            "POST", f"/disputes/{code}/{trigger}", body_of(f"dispute_{trigger}", **changes), version
        )

    def send(
        self, method: str, path: str, body: Any = None, version: int | str | None = "*", **headers: str
    ) -> Any:
        actor = body.get("actor") if isinstance(body, dict) else None
        said = self.people.bearer(actor) if actor and actor.get("user") else {}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        if version is not None:
            said["If-Match"] = version if isinstance(version, str) else f'"{version}"'
        answer = self.client.request(method, f"/api/v1{path}", json=body, headers=said)
        self.position = max(self.position, int(answer.headers.get("Gridcase-Position", 0)))
        return answer

    def get(self, path: str, by: dict[str, str] | None = None, **query: Any) -> Any:
        """Read, after what this client wrote is there to read; as somebody else than the auditor with `by`."""
        said = {"Gridcase-Position": str(self.position)} | (self.people.bearer(by) if by else {})
        answer = self.client.get(f"/api/v1{path}", params=query, headers=said)
        assert answer.status_code == 200, answer.text
        return answer.json()


def body_of(operation: str, **changes: Any) -> dict[str, Any]:
    """The example body of an operation with other facts; `actor` and the like are taken as members of the body."""
    body = deepcopy(EXAMPLES.get(operation, {"facts": {}}))
    members = {
        name: changes.pop(name)
        for name in list(changes)
        if name in ("actor", "people", "occurred_at", "reason")
    }
    body.setdefault("facts", {}).update(changes)
    return body | members
