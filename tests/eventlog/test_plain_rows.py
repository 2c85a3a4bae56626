"""Readers that keep text get the same events as everybody, in the order of the log or stream by stream."""

from __future__ import annotations

from uuid import UUID

from tests.support.notebook import Notebook

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
