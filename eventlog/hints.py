"""What type hints tell about a value: where instants may be inside it, so that they are brought to UTC and nothing else
is walked. Knows only plain data and dataclasses.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from eventlog.errors import Unencodable

NOT_IN_UTC = re.compile(
    rb'T\d\d:\d\d:\d\d(\.\d+)?["+-]'
)  # in encoded bytes: an instant with another offset, or with none


def resolved_hints(cls: type) -> dict[str, Any]:
    """The type hints of a dataclass, including inherited ones. Raises Unencodable for a name that is not there."""
    try:
        hints = typing.get_type_hints(cls, localns={"typing": typing})
    except NameError as error:
        raise Unencodable(
            cls,
            str(error.name),
            "Its type hint names something that is not imported at run time (TYPE_CHECKING only?).",
        ) from error
    return {name: Any if hint is inspect.Parameter.empty else hint for name, hint in hints.items()}


_PLAIN = (str, int, float, bytes, type(None), Enum, UUID)
_fields_with_instants: dict[type, tuple[str, ...]] = {}


def in_utc(value: Any) -> Any:
    """The same value with every instant inside it at offset zero. Raises ValueError for an instant without a zone."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone. Give every instant one.")
        return value if value.tzinfo is UTC else value.astimezone(UTC)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, tuple):
        return tuple(map(in_utc, value)) if value else value
    if isinstance(value, (list, set, frozenset)):
        return type(value)(map(in_utc, value)) if value else value
    if isinstance(value, Mapping):
        return {key: in_utc(inner) for key, inner in value.items()} if value else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {}
        for name in _instant_fields(type(value)):
            before = getattr(value, name)
            after = in_utc(before)
            if after is not before:
                changes[name] = after
        return dataclasses.replace(value, **changes) if changes else value
    return value


def _instant_fields(cls: type, asking: tuple[type, ...] = ()) -> tuple[str, ...]:
    names = _fields_with_instants.get(cls)
    if names is None:
        hints = resolved_hints(cls)
        asking = (*asking, cls)
        names = tuple(f.name for f in dataclasses.fields(cls) if may_hold_instant(hints[f.name], asking))
        _fields_with_instants[cls] = names
    return names


def may_hold_instant(hint: Any, asking: tuple[type, ...] = ()) -> bool:
    """Whether a value of this type may have a datetime somewhere inside (so that most fields are never walked)."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Literal:
        return False
    if arguments:
        return any(may_hold_instant(argument, asking) for argument in arguments if argument is not Ellipsis)
    if not isinstance(hint, type):
        return True
    if issubclass(hint, datetime):
        return True
    if issubclass(hint, (*_PLAIN, date)):
        return False
    if dataclasses.is_dataclass(hint):
        return hint in asking or bool(_instant_fields(hint, asking))  # a type inside itself: walk it
    return True
