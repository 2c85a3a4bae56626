"""Events come back as they were: typed, equal, and readable for a person in between."""

import json
import typing
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.domain import Aggregate
from hypothesis import given
from hypothesis import strategies as st

from eventlog.encoding import EventMapper
from eventlog.errors import Unencodable, Unreadable
from eventlog.rows import RecordedEvent
from tests.support.frozen import frozen
from tests.support.notebook import Author, Colour, Notebook, Stay, Weight

RECORDED = datetime(2025, 3, 1, 12, tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))
MORNING = datetime(2025, 3, 1, 9, tzinfo=SHANGHAI)


def event_of(cls, version=2, **fields):
    return cls(originator_id=uuid4(), originator_version=version, timestamp=RECORDED, **fields)


def stored(event):
    return EventMapper().to_stored_event(event)


def back(event, state=None):
    """The event as another process would read it."""
    state = state or stored(event).state
    row = RecordedEvent(event.originator_id, event.originator_version, type(event).TOPIC, state, 7, RECORDED)
    return EventMapper().to_domain_event(row)


instants = st.datetimes(
    datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, SHANGHAI])  # noqa: DTZ001
)  # fmt: skip
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
stays = st.builds(Stay, text, instants, st.none() | instants)
authors = st.builds(Author, text, st.sampled_from(Colour), st.lists(stays, max_size=3).map(tuple))
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)


@given(
    by=authors, at=instants, on=st.none() | st.dates(), weight=st.sampled_from(Weight),
    seen=st.lists(instants, max_size=3).map(tuple), facts=st.none() | st.dictionaries(text, plain, max_size=3),
    reviewer=st.none() | authors,
)  # fmt: skip
def test_every_kind_of_value_comes_back_equal_and_of_its_type(**fields):
    event = event_of(Notebook.Described, **fields)
    read = back(event)
    assert read == event
    assert type(read.by) is Author and type(read.by.colour) is Colour and type(read.weight) is Weight
    assert type(read.seen) is tuple and all(stay.since.tzinfo is UTC for stay in read.by.stays)
    assert read.at.tzinfo is UTC and type(read.on) in (date, type(None))
    assert EventMapper().to_stored_event(read).state == stored(event).state


def test_instants_are_stored_in_utc_and_defaults_are_left_out():
    event = event_of(Notebook.Described, by=Author("u", Colour.RED, (Stay("here", MORNING),)), at=MORNING)
    assert json.loads(stored(event).state) == {
        "by": {
            "user": "u",
            "colour": "red",
            "stays": [{"where": "here", "since": "2025-03-01T01:00:00Z", "until": None}],
        },
        "at": "2025-03-01T01:00:00Z",
    }


def test_a_stopped_clock_is_stored_like_a_running_one():
    with frozen("2025-03-01T09:00:00"):
        # The frozen clock's own classes are what is tested here.
        now, today = datetime.now(tz=SHANGHAI), date.today()  # noqa: TID251, DTZ011
        event = event_of(
            Notebook.Described, by=Author("u", Colour.RED, (Stay("here", now),)), at=now, on=today
        )
        state = stored(event).state  # forms derived while the clock stands …
        assert back(event) == event
    assert back(event, state) == event  # … and while it runs read the same bytes
    assert json.loads(state)["at"] == "2025-03-01T09:00:00Z"
    assert type(back(event, state).at) is datetime


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"at": MORNING.replace(tzinfo=None)}, "at"),
        ({"by": Author("u", Colour.RED, (Stay("x", MORNING.replace(tzinfo=None)),))}, "by"),
        ({"by": "somebody"}, "by"),
        ({"on": MORNING}, "on"),
        ({"weight": 3}, "weight"),
        ({"facts": {"pair": (1, 2)}}, "facts"),
        ({"facts": {"when": MORNING}}, "facts"),
        ({"facts": {"share": float("nan")}}, "facts"),
        ({"facts": {"thing": object()}}, "facts"),
        ({"facts": {"half": "\ud800"}}, "facts"),
    ],
)
def test_what_would_not_come_back_is_refused_before_it_is_recorded(fields, field):
    given_fields = {"by": Author("u", Colour.RED), "at": MORNING} | fields
    with pytest.raises(Unencodable) as refused:
        stored(event_of(Notebook.Described, **given_fields))
    assert refused.value.field == field
    assert f"Described.{field}" in str(refused.value)


