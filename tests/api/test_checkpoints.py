"""The worker signs the log as it grows; where the log was changed it signs no more, and people go on working."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventlog import checkpoints, verify
from tests.support.tampering import intruding
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Nobody waits five seconds."""
    monkeypatch.setattr("api.worker.SIGN_EVERY", 0.05)


def sizes(context):
    return [one.size for one in checkpoints.kept(context.service.log.recorder)]


def test_the_worker_signs_the_first_event_and_then_what_a_day_has_brought(web, context, now):
    assert eventually(lambda: len(sizes(context)) == 1)
    web.report()
    head = context.service.log.head()
    assert sizes(context)[-1] < head
    now.instant += timedelta(days=1)
    assert eventually(lambda: sizes(context)[-1] == head)
    report = verify.log(context.service.log.recorder, context.settings.signing_keys())
    assert (report.good, report.signed) == (True, head)


def test_nothing_more_is_signed_over_a_changed_log_and_readiness_says_so_and_stays(
    web, context, now, database_url
):
    assert eventually(lambda: len(sizes(context)) == 1)
    web.report()
    web.get("/worklist")  # the read side has it: a projection stops where it cannot read
    with intruding(database_url) as intruder:
        intruder.run("UPDATE events SET state = ? WHERE position = ?", b"{}", context.service.log.head())
    before = sizes(context)
    now.instant += timedelta(days=1)
    assert eventually(lambda: "Tampered" in web.client.get("/readyz").json()["signing"])
    ready = web.client.get("/readyz")
    assert (ready.status_code, ready.json()["worker"]) == (200, "ok")
    assert sizes(context) == before
