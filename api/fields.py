"""Types of values that people may send: bounded, so that nothing odd reaches a database or a calendar.

The facts of a form come from the dataclass fields of the event that it records. Do not write a form by hand.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, create_model

from domain.case import Party
from domain.fact_names import FACT_NAMES, fact_name
from domain.names import value_name
from domain.terms import Role

LONGEST = 20_000  # characters of one text: an opinion with its facts and reasons fits
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)  # room for every sum that a deadline makes
REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,63}$"  # a name in Chinese can never be one


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError("Leave out the character NUL.")
    return value


def _day(value: date) -> date:
    if not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError(f"Give a day between {FIRST_DAY} and {LAST_DAY}.")
    return value


def _instant(value: datetime) -> datetime:
    bounds = datetime(FIRST_DAY.year, 1, 2, tzinfo=UTC), datetime(LAST_DAY.year, 12, 30, tzinfo=UTC)
    if not bounds[0] <= value <= bounds[1]:
        raise ValueError(f"Give an instant between {FIRST_DAY} and {LAST_DAY}.")
    return value


def _post(value: Role) -> Role:
    if value is Role.SYSTEM:
        raise ValueError("No person acts as the system. Give the post in which you act.")
    return value


Text = Annotated[str, Field(max_length=LONGEST), AfterValidator(_text)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_text)]
Reference = Annotated[str, Field(pattern=REFERENCE)]
Number = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Day = Annotated[date, AfterValidator(_day)]
Instant = Annotated[AwareDatetime, AfterValidator(_instant)]
Post = Annotated[Role, AfterValidator(_post)]

PLAIN: Mapping[Any, Any] = {str: Text, int: Number, date: Day, datetime: Instant}
WORDS: Mapping[Any, str] = {str: "text", int: "integer", bool: "boolean", date: "day", datetime: "instant"}


class Form(BaseModel):
    """What is not asked for is refused, so that a misspelt field is never lost in silence."""

    model_config = ConfigDict(extra="forbid")


def shape(hint: Any) -> Any:
    """The type of an event's fact as a form takes it."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return part(hint)
    if origin in (tuple, list):
        return Annotated[list[shape(args[0])], Field(max_length=200)]  # type: ignore[misc]
    if origin is dict:
        return Annotated[dict[Line, shape(args[1])], Field(max_length=200)]  # type: ignore[misc]
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(shape(one) for one in args)]  # noqa: UP007 - built at run time
    return hint


@cache
def part(cls: type[Any]) -> type[Form]:
    """A form for a value that facts are made of, such as an obligation of an agreement."""
    return form(
        cls.__name__,
        typing.get_type_hints(cls),
        {f.name: f for f in dataclasses.fields(cls)},
        cls.__doc__ or "",
    )


def form(name: str, hints: Mapping[str, Any], facts: Mapping[str, Any], doc: str) -> type[Form]:
    """A form with these fields. `facts` holds dataclass fields: they tell what may be left out."""
    fields: dict[str, Any] = {}
    for key, fact in facts.items():
        kind = Reference if name == Party.__name__ and key == "subject" else shape(hints[key])
        fields[key] = (kind, Field(description=label(key), **({} if needed(fact) else _default(fact))))
    return create_model(name, __base__=Form, __doc__=doc, **fields)


def needed(fact: Any) -> bool:
    """Whether a fact has no default."""
    return fact.default is dataclasses.MISSING and fact.default_factory is dataclasses.MISSING


def label(fact: str) -> str | None:
    """What a fact is called, for the document; None for one without a name."""
    named = FACT_NAMES.get(fact)
    return f"{named.zh} · {named.en}" if named else None


def _default(fact: Any) -> dict[str, Any]:
    if fact.default is not dataclasses.MISSING:
        return {"default": fact.default}
    return {"default_factory": fact.default_factory}


def described(hint: Any) -> dict[str, Any]:
    """The type of a fact in a word, with its choices or parts: for whoever builds a form from `allowed`."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return described(next(one for one in args if one is not types.NoneType))
    if origin in (tuple, list):
        return {"type": "list", "of": described(args[0])}
    if origin is dict:
        return {"type": "map", "of": described(args[1])}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"type": "choice", "choices": [_choice(member) for member in hint]}
    if dataclasses.is_dataclass(hint):
        inner = typing.get_type_hints(hint)
        parts = [asked(fact, inner[fact.name]) for fact in dataclasses.fields(hint)]
        return {"type": "record", "fields": parts}
    return {"type": WORDS.get(hint, "text")}


def asked(fact: Any, hint: Any) -> dict[str, Any]:
    """A fact as a form shows it: name, labels, whether required, type."""
    named = fact_name(fact.name)
    return {"name": fact.name, "zh": named.zh, "en": named.en, "required": needed(fact), **described(hint)}


def _choice(member: Enum) -> dict[str, Any]:
    named = value_name(type(member), member)
    return {"value": member.value, "zh": named.zh, "en": named.en}
