"""What another site makes a signed-in browser send changes nothing: on no page, by no command."""

from __future__ import annotations

import json
from typing import Any

from fastapi.testclient import TestClient

from api import pages
from api.access.signed import COOKIE
from api.openapi import document
from tests.support.workbench import PEOPLE, Workbench

# Without a session they do what they do, and another site's is told apart by where it comes from (test_sign_in.py).
BEFORE_THE_SESSION = {"/sign-in", "/sign-in/set-up"}
BODY = b'{"facts": {}}'
FORGED_JSON: tuple[dict[str, Any], ...] = (
    {"content": BODY, "headers": {"Content-Type": "application/json"}},
    {"content": BODY, "headers": {"Content-Type": "text/plain", "Gridcase-CSRF": "csrf-of-somebody"}},
)


def forged_forms(user: str) -> tuple[dict[str, Any], ...]:
    """Without a token, with another's, and the right one where no form carries it."""
    plain = {"content": f"csrf=csrf-of-{user}".encode(), "headers": {"Content-Type": "text/plain"}}
    return {"data": {}}, {"data": {"csrf": ""}}, {"data": {"csrf": "csrf-of-somebody"}}, plain


def filled(path: str) -> str:
    for name, value in (("{name}", "assign"), ("{change}", "rename"), ("{trigger}", "note_progress"),
                        ("{kind}", "receipt"), ("{number}", "1"), ("{code}", "330604-100"), ("{id}", "x")):  # fmt: skip
        path = path.replace(name, value)
    return path


def test_no_form_is_taken_without_the_token_of_its_session(module_bench: Workbench) -> None:
    paths = {
        route.path  # type: ignore[attr-defined]
        for router in pages.ROUTERS
        for route in router.routes
        if "POST" in route.methods  # type: ignore[attr-defined]
    }
    assert len(paths) > 20
    with TestClient(module_bench.app, follow_redirects=False) as client:
        refused_everywhere(client, module_bench, {filled(one) for one in paths - BEFORE_THE_SESSION})


def test_no_command_is_taken_without_the_token_of_its_session(module_bench: Workbench) -> None:
    told = json.loads(document())["paths"]
    paths = {path for path, ways in told.items() for way in ways if way not in ("get", "head")}
    assert len(paths) > 100
    with TestClient(module_bench.app, follow_redirects=False) as client:
        refused_everywhere(client, module_bench, {filled(one) for one in paths}, as_json=True)


def refused_everywhere(client: TestClient, bench: Workbench, paths: set[str], as_json: bool = False) -> None:
    before = bench.service.log.head()
    for n, path in enumerate(sorted(paths)):
        user = sorted(PEOPLE)[n % len(PEOPLE)]
        for sent in FORGED_JSON if as_json else forged_forms(user):
            headers = {"Cookie": f"{COOKIE}={bench.session(user)}", "If-Match": "*"} | sent.get("headers", {})
            answer = client.post(path, **sent | {"headers": headers})
            assert (answer.status_code, answer.json()["rule"]) == (403, "csrf"), (
                path,
                sent,
                answer.text[:300],
            )
    assert bench.service.log.head() == before, "something was recorded"


def test_a_link_changes_nothing(module_bench: Workbench) -> None:
    """What a GET may record is that somebody took a list (decision 11), and nothing else."""
    before = module_bench.service.log.head()
    with module_bench.client("admin") as client:
        for path in (
            "/sign-out",
            "/me/sign-out-everywhere",
            "/units/330604-100/close",
            "/searches/delete",
            "/status",
        ):
            client.client.get(path)
        client.get("/units")
    assert module_bench.service.log.head() == before
