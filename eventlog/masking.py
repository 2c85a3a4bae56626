"""Names typed into free text become references before anything is recorded. Pure functions; they ask no database.

A token reads `⟦subject_id:field⟧`. Masking what is masked already changes nothing. The lookup given to `unmask` must
answer only for subjects that the reader may see: anybody can type a token.

People do not type as the register does: 张　三, １３８-0000-1111, another dot in a name, an x for an X. All of it is
found, and rendered as the register has it. A space may stand between two characters of a name by chance: rather a word
too much masked than a name in the log. Only known strings are found: somebody who is nobody's party stays as typed.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import partial
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


def texts(value: Any) -> Iterator[str]:
    """Every string that `mask_value` would look into: whoever has none need not ask who the people are."""
    if isinstance(value, Enum):
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from texts((*value, *value.values()))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in value:
            yield from texts(inner)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            if field.init:
                yield from texts(getattr(value, field.name))


def unmask(text: str, lookup: Lookup) -> str:
    """The text with its tokens rendered. `lookup` answers None for whom the reader may not see (or nobody knows)."""

    def render(token: re.Match[str]) -> str:
        subject, field = lookup(token[1]), token[2]
        if isinstance(subject, Emptied):
            return EMPTIED
        return (getattr(subject, field) if subject is not None else "") or PLACEHOLDERS[field]

    return _TOKEN.sub(render, text)


_DOTS = "·•・‧∙⋅･."
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"
_DASHES = "-‐‑–—−_()/+"


class _Fold(dict[int, str]):
    """How a character is compared: its code point -> what it counts as, "" for nothing. For `str.translate`."""

    def __init__(self, passed_over: str) -> None:
        self.passed_over = passed_over

    def __missing__(self, point: int) -> str:
        one = chr(point)
        for change in (partial(unicodedata.normalize, "NFKC"), str.casefold):
            plain = change(one)
            one = plain if len(plain) == 1 else one  # ¼ holds a 1, but nobody means it
        self[point] = folded = "" if one in self.passed_over or one.isspace() else one
        return folded


AS_WORDS = _Fold(_DOTS + _INVISIBLE)
AS_DIGITS = _Fold(_DOTS + _INVISIBLE + _DASHES)
_NOTHING = re.compile(rf"[\s{re.escape(AS_DIGITS.passed_over)}]+")


def _roughly(text: str) -> str:
    """Folded at once, in a fraction of the time: what is not found in here is not in the text."""
    return _NOTHING.sub("", unicodedata.normalize("NFKC", text).casefold())


class _Mask:
    """The known strings as they are compared, longest first, each with the token that stands for it."""

    def __init__(self, identities: Iterable[Identity]) -> None:
        tokens: dict[tuple[str, int], tuple[str, _Fold]] = {}
        self._known: set[str] = set()
        for identity in identities:
            self._known.add(identity.subject_id)
            for field in PLACEHOLDERS:
                fold = AS_WORDS if field in ("name", "address") else AS_DIGITS
                for said in _spellings(field, getattr(identity, field).translate(fold)):
                    if len(said) >= (SHORTEST_NAME if field == "name" else 1):
                        tokens.setdefault((said, id(fold)), (f"⟦{identity.subject_id}:{field}⟧", fold))
        known = ((said, token, fold) for (said, _), (token, fold) in tokens.items())
        self._tokens = sorted(known, key=lambda one: len(one[0]), reverse=True)
        self._roughly = [_roughly(said) for said, _, _ in self._tokens]

    def text(self, text: str) -> str:
        rough = _roughly(text)
        tokens = [one for one, said in zip(self._tokens, self._roughly, strict=True) if said in rough]
        if not tokens:
            return text
        pieces: list[tuple[str, bool]] = []  # (piece, whether it is a token and therefore left alone)
        end = 0
        for token in _TOKEN.finditer(text):
            if token[1] in self._known:
                pieces += [(text[end : token.start()], False), (token[0], True)]
                end = token.end()
        pieces.append((text[end:], False))
        for said, token_text, fold in tokens:
            split: list[tuple[str, bool]] = []
            for piece, is_token in pieces:
                if is_token or said not in piece.translate(fold):
                    split.append((piece, is_token))
                    continue
                end = 0
                for start, stop in _places(said, piece, fold):
                    split += [(piece[end:start], False), (token_text, True)]
                    end = stop
                split.append((piece[end:], False))
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


def _spellings(field: str, said: str) -> Iterator[str]:
    """What was registered, and as whom it names the same: an identity number of 15 digits, a number without its 86."""
    yield said
    if field == "id_number" and len(said) == 18 and said[6:8] == "19":
        yield said[:6] + said[8:17]
    if field == "phone" and len(said) == 13 and said.startswith("861"):
        yield said[2:]


def _places(said: str, piece: str, fold: _Fold) -> Iterator[tuple[int, int]]:
    """Where in the piece this stands, however it is typed: start and end, from left to right."""
    origin = [at for at, one in enumerate(piece) if fold[ord(one)]]
    folded, free, at = piece.translate(fold), 0, -1
    while (at := folded.find(said, at + 1)) >= 0:
        start, stop = origin[at], origin[at + len(said) - 1] + 1
        if start >= free:
            yield start, stop
            free = stop
            at += len(said) - 1
