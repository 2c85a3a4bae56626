"""Short proofs from the tree: that an event is in a signed log, that a later checkpoint continues an earlier one.

Whoever holds a public key checks them without the database. Never give out a proof that was not checked here first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eventlog import merkle
from eventlog.chain import BEFORE_THE_FIRST, canonical
from eventlog.checkpoints import Anchor, Checkpoint
from eventlog.errors import Tampered
from eventlog.findings import explained
from eventlog.merkle import BLOCK
from eventlog.recorder import LogRecorder
from eventlog.signing import base64_of
from eventlog.sources import DatabaseRows, as_instant, as_uuid
from eventlog.walk import Walk

FORM = "gridcase-proof-1"


class KeptTree:
    """The tree under a checkpoint, of which a proof reads the nodes above blocks and the leaves of one block or two.

    Raises Tampered as soon as the hashes in the database do not give what was signed.
    """

    def __init__(self, recorder: LogRecorder, checkpoint: Checkpoint) -> None:
        self._recorder, self.size = recorder, checkpoint.size
        self._leaves: dict[int, list[bytes]] = {}
        whole = self.size // BLOCK
        sql = "SELECT root FROM tree_blocks WHERE block < ? ORDER BY block"
        rest = [merkle.root(self._read(whole))] if self.size % BLOCK else []
        self.blocks = [root for (root,) in recorder.query(sql, (whole,))] + rest
        if (
            merkle.root(self.blocks) != checkpoint.root
        ):  # kept nodes that are wrong prove nothing against events
            self.blocks = [merkle.root(self._read(block)) for block in range(whole)] + rest
        if merkle.root(self.blocks) != checkpoint.root:
            said = f"The hashes of the first {self.size} events do not give the root that was signed."
            raise Tampered(1, said)

    def _read(self, block: int) -> list[bytes]:
        after, upto = block * BLOCK, min((block + 1) * BLOCK, self.size)
        sql = "SELECT hash FROM events WHERE position > ? AND position <= ? ORDER BY position"
        return [merkle.leaf(_bytes(row[0])) for row in self._recorder.query(sql, (after, upto))]

    def leaves(self, block: int) -> list[bytes]:
        """Hashed, of one block; they give its root."""
        if block not in self._leaves:
            found = self._read(block)
            if merkle.root(found) != self.blocks[block]:
                first, last = block * BLOCK + 1, min((block + 1) * BLOCK, self.size)
                said = f"The hashes of the events {first} to {last} are not those that were signed."
                raise Tampered(first, said)
            self._leaves = {
                block: found
            }  # of one block only: who goes through a log has no use for the others
        return self._leaves[block]

    def roots(self, low: int, high: int) -> bytes:
        """The root over these leaves, as a proof about this tree needs it."""
        if low % BLOCK == 0 and (high % BLOCK == 0 or high == self.size):
            return merkle.root(self.blocks[low // BLOCK : -(-high // BLOCK)])
        block = low // BLOCK
        return merkle.root(self.leaves(block)[low - block * BLOCK : high - block * BLOCK])

    def holds(self, position: int, hash_: bytes) -> bool:
        """Whether this is the hash of the event that was signed there."""
        return self.leaves((position - 1) // BLOCK)[(position - 1) % BLOCK] == merkle.leaf(hash_)


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That an event is in the log of a checkpoint, at its position."""

    position: int
    event: bytes  # canonical
    previous: bytes  # the hash of the event before
    path: tuple[bytes, ...]
    note: str

    def as_json(self) -> dict[str, Any]:
        return {
            "form": FORM,
            "position": self.position,
            "event": base64_of(self.event),
            "previous": base64_of(self.previous),
            "path": [base64_of(one) for one in self.path],
            "checkpoint": self.note,
        }


@dataclass(frozen=True, slots=True)
class Continuation:
    """That the log of the later checkpoint begins with the log of the earlier one, unchanged."""

    earlier: str
    later: str
    path: tuple[bytes, ...]

    def as_json(self) -> dict[str, Any]:
        path = [base64_of(one) for one in self.path]
        return {"form": FORM, "earlier": self.earlier, "later": self.later, "path": path}


def inclusion(recorder: LogRecorder, anchor: Anchor, position: int) -> Inclusion:
    """ValueError when the checkpoint does not reach it. Raises Tampered for an event that is not what was signed."""
    made = anchor.checkpoint
    if not 0 < position <= made.size:
        raise ValueError(f"The checkpoint is over the events 1 to {made.size}.")
    tree, rows = KeptTree(recorder, made), DatabaseRows(recorder)
    found = {row[0]: row for page in rows.pages(position - 2, position) for row in page}
    previous = found[position - 1][-1] if position > 1 and position - 1 in found else BEFORE_THE_FIRST
    walk = Walk(position - 1, previous)
    if not walk.to(rows, position):
        raise Tampered(position, explained(walk, rows).sentence)
    if not tree.holds(position, walk.hash):
        raise Tampered(position, f"Event {position} is not the one that was signed.")
    _, id_, version, topic, at, state, _ = found[position]
    event = canonical(position, as_uuid(id_), version, topic, as_instant(at), state)
    path = merkle.path(position - 1, made.size, tree.roots)
    return Inclusion(position, event, previous, tuple(path), anchor.note)


def continuation(recorder: LogRecorder, earlier: Anchor, later: Anchor) -> Continuation:
    """ValueError when the earlier one is the larger. Raises Tampered when it is not continued."""
    old, new = earlier.checkpoint, later.checkpoint
    path = merkle.consistency(old.size, new.size, KeptTree(recorder, new).roots)
    if not merkle.continues(old.size, old.root, new.size, new.root, path):
        raise Tampered(
            1, f"The log of {new.size} events does not begin with the {old.size} that were signed before."
        )
    return Continuation(earlier.note, later.note, tuple(path))


def _bytes(value: object) -> bytes:
    """What stands where a hash should be; anything but bytes is no hash of ours."""
    return value if isinstance(value, bytes) else b""
