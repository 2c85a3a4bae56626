"""Checkpoints: what the log was at a size, signed, so that nobody can write its past anew without being found out.

A checkpoint is made over events that were just checked, beginning where the last one ended: never sign a hash that was
not computed again from the event. Its text is a transparency log's checkpoint (C2SP) with four lines of our own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from eventlog import chain, merkle, signing
from eventlog.errors import NotVouchedFor, Tampered, Unavailable
from eventlog.findings import explained
from eventlog.merkle import Frontier
from eventlog.recorder import LogRecorder
from eventlog.signing import SigningKeys, base64_of, of_base64, split
from eventlog.sources import DatabaseRows
from eventlog.walk import Walk

EVERY_EVENTS = 10_000  # by default: at most so many events wait for a signature, or a day's
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first `size` events: the tree's root over their hashes, the hash of the last of them, when it was made."""

    origin: str  # which log: after the hash of its first event
    size: int
    root: bytes
    head: bytes
    recorded_at: datetime
    event_suite: str = chain.SUITE
    tree_suite: str = merkle.SUITE
    signature_suite: str = signing.SUITE

    def text(self) -> str:
        """What is signed."""
        at = self.recorded_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        lines = [
            self.origin,
            str(self.size),
            base64_of(self.root),
            f"head {base64_of(self.head)}",
            f"recorded_at {at}",
        ]
        suites = f"suites {self.event_suite} {self.tree_suite} {self.signature_suite}"
        return "\n".join([*lines, suites]) + "\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises NotVouchedFor when the text has another form, or names suites that this program does not know."""
        try:
            origin, size, root, *own = text.splitlines()
            said = dict(line.split(" ", 1) for line in own)
            event, tree, signature = said["suites"].split(" ")
            at = datetime.fromisoformat(said["recorded_at"])
            found = cls(
                origin, int(size), of_base64(root), of_base64(said["head"]), at, event, tree, signature
            )
            if found.text() != text:
                raise ValueError("a line of it is written otherwise")
        except (KeyError, ValueError) as error:
            raise NotVouchedFor(f"its text is not that of a checkpoint ({error})") from None
        if event not in chain.SUITES or (tree, signature) != (merkle.SUITE, signing.SUITE):
            raise NotVouchedFor(
                f"it was made by {said['suites']}, which this program cannot check: upgrade it"
            )
        return found


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the table: the signed note, and the tree's frontier, from which the next checkpoint goes on."""

    size: int
    note: str
    frontier: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint that somebody vouches for, and where the walk can go on from it."""

    checkpoint: Checkpoint
    note: str
    key_id: str
    frontier: bytes | None = field(default=None, repr=False)


def opened(note: str, keys: SigningKeys, frontier: bytes | None = None) -> Anchor:
    """Raises NotVouchedFor."""
    signed = keys.opened(note)
    found = Checkpoint.read(signed.text)
    if found.origin != signed.name:
        raise NotVouchedFor(f"it is of the log {found.origin} and signed in the name of {signed.name}")
    if frontier is not None:
        frontier_of(found, frontier)
    return Anchor(found, note, signed.key_id, frontier)


def unchecked(note: str) -> Checkpoint:
    """What a note says, whoever may have signed it. Raises NotVouchedFor when it is none."""
    return Checkpoint.read(split(note)[0])


def size_in(note: str) -> int:
    """The size that a note names, for a message about it; 0 when it names none."""
    lines = note.splitlines()
    return int(lines[1]) if len(lines) > 1 and lines[1].isdecimal() else 0


def frontier_of(checkpoint: Checkpoint, packed: bytes) -> Frontier:
    """Raises NotVouchedFor when it is not that of this checkpoint."""
    try:
        found = Frontier.unpacked(checkpoint.size, packed)
    except ValueError as error:
        raise NotVouchedFor(f"what is kept of its tree does not belong to it ({error})") from None
    if found.root() != checkpoint.root:
        raise NotVouchedFor("what is kept of its tree does not give its root")
    return found


def start(anchor: Anchor) -> Walk:
    """A walk that goes on behind a checkpoint whose frontier is kept."""
    made = anchor.checkpoint
    return Walk(made.size, made.head, frontier_of(made, anchor.frontier or b""))


def kept(recorder: LogRecorder, *, newest: bool = False) -> list[Kept]:
    """The table, smallest first; or its newest row only."""
    order = "DESC LIMIT 1" if newest else "ASC"
    rows = recorder.query(f"SELECT size, note, frontier FROM checkpoints ORDER BY size {order}")
    return [
        Kept(size, str(note), frontier if isinstance(frontier, bytes) else b"")
        for size, note, frontier in rows
    ]


def origin_of(recorder: LogRecorder) -> str:
    """Which log this is, in whose name is signed. Raises Unavailable for an empty one."""
    for row in kept(recorder, newest=True):
        return unchecked(row.note).origin
    for (hash_,) in recorder.query("SELECT hash FROM events WHERE position = 1"):
        return f"gridcase/{hash_.hex()[:16]}"
    raise Unavailable("The log is empty: it gets its name from its first event.")


class Checkpoints:
    """Makes checkpoints of one log. Several processes may: who comes second finds it done."""

    def __init__(self, recorder: LogRecorder, keys: SigningKeys, every: int = EVERY_EVENTS) -> None:
        self.recorder, self.keys, self.every = recorder, keys, every
        self._last: tuple[int, datetime] | None = None  # size and instant of the newest that was seen

    def due(self, now: datetime) -> bool:
        """Whether enough events wait for a signature, or any of them since before `now`'s day (in its own zone)."""
        size, at = self._last or self._look()
        head = self.recorder.head()
        if head <= size or not self._passed(head, size, at, now):
            return False
        size, at = self._look()  # another process may have made one
        return self._passed(head, size, at, now)

    def _passed(self, head: int, size: int, at: datetime, now: datetime) -> bool:
        return head - size >= self.every or (head > size and at.astimezone(now.tzinfo).date() < now.date())

    def _look(self) -> tuple[int, datetime]:
        for last in kept(self.recorder, newest=True):
            self._last = (last.size, unchecked(last.note).recorded_at)
        return self._last or (0, LONG_AGO)

    def make(self, now: datetime) -> Anchor | None:
        """Signs what the log holds now, at most `every` events more; None when nothing is new.

        Checks every event since the last checkpoint first. Raises Tampered, NotVouchedFor (the last checkpoint is none
        of ours) or BadSigningKey, and signs nothing then.
        """
        head, rows = self.recorder.head(), DatabaseRows(self.recorder)
        walk, before = Walk(), None
        for last in kept(self.recorder, newest=True):
            before = opened(last.note, self.keys, last.frontier)
            walk = start(before)
        if head < walk.position:
            said = f"The log ends at {head}, and its last checkpoint is over {walk.position} events."
            raise Tampered(head + 1, said)
        if head == walk.position:
            return None
        if not walk.to(rows, min(head, walk.position + self.every)):
            raise Tampered(walk.position + 1, explained(walk, rows).sentence)
        at = walk.recorded_at if before is None else max(walk.recorded_at, before.checkpoint.recorded_at)
        origin = origin_of(self.recorder)
        suite = rows.suites.name(walk.position)
        made = Checkpoint(origin, walk.position, walk.frontier.root(), walk.hash, max(now, at), suite)
        note = self.keys.sign(origin, made.text())
        anchor = opened(note, self.keys, walk.frontier.packed())
        return anchor if self._keep(anchor, walk) else None

    def _keep(self, anchor: Anchor, walk: Walk) -> bool:
        """Puts it into the table, unless another process was faster."""
        made = anchor.checkpoint
        with self.recorder.transaction():
            run = self.recorder.run
            if self.recorder.query("SELECT 1 FROM checkpoints WHERE size >= ?", (made.size,)):
                return False
            for block, root in walk.blocks:
                run("INSERT INTO tree_blocks VALUES (?, ?) ON CONFLICT (block) DO NOTHING", (block, root))
            run("INSERT INTO checkpoints VALUES (?, ?, ?)", (made.size, anchor.note, anchor.frontier))
        self._last = (made.size, made.recorded_at)
        return True