def test_a_refused_event_leaves_no_trace(log):
    book = Notebook("half")
    book.describe(by=Author("u", Colour.RED), at=MORNING, facts={"pair": (1, 2)})
    with pytest.raises(Unencodable):
        log.append(book)
    assert log.head() == 0


# Forms that change


class Box(Aggregate):
    """A class whose event is at its third version: `size` was a string once, and `colour` did not exist."""

    TOPIC = "box"

    class Event(Aggregate.Event):
        TOPIC = "box.event"

    class Created(Event, Aggregate.Created):
        TOPIC = "box.created"

    class Packed(Event):
        TOPIC = "box.packed"
        class_version = 3
        size: int
        colour: Colour = Colour.RED

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["size"] = int(state["size"])

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            state["colour"] = "blue" if state["size"] > 5 else "red"


@pytest.mark.parametrize(
    ("state", "size", "colour"),
    [
        (b'{"size":"9"}', 9, Colour.BLUE),
        (b'{"size": 4, "class_version": 2}', 4, Colour.RED),
        (b'{"class_version":3,"size":9}', 9, Colour.RED),
        (b'{"size":9,"colour":"blue","class_version":3}', 9, Colour.BLUE),
    ],
)
def test_older_forms_are_lifted_step_by_step(state, size, colour):
    read = back(event_of(Box.Packed, size=0), state)
    assert (read.size, read.colour, read.originator_version) == (size, colour, 2)


def test_the_current_form_says_its_version_first_and_comes_back():
    event = event_of(Box.Packed, size=2, colour=Colour.BLUE)
    assert stored(event).state == b'{"class_version":3,"size":2,"colour":"blue"}'
    assert back(event) == event


def test_a_form_from_the_future_stops_the_reader():
    with pytest.raises(Unreadable, match="class_version 4"):
        back(event_of(Box.Packed, size=0), b'{"class_version":4,"size":2}')


# Hints that cannot be kept


class Kind(StrEnum):
    A = "a"


if typing.TYPE_CHECKING:
    from decimal import Decimal as Amount


class Either(Aggregate.Event):
    TOPIC = "odd.either"
    which: Kind | date


class Unimported(Aggregate.Event):
    TOPIC = "odd.unimported"
    amount: "Amount"


def test_a_type_hint_that_has_no_json_form_is_named():
    with pytest.raises(Unencodable, match=r"Either\.which"):
        stored(event_of(Either, which=Kind.A))
    with pytest.raises(Unencodable, match=r"Unimported\.Amount .*run time"):
        stored(event_of(Unimported, amount=1))


# Topics


class Heir(Notebook.Noted):
    """Inherits a topic that is not its own."""


class Nameless(Aggregate.Event):
    line: str


class Twin(Aggregate.Event):
    TOPIC = "odd.twin"


class OtherTwin(Aggregate.Event):
    TOPIC = "odd.twin"


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (event_of(Heir, line="x"), "topic of Notebook.Noted"),
        (event_of(Nameless, line="x"), "explicit TOPIC"),
        (event_of(Twin), "OtherTwin"),
    ],
)
def test_an_event_that_another_process_could_not_find_by_its_topic_is_refused(event, why):
    with pytest.raises(Unencodable, match=why):
        stored(event)


def test_an_event_class_outside_of_its_aggregate_is_found_once_it_is_defined():
    class Elsewhere(Aggregate.Event):
        TOPIC = "odd.elsewhere"
        line: str

    event = event_of(Elsewhere, line="found")
    assert (
        EventMapper().decode(1, event.originator_id, 2, "odd.elsewhere", RECORDED, b'{"line":"found"}')
        == event
    )
    assert back(event) == event
