"""Events as plain values: instants, days and enumerations stay the text that is stored. For readers that keep text.

Reading an event so costs less than half of what its typed form costs, and nothing is turned into an object only to be
turned back. What a program does not know is refused here as it is in encoding.py. Never write what was read here.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec

from eventlog.encoding import COLUMNS, EventMapper
from eventlog.errors import LogError, Unreadable
from eventlog.hints import resolved_hints
from eventlog.learned import ALONE, decoder
from eventlog.rows import PlainRow


class PlainForms:
    """How each topic is read. Thread-safe; forms are kept per topic."""

    def __init__(self, mapper: EventMapper) -> None:
        self._mapper = mapper
        self._by_topic: dict[str, Callable[[PlainRow], Any]] = {}

    def decode(self, row: PlainRow) -> Any:
        """The event's fields as attributes, without its columns. Raises UnknownTopic, Unreadable."""
        topic = row[3]
        decode = self._by_topic.get(topic)
        if decode is None:
            with ALONE:
                decode = self._by_topic[topic] = self._decoder(topic, row[0])
        try:
            return decode(row)
        except Exception as error:
            raise error if isinstance(error, LogError) else Unreadable(topic, row[0], str(error)) from error

    def _decoder(self, topic: str, position: int) -> Callable[[PlainRow], Any]:
        form = self._mapper.form(topic, position)
        struct = plain_struct(form.cls)
        decode = decoder(struct).decode

        def current(row: PlainRow) -> Any:
            return decode(row[5])

        def upcast(row: PlainRow) -> Any:
            event = typed(self._mapper, row)
            return msgspec.convert(msgspec.to_builtins({n: getattr(event, n) for n in form.names}), struct)

        return current if form.version == 1 else upcast


def typed(mapper: EventMapper, row: PlainRow) -> Any:
    """The event of a plain row as everybody else reads it."""
    position, id_, version, topic, recorded_at, state = row
    return mapper.decode(position, UUID(id_), version, topic, datetime.fromisoformat(recorded_at), state)


_structs: dict[type, type[msgspec.Struct]] = {}


def plain_struct(cls: type) -> type[msgspec.Struct]:
    """The struct with the fields of a dataclass, each of its plain type."""
    if cls not in _structs:
        hints = resolved_hints(cls)
        kept = [f for f in dataclasses.fields(cls) if f.name not in COLUMNS]
        required = [(f.name, _plain(hints[f.name])) for f in kept if not _has_default(f)]
        optional = [
            (f.name, _plain(hints[f.name]), _default(f, hints[f.name])) for f in kept if _has_default(f)
        ]
        _structs[cls] = msgspec.defstruct(
            "Plain" + cls.__name__, [*required, *optional], forbid_unknown_fields=True, gc=False
        )
    return _structs[cls]


def _plain(hint: Any) -> Any:
    """The type of what stands in the bytes for a value of this type."""
    arguments = tuple(one if one is Ellipsis else _plain(one) for one in typing.get_args(hint))
    origin = typing.get_origin(hint)
    if origin is typing.Literal or hint is object:
        return hint if origin else Any
    if origin in (typing.Union, types.UnionType):
        return typing.Union[arguments]  # noqa: UP007 - as many as there are
    if arguments:
        return (dict if issubclass(origin, Mapping) else origin)[arguments]
    if not isinstance(hint, type):
        return hint
    if dataclasses.is_dataclass(hint):
        return plain_struct(hint)
    if issubclass(hint, Enum):
        return int if issubclass(hint, int) else str
    return str if issubclass(hint, date) else hint  # a datetime is a date


def _has_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _default(field: dataclasses.Field[Any], hint: Any) -> Any:
    value = field.default
    if field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    plain = msgspec.convert(msgspec.to_builtins(value), _plain(hint))
    return msgspec.field(default_factory=lambda: plain) if isinstance(plain, (dict, list, set)) else plain
