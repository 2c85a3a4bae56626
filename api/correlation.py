"""What ties together all that one request causes: log lines, spans, recorded events. Taken from the caller, or made.

`X-Correlation-Id` wins; else the trace of `traceparent` (W3C Trace Context) is the correlation. It is written into
every event and never into a label of a metric. It is no place for names: only ids of this form are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from random import getrandbits

HEADER = b"x-correlation-id"
TRACEPARENT = b"traceparent"

_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,63}")
_TRACEPARENT = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?"
)


@dataclass(frozen=True, slots=True)
class Correlation:
    """`id` ties together; `trace`, `parent` (the caller's span, "" for none) and `flags` are those of `traceparent`."""

    id: str
    trace: str
    span: str
    parent: str = ""
    flags: str = "00"

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the caller gets back."""
        traceparent = f"00-{self.trace}-{self.span}-{self.flags}"
        return [(HEADER, self.id.encode()), (TRACEPARENT, traceparent.encode())]


CURRENT: ContextVar[Correlation | None] = ContextVar("gridcase_correlation", default=None)


def new(bits: int) -> str:
    """An id that nobody else has. It keeps nothing secret, so it need not be unguessable."""
    return f"{getrandbits(bits) or 1:0{bits // 4}x}"


def current() -> str:
    """The correlation of what is being done now; "" outside of a request."""
    found = CURRENT.get()
    return found.id if found else ""


def of(headers: Iterable[tuple[bytes, bytes]]) -> Correlation:
    """The caller's, where it has the form of one; else a new one. Header names are in lower case, as ASGI has them."""
    said = correlation = None
    for name, value in headers:
        if name == HEADER:
            correlation = _ID.fullmatch(value)
        elif name == TRACEPARENT:
            said = _TRACEPARENT.fullmatch(value)
    trace = said[1].decode() if said else new(128)
    return Correlation(
        correlation[0].decode() if correlation else trace,
        trace,
        new(64),
        said[2].decode() if said else "",
        said[3].decode() if said else "00",
    )
