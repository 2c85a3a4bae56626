"""Which class a topic names. Only classes that are already imported: never import something because a row says so.

(The library's resolve_topic would import any module whose name stands in the topic column.)
"""

from __future__ import annotations

from collections.abc import Iterator

from eventsourcing import utils
from eventsourcing.domain import CanMutateAggregate
from eventsourcing.utils import register_topic

from eventlog.errors import Unencodable


def topic_of(cls: type) -> str:
    """The explicit TOPIC of an event class. Raises Unencodable when another process could not find the class by it."""
    topic: str = getattr(cls, "TOPIC", "")
    if not topic:
        raise Unencodable(
            cls, "TOPIC", "Every event class needs an explicit TOPIC: a class may move, a topic may not."
        )
    owner = class_of(topic)
    if owner is not cls:
        whose = f"the topic of {owner.__qualname__}" if owner else "not an event of an aggregate"
        raise Unencodable(cls, "TOPIC", f"{topic!r} is {whose}. Give this class a topic of its own.")
    return topic


def class_of(topic: str) -> type | None:
    """The event class with this TOPIC: as the library registered it, else the one class that declares it."""
    cls: object = utils._topic_cache.get(topic)
    if cls is None:
        declaring = {c for c in _subclasses(CanMutateAggregate) if c.__dict__.get("TOPIC") == topic}
        if len(declaring) > 1:
            names = ", ".join(sorted(f"{c.__module__}.{c.__qualname__}" for c in declaring))
            raise Unencodable(
                next(iter(declaring)), "TOPIC", f"{topic!r} is declared by {names}. One of them must change."
            )
        if not declaring:
            return None
        (cls,) = declaring
        register_topic(topic, cls)
    return cls if isinstance(cls, type) and issubclass(cls, CanMutateAggregate) else None


def _subclasses(cls: type) -> Iterator[type]:
    children: list[type] = cls.__subclasses__()
    for child in children:
        yield child
        yield from _subclasses(child)
