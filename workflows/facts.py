"""Facts as people send them (JSON) become facts as events take them. Says which field is wrong, and what would be right."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

import msgspec

from domain.errors import Invalid
from eventlog.learned import learn


@cache
def hints_of(event: Any) -> dict[str, Any]:
    """The type of every fact of an event, resolved, and ready to be converted to."""
    hints = typing.get_type_hints(event)
    learn(*hints.values())
    return hints


def take(event: Any, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with their types. Unknown names are passed on: the engine tells what the trigger takes.

    Raises `Invalid` with field, value and remedy.
    """
    hints, facts = hints_of(event), {}
    for name, value in raw.items():
        if name not in hints:
            facts[name] = value
            continue
        try:
            facts[name] = msgspec.convert(value, hints[name], strict=False, from_attributes=True)
        except msgspec.ValidationError as problem:
            raise Invalid(name, value, f"{problem}. {remedy(hints[name])}") from None
    return facts


def remedy(hint: Any) -> str:
    """What would be right, in a sentence."""
    choices = [c for c in (*typing.get_args(hint), hint) if isinstance(c, type) and issubclass(c, Enum)]
    if choices:
        return f"Give one of: {', '.join(str(member.value) for member in choices[0])}."
    name = getattr(hint, "__name__", str(hint))
    return {
        "date": "Give a day such as 2026-03-02.",
        "datetime": "Give an instant with its zone, such as 2026-03-02T09:00:00+08:00.",
        "tuple": "Give a list.",
        "bool": "Give true or false.",
        "int": "Give a whole number.",
    }.get(name, f"Give {name}.")
