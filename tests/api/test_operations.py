"""Health, the worker, and what happens when something fails: told, shown, and tried again."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

import api.worker
from api.app import create_app
from api.context import opened
from api.worker import Worker
from gridcase.settings import Settings
from tests.support.waiting import eventually


def test_ready_tells_database_worker_and_how_far_the_read_side_is(web):
    assert web.client.get("/healthz").json() == {"status": "ok"}
    web.report()
    web.get("/worklist")
    ready = web.client.get("/readyz")
    assert ready.status_code == 200
    assert {**ready.json(), "position": 0} == {
        "ready": True, "database": "ok", "schema": "ok", "worker": "ok", "reading": "ok", "signing": "ok",
        "position": 0, "lag": 0, "lag_seconds": 0.0,
    }  # fmt: skip


def test_not_ready_while_what_was_recorded_long_ago_cannot_be_read(web, context, now):
    context.worker.stop()
    context.worker = None  # it runs elsewhere, or should
    context.runner.run_until(context.service.log.head())
    web.report()
    assert web.client.get("/readyz").json()["ready"]
    now.instant += timedelta(minutes=10)
    late = web.client.get("/readyz")
    assert late.status_code == 503 and late.json()["lag"] == 1 and late.json()["lag_seconds"] == 600
    assert "is a worker running?" in late.json()["reading"]
    context.runner.step()
    assert web.client.get("/readyz").status_code == 200


def test_not_ready_when_a_newer_program_changed_the_tables(web, context):
    with context.service.log.recorder.transaction():
        context.service.log.recorder.run("UPDATE log_schema SET version = 99")
    told = web.client.get("/readyz")
    assert told.status_code == 503 and "upgrade the program" in told.json()["schema"]


def test_not_ready_when_the_database_is_gone(web, context, monkeypatch):
    def gone() -> int:
        raise OSError("host db-7.internal")

    monkeypatch.setattr(context.service.log, "head", gone)
    told = web.client.get("/readyz")
    assert told.status_code == 503 and told.json()["database"] == "OSError: the database does not answer"


def test_a_failing_projection_is_logged_shown_and_tried_again(web, context, caplog, monkeypatch):
    monkeypatch.setattr(api.worker, "SOONEST", 0.05)
    broken = {"yes": True}
    step = context.runner.step

    def failing() -> int:
        if broken["yes"]:
            raise RuntimeError("disk full")
        return step()

    monkeypatch.setattr(context.runner, "step", failing)
    web.report()
    assert eventually(lambda: web.client.get("/readyz").status_code == 503)
    assert "projections: RuntimeError: disk full" in web.client.get("/readyz").json()["worker"]
    assert "projections failed, and is tried again: RuntimeError: disk full" in caplog.text
    broken["yes"] = False
    assert eventually(lambda: web.client.get("/readyz").json()["worker"] == "ok")
    assert len(web.get("/worklist")["items"]) == 1


def test_a_worker_stops_within_a_second(context):
    worker = Worker(context.service, context.runner, sweep_every=3600)
    worker.start()
    began = time.perf_counter()
    worker.stop()
    assert not worker.alive
    assert time.perf_counter() - began < 1


def test_an_unexpected_failure_tells_nothing_of_the_inside(web, context, monkeypatch):
    def broken(code: str, version: int | None = None) -> None:
        raise ValueError("secret of the inside")

    monkeypatch.setattr(context.service, "case", broken)
    answer = web.client.get("/api/v1/cases/D-1")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:gridcase:problem:internal")
    assert "secret" not in answer.text


def test_the_app_opens_what_it_needs_and_closes_it(tmp_path):
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'own.db'}")
    app = create_app(settings)
    with TestClient(app) as client:
        assert client.get("/readyz").json()["worker"] == "ok"
        held = app.state.context
    assert not held.worker.alive
    assert (tmp_path / "own.key").exists()  # signs the cursors
    with pytest.raises(RuntimeError, match="tell its document only"), TestClient(create_app()):
        pass
    with opened(settings) as again:
        assert again.service.log.head() == 0
