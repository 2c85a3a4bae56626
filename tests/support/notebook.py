"""The smallest aggregate that has everything the log must keep. Knows nothing of disputes."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate, event


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Weight(IntEnum):
    LIGHT = 1
    HEAVY = 2


@dataclass(frozen=True, slots=True)
class Stay:
    where: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Author:
    user: str
    colour: Colour
    stays: tuple[Stay, ...] = ()


class Notebook(Aggregate):
    TOPIC = "notebook"

    class Event(Aggregate.Event):
        TOPIC = "notebook.event"

    class Opened(Event, Aggregate.Created):
        TOPIC = "notebook.opened"
        title: str

    class Noted(Event):
        TOPIC = "notebook.noted"
        line: str

    class Described(Event):
        """Everything that an event may hold."""

        TOPIC = "notebook.described"
        by: Author
        at: datetime
        on: date | None = None
        weight: Weight = Weight.LIGHT
        seen: tuple[datetime, ...] = ()
        facts: dict[str, object] | None = None
        reviewer: Author | None = None

    def __init__(self, title: str):
        self.title = title
        self.lines: list[str] = []
        self.described: dict[str, object] = {}

    @staticmethod
    def create_id(title: str) -> UUID:
        return uuid5(NAMESPACE_URL, title)

    @event(Noted)
    def note(self, line: str) -> None:
        self.lines.append(line)

    @event(Described)
    def describe(
        self,
        by: Author,
        at: datetime,
        on: date | None = None,
        weight: Weight = Weight.LIGHT,
        seen: tuple[datetime, ...] = (),
        facts: dict[str, object] | None = None,
        reviewer: Author | None = None,
    ) -> None:
        self.described = {"by": by, "at": at, "on": on, "weight": weight, "seen": seen, "facts": facts}
