"""What a check says is wrong, and where; and how it tells a changed event from one that was removed, swapped or inserted.

The place is proved: it is the first that does not follow from the events before. What was done there is worked out from
the hashes that are left, and the plainest explanation is told. Never let an explanation decide whether something is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from eventlog.sources import Row, Source, as_instant, as_uuid
from eventlog.walk import MALFORMED, Walk

LOOK_AHEAD = 100_000  # rows that are searched for an event that is not in its place
GONE = 1_000  # events that may have been removed at once for the gap to be recognised after renumbering


class Kind(StrEnum):
    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    SWAPPED = "swapped"
    WENT_BACK = "went_back"
    CUT = "cut"
    REWRITTEN = "rewritten"
    CHECKPOINT_FORGED = "checkpoint_forged"
    CHECKPOINT_REMOVED = "checkpoint_removed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One wrong place: the events `first` to `last`, or the checkpoint of size `first`."""

    kind: Kind
    first: int
    last: int
    sentence: str


class Event(NamedTuple):
    """What a row says, as far as it can be chained; its own place and hash beside."""

    id: UUID
    version: int
    topic: str
    at: datetime
    state: bytes


@dataclass(slots=True)
class Place:
    """A row and what is in it; `event` is None where no writer of ours could have written it."""

    position: int
    event: Event | None
    hash: bytes

    @classmethod
    def of(cls, row: Row) -> Place:
        position, id_, version, topic, at, state, hash_ = row
        try:
            return cls(position, Event(as_uuid(id_), version, topic, as_instant(at), state), hash_)
        except MALFORMED:
            return cls(position, None, hash_)


def explained(walk: Walk, source: Source) -> Finding:
    """What is wrong with the event behind `walk`, which has just stopped there."""
    return _Inquiry(walk, source).finding()


class _Inquiry:
    def __init__(self, walk: Walk, source: Source) -> None:
        self.before, self.at = walk, walk.position + 1
        self.source = source
        self.here, self.next = self._first_two()

    def _places(self) -> Iterator[Place]:
        for page in self.source.pages(self.before.position, self.before.position + LOOK_AHEAD):
            yield from map(Place.of, page)

    def _first_two(self) -> tuple[Place | None, Place | None]:
        places = self._places()
        return next(places, None), next(places, None)

    def hashed(self, previous: bytes, position: int, event: Event | None) -> bytes | None:
        """What the chain gives for this event there."""
        if event is None:
            return None
        link, _ = self.source.link(position)
        try:
            return link(previous, position, *event)
        except MALFORMED:
            return None

    def finding(self) -> Finding:
        here, at = self.here, self.at
        if here is None:
            return self._found(Kind.REMOVED, at, f"Event {at} is missing, and whatever came after it.")
        if here.position > at:
            return self._missing(here.position)
        if here.position < at:
            said = f"Behind event {at - 1} stands event {here.position} once more."
            return self._found(Kind.INSERTED, at, said)
        own = self.hashed(self.before.hash, at, here.event)
        if own is not None and own == here.hash:
            return self._went_back()
        follows = self.next is not None and self.next.position == at + 1
        next_event = self.next.event if self.next is not None and follows else None
        next_hash = self.next.hash if self.next is not None and follows else None
        if own is not None and next_hash is not None and self.hashed(own, at + 1, next_event) == next_hash:
            said = f"The hash of event {at} was changed. The event itself is as it was recorded."
            return self._found(Kind.CHANGED, at, said)
        return self._misplaced() or self._renumbered(next_event, next_hash) or self._changed()

    def _missing(self, next_position: int) -> Finding:
        """A gap; in a file the event may stand further on."""
        for place in self._places():
            if place.position == self.at:
                said = f"Event {self.at} does not stand in its place but behind event {next_position}."
                return self._found(Kind.SWAPPED, self.at, said)
        last = next_position - 1
        said = (
            f"Event {self.at} was removed."
            if last == self.at
            else f"Events {self.at} to {last} were removed."
        )
        return self._found(Kind.REMOVED, self.at, said, last)

    def _went_back(self) -> Finding:
        assert self.here is not None and self.here.event is not None
        said = f"Event {self.at} says it was recorded at {self.here.event.at}, before the one in front of it."
        return self._found(Kind.WENT_BACK, self.at, said)

    def _misplaced(self) -> Finding | None:
        """Whether what was recorded here stands further on, as a whole or its content alone."""
        assert self.here is not None
        at, previous, mine = self.at, self.before.hash, self.here.event
        last_hash = b""
        for place in self._places():
            j, other = place.position, place.event
            if j > at and other is not None:
                own = self.hashed(previous, at, other)
                if own is not None and own in (place.hash, self.here.hash):
                    back = self.hashed(own if j == at + 1 else last_hash, j, mine)
                    if back is not None and back in (place.hash, self.here.hash):
                        return self._found(Kind.SWAPPED, at, f"The events {at} and {j} were swapped.", j)
                    what = f"Event {at} was" if j == at + 1 else f"Events {at} to {j - 1} were"
                    said = f"{what} inserted: what was recorded as event {at} stands at {j}."
                    return self._found(Kind.INSERTED, at, said, j - 1)
                if self._exchanged(place, last_hash):
                    said = f"The events {at} and {j} hold each other's content."
                    return self._found(Kind.SWAPPED, at, said, j)
            last_hash = place.hash
        return None

    def _exchanged(self, other: Place, before_other: bytes) -> bool:
        """Whether only the bytes of the two events changed places."""
        assert self.here is not None
        mine, theirs = self.here.event, other.event
        if mine is None or theirs is None:
            return False
        there = self.hashed(before_other, other.position, theirs._replace(state=mine.state))
        here = self.hashed(self.before.hash, self.at, mine._replace(state=theirs.state))
        return here == self.here.hash and there == other.hash

    def _renumbered(self, event: Event | None, hash_: bytes | None) -> Finding | None:
        """Whether events were removed and all later ones moved up: then the next one follows, under its old number."""
        assert self.here is not None
        if event is None or not isinstance(self.here.hash, bytes):
            return None
        for gone in range(1, GONE + 1):
            if self.hashed(self.here.hash, self.at + 1 + gone, event) == hash_:
                last = self.at + gone - 1
                what = f"Event {self.at} was" if gone == 1 else f"Events {self.at} to {last} were"
                said = f"{what} removed, and the later ones were given new positions."
                return self._found(Kind.REMOVED, self.at, said, last)
        return None

    def _changed(self) -> Finding:
        said = f"Event {self.at} is not what was recorded there: its hash does not follow from it and the one before."
        event = self.here.event if self.here is not None else None
        if event is None:
            said = f"Event {self.at} holds something that no program wrote there."
        elif event.at < self.before.recorded_at:
            said += f" It says it was recorded at {event.at}, before the one in front of it."
        return self._found(Kind.CHANGED, self.at, said)

    def _found(self, kind: Kind, first: int, sentence: str, last: int | None = None) -> Finding:
        return Finding(kind, first, first if last is None else last, sentence)
