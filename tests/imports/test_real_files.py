"""The real logs: what is known of them must be found in our log after the import."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.imports.cases import import_cases
from domain.clock import ClockStatus
from domain.deadline import due_on
from tests.imports.conftest import IMPORTER, MAPPINGS
from tests.support.real_data import real_file


def run(service, file, mapping):
    return import_cases(service, file, MAPPINGS / mapping, actor=IMPORTER).as_json()


def table(file):
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.timeout(300)
def test_traffic_fines_keep_order_variants_and_the_penalty_day_and_again_nothing(service):
    file = real_file("traffic_fines_eventdataR.csv")
    counts = {"cases": 10_000, "source_events": 34_724, "rejected": [], "unmapped": []}
    assert run(service, file, "traffic_fines.toml") == {
        **counts,
        "recorded_events": 34_724,
        "already_present": 0,
    }
    head = service.log.head()
    assert run(service, file, "traffic_fines.toml") == {
        **counts,
        "recorded_events": 0,
        "already_present": 34_724,
    }
    assert service.log.head() == head

    traces: dict[str, list[str]] = {}
    penalties, clocks, stream = {}, {}, dict[UUID, str]()
    for logged in service.log.read(0, limit=head, topic_prefix="case."):
        event = logged.event
        code = stream.setdefault(event.originator_id, getattr(event, "code", ""))
        traces.setdefault(code, []).append(event.activity)
        for clock in event.standing.clocks:
            clocks[code] = clock
        if event.activity == "Add penalty":
            penalties[code] = event.entry.occurred_at
    expected: dict[str, list[tuple[int, str]]] = {}
    for row in table(file):
        expected.setdefault("FINE-" + row["case_id"], []).append((int(row["seq"]), row["activity"]))
    assert traces == {code: [what for _, what in sorted(told)] for code, told in expected.items()}, (
        "in order of seq"
    )
    assert len(Counter(map(tuple, traces.values()))) == 44

    assert len(penalties) == len(clocks) == 4_635
    on_the_day = [code for code, at in penalties.items() if due_on(clocks[code], UTC) == at.date()]  # type: ignore[arg-type]
    assert len(on_the_day) == 4_635
    assert {clock.status for clock in clocks.values()} == {ClockStatus.MET}
    assert not any(clock.is_late(service.clock()) for clock in clocks.values())


def test_boston_requests_are_late_exactly_where_the_city_says_so(service):
    file = real_file("boston311-100.csv")
    rows = table(file)
    report = run(service, file, "boston311.toml")
    closed = sum(row["case_status"] == "Closed" for row in rows)
    assert (report["cases"], report["recorded_events"], report["rejected"]) == (100, 100 + closed, [])
    cases = {row["case_enquiry_id"]: service.case("B311-" + row["case_enquiry_id"]) for row in rows}
    times = [row[column] for row in rows for column in ("open_dt", "target_dt", "closed_dt") if row[column]]
    last = datetime.fromisoformat(max(times)).replace(tzinfo=UTC) + timedelta(hours=4)  # New York, in summer
    found = Counter(
        (row["case_status"], bool(case.clocks), any(clock.is_late(last) for clock in case.clocks.values()))
        for row, case in ((row, cases[row["case_enquiry_id"]]) for row in rows)
    )
    assert found == {
        ("Closed", True, False): 72,
        ("Closed", True, True): 5,
        ("Open", True, True): 12,
        ("Closed", False, False): 8,
        ("Open", False, False): 3,
    }
    for row in rows:
        late = any(clock.is_late(last) for clock in cases[row["case_enquiry_id"]].clocks.values())
        assert late == (row["ontime"] == "OVERDUE")
    assert {case.level for case in cases.values()} == {None} and {
        case.outcome for case in cases.values()
    } == {None}
    assert run(service, file, "boston311.toml")["recorded_events"] == 0
