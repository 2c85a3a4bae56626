"""Who people are, put into a letter: from the vault when it is issued, as placeholders when it is looked at before.

What a letter reads is told, so that every reading can be recorded. Nothing here asks the vault by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from api.letters.values import Values
from domain.account import official
from domain.remedies import wrong
from eventlog.identity import Emptied, Identity
from eventlog.masking import unmask

BLANK = "　" * 8  # room to write what is not known
OFFICIAL = re.compile(rf"⟦{official('')}([^⟦⟧]+):name⟧")
Known = Mapping[str, Identity | Emptied]


def filled(values: Values, subjects: Iterable[str], known: Known) -> tuple[Values, tuple[str, ...]]:
    """The values with names in them, and the references that were read.

    Only parties of the case are read, whatever somebody typed. Raises `Invalid` for one whose data is not there.
    """
    parties, read = set(subjects), []

    def who(subject: str) -> Identity | None:
        if subject not in parties:
            return None
        found = known.get(subject)
        if not isinstance(found, Identity):
            raise wrong("addressee", subject, "erased" if found else "not_entered")
        if subject not in read:
            read.append(subject)
        return replace(
            found,
            id_number=found.id_number or BLANK,
            phone=found.phone or BLANK,
            address=found.address or BLANK,
        )

    told: Values = replaced(with_you(values, who), lambda text: unmask(text, who))
    return told, tuple(read)


def masked(values: Values, names: Mapping[str, str]) -> Values:
    """The values with placeholders: 当事人甲, 信访人甲. Reads nobody. `names` are those of the case's pages."""

    def nobody(subject: str) -> Identity | None:
        if subject not in names:
            return None
        return Identity(subject, "person", names[subject], "（证件号码）", "（联系电话）", "（住址）")

    told: Values = replaced(with_you(values, nobody), lambda text: unmask(text, nobody))
    return told


def officials_in(values: Values) -> set[str]:
    """The accounts of officials that the values mention."""
    return {user for text in texts(values) for user in OFFICIAL.findall(text)}


def with_officials(values: Values, names: Mapping[str, str]) -> Values:
    """The values with officials as people call them; one without a name by the account."""
    told: Values = replaced(values, lambda text: OFFICIAL.sub(lambda one: names.get(one[1], one[1]), text))
    return told


def with_you(values: Values, who: Callable[[str], Identity | None]) -> Values:
    """How the addressee is spoken to: 你, or 你单位."""
    subject = values["to"].removeprefix("⟦").removesuffix(":name⟧")
    one = who(subject) if values["to"].count("⟦") == 1 else None
    several = values["to"].count("⟦") > 1
    you = "你们" if several else "你单位" if one is not None and one.kind == "organisation" else "你"
    return {**values, "you": you}


def replaced(value: Any, change: Callable[[str], str]) -> Any:
    """Every text changed, whatever it is in."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: replaced(inner, change) for key, inner in value.items()}
    return [replaced(inner, change) for inner in value] if isinstance(value, list) else value


def texts(value: Any) -> Iterator[str]:
    """Every text, whatever it is in."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)
