"""Page cursors: where the next page begins, signed, so that nobody can make one up.

A cursor belongs to one question (path and filters). It holds sort keys only, never a fact about people.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

import msgspec

from domain.errors import GridcaseError


class BadCursor(GridcaseError):
    """A page cursor that this server did not make for this question."""

    def __init__(self, cursor: str) -> None:
        self.cursor = cursor
        super().__init__(
            "The cursor is not one that this server made for this question. Begin again without it."
        )


LENGTH = 16  # bytes of the signature


class Cursors:
    """Makes and reads cursors with this installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def make(self, question: str, key: list[Any]) -> str:
        body = msgspec.json.encode(key)
        return base64.urlsafe_b64encode(self._sign(question, body) + body).rstrip(b"=").decode()

    def read(self, question: str, cursor: str | None) -> list[Any] | None:
        """The key after which the page begins; None for the first page. Raises BadCursor."""
        if cursor is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            raise BadCursor(cursor) from None
        signature, body = raw[:LENGTH], raw[LENGTH:]
        if not hmac.compare_digest(signature, self._sign(question, body)):
            raise BadCursor(cursor)
        key: list[Any] = msgspec.json.decode(body)
        return key

    def _sign(self, question: str, body: bytes) -> bytes:
        return hmac.digest(self._secret, question.encode("utf-8", "replace") + b"\0" + body, hashlib.sha256)[
            :LENGTH
        ]


def question(path: str, filters: dict[str, Any]) -> str:
    """The question that a cursor belongs to: the same path with the same filters."""
    return (
        f"{path}?{urlencode(sorted((name, value) for name, value in filters.items() if value is not None))}"
    )


def next_link(path: str, filters: dict[str, Any], cursor: str | None, limit: int) -> str | None:
    """The Link header (RFC 8288) to the next page; None after the last."""
    if cursor is None:
        return None
    asked = {name: value for name, value in filters.items() if value is not None} | {
        "limit": limit,
        "cursor": cursor,
    }
    return f'<{path}?{urlencode(asked)}>; rel="next"'
