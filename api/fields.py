"""Types of values that people may send: bounded, so that nothing odd reaches a database or a calendar.

The facts of a form come from the dataclass fields of the event that it records. Do not write a form by hand. Facts are
only drawn here, for the document; workflows/facts.py takes them.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    create_model,
)
from pydantic_core import PydanticCustomError

from api.fact_kinds import kind_of
from domain.fact_names import FACT_NAMES, fact_name
from domain.names import value_name
from domain.remedies import FIRST_DAY, LARGEST, LAST_DAY, LONGEST, LONGEST_LINE, MOST, REFERENCE
from domain.terms import Role
from workflows.facts import is_required, named_by


def _text(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("text_characters", "NUL")
    return value


def _day(value: date) -> date:
    if not FIRST_DAY <= value <= LAST_DAY:
        raise PydanticCustomError("day_bounds", "out of bounds")
    return value


def _instant(value: datetime) -> datetime:
    _day(value.date())
    return value


def _post(value: Role) -> Role:
    if value is Role.SYSTEM:
        raise PydanticCustomError("post", "no person")
    return value


Text = Annotated[str, Field(max_length=LONGEST), AfterValidator(_text)]
Line = Annotated[str, Field(max_length=LONGEST_LINE), AfterValidator(_text)]
Reference = Annotated[str, Field(pattern=REFERENCE)]
Number = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Day = Annotated[date, AfterValidator(_day)]
Instant = Annotated[AwareDatetime, AfterValidator(_instant)]
Post = Annotated[Role, AfterValidator(_post)]

PLAIN: Mapping[Any, Any] = {str: Text, int: Number, date: Day, datetime: Instant}
WORDS: Mapping[Any, str] = {str: "text", int: "integer", bool: "boolean", date: "day", datetime: "instant"}


class Form(BaseModel):
    """What is not asked for is refused, so that a misspelt field is never lost in silence."""

    model_config = ConfigDict(extra="forbid")


def shape(hint: Any, path: str = "") -> Any:
    """The type of an event's fact as a form takes it; `path` is where it stands, which tells whether it names somebody."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is str and named_by(path):
        return Reference
    if hint in PLAIN:
        return PLAIN[hint]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return part(hint)
    if origin in (tuple, list):
        return Annotated[list[shape(args[0], f"{path}.0")], Field(max_length=MOST)]  # type: ignore[misc]
    if origin is dict:
        return Annotated[dict[Line, shape(args[1])], Field(max_length=MOST)]  # type: ignore[misc]
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
        fields[key] = (
            shape(hints[key], key),
            Field(description=label(key), **({} if is_required(fact) else _default(fact))),
        )
    return create_model(name, __base__=Form, __doc__=doc, **fields)


def label(fact: str) -> str | None:
    """What a fact is called, for the document; None for one without a name."""
    named = FACT_NAMES.get(fact)
    return f"{named.zh} · {named.en}" if named else None


def _default(fact: Any) -> dict[str, Any]:
    if fact.default is not dataclasses.MISSING:
        return {"default": fact.default}
    return {"default_factory": fact.default_factory}


def described(hint: Any, trigger: str = "") -> dict[str, Any]:
    """The type of a fact in a word, with its choices or parts: for whoever builds a form from `allowed`."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return described(next(one for one in args if one is not types.NoneType), trigger)
    if origin in (tuple, list):
        return {"type": "list", "of": described(args[0], trigger)}
    if origin is dict:
        return {"type": "map", "of": described(args[1], trigger)}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"type": "choice", "choices": [_choice(member) for member in hint]}
    if dataclasses.is_dataclass(hint):
        inner = typing.get_type_hints(hint)
        parts = [asked(fact, inner[fact.name], trigger) for fact in dataclasses.fields(hint)]
        return {"type": "record", "fields": parts}
    return {"type": WORDS.get(hint, "text")}


def asked(fact: Any, hint: Any, trigger: str = "") -> dict[str, Any]:
    """A fact as a form shows it: name, labels, whether required, type.

    `stands_for` tells what a text or number is (fact_kinds.py), `default` what it is when it is left out; both may be
    missing.
    """
    named, found = fact_name(fact.name), described(hint, trigger)
    told = {"name": fact.name, "zh": named.zh, "en": named.en, "required": is_required(fact), **found}
    if found["type"] in ("text", "integer") or found.get("of", {}).get("type") == "text":
        kind = kind_of(trigger, fact.name)
        told |= {"stands_for": kind} if kind else {}
    if not is_required(fact) and fact.default not in (dataclasses.MISSING, None, "", ()):
        told["default"] = fact.default.value if isinstance(fact.default, Enum) else fact.default
    return told


def _choice(member: Enum) -> dict[str, Any]:
    named = value_name(type(member), member)
    return {"value": member.value, "zh": named.zh, "en": named.en}
