"""What every answer says to a browser: pages, data, files and errors alike."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.signed import COOKIE, SECURE_COOKIE
from api.pages.assets import address
from api.pages.security import DATA_POLICY, DOCS_POLICY, HEADERS, POLICY
from tests.support.workbench import Workbench, two_cases

STATIC, LIBRARY = address("pages.css"), "/static-offline-docs/swagger-ui.css"
KEPT = {STATIC: "public, max-age=31536000, immutable", LIBRARY: None}
AUDITOR = "xu.auditor"


@pytest.fixture(scope="module")
def bench(module_bench: Workbench) -> Workbench:
    return module_bench


def asked(bench: Workbench) -> list[tuple[str, str, str, int, str]]:
    """(method, address, who, status, policy)."""
    dispute, petition = two_cases(bench)
    page, data = POLICY, DATA_POLICY
    return [
        ("GET", "/sign-in", "", 200, page),
        ("GET", "/", "", 303, page),
        ("GET", "/cases", "", 303, page),
        ("GET", "/cases", AUDITOR, 200, page),
        ("GET", f"/cases/{dispute}", AUDITOR, 200, page),
        ("GET", f"/cases/{petition}/letters", AUDITOR, 200, page),
        ("GET", "/cases/export/csv", AUDITOR, 200, page),
        ("GET", "/cases/export/xlsx", AUDITOR, 200, page),
        ("GET", "/cases/none", AUDITOR, 404, page),
        ("GET", "/cases?unit=nowhere", AUDITOR, 422, page),
        ("GET", "/nowhere", "", 404, page),
        ("DELETE", "/work", "", 405, page),
        ("POST", "/me/office", AUDITOR, 403, page),
        ("POST", "/status", "", 404, page),
        ("GET", "/work?q=%00", AUDITOR, 400, page),
        ("GET", STATIC, "", 200, page),
        ("GET", "/static/../app.py", "", 404, page),
        ("GET", "/api/v1/units", "", 401, data),
        ("GET", "/api/v1/worklist", AUDITOR, 200, data),
        ("GET", f"/api/v1/cases/{dispute}/history", AUDITOR, 200, data),
        ("GET", "/api/v1/worklist/export", AUDITOR, 200, data),
        ("GET", "/api/v1/cases/none", AUDITOR, 404, data),
        ("GET", "/api/v1/worklist?limit=0", AUDITOR, 422, data),
        ("POST", "/api/v1/disputes/report", AUDITOR, 403, data),
        ("PUT", "/api/v1/units", "", 405, data),
        ("GET", "/api/v1/openapi.json", "", 200, data),
        ("GET", "/healthz", "", 200, data),
        ("GET", "/metrics", "", 200, data),
        ("GET", "/docs", "", 200, DOCS_POLICY),
        ("GET", LIBRARY, "", 200, data),
    ]


def ask(client: TestClient, bench: Workbench, method: str, path: str, user: str) -> Any:
    client.cookies.clear()
    if user:
        name = SECURE_COOKIE if client.base_url.scheme == "https" else COOKIE
        client.cookies.set(name, bench.session(user))
    accept = "application/json" if path.startswith("/api") else "text/html"
    return client.request(method, path, headers={"Accept": accept})


def test_every_answer_is_bounded_and_kept_by_nobody(bench: Workbench) -> None:
    wrong: list[object] = []
    with TestClient(bench.app, follow_redirects=False) as client:
        for method, path, user, status, policy in asked(bench):
            answer = ask(client, bench, method, path, user)
            told = dict(answer.headers)
            found = {name: told.get(name.lower()) for name in HEADERS}
            if (answer.status_code, told.get("content-security-policy"), found) != (status, policy, HEADERS):
                wrong.append((method, path, answer.status_code, told))
            if told.get("cache-control") != KEPT.get(path, "no-store"):
                wrong.append((method, path, "is kept", told.get("cache-control")))
            if {"server", "x-powered-by", "strict-transport-security"} & told.keys():
                wrong.append((method, path, "tells too much", told))
    assert wrong == []


def test_what_fails_unexpectedly_is_bounded_too(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(type(bench.context.names), "of_case", broken)
    monkeypatch.setattr(type(bench.service), "seen", broken)
    with TestClient(bench.app, raise_server_exceptions=False) as client:
        for path, policy in (("/cases/D-1", POLICY), ("/api/v1/cases/D-1", DATA_POLICY)):
            answer = ask(client, bench, "GET", path, AUDITOR)
            assert answer.status_code == 500 and "secret of the house" not in answer.text
            assert answer.headers["Content-Security-Policy"] == policy
            assert answer.headers["Cache-Control"] == "no-store"


def test_over_https_the_browser_comes_by_https_from_then_on_and_cookies_go_nowhere_else(
    bench: Workbench,
) -> None:
    with TestClient(bench.app, base_url="https://testserver") as client:
        for path in ("/cases", "/api/v1/units", "/docs", STATIC):
            headers = ask(client, bench, "GET", path, AUDITOR).headers
            assert headers["Strict-Transport-Security"] == "max-age=31536000"
        answer = ask(client, bench, "GET", "/help?lang=en&theme=dark", AUDITOR)
        cookies = answer.headers.get_list("set-cookie")
        assert len(cookies) == 2
        for cookie in cookies:
            assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    with TestClient(bench.app) as client:
        for cookie in ask(client, bench, "GET", "/help?lang=en&theme=dark", "").headers.get_list(
            "set-cookie"
        ):
            assert {"HttpOnly", "SameSite=lax"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2f..%2fapp.py", "/static/%2e%2e/%2e%2e/app.py", "/static/....//app.py", "/static//etc/passwd",
        "/static/..\\app.py", "/static-offline-docs/..%2fcore.py", "/static-offline-docs/%2e%2e/core.py",
        "/static-offline-docs//etc/passwd", "/cases/..%2f..%2fetc%2fpasswd/letters", "/cases/export/..%2f..%2fetc",
        "/cases/x/letters/..%2f..%2fsong", "/imports/..%2f..%2fetc", "/figures/..%2f..%2fetc", "/policies/..%2f/1",
        "/api/v1/workflows/..%2f..%2fdispute", "/api/v1/policies/..%2fCN-2022/1",
    ],
)  # fmt: skip
def test_no_address_leads_out_of_its_folder(bench: Workbench, path: str) -> None:
    with TestClient(bench.app, follow_redirects=False) as client:
        answer = ask(client, bench, "GET", path, "admin" if "imports" in path else AUDITOR)
        assert answer.status_code in (404, 422), answer.text[:200]
        assert not any(word in answer.text for word in ("import ", "root:", "FastAPI"))
