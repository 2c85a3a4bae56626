"""Passwords as they are kept: argon2id, with what RFC 9106 recommends where memory is not plenty (64 MiB, 3 passes).

What makes a good password is decided in workflows/accounts.py. Never log, compare or keep one in any other way.
"""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
_TURNS = threading.BoundedSemaphore(2)  # each takes 64 MiB: a rush at the door must not take them all
_NOBODY = _HASHER.hash("a password that nobody has")


def hashed(password: str) -> str:
    """The hash with its salt and parameters."""
    with _TURNS:
        return _HASHER.hash(_plain(password))


def matches(hash: str | None, password: str) -> bool:
    """Whether it is the password. For an account without one (None) it takes as long, and the answer is no."""
    with _TURNS:
        try:
            _HASHER.verify(hash or _NOBODY, _plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return hash is not None


def outdated(hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(hash)


def _plain(password: str) -> str:
    """The same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)
