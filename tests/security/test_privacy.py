"""Nobody's name, number or address is anywhere but behind the recorded look: on no page, in no file, stream, log or header."""

from __future__ import annotations

import io
import json
import logging
from collections import deque
from typing import Any
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient

from api.access.signed import COOKIE, Said
from api.openapi import document
from api.routes.events import teller
from api.stream import Stream
from domain.case import case_id
from eventlog.credentials import digest
from eventlog.identity import Identity
from eventlog.masking import mask
from gridcase import logs
from tests.pages.test_every_page import LINK, MOST, NO_PAGE
from tests.support.poisoned import poisoned
from tests.support.workbench import PEOPLE, Workbench

MARKS = ("司徒独一", "欧阳无双", "13900007777", "13900008888", "330604199001017777", "独一巷")
WHO = [
    Identity("S-1", "person", "司徒独一", "330604199001017777", "13900007777", "独一巷 7 号"),
    Identity("S-2", "person", "欧阳无双", "", "13900008888", ""),
    Identity("S-3", "person", "司徒独一", "330604199001017777", "13900007777", "独一巷 7 号"),
]
WRITTEN = "司徒独一（330604199001017777）在独一巷 7 号与邻居争执，电话13900007777"
VALUES = {"name": "containment", "type": "dispute", "id": "CN-2022", "version": "1"}


@pytest.fixture(scope="module")
def marked(module_bench: Workbench) -> tuple[Workbench, list[str]]:
    """Cases full of people: what opens them goes through the service, every other event says what the service would."""
    # `poisoned` writes facts past the service: masked here as there, so that it is the pages that are tried.
    codes = poisoned(module_bench, WRITTEN, WHO, mask(WRITTEN, WHO))
    return module_bench, list(codes)


def marks_in(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text]


def told_by(answer: Any) -> str:
    """Everything that an answer says: its headers, its text, the texts of a packed file."""
    content = answer.content
    if content.startswith(b"PK"):
        with ZipFile(io.BytesIO(content)) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
    return f"{dict(answer.headers)} {content.decode('utf-8', 'replace')}"


def test_the_log_holds_no_mark(marked: tuple[Workbench, list[str]]) -> None:
    bench, codes = marked
    rows = bench.service.log.recorder.query("SELECT state FROM events")
    assert marks_in(b"".join(bytes(row[0]) for row in rows).decode("utf-8", "replace")) == []
    assert len(bench.service.log.history(case_id(codes[0]), 0)) > 30


@pytest.mark.parametrize("user", ["li.mediator", "wu.handler", "sun.supervisor", "lu.privacy", "admin", ""])
def test_no_page_shows_anybody(marked: tuple[Workbench, list[str]], user: str) -> None:
    bench, codes = marked
    wrong, met = [], 0
    with bench.client(user) as client:
        starts = ["/help", "/cases?closed=true", "/work", "/deadlines", "/dashboard", "/cases?q=司徒"]
        starts += [f"/cases/export/{form}" for form in ("csv", "xlsx")] + [
            f"/deadlines/export/{form}" for form in ("csv", "xlsx")
        ]
        steps = (
            "",
            "/letters",
            "/receipt",
            "/reveal",
            "/note_progress",
            "/correct",
            "/merge",
            "/link",
            "/issue_letter",
        )
        starts += [f"/cases/{code}{step}" for code in codes for step in steps]
        todo, seen = deque(starts), set(starts)
        while todo and len(seen) < MOST:
            path = todo.popleft()
            answer = client.client.get(path)
            # No workflow extends a term that never began, as the events of these cases do.
            failed = answer.status_code >= 500 and not path.endswith("/letters/extension")
            wrong += [f"{path}: {answer.status_code}"] if failed else []
            said = told_by(answer).replace("/cases?q=司徒", "")
            wrong += [f"{path}: {mark}" for mark in marks_in(said)]
            met += any(code in said for code in codes)
            for link in LINK.findall(
                answer.text if answer.headers.get("Content-Type", "").startswith("text/html") else ""
            ):
                if link.startswith("/") and link not in seen and not link.startswith(NO_PAGE):
                    seen.add(link)
                    todo.append(link)
    assert wrong == []
    assert met > 5 or user in ("", "admin")


