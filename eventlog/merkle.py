"""The tree over the log, as RFC 6962 draws it: one root for any number of leaves, short proofs about them. Bytes only.

A leaf is the chain's hash of an event, the first leaf that of position 1. Never hash a leaf without its 0x00 or a node
without its 0x01: without them a node could be passed off as a leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

SUITE = "rfc6962-sha256"  # the name under which a checkpoint says that this is how its root was made
EMPTY = hashlib.sha256().digest()  # the root over nothing
BLOCK = 1024  # leaves under a node that is kept in the database, so that a proof reads two thousand hashes, not all

_LEVELS = BLOCK.bit_length() - 1
_sha256 = hashlib.sha256


def leaf(data: bytes) -> bytes:
    return _sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return _sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree, as its complete subtrees from left to right: what is needed to add leaves, and nothing else."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """ValueError when there are not as many subtrees as a tree of this size has."""
        if len(peaks) != size.bit_count():
            raise ValueError(f"A tree of {size} leaves has {size.bit_count()} peaks, not {len(peaks)}.")
        self.size, self._peaks = size, list(peaks)

    @classmethod
    def unpacked(cls, size: int, packed: bytes) -> Frontier:
        """From what `packed` gave. ValueError for anything else."""
        return cls(size, [packed[n : n + 32] for n in range(0, len(packed), 32)])

    def packed(self) -> bytes:
        return b"".join(self._peaks)

    def extend(self, leaves: Iterable[bytes]) -> list[bytes]:
        """Adds the leaves' data. Answers the roots of the blocks of 1,024 leaves that became complete."""
        sha256, peaks, size, blocks = _sha256, self._peaks, self.size, []
        for data in leaves:
            top = sha256(b"\x00" + data).digest()
            left = size
            size += 1
            if not size % BLOCK:
                for _ in range(_LEVELS):
                    top = sha256(b"\x01" + peaks.pop() + top).digest()
                left >>= _LEVELS
                blocks.append(top)
            while left & 1:
                top = sha256(b"\x01" + peaks.pop() + top).digest()
                left >>= 1
            peaks.append(top)
        self.size = size
        return blocks

    def root(self) -> bytes:
        """Of the tree as it is now."""
        if not self._peaks:
            return EMPTY
        *others, top = self._peaks
        for left in reversed(others):
            top = node(left, top)
        return top


def root(hashes: Sequence[bytes]) -> bytes:
    """Over leaves that are hashed already, or over subtrees of equal size of which only the last may be smaller."""
    if not hashes:
        return EMPTY
    level = list(hashes)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = iter(level)
        level = [node(left, right) for left, right in zip(pairs, pairs, strict=False)] + odd
    return level[0]


Roots = Callable[[int, int], bytes]
"""The root over the leaves from the first number (counted from 0) up to and without the second."""


def path(index: int, size: int, roots: Roots) -> list[bytes]:
    """The inclusion proof (audit path) of leaf `index` in the tree of `size` leaves, from below."""
    if not 0 <= index < size:
        raise ValueError(f"There is no leaf {index} among {size}.")
    found, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            found.append(roots(middle, high))
            high = middle
        else:
            found.append(roots(low, middle))
            low = middle
    return found[::-1]


def consistency(size: int, new_size: int, roots: Roots) -> list[bytes]:
    """The proof that the tree of `size` leaves was continued to `new_size`, and not changed."""
    if not 0 < size <= new_size:
        raise ValueError(f"A tree of {new_size} leaves cannot continue one of {size}.")
    found, low, high = [], 0, new_size
    while size != high:
        middle = low + _split(high - low)
        if size <= middle:
            found.append(roots(middle, high))
            high = middle
        else:
            found.append(roots(low, middle))
            low = middle
    if low:
        found.append(roots(low, high))
    return found[::-1]


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def root_by(data: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to; None when it has not the form of one (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    here, last, top = index, size - 1, leaf(data)
    for beside in proof:
        if not last:
            return None
        if here & 1 or here == last:
            top = node(beside, top)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            top = node(top, beside)
        here, last = here >> 1, last >> 1
    return None if last else top


def includes(data: bytes, index: int, size: int, proof: Sequence[bytes], top: bytes) -> bool:
    """Whether the leaf with this data is number `index` (from 0) of the tree of this size and root."""
    return root_by(data, index, size, proof) == top


def continues(size: int, top: bytes, new_size: int, new_top: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `new_size` and `new_top` continues the one of `size` and `top` (RFC 9162, 2.1.4.2)."""
    if not 0 < size <= new_size:
        return False
    if size == new_size:
        return top == new_top and not proof
    steps = [top, *proof] if not size & (size - 1) else list(proof)
    if not steps:
        return False
    here, last = size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = steps[0]
    for beside in steps[1:]:
        if not last:
            return False
        if here & 1 or here == last:
            old, new = node(beside, old), node(beside, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node(new, beside)
        here, last = here >> 1, last >> 1
    return not last and old == top and new == new_top
