"""A walk along the log: computes the chain and the tree again, event by event, and stops at the first wrong place.

It asks no checkpoint and knows no key: it says what the rows say (eventlog/verify.py compares). Keep the loop tight:
it runs a million times, and who has to wait for a check checks less often.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime

from eventlog.chain import BEFORE_THE_FIRST
from eventlog.draft import THE_BEGINNING
from eventlog.merkle import BLOCK, Frontier
from eventlog.sources import Row, Source, as_instant, as_uuid

MALFORMED = (
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    struct.error,
)  # what no writer of ours wrote


class Walk:
    """Where the walk is: behind the event at `position`, whose hash is `hash`, under a tree of `frontier`."""

    def __init__(
        self,
        position: int = 0,
        hash: bytes = BEFORE_THE_FIRST,
        frontier: Frontier | None = None,
        recorded_at: datetime = THE_BEGINNING,
    ) -> None:
        self.position, self.hash, self.recorded_at = position, hash, recorded_at
        self.frontier = Frontier() if frontier is None else frontier
        self.blocks: list[tuple[int, bytes]] = []  # number and root of the tree's blocks that became complete

    def to(self, source: Source, upto: int) -> bool:
        """Goes on to `upto`. False: the next event is missing, or does not follow from the one before."""
        for page in source.pages(self.position, upto):
            if not self._take(source, page):
                return False
        return self.position == upto

    def _take(self, source: Source, page: Sequence[Row]) -> bool:
        position, previous, before = self.position, self.hash, self.recorded_at
        link, until = source.link(position + 1)
        hashes: list[bytes] = []
        written, at = object(), before
        try:
            for place, id_, version, topic, recorded_at, state, hash_ in page:
                position += 1
                if place != position:
                    break
                if position >= until:
                    link, until = source.link(position)
                if recorded_at != written:
                    written, at = recorded_at, as_instant(recorded_at)
                if at < before or link(previous, position, as_uuid(id_), version, topic, at, state) != hash_:
                    break
                hashes.append(hash_)
                previous, before = hash_, at
        except MALFORMED:
            pass
        if hashes:
            first = self.frontier.size // BLOCK
            self.blocks += enumerate(self.frontier.extend(hashes), first)
            self.position += len(hashes)
            self.hash, self.recorded_at = previous, before
        return len(hashes) == len(page)
