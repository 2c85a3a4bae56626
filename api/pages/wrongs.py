"""What is wrong with a form, in both languages and tied to the field of the page: from the one validation of the API.

A sentence says what would be right; the page puts the name of the field before it. Do not validate here, and do not word
a remedy (domain/remedies.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from api.errors import in_words
from api.pages.bodies import Body
from domain.errors import Invalid
from domain.remedies import REMEDIES
from domain.rule import Title


def of_validation(error: ValidationError, body: Body, labels: Mapping[str, Title]) -> dict[str, Title]:
    """Every part of the envelope that is wrong, by its name on the page."""
    return of_invalid([in_words(one) for one in error.errors()], body, labels)


def of_invalid(errors: Iterable[Invalid], body: Body, labels: Mapping[str, Title]) -> dict[str, Title]:
    """Every field that is wrong, by its name on the page, in the order of the form; those of no field first."""
    found: dict[str, Title] = {}
    for one in errors:
        name = place_of(one.field, body, labels)
        said = Title(one.remedy_zh or REMEDIES["unusable"].zh, one.remedy)
        found.setdefault(name, said if name else Title(f"{one.field}：{said.zh}", f"{one.field}: {said.en}"))
    order = {name: n for n, name in enumerate(labels)}
    return dict(sorted(found.items(), key=lambda one: order.get(one[0], -1)))


def place_of(field: str, body: Body, labels: Mapping[str, Title]) -> str:
    """The page's field for one that the service names; "" where it has none."""
    for path in (field, f"facts.{field}"):
        name = body.place_of(int(part) if part.isdecimal() else part for part in path.split("."))
        if name in labels:
            return name
        above = name.rpartition(".")[0]
        if above in labels:
            return above
    return ""
