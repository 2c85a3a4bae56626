"""How people of a case are spoken of to whoever reads it: 当事人甲, Party A, by their place in the case; never by name.

A name is shown by the action `reveal` alone, which is recorded. Give every text that people wrote through `anonymous`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from domain.case import Party
from domain.rule import Title

STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
PARTS: Final[Mapping[str, Title]] = {
    "party": Title("当事人", "Party"),
    "petitioner": Title("信访人", "Petitioner"),
    "agent": Title("代理人", "Agent"),
    "witness": Title("证人", "Witness"),
}
SOMEBODY: Final = Title("当事人", "a party")
FIELDS: Final[Mapping[str, Title]] = {
    "name": Title("", ""),
    "id_number": Title("的证件号码", "'s identity number"),
    "phone": Title("的电话", "'s telephone"),
    "address": Title("的住址", "'s address"),
}
TOKEN: Final = re.compile(r"⟦([^⟦⟧]+):(name|id_number|phone|address)⟧")


def called(parties: Iterable[Party]) -> dict[str, Title]:
    """Reference -> what its party is called on the pages of this case."""
    named: dict[str, Title] = {}
    for place, party in enumerate(parties):
        part = PARTS.get(party.part, PARTS["party"])
        zh = STEMS[place] if place < len(STEMS) else str(place + 1)
        en = chr(ord("A") + place) if place < 26 else str(place + 1)
        named.setdefault(party.subject, Title(f"{part.zh}{zh}", f"{part.en} {en}"))
    return named


def anonymous(text: str, names: Mapping[str, Title], code: str) -> str:
    """A text with its tokens, and references that stand alone, as the pages speak of people. `code` is zh or en."""
    if text in names:
        return str(getattr(names[text], code))
    return _rendered(text, names, code)


def _rendered(text: str, names: Mapping[str, Title], code: str) -> str:
    def render(token: re.Match[str]) -> str:
        somebody = names.get(token[1], SOMEBODY)
        return f"{getattr(somebody, code)}{getattr(FIELDS[token[2]], code)}"

    return TOKEN.sub(render, text)


def without_tokens(value: Any, names: Mapping[str, Title], code: str = "zh") -> Any:
    """Plain data with every token rendered; what a member ending in `_en` holds, in English."""
    if isinstance(value, str):
        return _rendered(value, names, code)
    if isinstance(value, dict):
        return {
            key: without_tokens(one, names, "en" if key.endswith("_en") else code)
            for key, one in value.items()
        }
    return [without_tokens(one, names, code) for one in value] if isinstance(value, list | tuple) else value


def official_names(text: str, names: Mapping[str, str]) -> str:
    """Accounts that stand alone, or in an enumeration, by the names of the officials who have them."""
    for comma in ("、", ", "):
        words = text.split(comma)
        if any(word in names for word in words):
            return comma.join(names.get(word, word) for word in words)
    return text
