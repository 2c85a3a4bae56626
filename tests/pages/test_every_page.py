"""Every page that links lead to, for every post and in both languages: it is there, small, strict, and says what it is."""

from __future__ import annotations

import re
from collections import deque
from datetime import timedelta
from typing import Any

import pytest

from api.examples import GRID, VILLAGE
from api.pages.assets import assets
from eventlog.identity import Identity
from tests.support.township import Now
from tests.support.workbench import PEOPLE, Workbench

MOST = 120  # pages of one reader
LINK = re.compile(r'<a [^>]*href="([^"#?]*)[^"]*"')
NO_PAGE = ("/static/", "/docs", "/api/")
FIRST_LOAD = 30_000  # bytes, with everything that a page needs


@pytest.fixture
def township(bench: Workbench, now: Now) -> Workbench:
    """A township with a dispute in mediation and a petition that is handled."""
    people = [Identity("S-1001", "person", "张三"), Identity("S-1002", "person", "李四")]
    code = bench.do(
        "report", "", "chen.reporter", people, "dispute", origin=GRID, channel="visit", category="neighbour",
        title="宅基地边界起争执", parties=[{"subject": "S-1001"}, {"subject": "S-1002"}],
    ).case  # fmt: skip
    now.instant += timedelta(hours=1)
    bench.do("offer", code, "chen.reporter", unit=VILLAGE)
    bench.do("accept", code, "li.mediator", within_scope=True)
    bench.do(
        "receive", "", "zhou.window", [Identity("S-2001", "person", "王五")], "petition", origin="330604-100",
        channel="visit", title="补偿未发放", by_office=False, record="来访",
        parties=[{"subject": "S-2001", "part": "petitioner"}],
    )  # fmt: skip
    return bench


@pytest.mark.parametrize("user", sorted(PEOPLE))
def test_every_page_that_a_link_leads_to(township: Workbench, user: str) -> None:
    lang = "en" if user < "m" else "zh"
    with township.client(user, lang) as client:
        todo, seen, wrong = deque(["/help"]), {"/help"}, []
        while todo and len(seen) < MOST:
            path = todo.popleft()
            answer = client.client.get(path, headers={"Accept-Encoding": "gzip"})
            if answer.status_code in (302, 303, 307):
                found = [answer.headers["Location"].partition("?")[0]]
            elif not answer.headers["Content-Type"].startswith("text/html"):
                continue
            else:
                found = LINK.findall(answer.text)
                wrong += [f"{path}: {said}" for said in held_against(answer, lang)]
            for link in found:
                if link.startswith("/") and link not in seen and not link.startswith(NO_PAGE):
                    seen.add(link)
                    todo.append(link)
        assert wrong == []


def held_against(answer: Any, lang: str) -> list[str]:
    """What is wrong with the answer for a page."""
    found = [] if answer.status_code < 400 else [f"status {answer.status_code}"]
    if "default-src 'none'" not in answer.headers.get("Content-Security-Policy", ""):
        found.append("no content security policy")
    if answer.headers.get("Cache-Control") != "no-store":
        found.append("kept by a browser")
    if f'<html lang="{"en" if lang == "en" else "zh-CN"}"' not in answer.text:
        found.append("another language")
    if len(re.findall(r"<h1[ >]", answer.text)) != 1 or "<title>" not in answer.text:
        found.append("no heading, or more than one")
    files = sum(len(asset.packed) for asset in assets().values() if asset.name in answer.text)
    if int(answer.headers["Content-Length"]) + files > FIRST_LOAD:
        found.append(f"{answer.headers['Content-Length']} bytes")
    return found
