"""The demonstration district: the same year every time, through every step of both tables, and fit to be shown."""

import hashlib
import re
from collections import Counter
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.letters.desk import Desk
from domain.calendar import TZ
from domain.case import Case
from domain.errors import Invalid
from domain.letter import LetterIssued, NumberTaken
from domain.terms import Level, Outcome, Severity, Source, UnitKind
from eventlog.identity import Identity
from eventlog.log import open_log
from gridcase.demo import dispute_paths, district, petition_paths
from gridcase.demo.accounts import demo_accounts
from gridcase.demo.letters import KINDS
from gridcase.demo.people import officials
from gridcase.demo.year import load_demo
from tests.support.notebook import Notebook
from workflows.dispute import DISPUTE
from workflows.petition import PETITION
from workflows.reference import Reference
from workflows.service import Service

SEALED = re.compile(
    r'"(digest|wording)":"[0-9a-f]{64}"'
)  # of a letter: they follow from the installation's own key
ENDS_ON = date(2026, 11, 24)
SMALL = 0.05
TARGET = {Severity.MINOR: Level.GRID, Severity.MAJOR: Level.VILLAGE, Severity.SERIOUS: Level.TOWNSHIP}


def load(path, ends_on=ENDS_ON, scale=SMALL, seed=1):
    return load_demo(
        lambda clock: open_log(f"sqlite:///{path}", clock=clock), ends_on=ends_on, scale=scale, seed=seed
    )


@pytest.fixture(scope="module")
def district_year(tmp_path_factory):
    """A small year: every path once, and the stock that is open at the end. (report, log, logged, cases)"""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    report = load(path)
    log = open_log(f"sqlite:///{path}")
    logged = log.read(0, limit=1_000_000)
    cases: dict[UUID, Any] = {}
    for one in logged:
        if one.event.TOPIC.startswith("unit.") or one.event.TOPIC.startswith("calendar."):
            continue
        cases[one.event.originator_id] = one.event.mutate(cases.get(one.event.originator_id))
    yield report, log, logged, [case for case in cases.values() if isinstance(case, Case)]
    log.close()


def digest(log):
    told = hashlib.sha256()
    for row in log.recorder.rows_after(0, None):
        told.update(SEALED.sub("", repr(row)).encode())
    return told.hexdigest()


def test_the_same_last_day_and_seed_give_the_same_log_and_another_seed_another(district_year, tmp_path):
    _, first, *_ = district_year
    load(tmp_path / "second")
    load(tmp_path / "other", seed=2)
    with (
        closing(open_log(f"sqlite:///{tmp_path / 'second'}")) as second,
        closing(open_log(f"sqlite:///{tmp_path / 'other'}")) as other,
    ):
        assert digest(first) == digest(second) != digest(other)


def test_no_step_of_a_story_is_refused(district_year):
    report, *_ = district_year
    assert report.refused == 0


@pytest.mark.parametrize("ends_on", [date(2025, 2, 10), date(2026, 3, 1), date(2027, 7, 31)])
def test_no_step_is_refused_whatever_the_season(tmp_path, ends_on):
    assert load(tmp_path / "demo.db", ends_on=ends_on, seed=3).refused == 0


@pytest.mark.parametrize("table", [DISPUTE, PETITION], ids=lambda table: table.case_type)
def test_every_trigger_of_the_table_happens(district_year, table):
    *_, logged, cases = district_year
    of_type = {case.id for case in cases if table.case_type == case.TYPE}
    happened = {type(one.event) for one in logged if one.event.originator_id in of_type}
    missing = [trigger for trigger, event in table.events.items() if event not in happened]
    assert missing == []


@pytest.mark.parametrize("table", [DISPUTE, PETITION], ids=lambda table: table.case_type)
def test_cases_are_open_in_every_state_at_the_end(district_year, table):
    *_, cases = district_year
    states = {case.state for case in cases if table.case_type == case.TYPE}
    assert set(table.states) - {"new"} - states == set()


def test_some_duties_are_late_at_the_end_and_some_are_due_on_the_last_day(district_year):
    *_, cases = district_year
    now = datetime.combine(ENDS_ON, datetime.min.time(), TZ)
    dues = [clock.due for case in cases for clock in case.open_clocks()]
    assert any(due <= now for due in dues)
    assert any(now < due <= now + timedelta(days=1) for due in dues)


