"""Every topic of the log and the event class that it stands for. Whoever opens the log imports this file.

A topic is the storage format: tests/domain/test_topics.py pins the list. Never take one away or give it another class.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

from eventsourcing.domain import CanMutateAggregate

MODULES: Final = (
    "domain.dispute",
    "domain.custody",
    "domain.mediation",
    "domain.agreement",
    "domain.conduct",
    "domain.record",
    "domain.petition",
    "domain.petition_intake",
    "domain.petition_handling",
    "domain.petition_review",
    "domain.unit",
    "domain.published",
    "domain.subject",
    "domain.letter",
    "domain.account",
    "domain.export",
)


def _events(owner: ModuleType | type) -> Iterator[type[Any]]:
    """The event classes with a topic of their own that a module, or an aggregate in it, defines."""
    for thing in vars(owner).values():
        if not inspect.isclass(thing) or thing.__module__ != getattr(owner, "__module__", owner.__name__):
            continue
        if issubclass(thing, CanMutateAggregate):
            if vars(thing).get("TOPIC"):
                yield thing
        elif isinstance(owner, ModuleType):
            yield from _events(thing)


def _collected() -> dict[str, type[Any]]:
    topics: dict[str, type[Any]] = {}
    for module in MODULES:
        for event in _events(importlib.import_module(module)):
            if topics.setdefault(event.TOPIC, event) is not event:
                raise ImportError(f"{event.TOPIC!r} is the topic of {event!r} and of {topics[event.TOPIC]!r}")
    return dict(sorted(topics.items()))


TOPICS: Final[dict[str, type[Any]]] = _collected()
"""Topic -> event class, by topic."""
