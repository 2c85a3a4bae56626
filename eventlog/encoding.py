"""Events to bytes and back, typed: JSON that stays readable without this program. Never put case knowledge here.

The form of an event is derived once from the type hints of its dataclass fields. Three rules keep old logs readable:

* what is written is decoded again before it is recorded; a value that would not come back equal is refused;
* a field that equals its default is left out, so a DEFAULT IS PART OF THE STORAGE FORMAT: to change one, to rename,
  drop or retype a field, raise `class_version` and write `upcast_vN_vN1(state: dict)` on the event class;
* a field or a version that this program does not know is an error, never silently dropped.

`originator_id`, `originator_version` and `timestamp` (which is recorded_at) are columns of the table, not in the bytes.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder

from eventlog.errors import Unencodable, UnknownTopic, Unreadable
from eventlog.hints import NOT_IN_UTC, in_utc, may_hold_instant, resolved_hints
from eventlog.learned import decoder
from eventlog.rows import RecordedEvent
from eventlog.topics import class_of, topic_of

COLUMNS = frozenset({"originator_id", "originator_version", "timestamp"})


def _encode_other(value: object) -> object:
    """What msgspec does not know by its exact type: a frozen clock's datetime and date, subclasses of str, mappings."""
    if isinstance(value, (datetime, date)):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(
        f"{type(value).__qualname__} {value!r} is not a value the log keeps. Use plain data or a dataclass."
    )


def _decode_other(wanted: type, value: Any) -> Any:
    """`object` hints, and the datetime class of a frozen clock (when hints were first resolved while it was frozen)."""
    if wanted is object:
        return value
    if issubclass(wanted, datetime):
        return datetime.fromisoformat(value)
    if issubclass(wanted, date):
        return date.fromisoformat(value)
    raise TypeError(f"{wanted.__qualname__} is not a type the log keeps. Use plain data or a dataclass.")


_encoder = msgspec.json.Encoder(enc_hook=_encode_other)


class JSON(Transcoder):
    """Plain values to JSON and back, for what has no event class."""

    def encode(self, obj: Any) -> bytes:
        return _encoder.encode(obj)

    def decode(self, data: bytes) -> Any:
        return msgspec.json.decode(data)


class EventMapper(Mapper[UUID]):
    """The library's mapper with typed msgspec forms. Thread-safe; forms are kept per class and per topic."""

    def __init__(self) -> None:
        super().__init__(JSON())
        self._by_class: dict[type, Form] = {}
        self._by_topic: dict[str, Form] = {}

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Raises Unencodable when a field would not come back equal."""
        cls = type(domain_event)
        form = self._by_class.get(cls)
        if form is None:
            form = self._by_class[cls] = Form(cls, topic_of(cls))
        state = form.encode(domain_event)
        return StoredEvent(domain_event.originator_id, domain_event.originator_version, form.topic, state)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Takes a RecordedEvent (recorder.py), which carries position and recorded_at."""
        e = typing.cast(RecordedEvent, stored_event)
        event: DomainEventProtocol[UUID] = self.decode(
            e.id, typing.cast(UUID, e.originator_id), e.originator_version, e.topic, e.recorded_at, e.state
        )
        return event

    def decode(
        self,
        position: int | None,
        originator_id: UUID,
        version: int,
        topic: str,
        recorded_at: datetime,
        state: bytes,
    ) -> Any:
        """One row of the events table, in the order of its columns, as a typed event."""
        form = self._by_topic.get(topic) or self.form(topic, position)
        columns = {"originator_id": originator_id, "originator_version": version, "timestamp": recorded_at}
        try:
            values = form.decode(state, columns)
        except Exception as error:
            raise Unreadable(topic, position, str(error)) from error
        event: Any = object.__new__(form.cls)
        event.__dict__.update(values)
        event.__dict__.update(columns)
        return event

    def form(self, topic: str, position: int | None) -> Form:
        """How events of a topic are written. Raises UnknownTopic."""
        form = self._by_topic.get(topic)
        if form is None:
            form = self._by_topic[topic] = Form(_event_class(topic, position), topic)
        return form


