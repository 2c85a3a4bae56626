"""What one request leaves in log, metrics, spans and events: enough to find it again, and nothing about anybody."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.correlation import of
from gridcase import logs
from gridcase.settings import Settings
from tests.api.conftest import body_of
from tests.support.waiting import eventually

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What the program tells while the test runs, as JSON lines."""
    root = logging.getLogger()
    before, level, told = root.handlers[:], root.level, StringIO()
    logs.begin("info", "json", told)
    yield told
    root.handlers[:], root.level = before, level
    for name in logs.OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def told(lines: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def sample(text: str, line: str) -> float:
    """The value of a sample by its name with labels."""
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    assert found, f"{line} is not in:\n{text}"
    return float(found[1])


def test_the_caller_s_correlation_comes_back_and_is_in_the_event(web):
    answer = web.send("POST", "/disputes/report", body_of("dispute_report"), X_Correlation_Id="visit-7")
    assert answer.headers["X-Correlation-Id"] == "visit-7"
    code = answer.json()["case"]
    assert web.get(f"/cases/{code}/history")["items"][0]["correlation"] == "visit-7"
    traced = web.client.get("/healthz", headers={"traceparent": TRACE}).headers
    assert traced["X-Correlation-Id"] == TRACE.split("-")[1]
    assert traced["traceparent"].startswith(TRACE[:36]) and traced["traceparent"] != TRACE
    own = [web.client.get("/healthz").headers["X-Correlation-Id"] for _ in range(2)]
    assert own[0] != own[1] and all(re.fullmatch("[0-9a-f]{32}", one) for one in own)


def test_a_command_that_brings_its_own_correlation_keeps_it(web):
    body = body_of("dispute_report") | {"correlation": "import-3"}
    code = web.send("POST", "/disputes/report", body, X_Correlation_Id="visit-7").json()["case"]
    assert web.get(f"/cases/{code}/history")["items"][0]["correlation"] == "import-3"


def test_the_same_key_is_the_same_command_whatever_the_correlation(web):
    body = body_of("dispute_report")
    first, again = (
        web.send("POST", "/disputes/report", body, Idempotency_Key="k-1", X_Correlation_Id=visit)
        for visit in ("visit-1", "visit-2")
    )
    assert again.status_code == 201 and again.headers["Idempotency-Replayed"] == "true"
    assert first.json()["case"] == again.json()["case"]


@pytest.mark.parametrize("said", ["张三", "a b", "x" * 65, "", "a\x7f"])
def test_what_has_not_the_form_of_an_id_is_not_taken(said):
    assert of([(b"x-correlation-id", said.encode())]).id != said
    assert len(of([(b"traceparent", said.encode())]).trace) == 32


@pytest.mark.parametrize(
    "said",
    [
        "ff" + TRACE[2:],
        TRACE.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        TRACE[:-1],
        TRACE.upper(),
    ],
)
def test_a_traceparent_that_the_standard_forbids_begins_a_new_trace(said):
    assert of([(b"traceparent", said.encode())]).trace.upper() not in said.upper()


def test_one_line_per_request_tells_route_and_time_and_nothing_of_its_content(web, lines):
    code = web.report()
    web.client.get(f"/api/v1/cases/{code}", params={"text": "王五"}, headers={"X-Correlation-Id": "visit-8"})
    web.client.get("/healthz")
    web.client.get("/no/such/张三")
    requests = [line for line in told(lines) if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in requests] == [
        ("POST", "/api/v1/disputes/report", 201),
        (
            "GET",
            "/api/v1/cases/{code}",
            422,
        ),  # there is no such parameter; its value is told to whoever asked alone
        ("GET", "none", 404),
    ]
    assert requests[1]["correlation"] == "visit-8" and requests[1]["ms"] > 0
    assert set(requests[1]) == {
        "at",
        "level",
        "logger",
        "event",
        "correlation",
        "method",
        "route",
        "status",
        "ms",
    }
    for secret in ("王五", "张三", code, body_of("dispute_report")["facts"]["title"]):
        assert secret not in lines.getvalue()


def test_what_goes_wrong_is_told_once_with_the_correlation_of_its_request(web, context, monkeypatch, lines):
    def broken(code: str, version: int | None = None) -> None:
        raise ValueError("inside")

    monkeypatch.setattr(context.service, "case", broken)
    answer = web.client.get("/api/v1/cases/D-1", headers={"X-Correlation-Id": "visit-9"})
    assert answer.status_code == 500 and answer.headers["X-Correlation-Id"] == "visit-9"
    errors = [line for line in told(lines) if line["level"] == "error"]
    assert [line["correlation"] for line in errors] == ["visit-9"]
    assert "ValueError: inside" in errors[0]["exception"]


def test_on_a_terminal_lines_are_sentences():
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    def formatter(form: str, stream: StringIO) -> type:
        root = logging.getLogger()
        before, level = root.handlers[:], root.level
        logs.begin("info", form, stream)
        chosen = type(root.handlers[0].formatter)
        root.handlers[:], root.level = before, level
        return chosen

    assert formatter("auto", Terminal()) is logs.AsText
    assert formatter("auto", StringIO()) is formatter("json", Terminal()) is logs.AsJson
    assert formatter("text", StringIO()) is logs.AsText
    record = logging.makeLogRecord(
        {"msg": "request", "levelname": "INFO", "told": {"method": "GET", "route": "/readyz", "status": 200}}
    )
    assert logs.AsText().format(record).endswith(" info    request GET /readyz 200")


def test_metrics_count_requests_and_commands_by_what_they_are(web):
    code = web.report()
    assert web.fire(code, "offer").status_code == 200
    assert web.fire(code, "offer", version=1).status_code == 412
    assert web.fire(code, "conclude").status_code in (403, 404, 409)
    assert web.fire(
        code, "accept", actor={"user": "xu", "post": "reporter", "unit": "330604"}
    ).status_code in (403, 409)
    text = web.client.get("/metrics").text
    posted = 'gridcase_request_seconds_count{method="POST",route="/api/v1/disputes/{code}/offer",status="%s"}'
    assert (sample(text, posted % 200), sample(text, posted % 412)) == (1, 1)
    done = 'gridcase_commands_total{outcome="%s",trigger="%s"}'
    assert sample(text, done % ("recorded", "report")) == sample(text, done % ("recorded", "offer")) == 1
    assert sample(text, done % ("conflict", "offer")) == sample(text, done % ("refused", "accept")) == 1
    assert (
        sample(text, "gridcase_append_commands_count") == sample(text, "gridcase_append_seconds_count") >= 2
    )
    assert code not in text


def test_metrics_tell_how_far_the_read_side_is_and_what_the_worker_does(web, context):
    web.report()
    web.get("/worklist")
    text = web.client.get("/metrics").text
    head = context.service.log.head()
    assert (
        sample(text, "gridcase_log_position")
        == head
        == sample(text, 'gridcase_read_position{projection="worklist"}')
    )
    assert sample(text, 'gridcase_lag_events{projection="facts"}') == 0
    assert sample(text, 'gridcase_lag_seconds{projection="facts"}') == 0
    assert sample(text, "gridcase_worker_leads") == 1
    assert sample(text, "gridcase_database_up") == sample(text, "gridcase_worker_up") == 1
    assert sample(text, 'gridcase_worker_failing{part="projections"}') == 0
    assert sample(text, 'gridcase_sweep_total{result="missed"}') == 0
    assert sample(text, "gridcase_event_streams") == 0
    assert sample(text, 'gridcase_database_connections{of="reads",state="busy"}') >= 0
    context.worker.stop()
    context.runner.run_until(context.service.log.head())
    web.report()
    text = web.client.get("/metrics").text
    assert sample(text, 'gridcase_lag_events{projection="facts"}') == 1
    assert sample(text, "gridcase_worker_leads") == 0


def test_metrics_of_a_database_that_does_not_answer_say_so(web, context, monkeypatch):
    def gone() -> int:
        raise RuntimeError("gone")

    monkeypatch.setattr(context.service.log, "head", gone)
    answer = web.client.get("/metrics")
    assert answer.status_code == 200
    assert sample(answer.text, "gridcase_database_up") == 0 and "gridcase_lag_events" not in answer.text


def test_every_metric_is_in_the_documents(web):
    page = (Path(__file__).parents[2] / "docs/operations/monitoring.md").read_text(encoding="utf-8")
    names = re.findall(r"^# TYPE (gridcase_\w+) ", web.client.get("/metrics").text, re.MULTILINE)
    assert len(names) > 10
    assert [name for name in names if not name.endswith("_created") and f"`{name}`" not in page] == []


def test_a_served_app_counts_and_an_installation_may_decline(tmp_path, lines):
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'own.db'}", cursor_key=SecretStr("x"))
    with TestClient(create_app(settings)) as client:
        assert eventually(lambda: sample(client.get("/metrics").text, "gridcase_worker_up") == 1)
    with TestClient(create_app(settings.model_copy(update={"metrics": False}))) as client:
        assert client.get("/metrics").status_code == 404


