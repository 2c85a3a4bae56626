"""The event stream on a real server: what happens, resumed where it was left, and no stream keeps a server alive."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator

import httpx2
import pytest
import uvicorn

from api.app import create_app
from gridcase.asgi import Server
from tests.api.conftest import AUDITOR
from tests.support.waiting import eventually


@pytest.fixture
def server(web, context) -> Iterator[Server]:
    """A server on a free port, over the township that `web` made."""
    app = create_app(context=context)
    server = Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=20), app)
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    assert eventually(lambda: server.started)
    yield server
    server.handle_exit(signal.SIGTERM, None)
    thread.join(10)


def address(server) -> str:
    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/api/v1"


def follow(web, server, count: int, **headers: str) -> list[dict[str, str]]:
    """The next events of a stream, as (id, event, data)."""
    found: list[dict[str, str]] = []
    headers |= web.people.bearer(AUDITOR)
    with httpx2.stream(
        "GET", f"{address(server)}/events?topic=dispute.", headers=headers, timeout=20
    ) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        one: dict[str, str] = {}
        for line in answer.iter_lines():
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                one[name] = value
                continue
            if one:
                found.append(one)
                one = {}
            if len(found) == count:
                break
    return found


def test_a_stream_tells_what_happens_and_resumes_after_the_last_event_that_was_seen(web, server):
    before = web.position
    code = web.report()
    web.fire(code, "offer")
    first, second = follow(web, server, 2, **{"Last-Event-ID": str(before)})
    assert [first["event"], second["event"]] == ["dispute.reported", "dispute.custody_offered"]
    told = json.loads(first["data"])
    assert (told["code"], told["type"], told["version"], told["state"]) == (code, "dispute", 1, "reported")
    assert set(told) <= {
        "position",
        "topic",
        "zh",
        "en",
        "type",
        "code",
        "version",
        "recorded_at",
        "state",
        "level",
        "holder",
    }
    assert "宅基地" not in first["data"]
    (resumed,) = follow(web, server, 1, **{"Last-Event-ID": first["id"]})
    assert resumed["id"] == second["id"]


def test_a_stream_without_a_place_begins_with_what_is_recorded_from_now_on(web, server):
    web.report()
    found: list[dict[str, str]] = []
    listener = threading.Thread(target=lambda: found.extend(follow(web, server, 1)))
    listener.start()
    assert eventually(lambda: bool(web_context(server).tail._listeners))
    code = web.report()
    listener.join(10)
    assert json.loads(found[0]["data"])["code"] == code


@pytest.mark.parametrize("path", ["/api/v1/events", "/live?after=0"], ids=["the API's", "a page's"])
def test_an_open_stream_does_not_keep_the_server_from_stopping(web, server, path):
    listening = threading.Event()
    ended = threading.Event()

    def listen() -> None:
        said = web.people.bearer(AUDITOR)
        where = address(server).removesuffix("/api/v1") + path
        with httpx2.stream("GET", where, headers=said, timeout=30) as answer:
            for _ in answer.iter_lines():
                listening.set()
        ended.set()

    threading.Thread(target=listen, daemon=True).start()
    assert listening.wait(5)
    began = time.perf_counter()
    server.handle_exit(signal.SIGTERM, None)
    next(thread for thread in threading.enumerate() if thread.name == "server").join(10)
    assert time.perf_counter() - began < 3
    assert ended.wait(2)


def web_context(server):
    return server.served.state.context
