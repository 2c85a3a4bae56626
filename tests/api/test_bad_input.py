"""Nothing that somebody sends makes the server fail: it is answered with a problem that says what would be right."""

from __future__ import annotations

import json
from itertools import product

from api.examples import REPORTER
from tests.api.conftest import body_of

HUGE = 10**400
ODD = (
    b"",
    b"[]",
    b"null",
    b"{",
    b'{"actor":',
    b"\xff\xfe\x00",
    b'"\xed\xa0\x80"',
    b"[" * 100_000,
    str(HUGE).encode(),
    b'{"facts": NaN, "actor": Infinity}',
    json.dumps({"actor": REPORTER, "facts": {"title": "\ud800"}}).encode(),
    json.dumps({"actor": REPORTER, "facts": {"title": "a\0"}}).encode(),
    json.dumps({"actor": [[[[]]]], "facts": {"parties": {"subject": HUGE}}}).encode(),
)


PATHS = (
    "/disputes/report",
    "/disputes/D-1/offer",
    "/cases/D-1/reveal",
    "/cases/D-1/letters/preview",
    "/cases/D-1/letters/1/copy",
    "/units",
)


def test_an_odd_body_is_answered_with_a_problem(web):
    web.client.headers.update(web.people.bearer(REPORTER))
    for body, path in product(ODD, PATHS):
        answer = web.client.post(
            f"/api/v1{path}", content=body, headers={"If-Match": "*", "Content-Type": "application/json"}
        )
        unknown = 404 if "D-1" in path else 422  # facts are looked at once the case is there
        assert answer.status_code in (400, 422, unknown), (body[:50], path, answer.text)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["remedy"]


OUT_OF_BOUNDS = (
    ("title", "长" * 20_001),
    ("onset", "9999-12-31"),
    ("onset", "0001-01-01"),
    ("parties", [{"subject": "张三"}]),
    ("parties", [{"subject": "S-1", "name": "张三"}]),
    ("parties", [{"subject": "S-1"}] * 201),
    ("complex_110", "perhaps"),
    ("severity", 3),
)


def test_a_fact_out_of_bounds_is_named(web):
    for field, value in OUT_OF_BOUNDS:
        answer = web.send("POST", "/disputes/report", body_of("dispute_report", **{field: value}))
        assert answer.status_code == 422, (field, value)
        assert answer.json()["field"].startswith(f"facts.{field}")


ADDRESSES = (
    "/cases/%00",
    "/cases/%FF%FE",
    "/cases/" + "x" * 500,
    "/cases/D-1?version=99999999999999999999999",
    "/cases/D-1?version=-1",
    "/worklist?q=%00",
    "/worklist?level=9999999999999999999999999",
    "/worklist?limit=0",
    "/worklist?unit=nowhere",
    "/worklist?allowed=perhaps",
    "/deadlines?within=1e9",
    "/figures/containment?from=2026-13-01",
    "/figures/containment?from=9999-01-01&to=0001-01-01",
    "/figures/nonsense",
    "/figures/containment?by=moon",
    "/policies/CN-2022/999999999999999999999",
    "/policies/explain?rule=P-HANDLE&start=9999-12-31T23:59:59Z",
    "/policies/explain?rule=P-HANDLE&start=2026-01-01T00:00:00Z&length=9999999 CD",
    "/policies/explain?rule=NO&start=2026-01-01T00:00:00Z",
    "/units/%00",
    "/units/none?on=0001-01-01",
    "/workflows/none",
    "/events?after=99999999999999999999999",
    "/nothing",
)


def test_an_odd_address_is_answered_with_a_problem(web):
    for address in ADDRESSES:
        answer = web.client.get(f"/api/v1{address}")
        assert answer.status_code in (400, 404, 422), (address, answer.text)
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert web.get("/worklist", q="\ufffd")["items"] == []  # what is left of a broken character finds nothing


UNKNOWN = (
    ("/worklist?unti=330604", "query.unti", "unit"),
    ("/worklist?unit=330604&sevrity=minor", "query.sevrity", "severity"),
    ("/cases/D-1?verison=1", "query.verison", "version"),
    ("/workflows/dispute?page=2", "query.page", "no parameters"),
)


def test_a_parameter_that_there_is_not_is_named_with_the_nearest(web):
    for address, field, nearest in UNKNOWN:
        answer = web.client.get(f"/api/v1{address}")
        assert (answer.status_code, answer.json()["field"]) == (422, field), address
        assert nearest in answer.json()["remedy"] and answer.json()["remedy_zh"]


def test_what_is_not_yet_cannot_be_asked_for(web):
    code = web.report()
    later = web.client.get(f"/api/v1/cases/{code}", params={"version": 99})
    assert (later.status_code, later.json()["field"]) == (422, "version")
    assert web.client.get(f"/api/v1/cases/{code}", params={"version": 1}).status_code == 200
    known = web.client.get("/api/v1/figures/containment", params={"known_at": "2199-01-01T00:00:00Z"})
    assert (known.status_code, known.json()["field"]) == (422, "known_at")


HEADERS = (
    {"If-Match": '"' + "9" * 400 + '"'},
    {"If-Match": 'W/"1"'},
    {"Idempotency-Key": ""},
    {"Idempotency-Key": "k" * 201},
    {"Prefer": "wait=99999"},
    {"Prefer": "wait=x, respond-async"},
    {"Gridcase-Position": "-1"},
    {"Gridcase-Position": "9" * 30},
)


def test_odd_headers_never_break_the_server(web):
    note = body_of("dispute_link", actor=REPORTER, other=web.report())
    code = web.report()
    for headers in HEADERS:
        posted = web.client.post(
            f"/api/v1/disputes/{code}/link",
            json=note,
            headers={"If-Match": "*"} | web.people.bearer(REPORTER) | headers,
        )
        assert posted.status_code in (200, 422), (headers, posted.text)
        assert web.client.get("/api/v1/worklist", headers=headers).status_code in (200, 422)
    assert web.client.get("/api/v1/events", headers={"Last-Event-ID": "abc"}).status_code == 422


def test_a_body_longer_than_any_command_is_turned_away(web):
    answer = web.client.post("/api/v1/disputes/report", content=b" " * 1_000_001, headers={"If-Match": "*"})
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:gridcase:problem:too-large")


def test_a_position_that_the_log_never_had_is_named(web):
    answer = web.client.get("/api/v1/worklist", headers={"Gridcase-Position": "4000000"})
    assert (answer.status_code, answer.json()["field"]) == (422, "Gridcase-Position")
