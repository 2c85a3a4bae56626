"""What msgspec has to know of a type before it reads one: learned here, by one thread at a time.

At the first use of a type msgspec fills a table that other threads already see, and who reads through a half-filled
one crashes the whole process (SIGSEGV; msgspec 0.22, dataclasses and structs alike). So: no `decode(…, type=T)`, no
`Decoder(T)` and no `convert(…, T)` in a function, unless T was learned here before. tests/test_house.py looks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

_T = TypeVar("_T")

ALONE = threading.RLock()  # held by whoever makes msgspec look at types for the first time


def decoder(wanted: type[_T], dec_hook: Callable[[type, Any], Any] | None = None) -> msgspec.json.Decoder[_T]:
    """Reads JSON as this type; ready for every thread. Raises TypeError for a type that has no JSON form."""
    with ALONE:
        return msgspec.json.Decoder(wanted, dec_hook=dec_hook)


def learn(*wanted: Any) -> None:
    """From now on every thread may read and convert to these types. Those that have no JSON form are left out."""
    with ALONE:
        for one in wanted:
            try:
                msgspec.json.Decoder(one, dec_hook=lambda _, value: value)
            except TypeError:
                continue
