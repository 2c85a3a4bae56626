"""The people store: who stands behind a reference in the log. Names live here and nowhere else, and only sealed.

Nothing of a person leaves this file but as `Identity`, and nothing reaches the database that vault.py has not sealed.
"""

from __future__ import annotations

import hashlib
import hmac
import typing
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from eventlog import keeping, vault
from eventlog.errors import Unavailable
from eventlog.identity import Emptied, Identity, Kind
from eventlog.learned import decoder
from eventlog.masking import mask, mask_value, unmask
from eventlog.master import MasterKeys, keep_first, put_first
from eventlog.recorder import LogRecorder
from eventlog.rows import SubjectRow, Write

__all__ = ["Emptied", "Identity", "Subjects", "mask", "mask_value", "unmask"]

_identity = decoder(Identity).decode


class Subjects:
    """The people of one log. What is put or emptied inside `log.batch()` is part of that batch."""

    def __init__(self, recorder: LogRecorder, keys: MasterKeys) -> None:
        self._recorder, self.keys = recorder, keys
        self._fingerprint_key: bytes | None = None

    def prepare(self) -> None:
        """Makes the vault ready. Raises MasterKeyMissing, BadMasterKey."""
        keeping.prepare(self._recorder, self.keys)

    def get(self, subject_ids: Iterable[str]) -> dict[str, Identity | Emptied]:
        """What is known, by reference; references that were never put are left out.

        Raises MasterKeyMissing, and SealBroken for a row that was changed outside of the program.
        """
        return {
            row.subject_id: self._opened(row) for row in self._recorder.subjects(sorted(set(subject_ids)))
        }

    def put(self, *identities: Identity) -> None:
        """Adds or replaces. Raises SubjectEmptied for one that was erased; then nothing is written."""
        self._recorder.record(Write(subjects=self.rows(identities)))

    def rows(self, identities: Iterable[Identity]) -> list[SubjectRow]:
        """What the table holds for these people. Raises MasterKeyMissing where there is no key at all."""
        return [
            SubjectRow(
                one.subject_id,
                one.kind,
                vault.seal(one.subject_id, msgspec.json.encode(one), self.keys.first),
            )
            for one in identities
        ]

    def empty(self, subject_id: str, at: datetime) -> None:
        """Erases content and key for good and keeps the row. Again, or for an unknown reference: changes nothing.

        Call `scrub` after the transaction: until then pages of the database's files may hold what was erased.
        """
        with self._recorder.joined():
            self._recorder.erase_subject(subject_id, at)
            keeping.note(self._recorder, keeping.TO_SCRUB, f"{subject_id} {at.isoformat()}")

    def fingerprint(self, data: bytes) -> str:
        """A digest of something that may hold names: whoever has the database alone cannot try names against it."""
        if self._fingerprint_key is None:
            self._fingerprint_key = keeping.fingerprint_key(self._recorder, self.keys)
        if self._fingerprint_key is None:  # a log without master key keeps no people
            return hashlib.sha256(data).hexdigest()
        return hmac.digest(self._fingerprint_key, data, "sha256").hex()

    def scrub(self) -> bool:
        """Overwrites what was erased in the database's files. False: somebody is reading; the next start does it."""
        return keeping.scrub(self._recorder)

    def rotate(self, progress: Callable[[int], None] | None = None) -> int:
        """Wraps every key by the first master key; answers how many were wrapped by another. See keeping.rotate."""
        return keeping.rotate(self._recorder, self.keys, progress)

    def change_master(self, progress: Callable[[int], None] | None = None) -> int:
        """Writes a new master key over the others in their file, then rotates; after an interruption it goes on.

        Raises BadMasterKey when the keys are not in a file: then put the new one first by hand, and rotate.
        """
        if not self.rotation_pending:
            put_first(self.keys.file)
        return self.rotate(progress)

    def forget_masters(self) -> list[str]:
        """Takes every master key but the first one out of the file; answers their ids. Backups sealed by them die.

        Raises Unavailable while anybody is still sealed under one of them.
        """
        in_use = set(self.masters()) - {self.keys.first.id}
        if in_use or self.rotation_pending:
            raise Unavailable(
                f"Master keys {', '.join(sorted(in_use)) or 'of old'} are still in use. Rotate first."
            )
        return keep_first(self.keys.file)

    @property
    def rotation_pending(self) -> bool:
        """Whether a new first master key was given and not everything is wrapped by it yet."""
        return keeping.pending(self._recorder, self.keys)

    def masters(self) -> Counter[str]:
        """How many people are sealed under which master key, by its id."""
        return keeping.masters(self._recorder)

    def streams_about(self, subject_id: str, after: int = 0) -> list[UUID]:
        """The aggregates whose events beyond position `after` mention this reference. Reads the whole log: be rare."""
        return self._recorder.streams_with(
            f'"{subject_id}"'.encode(), f"⟦{subject_id}:".encode(), after=after
        )

    def _opened(self, row: SubjectRow) -> Identity | Emptied:
        if row.content is None:
            return Emptied(row.subject_id, typing.cast(Kind, row.kind), typing.cast(datetime, row.emptied_at))
        return _identity(vault.unseal(row.subject_id, row.content, self.keys))
