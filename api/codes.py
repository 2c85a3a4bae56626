"""Codes that people read out on the telephone: of cases, and of queries about them. They tell nothing about people."""

from __future__ import annotations

import secrets
from datetime import datetime

from domain.calendar import TZ
from eventlog.subjects import Subjects

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
QUERY_LENGTH = 8  # letters: 40 bits, and few tries
PREFIXES = {"dispute": "D", "petition": "P"}


def new_code(type: str, at: datetime) -> str:
    """Such as D-20260302-7K3MQ: 33 million codes a day; the log refuses one that is taken, and another is made."""
    tail = "".join(secrets.choice(LETTERS) for _ in range(5))
    return f"{PREFIXES[type]}-{at.astimezone(TZ):%Y%m%d}-{tail}"


def query_code(subjects: Subjects, code: str) -> str:
    """The code on the receipt of a case, such as 7K3M-9QTZ: it follows from a key of this installation."""
    digest = int(subjects.fingerprint(f"query code of {code}".encode())[:16], 16)
    letters = "".join(LETTERS[digest >> 5 * n & 31] for n in range(QUERY_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"
