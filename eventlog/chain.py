"""The hash chain: what is hashed of an event, and how one hash follows from the one before. Bytes only, no database.

    hash = SHA-256( hash of the event before (32 bytes; zeros before the first) + canonical bytes )

The canonical bytes are written down in docs/operations/log.md, so that anybody can compute them again. They never
change under a suite's name: a new form or another hash function is a new suite, valid from a position on.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

SUITE = "sha256-v1"  # of new logs
BEFORE_THE_FIRST = bytes(32)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_head = struct.Struct(">Q16sQqI").pack
_length = struct.Struct(">I").pack

Link = Callable[[bytes, int, UUID, int, str, datetime, bytes], bytes]
"""previous hash, then the columns of the events table in their order: the hash of this event."""


def canonical(
    position: int, originator_id: UUID, version: int, topic: str, recorded_at: datetime, state: bytes
) -> bytes:
    """The bytes that stand for an event: numbers big-endian, text and state behind their lengths."""
    topic_bytes = topic.encode()
    micros = (recorded_at - _EPOCH) // _MICROSECOND
    head = _head(position, originator_id.bytes, version, micros, len(topic_bytes))
    return b"".join((head, topic_bytes, _length(len(state)), state))


def _sha256_v1(
    previous: bytes, position: int, originator_id: UUID, version: int, topic: str, at: datetime, state: bytes
) -> bytes:
    return hashlib.sha256(previous + canonical(position, originator_id, version, topic, at, state)).digest()


SUITES: dict[str, Link] = {SUITE: _sha256_v1}