def _event_class(topic: str, position: int | None) -> type:
    cls = class_of(topic)
    if cls is None:
        raise UnknownTopic(topic, position)
    return cls


class Form:
    """How one event class is written: a msgspec struct with the same fields, required ones first."""

    def __init__(self, cls: type, topic: str) -> None:
        self.cls, self.topic = cls, topic
        self.version: int = getattr(cls, "class_version", 1)
        hints = resolved_hints(cls)
        kept = [f for f in dataclasses.fields(cls) if f.name not in COLUMNS]
        kept.sort(key=lambda f: _has_default(f))
        self.names = tuple(f.name for f in kept)
        self.with_instants = tuple(f.name for f in kept if may_hold_instant(hints[f.name]))
        for f in kept:
            try:
                decoder(hints[f.name], _decode_other)
            except TypeError as error:
                raise Unencodable(
                    cls, f.name, f"Its type hint {hints[f.name]} has no JSON form: {error}"
                ) from error
        self.struct = msgspec.defstruct(
            "Stored" + cls.__name__,
            [_field(f, hints[f.name]) for f in kept],
            omit_defaults=True,
            forbid_unknown_fields=True,
            gc=False,
            # The library's name for it; written first, so that decode() recognises the current form by its first bytes.
            tag_field="class_version" if self.version > 1 else None,
            tag=self.version if self.version > 1 else None,
        )
        self.decoder = decoder(self.struct, _decode_other)
        self.heads = (b'{"class_version":%d,' % self.version, b'{"class_version":%d}' % self.version)

    def encode(self, event: object) -> bytes:
        stored = self.struct(*map(event.__dict__.__getitem__, self.names))
        try:
            state = _encoder.encode(stored)
            if self.with_instants and NOT_IN_UTC.search(state):
                for name in self.with_instants:
                    setattr(stored, name, self._utc(name, getattr(stored, name)))
                state = _encoder.encode(stored)
            back = self.decoder.decode(state)
        except Unencodable:
            raise
        except (TypeError, ValueError, msgspec.MsgspecError) as error:
            raise Unencodable(self.cls, self._culprit(stored), str(error)) from error
        if back != stored:
            raise Unencodable(self.cls, *self._changed(stored, back))
        return state

    def decode(self, state: bytes, columns: Mapping[str, Any]) -> dict[str, Any]:
        if self.version == 1 or state.startswith(self.heads):
            return msgspec.structs.asdict(self.decoder.decode(state))
        old: dict[str, Any] = {**msgspec.json.decode(state), **columns}
        version = old.pop("class_version", 1)
        if version > self.version:
            raise ValueError(
                f"it has class_version {version}, this program knows {self.version}. Upgrade the program."
            )
        for step in range(version, self.version):
            getattr(self.cls, f"upcast_v{step}_v{step + 1}")(old)
        plain = {name: value for name, value in old.items() if name not in COLUMNS}
        plain["class_version"] = self.version
        return msgspec.structs.asdict(msgspec.convert(plain, self.struct, dec_hook=_decode_other))

    def _utc(self, name: str, value: object) -> object:
        try:
            return in_utc(value)
        except ValueError as error:
            raise Unencodable(self.cls, name, str(error)) from error

    def _culprit(self, stored: object) -> str:
        """The first field that does not survive alone (only asked when something failed)."""
        for field in msgspec.structs.fields(self.struct):
            try:
                decoder(field.type, _decode_other).decode(_encoder.encode(getattr(stored, field.name)))
            except Exception:
                return field.name
        return "?"

    def _changed(self, stored: object, back: object) -> tuple[str, str]:
        for name in self.names:
            put, got = getattr(stored, name), getattr(back, name)
            if put != got:
                return (
                    name,
                    f"{put!r} would come back as {got!r}. Give the field a precise type hint, or plain JSON values.",
                )
        return "?", "It would not come back equal."


def _has_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _field(field: dataclasses.Field[Any], hint: Any) -> tuple[str, Any] | tuple[str, Any, Any]:
    if field.default is not dataclasses.MISSING:
        return field.name, hint, field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.name, hint, msgspec.field(default_factory=field.default_factory)
    return field.name, hint
