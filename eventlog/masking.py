"""Names typed into free text become references before anything is recorded. Pure functions; they ask no database.

A token reads `⟦subject_id:field⟧`. Masking what is masked already changes nothing. The lookup given to `unmask` must
answer only for subjects that the reader may see: anybody can type a token.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any

from eventlog.identity import Emptied, Identity

EMPTIED = "「已删除」"
PLACEHOLDERS = {"name": "「当事人」", "id_number": "「证件号码」", "phone": "「电话」", "address": "「住址」"}
SHORTEST_NAME = 2  # a single character is a word of the language before it is somebody's name

_TOKEN = re.compile(r"⟦([^⟦⟧]+):(name|id_number|phone|address)⟧")

Lookup = Callable[[str], Identity | Emptied | None]


def mask(text: str, identities: Iterable[Identity]) -> str:
    """The text with every known name, identity number, phone and address replaced by its token, longest first."""
    return _Mask(identities).text(text)


def mask_value(value: Any, identities: Iterable[Identity]) -> Any:
    """The same for every string inside dicts (keys too), lists, tuples, sets and dataclasses; enums are left alone."""
    return _Mask(identities).value(value)


def unmask(text: str, lookup: Lookup) -> str:
    """The text with its tokens rendered. `lookup` answers None for whom the reader may not see (or nobody knows)."""

    def render(token: re.Match[str]) -> str:
        subject, field = lookup(token[1]), token[2]
        if isinstance(subject, Emptied):
            return EMPTIED
        return (getattr(subject, field) if subject is not None else "") or PLACEHOLDERS[field]

    return _TOKEN.sub(render, text)


class _Mask:
    """The known strings, longest first, each with the token that stands for it."""

    def __init__(self, identities: Iterable[Identity]) -> None:
        tokens: dict[str, str] = {}
        self._known: set[str] = set()
        for identity in identities:
            self._known.add(identity.subject_id)
            for field in PLACEHOLDERS:
                said = getattr(identity, field).strip()
                if len(said) < (SHORTEST_NAME if field == "name" else 1):
                    continue
                # An identity number may end in X or x; the rest is as it was said.
                for spelling in (said, said.upper(), said.lower()) if field == "id_number" else (said,):
                    tokens.setdefault(spelling, f"⟦{identity.subject_id}:{field}⟧")
        self._tokens = sorted(tokens.items(), key=lambda item: len(item[0]), reverse=True)

    def text(self, text: str) -> str:
        pieces: list[tuple[str, bool]] = []  # (piece, whether it is a token and therefore left alone)
        end = 0
        for token in _TOKEN.finditer(text):
            if token[1] in self._known:
                pieces += [(text[end : token.start()], False), (token[0], True)]
                end = token.end()
        pieces.append((text[end:], False))
        for said, token_text in self._tokens:
            if said not in text:
                continue
            split: list[tuple[str, bool]] = []
            for piece, is_token in pieces:
                if is_token or said not in piece:
                    split.append((piece, is_token))
                    continue
                for rest in piece.split(said):
                    split += [(rest, False), (token_text, True)]
                split.pop()
            pieces = split
        return "".join(piece for piece, _ in pieces)

    def value(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.value(key): self.value(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            inner = [self.value(one) for one in value]
            return type(value)(*inner) if hasattr(value, "_fields") else type(value)(inner)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = [f.name for f in dataclasses.fields(value) if f.init]
            return dataclasses.replace(value, **{name: self.value(getattr(value, name)) for name in fields})
        return value