def test_spans_tell_request_and_command_below_the_caller_s_trace(context, web):
    pytest.importorskip("opentelemetry.sdk", reason="needs the extra: pip install 'gridcase[otel]'")
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from api.tracing import Tracer

    kept = InMemorySpanExporter()
    context.tracer = context.service._tracer = Tracer(kept)
    answer = web.send("POST", "/disputes/report", body_of("dispute_report"), traceparent=TRACE)
    context.tracer.close()
    command, request = kept.get_finished_spans()
    assert (request.name, command.name) == ("POST /api/v1/disputes/report", "command report")
    assert request.context and request.parent and command.parent
    assert f"{request.context.trace_id:032x}" == TRACE.split("-")[1]
    assert f"{request.parent.span_id:016x}" == TRACE.split("-")[2]
    assert command.parent.span_id == request.context.span_id
    assert answer.headers["traceparent"].split("-")[2] == f"{request.context.span_id:016x}"
    assert dict(request.attributes or {}) == {
        "http.request.method": "POST", "http.route": "/api/v1/disputes/report", "http.response.status_code": 201,
    }  # fmt: skip
    assert dict(command.attributes or {}) == {"gridcase.trigger": "report", "gridcase.outcome": "recorded"}


def test_nothing_of_opentelemetry_is_imported_where_no_endpoint_is_set(tmp_path):
    program = (
        "import sys, gridcase.asgi\n"
        f"from gridcase.settings import Settings\nfrom api.context import opened\n"
        f"with opened(Settings(database_url='sqlite:///{tmp_path / 'x.db'}'), watched=True): pass\n"
        "assert not [m for m in sys.modules if m.startswith('opentelemetry.sdk')]"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
