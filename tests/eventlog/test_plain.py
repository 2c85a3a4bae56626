"""Readers that keep text get the same events as everybody, in the order of the log or stream by stream."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventlog.encoding import EventMapper
from eventlog.errors import UnknownTopic, Unreadable
from eventlog.plain import PlainForms
from tests.eventlog.test_encoding import Box, authors, event_of, instants, plain, stored, text
from tests.support.notebook import Author, Colour, Notebook, Weight

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


def written(log, count=7):
    for n in range(count):
        notebook = Notebook(f"notebook {n}")
        for line in range(n % 3):
            notebook.note(f"line {line}")
        log.append(notebook)


def by_stream(log, upto, limit):
    found, after = [], (FIRST, 0)
    while rows := log.recorder.plain_rows_by_stream(after, LAST, upto, limit):
        assert len(rows) <= limit
        found += rows
        after = rows[-1][1:3]
    return found


def test_plain_rows_are_the_rows_as_text(log):
    written(log)
    rows = log.recorder.rows_after(0, None)
    assert log.recorder.plain_rows_after(0, 100) == [
        (position, str(id_), version, topic, f"{at:%Y-%m-%dT%H:%M:%S.%f}Z", state)
        for position, id_, version, topic, at, state in rows
    ]
    assert [row[0] for row in log.recorder.plain_rows_after(2, 3)] == [3, 4, 5]


def test_stream_by_stream_gives_each_event_once_in_any_pieces(log):
    written(log)
    head = log.head()
    wanted = sorted(log.recorder.plain_rows_after(0, 100), key=lambda row: (row[1], row[2]))
    for limit in (1, 3, 100):
        assert by_stream(log, head, limit) == wanted
    assert by_stream(log, head - 3, 2) == [row for row in wanted if row[0] <= head - 3]
    some = UUID(wanted[2][1])
    assert log.recorder.plain_rows_by_stream((FIRST, 0), some, head, 100)[-1][1] == str(some)


def read(topic, state):
    row = (7, str(uuid4()), 2, topic, "2025-03-01T12:00:00.000000Z", state)
    return PlainForms(EventMapper()).decode(row)


@given(
    by=authors, at=instants, on=st.none() | st.dates(), weight=st.sampled_from(Weight),
    seen=st.lists(instants, max_size=3).map(tuple), facts=st.none() | st.dictionaries(text, plain, max_size=3),
    reviewer=st.none() | authors,
)  # fmt: skip
def test_a_plain_event_holds_what_is_stored_and_the_defaults(**fields):
    event = event_of(Notebook.Described, **fields)
    got = read("notebook.described", stored(event).state)
    typed = EventMapper().decode(7, uuid4(), 2, "notebook.described", event.timestamp, stored(event).state)
    assert msgspec.json.encode(got, order="sorted") == msgspec.json.encode(
        {name: getattr(typed, name) for name in got.__struct_fields__}, order="sorted"
    )
    assert type(got.by.colour) is str and type(got.weight) is int and type(got.at) is str


@pytest.mark.parametrize(
    ("state", "size", "colour"),
    [
        (b'{"size":"9"}', 9, "blue"),
        (b'{"class_version":3,"size":9}', 9, "red"),
        (b'{"class_version":3,"size":1,"colour":"blue"}', 1, "blue"),
    ],
)
def test_an_older_form_is_lifted_first(state, size, colour):
    got = read(Box.Packed.TOPIC, state)
    assert (got.size, got.colour) == (size, colour)


@pytest.mark.parametrize(
    ("topic", "state", "error"),
    [
        ("box.packed", b'{"class_version":4,"size":2}', Unreadable),
        ("notebook.noted", b'{"line":"x","ink":"red"}', Unreadable),
        ("notebook.noted", b'{"class_version":2,"line":"x"}', Unreadable),
        ("notebook.noted", b"{}", Unreadable),
        ("notebook.burnt", b"{}", UnknownTopic),
    ],
)
def test_what_this_program_does_not_know_is_refused_here_too(topic, state, error):
    with pytest.raises(error):
        read(topic, state)


def test_a_default_may_be_anything_the_log_keeps():
    event = event_of(
        Notebook.Described, by=Author("u", Colour.RED), at=event_of(Box.Packed, size=1).timestamp
    )
    got = read("notebook.described", stored(event).state)
    assert (got.weight, got.seen, got.facts, got.reviewer) == (1, (), None, None)
