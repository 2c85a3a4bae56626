"""What commands and answers say in headers: versions, positions, waiting, the shape of an answer.

A version travels as a strong ETag ("7"), a place in the log as a number. Do not read these headers elsewhere.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from fastapi import Header, Response

from api.errors import PreconditionRequired
from domain.errors import Invalid

POSITION = "Gridcase-Position"  # where in the log an answer's event is; asked by a reader who wants to see it
READ_POSITION = "Gridcase-Read-Position"  # how far the read tables are

_VERSION = re.compile(r'"(\d{1,9})"')
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,4})\"?", re.IGNORECASE)

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description='The version looked at, as GET gave it in ETag: `"7"`. `*` for whatever it is.',
    ),
]
Prefer = Annotated[
    str | None,
    Header(
        description="`wait=2`: answer when the read side shows this change, at most that many seconds (RFC 7240)."
    ),
]
Since = Annotated[
    int | None,
    Header(
        alias=POSITION,
        ge=0,
        le=2**62,
        description="Wait (bounded) until the read side has come to this place in the log: what a command answered.",
    ),
]


def version(if_match: str | None, case: str) -> int | None:
    """The version that a command expects, None for any. Raises PreconditionRequired or Invalid."""
    if if_match is None:
        raise PreconditionRequired(
            f'Send If-Match with the version of {case} that you looked at, such as If-Match: "7" '
            f"(GET /api/v1/cases/{case} gives it as ETag), or If-Match: * to decide whatever its version is."
        )
    if if_match.strip() == "*":
        return None
    found = _VERSION.fullmatch(if_match.strip())
    if not found:
        raise Invalid(
            "If-Match",
            if_match,
            'Give one version in quotes, as GET gave it in ETag: "7".',
            '请填加引号的一个版本号，即 GET 在 ETag 中给出的值，例如 "7"。',
        )
    return int(found[1])


def wanted_wait(prefer: str | None) -> float:
    """Seconds that the caller would wait for the read side; 0 for not at all."""
    found = _WAIT.search(prefer or "")
    return float(found[1]) if found else 0.0


def etag(version: int) -> str:
    return f'"{version}"'


def answer(data: Any, status: int = 200, **headers: str | int | None) -> Response:
    """A JSON answer. Header names are given with underscores; None leaves one out."""
    told = {name.replace("_", "-"): str(value) for name, value in headers.items() if value is not None}
    return Response(msgspec.json.encode(data), status, told, "application/json")