def test_nothing_is_recorded_after_the_last_midnight_or_long_after_it_happened(district_year):
    _, _, logged, _ = district_year
    assert logged[-1].recorded_at <= datetime.combine(ENDS_ON, datetime.min.time(), TZ)
    late: Counter[str] = Counter()
    for one in logged:
        if isinstance(one.event, NumberTaken):
            continue
        waited = one.recorded_at - one.event.entry.occurred_at
        assert timedelta(0) <= waited
        if one.event.entry.source is Source.DEMO and waited > timedelta(hours=1):
            assert one.event.entry.late == "late" and one.event.entry.reason
            late["entered late"] += 1
    assert 0 < late["entered late"] < len(logged) / 50


def test_containment_is_plausible_and_not_a_boast(district_year):
    *_, cases = district_year
    for severity in (Severity.MINOR, Severity.MAJOR, Severity.SERIOUS):
        ended = [c for c in cases if c.TYPE == "dispute" and c.peak is severity and not c.is_open]
        ended = [c for c in ended if c.outcome not in (Outcome.MERGED, Outcome.VOIDED) and not c.opted_out]
        kept = [c for c in ended if c.outcome is Outcome.RESOLVED and c.highest <= TARGET[severity]]
        assert 0.4 <= len(kept) / len(ended) <= 0.95, severity


def test_letters_tell_of_what_was_decided_where_somebody_looks_around(district_year):
    report, log, logged, cases = district_year
    issued = [one.event for one in logged if isinstance(one.event, LetterIssued)]
    assert report.letters == len(issued) and {event.kind for event in issued} == set(KINDS.values())
    assert all(event.digest and event.wording and event.maker for event in issued)
    books = Counter((event.issuer, event.year) for event in issued)
    for book, count in books.items():
        serials = [event.serial for event in issued if (event.issuer, event.year) == book]
        assert serials == list(range(1, count + 1)), book
    waiting = [case for case in cases if case.is_open and case.letters]
    assert len(waiting) > 10 and any(case.TYPE == "dispute" for case in waiting)
    desk, case = Desk(Service(log)), waiting[-1]
    event, told = desk.office.issued(case, 1)
    _, again = desk.press.printed(told)
    assert (again.digest, again.wording) == (event.digest, event.wording)  # made again, it is what was issued


def test_names_of_citizens_are_nowhere_in_the_log(district_year):
    _, log, _, cases = district_year
    people = log.subjects.get({party.subject for case in cases for party in case.parties}).values()
    names = {one.name for one in people if isinstance(one, Identity)}
    assert len(names) > 100
    text = "\n".join(row[5].decode() for row in log.recorder.rows_after(0, None))
    assert [name for name in names if name in text] == []


def test_the_district_has_its_units_and_their_lineage(district_year):
    report, log, _, _ = district_year
    kinds = Counter(place.kind for place in district.places())
    assert report.units == sum(kinds.values())
    assert kinds[UnitKind.GRID] == 160
    assert kinds[UnitKind.VILLAGE] + kinds[UnitKind.COMMUNITY] == 40
    classes = Counter(place.township_class for place in district.places() if place.township_class)
    assert classes == {1: 2, 2: 2, 3: 2}
    units = Reference(log).organisation()
    assert units.successor(district.MERGED, ENDS_ON) == district.INTO
    assert [name for _, name in units.names(district.RENAMED)][-1] == district.NEW_NAME


def test_there_is_an_account_for_every_post_that_people_hold():
    assert {post for _, _, post, _ in demo_accounts()} == {str(one.post) for one in officials()}
    assert len({one.user for one in officials()}) == len(list(officials()))


def test_a_log_that_holds_something_is_left_alone(tmp_path):
    with closing(open_log(f"sqlite:///{tmp_path / 'demo.db'}")) as log:
        log.prepare()
        log.append(Notebook("mine"))
        with pytest.raises(Invalid, match="empty"):
            load(tmp_path / "demo.db", scale=0)
        assert log.head() == 1


@pytest.mark.parametrize("table", [dispute_paths, petition_paths], ids=lambda table: table.__name__)
def test_every_story_is_told_in_the_docs(table):
    told = (Path(__file__).parents[2] / "docs" / "demo.md").read_text(encoding="utf-8")
    for path, _, _ in table.PATHS:
        assert f"| `{path.__name__}` |" in told
        assert path.__doc__.strip().splitlines()[0] in told
