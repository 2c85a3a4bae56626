"""The library's ProjectionRunner as in its tutorial: each event changes the view together with its tracking, one by one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.persistence import Tracking
from eventsourcing.popo import POPOTrackingRecorder
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier

from benchmarks.peers.tutorial.cases import Disputes


class View(Protocol):
    """A row per case: how many events it has, the last of them, and when."""

    def note(self, case: UUID, event: str, at: datetime, tracking: Tracking) -> None: ...


class InMemory(POPOTrackingRecorder):
    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[UUID, tuple[int, str, datetime]] = {}

    def note(self, case: UUID, event: str, at: datetime, tracking: Tracking) -> None:
        with self._database_lock:
            self._assert_tracking_uniqueness(tracking)
            self._insert_tracking(tracking)
            count = self.rows[case][0] if case in self.rows else 0
            self.rows[case] = (count + 1, event, at)


class InPostgres(PostgresTrackingRecorder):
    def __init__(self, datastore: PostgresDatastore, **more: Any) -> None:
        super().__init__(datastore, **more)
        table = SQL("{0}.{1}").format(Identifier(self.datastore.schema), Identifier("case_view"))
        create = "CREATE TABLE IF NOT EXISTS {0} (id uuid PRIMARY KEY, events int, last text, at timestamptz)"
        self.sql_create_statements.append(SQL(create).format(table))
        self.upsert = SQL(
            "INSERT INTO {0} VALUES (%s, 1, %s, %s) ON CONFLICT (id) DO UPDATE "
            "SET events = case_view.events + 1, last = excluded.last, at = excluded.at"
        ).format(table)

    def note(self, case: UUID, event: str, at: datetime, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self.upsert, (case, event, at), prepare=True)


class CaseView(Projection[Any]):
    name = "caseview"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        e = domain_event
        self.view.note(e.originator_id, type(e).__name__, e.timestamp, tracking)


VIEWS = {"in memory": (InMemory, "eventsourcing.popo"), "PostgreSQL": (InPostgres, "eventsourcing.postgres")}


def fill(environment: Mapping[str, str], cases: int) -> int:
    """So many cases of twelve events, for the runner to read. Answers how many events there are."""
    with Disputes(env=dict(environment)) as app:
        for n in range(cases):
            app.in_mediation(f"D2026-{n:05}", "G1", "V1", datetime(2026, 1, 1, tzinfo=UTC), waits=2)
        return app.recorder.max_notification_id() or 0


def project(environment: Mapping[str, str], view: str, upto: int) -> float:
    """Seconds from the start of the runner until the view has seen everything."""
    kind, module = VIEWS[view]
    told = {**environment, "CASEVIEW_PERSISTENCE_MODULE": module}
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Disputes, projection_class=CaseView, view_class=kind, env=told
    ) as runner:
        runner.wait(upto, timeout=600)
        return time.perf_counter() - began