def test_no_answer_of_the_api_no_stream_no_metric_and_no_line_of_a_log_tells_of_anybody(
    marked: tuple[Workbench, list[str]],
) -> None:
    bench, codes = marked
    paths = [
        path
        for path, ways in json.loads(document())["paths"].items()
        if "get" in ways and not path.endswith("/events")
    ]
    root, lines = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    logs.begin("debug", "json", lines)
    wrong, statuses = [], []
    try:
        with TestClient(bench.app) as client:
            for user in PEOPLE:
                headers = {
                    "Cookie": f"{COOKIE}={bench.session(user)}",
                    "Gridcase-CSRF": f"csrf-of-{user}",
                    "If-Match": "*",
                }
                for path in paths:
                    for code in codes if "/cases/{code}" in path else ["330604-100"]:
                        query = (
                            "?rule=P-HANDLE&start=2026-01-01T00:00:00Z" if path.endswith("explain") else ""
                        )
                        answer = client.get(path.format(code=code, **VALUES) + query, headers=headers)
                        statuses.append(answer.status_code)
                        wrong += [(user, path, mark) for mark in marks_in(told_by(answer))]
                for (
                    code
                ) in codes:  # refused or not: what is sent names nobody, so nothing that comes back may
                    kind = "disputes" if code.startswith("D") else "petitions"
                    for trigger in ("accept", "resolve", "reveal", "merge"):
                        answer = client.post(
                            f"/api/v1/{kind}/{code}/{trigger}", json={"facts": {}}, headers=headers
                        )
                        wrong += [(user, trigger, mark) for mark in marks_in(told_by(answer))]
                signed = bench.context.door.look_up(Said("session", digest(bench.session(user)), ""))
                assert signed is not None
                frames = Stream(bench.context, signed, None, 0, teller(bench.context)).next_told(
                    signed, None
                )[0]
                wrong += [(user, "stream", mark) for mark in marks_in(frames.decode())]
            wrong += [("", "/metrics", mark) for mark in marks_in(client.get("/metrics").text)]
    finally:
        root.handlers[:], root.level = before, level
        for name in logs.OURS:
            logging.getLogger(name).setLevel(logging.NOTSET)
    assert wrong == [] and statuses.count(200) > 100
    assert marks_in(lines.getvalue()) == [] and not any(code in lines.getvalue() for code in codes)


def test_what_is_told_beside_the_facts_names_nobody_either(marked: tuple[Workbench, list[str]]) -> None:
    """Reason, legal basis, correlation and a number of one's own: each may be typed, each is kept."""
    bench, _ = marked
    headers = {"Gridcase-CSRF": "csrf-of-chen.reporter"}
    body: dict[str, Any] = {
        "people": [{"subject_id": "S-9", "name": "欧阳无双", "phone": "13900007777"}],
        "facts": {"origin": "330604-101-01", "channel": "visit", "title": "欧阳无双来访", "category": "neighbour",
                  "parties": [{"subject": "S-9"}]},
        "reason": "欧阳无双要求", "basis": "欧阳无双所述", "correlation": "欧阳无双13900007777",
    }  # fmt: skip
    with bench.client("chen.reporter") as client:
        numbered = client.client.post(
            "/api/v1/disputes/report", json=body | {"code": "tel-13900007777"}, headers=headers
        )
        assert (numbered.status_code, numbered.json()["field"]) == (422, "code") and not marks_in(
            numbered.text
        )
        done = client.client.post("/api/v1/disputes/report", json=body, headers=headers)
        assert done.status_code == 201
        code = done.json()["case"]
    (opened, *_) = bench.service.log.history(case_id(code), 0)
    assert marks_in(str(vars(opened.event))) == []
    assert "⟦S-9:name⟧" in opened.event.entry.reason and "⟦S-9:phone⟧" in opened.event.entry.correlation


def test_each_way_to_look_is_recorded_before_it_shows(marked: tuple[Workbench, list[str]]) -> None:
    """By the API and on a page; letters have tests of their own (tests/letters, tests/pages/test_letters.py)."""
    bench, (dispute, _) = marked

    def looks() -> list[tuple[str, str, str]]:
        events = [one.event for one in bench.service.log.history(case_id(dispute), 0)]
        return [
            (e.entry.actor.user, e.subject, e.purpose) for e in events if e.TOPIC == "case.identity_revealed"
        ]

    with bench.client("li.mediator") as client:
        headers = {"Gridcase-CSRF": client.csrf}
        for n, (send, shown) in enumerate((
            (lambda: client.client.post(f"/api/v1/cases/{dispute}/reveal", json={"subject": "S-1", "purpose": "通知"},
                                        headers=headers), "司徒独一"),
            (lambda: client.post(f"/cases/{dispute}/reveal", [("csrf", client.csrf), ("facts.subject", "S-2"),
                                                             ("facts.purpose", "通知")]), "欧阳无双"),
        ), 1):  # fmt: skip
            before = looks()
            answer = send()
            assert answer.status_code == 200 and shown in answer.text, answer.text[:500]
            assert answer.headers["Cache-Control"] == "no-store"
            assert looks() == [*before, ("li.mediator", f"S-{n}", "通知")]
    with bench.client(
        "sun.supervisor"
    ) as client:  # who may not look is shown nothing, and nothing is recorded
        before = looks()
        asked = {"subject": "S-1", "purpose": "通知"}
        refused = client.client.post(
            f"/api/v1/cases/{dispute}/reveal", json=asked, headers={"Gridcase-CSRF": client.csrf}
        )
        assert refused.status_code == 403 and not marks_in(refused.text) and looks() == before
