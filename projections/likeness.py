"""By what cases may be recognised as one matter: some rows per case that others like it have too. No case is compared here.

Two titles that share most of their pairs of characters have a common smallest hash more often than not (MinHash): so a
look-up by a few numbers finds nearly the same title of the same place among any number of cases. What was corrected later
does not matter: it is how they were told first that is alike. Asked by projections/alike.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from typing import Any, Final
from zlib import crc32

import sqlalchemy as sa

from domain.petition_intake import PetitionRegistered
from projections.rows import Rows
from projections.schema import METADATA, Number, Text
from projections.seen import OPENINGS, Seen
from projections.words import folded

READ_LIKENESS = sa.Table(
    "read_likeness",
    METADATA,
    sa.Column("mark", Number, primary_key=True, autoincrement=False),
    sa.Column("case_id", Text, primary_key=True),
)

FEWEST_PAIRS: Final = 4  # a title of less says nothing
FACTORS: Final = (
    (0x9E3779B1, 0x7F4A7C15),
    (0x85EBCA6B, 0xC2B2AE35),
    (0x27D4EB2F, 0x165667B1),
)  # bands of two
MASK: Final = 0xFFFFFFFF


class Likeness:
    """The marks of each case: of its title and place, and of every reference of its parties."""

    name = "likeness"
    tables = (READ_LIKENESS,)
    topics = frozenset({*OPENINGS, PetitionRegistered.TOPIC})

    def fold(self, events: Sequence[Seen], rows: Rows) -> None:
        for _, case, _, topic, _, event in events:
            found: list[int] = []
            if topic in OPENINGS:
                found += marks_of_title(event.title, [event.origin])
            found += marks_of_parties(subjects_in(event))
            for mark in found:
                rows.learn(READ_LIKENESS, {"mark": mark, "case_id": case})


def subjects_in(event: Any) -> list[str]:
    """The references of the parties that an event tells."""
    parties = getattr(event, "parties", None) or getattr(event, "petitioners", None) or ()
    return [party.subject for party in parties]


def marks_of_title(title: str, places: Iterable[str]) -> list[int]:
    """The marks of a title for each of these units; none of one that says too little."""
    hashes = [crc32(pair.encode()) for pair in pairs(title)]
    if len(hashes) < FEWEST_PAIRS:
        return []
    smallest = [
        tuple(min((one * factor ^ factor >> 7) & MASK for one in hashes) for factor in band)
        for band in FACTORS
    ]
    return [_mark(f"{place} {n} {least}") for place in places for n, least in enumerate(smallest)]


def marks_of_parties(subjects: Collection[str]) -> list[int]:
    return [_mark(f"party {subject}") for subject in subjects]


def pairs(title: str) -> frozenset[str]:
    """Every two characters of a title that stand side by side, without names, blanks and punctuation."""
    letters = "".join(one for one in folded(title) if one.isalnum())
    return frozenset(letters[n : n + 2] for n in range(len(letters) - 1))


def _mark(words: str) -> int:
    return (
        int.from_bytes(blake2b(words.encode(), digest_size=8).digest()) >> 1
    )  # fits where numbers have signs
