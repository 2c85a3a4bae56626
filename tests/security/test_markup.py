"""What people write is text wherever it comes out: every event full of markup, every page, for a parser and for a browser."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from python_calamine import CalamineWorkbook

from api.examples import GRID, VILLAGE
from api.exports.files import harmless
from tests.imports.test_units import MAPPING
from tests.pages.test_every_page import LINK, MOST, NO_PAGE
from tests.support.browser import Visitors
from tests.support.poisoned import poisoned
from tests.support.workbench import Workbench, two_cases
from workflows.accounts import CONSOLE

ELEMENT = "stolen-mark"
EVIL = (
    f"\"'><{ELEMENT} onclick=stolen() style=color:red></textarea></title></option></script><script>window.stolen=1</script>"
    "<img src=x onerror=window.stolen=1>{{7*7}}{% raise %}\\u003cscript>"
)


@pytest.fixture(scope="module")
def evil(module_bench: Workbench) -> tuple[Workbench, list[str]]:
    """A township where every name, reason and fact is markup, and the addresses to begin at."""
    bench = module_bench
    accounts, _units = bench.context.accounts, bench.service.reference
    dispute, petition = poisoned(bench, EVIL)
    plain, _ = two_cases(bench)
    for user in ("li.mediator", "wu.handler", "admin"):
        accounts.rename(user, EVIL, by=CONSOLE)
    admin = {"actor": {"post": "org_admin"}, "effective": "2026-03-02", "reason": EVIL}
    headers = {"Gridcase-CSRF": "csrf-of-admin"}
    with bench.client("admin") as client:
        for unit in (VILLAGE, GRID):
            answer = client.client.post(
                f"/api/v1/units/{unit}/rename", json=admin | {"name": EVIL}, headers=headers
            )
            assert answer.status_code == 200, answer.text
        asked = [
            ("csrf", client.csrf),
            ("label", EVIL[:40]),
            ("reach", "read"),
            ("days", "7"),
            ("office", ""),
        ]
        assert client.post("/me/tokens", asked).status_code in (200, 422)
        files = {
            "file": (f"{EVIL}.csv", f"code,name\n{EVIL},\n"),
            "mapping": ("m.toml", MAPPING + f'\n"{ELEMENT}" = 1'),
        }
        assert (
            client.client.post(
                "/imports", data={"csrf": client.csrf, "kind": "units"}, files=files
            ).status_code
            == 303
        )
    with bench.client("li.mediator") as client:
        saved = client.post("/searches", [("csrf", client.csrf), ("name", EVIL[:40]), ("query", f"q={EVIL}")])
        assert saved.status_code == 303
    steps = (
        "note_progress",
        "refer_up",
        "agree",
        "correct",
        "merge",
        "issue_letter",
        "reveal",
        "report_danger",
        "link",
    )
    starts = [
        "/help",
        "/cases",
        "/work",
        "/deadlines",
        "/dashboard",
        "/imports",
        "/me",
        "/accounts",
        "/units",
    ]
    starts += [f"/cases/{code}" for code in (dispute, petition, plain)]
    starts += [
        f"/cases/{code}/{step}"
        for code in (dispute, petition, plain)
        for step in (*steps, "letters", "receipt")
    ]
    return bench, starts


class Elements(HTMLParser):
    """Gathers what no page of ours has: our mark as an element, scripts and styles of its own, what an event would start."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        said = dict(attrs)
        if tag == ELEMENT or (tag == "script" and not str(said.get("src", "")).startswith("/static/")):
            self.found.append(f"<{tag}>")
        if tag == "img" and said.get("src") == "x":
            self.found.append("<img>")
        self.found += [f"{tag} {name}" for name in names if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction"):
            if (
                str(said.get(name) or "")
                .strip()
                .lower()
                .startswith(("javascript:", "data:text", "//", "http:"))
            ):
                self.found.append(f"{tag} {name}={said[name]}")


def held_against(page: str) -> list[str]:
    reader = Elements()
    reader.feed(page)
    return reader.found + (["49 instead of {{7*7}}"] if "raise %}" in page and "{{7*7}}" not in page else [])


@pytest.mark.parametrize("user", ["li.mediator", "wu.handler", "sun.supervisor", "admin"])
def test_markup_that_people_wrote_is_text_on_every_page(evil: tuple[Workbench, list[str]], user: str) -> None:
    bench, starts = evil
    wrong, met = [], 0
    with bench.client(user, "en" if user < "m" else "zh") as client:
        todo, seen = deque(starts), set(starts)
        while todo and len(seen) < MOST + len(starts):
            path = todo.popleft()
            answer = client.client.get(path)
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            met += ELEMENT in answer.text
            wrong += [f"{path}: {said}" for said in held_against(answer.text)]
            for link in LINK.findall(answer.text):
                if link.startswith("/") and link not in seen and not link.startswith(NO_PAGE):
                    seen.add(link)
                    todo.append(link)
        for path in (f"/cases?q={EVIL}&unit={EVIL}&sort={EVIL}", f"/sign-in?next={EVIL}", f"/status?case={EVIL}",
                     f"/work?tab={EVIL}", f"/figures/{EVIL}", f"/{EVIL}", f"/help?lang={EVIL}&theme={EVIL}"):  # fmt: skip
            wrong += [f"{path}: {said}" for said in held_against(client.client.get(path).text)]
    assert wrong == []
    assert met > 5, "the pages show nothing of what was written: this test looks at the wrong ones"


def test_what_was_typed_wrong_comes_back_as_text(evil: tuple[Workbench, list[str]]) -> None:
    bench, starts = evil
    forms = [path for path in starts if path.count("/") == 3 and not path.endswith(("letters", "receipt"))]
    wrong = []
    for user, paths in (("li.mediator", [*forms, "/report"]), ("zhou.window", ["/register", "/status", "/sign-in"]),
                        ("admin", ["/units/new", f"/units/{VILLAGE}/rename", "/accounts", "/searches"])):  # fmt: skip
        with bench.client(user) as client:
            for path in paths:
                fields = [("facts.title", EVIL), ("facts.text", EVIL), ("reason", EVIL), ("occurred_at", EVIL), ("name", EVIL),
                          ("code", EVIL), ("case", EVIL), ("user", EVIL), ("unit", EVIL), ("on_behalf_of", EVIL),
                          ("version", EVIL), ("key", EVIL), (EVIL, EVIL), ("facts.parties.0.name", EVIL)]  # fmt: skip
                answer = client.post(path, [("csrf", client.csrf), *fields])
                assert answer.status_code < 500, (path, answer.text[:300])
                wrong += [f"{path}: {said}" for said in held_against(answer.text)]
                forged = client.post(path, [("csrf", "another"), *fields])  # everything typed comes back
                wrong += [f"{path} (403): {said}" for said in held_against(forged.text)]
    assert wrong == []


@pytest.fixture
def looking(evil: tuple[Workbench, list[str]], chromium_browser: Browser) -> Iterator[Visitors]:
    with evil[0].served() as address:
        visitors = Visitors(chromium_browser, evil[0], address)
        yield visitors
        visitors.close()
    wrong = [said for said in visitors.wrong if "the server responded with a status of 409" not in said]
    assert wrong == [], "a policy was violated, or a script failed"


def test_no_script_runs_in_a_browser_and_no_element_is_made(
    evil: tuple[Workbench, list[str]], looking: Visitors
) -> None:
    _, starts = evil
    dispute, petition = (
        path for path in starts if path.startswith("/cases/") and path.count("/") == 2 and path != starts[11]
    )
    pages: dict[str, list[str]] = {
        "li.mediator": [
            "/work",
            "/cases",
            f"/cases?q={ELEMENT}",
            dispute,
            f"{dispute}/note_progress",
            f"{dispute}/agree",
        ],
        "wu.handler": [petition, f"{petition}/letters", f"{petition}/correct"],
        "admin": ["/imports", "/me", "/units", f"/units/{VILLAGE}", "/accounts"],
        "sun.supervisor": ["/dashboard", "/deadlines"],
    }
    for user, paths in pages.items():
        page = looking(user, paths[0])
        for path in paths:
            page.goto(looking.address + path)
            untouched(page, path)


def untouched(page: Page, path: str) -> None:
    found = page.evaluate(f"[window.stolen, document.querySelectorAll('{ELEMENT}, img[src=x]').length]")
    assert found == [None, 0], path


def test_files_hold_no_formula_no_link_and_no_further_cell(module_bench: Workbench) -> None:
    formulas = ['=HYPERLINK("http://x")', "\u200b=1+1", '+1;=2\n=3\t=4,=5"=6', "http://evil.example", "-2+3"]
    for text in formulas:
        module_bench.do(
            "report",
            "",
            "chen.reporter",
            (),
            "dispute",
            origin=GRID,
            channel="visit",
            category="neighbour",
            title=text,
        )
    with module_bench.client("li.mediator") as client:
        for listed in ("worklist", "deadlines"):
            content = client.client.get(f"/api/v1/{listed}/export", params={"lang": "en"}).content
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]
            assert len({len(row) for row in rows}) == 1, "every line has the same cells"
            cells: list[Any] = [cell for row in rows for cell in row]
            assert all(cell == harmless(cell) or cell.startswith("'") for cell in cells)
            book = client.client.get(f"/api/v1/{listed}/export", params={"form": "xlsx"}).content
            assert b"<f>" not in book and b"hyperlink" not in book
            kept = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
            if listed == "worklist":
                assert set(formulas) <= {cell for row in kept for cell in row}
