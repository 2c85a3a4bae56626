"""Codes of new cases: short enough to be read out on the telephone. A code tells the day and nothing about people."""

from __future__ import annotations

import secrets
from datetime import datetime

from domain.calendar import TZ

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
PREFIXES = {"dispute": "D", "petition": "P"}


def new_code(type: str, at: datetime) -> str:
    """Such as D-20260302-7K3MQ: 33 million codes a day; the log refuses one that is taken, and another is made."""
    tail = "".join(secrets.choice(LETTERS) for _ in range(5))
    return f"{PREFIXES[type]}-{at.astimezone(TZ):%Y%m%d}-{tail}"
