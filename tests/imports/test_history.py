"""However a foreign history arrives, piece by piece or at once, the case stands where the whole of it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.calendar import WorkCalendar
from domain.terms import Level, Outcome
from eventlog.log import open_log
from tests.imports.conftest import IMPORTER
from workflows.history import Activity, Begun, History, HistoryImport
from workflows.service import Service

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)

activities = st.builds(
    Activity,
    name=st.just("a"),
    at=st.just(BEGIN),
    reference=st.just(""),
    state=st.sampled_from(["", "", "closed", "village_mediation.mediating"]),
    level=st.sampled_from([None, Level.VILLAGE, Level.TOWNSHIP]),
    unit=st.sampled_from(["", "V1", "T1"]),
    outcome=st.sampled_from([None, None, None, Outcome.RESOLVED]),
    meets=st.sampled_from([(), ("F-X",), ("F-X", "F-Y")]),
    starts=st.lists(st.sampled_from([Begun("F-X", "10 CD"), Begun("F-Y", due=BEGIN)]), max_size=2).map(tuple),
)


@pytest.fixture(scope="module")
def importing():
    service = Service(open_log("sqlite:///:memory:"))
    service.log.prepare()
    return HistoryImport(service, "any", WorkCalendar.of({}, ZoneInfo("UTC")), actor=IMPORTER)


def standing(case):
    return case.state, case.level, case.holder, case.outcome, case.opened_at, case.clocks, case.imported


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(told=st.lists(activities, min_size=1, max_size=6), data=st.data())
def test_a_history_in_pieces_ends_where_the_whole_history_ends(importing, told, data):
    whole = [replace(a, at=BEGIN + timedelta(days=n), reference=str(n)) for n, a in enumerate(told)]
    first = data.draw(st.lists(st.sampled_from(whole), min_size=1, unique_by=lambda a: a.reference))
    first.sort(key=lambda a: a.at)
    at_once = importing.tell(None, History("H", "dispute", whole))
    in_pieces = importing.tell(
        importing.tell(None, History("H", "dispute", first)), History("H", "dispute", whole)
    )
    assert standing(in_pieces) == standing(at_once)
    assert len(in_pieces.pending_events) == len(whole)


def test_a_piece_that_holds_the_new_rows_only_goes_on_from_where_the_case_stands(importing):
    opened = Activity("open", BEGIN, "1", unit="V1", starts=(Begun("F-X", "10 CD"),))
    later = Activity("end", BEGIN + timedelta(days=3), "2", meets=("F-X",), outcome=Outcome.RESOLVED)
    case = importing.tell(None, History("H", "dispute", [opened]))
    importing.tell(case, History("H", "dispute", [later]))
    assert (case.state, case.holder, case.clocks["F-X"].status) == ("closed", "V1", "met")
