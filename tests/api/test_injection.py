"""What is asked is a value and never a statement; what is told in a log is one line, whatever somebody sent."""

from __future__ import annotations

import json
import logging
import re
from io import StringIO
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from api.examples import REPORTER
from api.openapi import document
from gridcase import logs

STATEMENTS = (
    "' OR 1=1 --",
    "' OR '1'='1",
    '" OR ""="',
    "'; DROP TABLE events; --",
    "1) UNION SELECT * FROM accounts --",
    "%",
    "_",
    "\\",
    "*",
    "a' & b | !c:* <-> d",
    'NEAR("a" "b") OR col:x^2',
    "{alpha}' || pg_sleep(9) || '",
    "$1 :q ?",
)
ALL_OR_NOTHING = (
    "q",
    "person",
    "state",
    "stage",
    "reporter",
    "holder",
    "unit",
)  # a filter that matches nothing
ENDLESS = "/api/v1/events"
DRIVERS = re.compile(r"sqlite3|psycopg|syntax error|OperationalError|sqlalchemy|SELECT ", re.IGNORECASE)


def questions() -> list[tuple[str, list[str]]]:
    """Every address that can be read, with the parameters that take a text."""
    told = json.loads(document())
    shared = told["components"]["parameters"]
    found = []
    for path, ways in told["paths"].items():
        if "get" in ways and path != ENDLESS:
            asked = [
                shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
                for one in ways["get"].get("parameters", ())
            ]
            found.append((path, [one["name"] for one in asked if one["in"] == "query"]))
    return found


def test_a_statement_in_a_filter_a_sort_key_a_cursor_or_an_address_is_a_value(web: Any, context: Any) -> None:
    code = web.report()
    tables = set(sa.inspect(context.reads).get_table_names())
    everything = [one["code"] for one in web.get("/worklist")["items"]]
    assert everything == [code]
    wrong = []
    for path, parameters in questions():
        for n, text in enumerate(STATEMENTS):
            address = re.sub(r"\{\w+\}", lambda _, text=text: quote(text, safe=""), path)  # type: ignore[misc]
            plain = path.replace("{code}", code).replace("{name}", "containment").replace("{type}", "dispute")
            plain = plain.replace("{id}", "CN-2022").replace("{version}", "1")
            asked: list[tuple[str, dict[str, str]]] = [(address, {})] if address != path else []
            # One statement for each parameter, another for each at the next address: all meet all in few requests.
            asked += [
                (plain, {name: text}) for k, name in enumerate(parameters) if (k + n) % 5 == 0 or name == "q"
            ]
            for where, query in asked:
                answer = web.client.get(where, params=query)
                if answer.status_code >= 500 or DRIVERS.search(answer.text.replace(text, "")):
                    wrong.append((where, query, answer.status_code, answer.text[:200]))
    assert wrong == []
    for text in STATEMENTS:
        assert code not in web.client.get("/api/v1/worklist/export", params={"q": text}).text
    for name in ALL_OR_NOTHING:
        for text in STATEMENTS:
            answer = web.client.get("/api/v1/worklist", params={name: text})
            assert answer.status_code in (200, 404) and answer.json().get("items", []) == [], (name, text)
    assert set(sa.inspect(context.reads).get_table_names()) == tables
    assert [one["code"] for one in web.get("/worklist")["items"]] == [code]


FORGED = 'x\r\n2026-01-01 12:00:00 error   forged\n{"level": "error", "event": "forged"}\x1b[2Jx\u2028x'


def test_no_line_of_a_log_is_forged(web: Any) -> None:
    for form in ("json", "text"):
        root, told = logging.getLogger(), StringIO()
        before, level = root.handlers[:], root.level
        logs.begin("debug", form, told)
        try:
            web.client.get("/" + quote(FORGED))
            web.client.get("/api/v1/worklist", params={"q": FORGED, FORGED: "x"})
            web.client.post("/sign-in", data={"user": FORGED, "password": FORGED, "next": FORGED})
            web.client.post("/status", data={"case": FORGED, "query": FORGED})
            said = {
                "Gridcase-Office": "forged\t",
                "User-Agent": "forged",
                "X-Forwarded-For": "forged",
                "X-Correlation-Id": "a b",
            }
            web.client.get("/api/v1/units", headers=said)
            web.send(
                "POST", "/disputes/report", {"actor": REPORTER, "facts": {"title": FORGED, "origin": FORGED}}
            )
            logging.getLogger("gridcase.api").error(
                "the log cannot be read: %s", FORGED, extra={"told": {"x": FORGED}}
            )
        finally:
            root.handlers[:], root.level = before, level
            for name in logs.OURS:
                logging.getLogger(name).setLevel(logging.NOTSET)
        lines = told.getvalue().split("\n")[:-1]
        assert len(lines) >= 7
        if form == "json":
            assert all(json.loads(line)["event"] != "forged" for line in lines)
        else:
            assert all(re.match(r"\d\d:\d\d:\d\d (debug|info|warning|error) ", line) for line in lines), lines
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", told.getvalue())
