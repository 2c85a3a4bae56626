"""The people store: who stands behind a reference in the log. Names live here and nowhere else.

`_sealed` and `_opened` are the one place where content becomes bytes and back; encryption per subject goes there.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable
from datetime import datetime

import msgspec

from eventlog.identity import Emptied, Identity, Kind
from eventlog.masking import mask, mask_value, unmask
from eventlog.recorder import LogRecorder
from eventlog.rows import SubjectRow, Write

__all__ = ["Emptied", "Identity", "Subjects", "mask", "mask_value", "unmask"]


class Subjects:
    """The people of one log. What is put or emptied inside `log.batch()` is part of that batch."""

    def __init__(self, recorder: LogRecorder) -> None:
        self._recorder = recorder

    def get(self, subject_ids: Iterable[str]) -> dict[str, Identity | Emptied]:
        """What is known, by reference. References that were never put are left out."""
        return {row.subject_id: _opened(row) for row in self._recorder.subjects(sorted(set(subject_ids)))}

    def put(self, *identities: Identity) -> None:
        """Adds or replaces. Raises SubjectEmptied for one that was erased; then nothing is written."""
        self._recorder.record(Write(subjects=rows_for(identities)))

    def empty(self, subject_id: str, at: datetime) -> None:
        """Erases the content for good and keeps the row. Again, or for an unknown reference: changes nothing."""
        self._recorder.erase_subject(subject_id, at)


def rows_for(identities: Iterable[Identity]) -> list[SubjectRow]:
    """What the table holds for these people."""
    return [SubjectRow(identity.subject_id, identity.kind, _sealed(identity)) for identity in identities]


def _sealed(identity: Identity) -> bytes:
    return msgspec.json.encode(identity)


def _opened(row: SubjectRow) -> Identity | Emptied:
    if row.content is None:
        return Emptied(row.subject_id, typing.cast(Kind, row.kind), typing.cast(datetime, row.emptied_at))
    return msgspec.json.decode(row.content, type=Identity)
