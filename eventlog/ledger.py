"""What is looked up and inserted on PostgreSQL under the writers' lock, in as few round trips as it takes.

Functions of a connection; who calls them is in a transaction, or is given one. Never insert an event without the lock.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from psycopg import Connection, Cursor

from eventlog.at_once import LOCK
from eventlog.draft import Asked, Batch, Found, Last
from eventlog.errors import SubjectEmptied

_Cursor = Cursor[tuple[Any, ...]]
_Connection = Connection[tuple[Any, ...]]

COPY_FROM = 100  # rows: from here on COPY is faster than arrays

_LAST = "SELECT position, recorded_at, hash FROM events ORDER BY position DESC LIMIT 1"
_VERSIONS = """
SELECT id, (SELECT max(originator_version) FROM events WHERE originator_id = id) FROM unnest(%s::uuid[]) AS id
"""
_TAKEN = "SELECT key FROM commands WHERE key = ANY(%s)"
_EMPTIED = "SELECT subject_id FROM subjects WHERE subject_id = ANY(%s) AND emptied_at IS NOT NULL"
_PUT_EVENTS = """
INSERT INTO events
SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[], %s::text[], %s::timestamptz[], %s::bytea[], %s::bytea[])
"""
_COPY_EVENTS = "COPY events FROM STDIN (FORMAT binary)"
_EVENT_TYPES = ("int8", "uuid", "int8", "text", "timestamptz", "bytea", "bytea")
_PUT_COMMANDS = """
INSERT INTO commands SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::timestamptz[])
"""
_PUT_SUBJECTS = """
INSERT INTO subjects AS s (subject_id, kind, content) SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[])
ON CONFLICT (subject_id) DO UPDATE SET kind = excluded.kind, content = excluded.content WHERE s.emptied_at IS NULL
"""


def opened(line: _Connection, asked: Asked) -> tuple[Last, Found]:
    """Begins a transaction and takes the lock; then where the log ends, and what was asked."""
    with line.pipeline():
        line.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        line.execute(LOCK)
        last = line.execute(_LAST, binary=True)
        answers = _ask(line, asked)
    row = last.fetchone()
    return Last(*row) if row else Last(), _found(*answers)


def find(line: _Connection, asked: Asked) -> Found:
    several = bool(asked.aggregates) + bool(asked.keys) + bool(asked.subjects) > 1
    with line.pipeline() if several else contextlib.nullcontext():
        answers = _ask(line, asked)
    return _found(*answers)


def _ask(line: _Connection, asked: Asked) -> list[_Cursor | None]:
    questions = ((_VERSIONS, asked.aggregates), (_TAKEN, asked.keys), (_EMPTIED, asked.subjects))
    return [line.execute(sql, (list(of),), binary=True) if of else None for sql, of in questions]


def _found(*answers: _Cursor | None) -> Found:
    versions, taken, emptied = (answer.fetchall() if answer else [] for answer in answers)
    return Found(
        {id_: version for id_, version in versions if version is not None},
        {key for (key,) in taken},
        {subject for (subject,) in emptied},
    )


def insert(line: _Connection, batch: Batch) -> None:
    """Raises SubjectEmptied, and the driver's errors."""
    people = None
    with line.pipeline():
        if batch.commands:
            commands = [(c.key, c.digest, c.answer, at) for c, at in batch.commands]
            line.execute(_PUT_COMMANDS, _columns(commands))
        if batch.subjects:
            subjects = [(one.subject_id, one.kind, one.content) for one in batch.subjects]
            people = line.execute(_PUT_SUBJECTS, _columns(subjects))
        if batch.rows and len(batch.rows) < COPY_FROM:
            line.execute(_PUT_EVENTS, _columns(batch.rows))
    if people is not None and people.rowcount < len(batch.subjects):
        row = line.execute(_EMPTIED, ([one.subject_id for one in batch.subjects],)).fetchone()
        raise SubjectEmptied(row[0] if row else "?")
    if len(batch.rows) >= COPY_FROM:
        with line.cursor() as cursor, cursor.copy(_COPY_EVENTS) as copy:
            copy.set_types(_EVENT_TYPES)
            for new in batch.rows:
                copy.write_row(new)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
