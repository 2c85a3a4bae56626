"""The hash chain as a third party would check it: written from docs/operations/log.md, not from the program."""

import hashlib
from datetime import datetime
from uuid import UUID


def hashes_of(log):
    """The stored hashes in order."""
    return [bytes(row[0]) for row in log.recorder.query("SELECT hash FROM events ORDER BY position")]


def recomputed(log):
    """The hashes as they should be, from the other columns."""
    columns = "position, originator_id, originator_version, topic, recorded_at, state"
    previous = bytes(32)
    for position, id_, version, topic, at, state in log.recorder.query(
        f"SELECT {columns} FROM events ORDER BY position"
    ):
        at = datetime.fromisoformat(at) if isinstance(at, str) else at
        seconds = int(at.replace(microsecond=0).timestamp())
        topic_bytes, state_bytes = topic.encode(), bytes(state)
        form = (
            position.to_bytes(8, "big")
            + UUID(str(id_)).bytes
            + version.to_bytes(8, "big")
            + (seconds * 1_000_000 + at.microsecond).to_bytes(8, "big", signed=True)
            + len(topic_bytes).to_bytes(4, "big")
            + topic_bytes
            + len(state_bytes).to_bytes(4, "big")
            + state_bytes
        )
        previous = hashlib.sha256(previous + form).digest()
        yield previous


def broken_at(log):
    """The first position whose hash is wrong, None for a whole chain."""
    pairs = zip(hashes_of(log), recomputed(log), strict=True)
    return next((n for n, (stored, right) in enumerate(pairs, 1) if stored != right), None)
