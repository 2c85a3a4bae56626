"""案件映射: how the rows of a foreign log become activities of cases. It is read from TOML by case_language.py.

A mapping adds no fact that neither the row nor the mapping states.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import msgspec

from api.imports.files import FileForm
from api.imports.mapping import ConstantUnit, columns_of
from api.imports.values import Field, Instants, Row
from domain.errors import Invalid
from domain.terms import Channel, Level, Outcome, Severity
from workflows.history import Activity, Begun

NUMBER_LENGTH = 100
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
LEVELS = {level.name.lower(): level for level in Level}

W = TypeVar("W", bound=StrEnum)


class Told(msgspec.Struct, array_like=True, frozen=True):
    """What a row says about one activity, before it is put in order by `rank`."""

    number: str
    rank: int | float | str
    type: str
    title: str
    channel: Channel
    severity: Severity | None
    category: str
    activity: Activity


@dataclass(frozen=True, slots=True)
class When:
    """A condition: the column holds one of these words."""

    column: str
    words: frozenset[str]

    def holds(self, row: Row) -> bool:
        return row.cells.get(self.column, "") in self.words


@dataclass(frozen=True, slots=True)
class StartForm:
    code: str
    length: str
    due: Field | None


@dataclass(frozen=True, slots=True)
class Effects:
    """What an activity does to its case."""

    state: str = ""
    outcome: Field | None = None
    level: Field | None = None
    unit: Field | None = None
    meets: tuple[str, ...] = ()
    starts: tuple[StartForm, ...] = ()
    facts: tuple[str, ...] = ()

    def and_also(self, other: Effects) -> Effects:
        """Both together; where they differ, the other holds."""
        return Effects(
            other.state or self.state,
            other.outcome or self.outcome,
            other.level or self.level,
            other.unit or self.unit,
            (*self.meets, *other.meets),
            (*self.starts, *other.starts),
            tuple(dict.fromkeys((*self.facts, *other.facts))),
        )

    def columns(self) -> list[tuple[str, ...]]:
        due = [start.due for start in self.starts]
        return columns_of(self.outcome, self.level, self.unit, *due) + [(fact,) for fact in self.facts]


@dataclass(frozen=True, slots=True)
class EventForm:
    """One activity that a row tells."""

    activity: Field
    at: Field
    order: Field | None
    when: When | None
    effects: Effects


@dataclass(frozen=True, slots=True)
class CaseMapping:
    """A whole mapping. With `wide`, a row tells several activities; an empty instant says that one did not happen."""

    id: str
    form: FileForm
    instants: Instants
    calendar: str
    number: Field
    type: Field
    unit: Field | None
    level: Field | None
    title: Field | None
    channel: Field | None
    severity: Field | None
    category: Field | None
    events: tuple[EventForm, ...]
    wide: bool
    rules: Mapping[str, Effects]  # by the activity's name, with what holds for every row
    units: tuple[ConstantUnit, ...]

    def columns(self) -> list[tuple[str, ...]]:
        """The columns that a file must have."""
        fields = (
            self.number,
            self.type,
            self.unit,
            self.level,
            self.title,
            self.channel,
            self.severity,
            self.category,
        )
        found = columns_of(*fields)
        for event in self.events:
            found += columns_of(event.activity, event.at, event.order) + event.effects.columns()
            found += [(event.when.column,)] if event.when else []
        for rule in self.rules.values():
            found += rule.columns()
        return list(dict.fromkeys(found))

    def states(self) -> set[str]:
        """The states that the mapping names."""
        effects = (*(event.effects for event in self.events), *self.rules.values())
        return {one.state for one in effects if one.state}

    def tell(self, row: Row) -> list[Told]:
        """The activities that a row tells. Raises Invalid when it is not usable; then none of it is used."""
        number = self.number.read(row)
        if not number or len(number) > NUMBER_LENGTH or not number.isprintable():
            raise Invalid(
                self.number.name,
                number,
                f"Give a case number of 1 to {NUMBER_LENGTH} printable characters.",
                f"请填 1 至 {NUMBER_LENGTH} 个可见字符的案号。",
            )
        head = (
            _needed(self.type, row),
            self.title.read(row) if self.title else "",
            _word(self.channel, row, Channel) or Channel.UNKNOWN,
            _word(self.severity, row, Severity),
            self.category.read(row) if self.category else "",
        )
        told = []
        for event in self.events:
            if event.when is not None and not event.when.holds(row):
                continue
            if self.wide and event.when is None and not event.at.read(row):
                continue
            order = event.order.read(row) if event.order else ""
            activity = self._activity(event, row, order)
            rank = _rank(order) if order else (activity.at - EPOCH) // MICROSECOND
            told.append(Told(number, rank, *head, activity))
        if not told:
            columns = ", ".join(event.at.name for event in self.events)
            raise Invalid(
                "row",
                number,
                f"It tells no activity: fill one of {columns}.",
                f"本行没有事项：请填 {columns} 之一。",
            )
        if self.wide and (early := closed_early([one.activity for one in told])) is not None:
            raise self.too_early(*early)
        return told

    def too_early(self, closing: Activity, opened: datetime) -> Invalid:
        """The error of a case that closed before it began."""
        field = next(
            (one.at.name for one in self.events if self.wide and one.activity.constant == closing.name),
            self.events[0].at.name,
        )
        zone = self.instants.zone
        at, began = (one.astimezone(zone).isoformat(" ", "minutes") for one in (closing.at, opened))
        return Invalid(
            field,
            at,
            f"The case closed before it began ({began}): correct one of the two instants.",
            f"办结时间早于案件开始时间（{began}），请更正其一。",
        )

    def is_mapped(self, activity: str) -> bool:
        """Whether a rule tells what follows from an activity of this name; all do where there are no rules."""
        return not self.rules or activity in self.rules

    def _activity(self, event: EventForm, row: Row, order: str) -> Activity:
        name = _needed(event.activity, row)
        at = self.instants.instant(event.at.name, _needed(event.at, row))
        effects = self.rules.get(name, event.effects)
        facts = {fact: cell for fact in effects.facts if (cell := row.cells.get(fact, ""))}
        unit = effects.unit or self.unit
        return Activity(
            name,
            at,
            f"{order or at.isoformat()}/{name}",  # the same activity keeps this name when its line moves
            facts,
            effects.state,
            _level(effects.level or self.level, row),
            unit.read(row) if unit else "",
            _word(effects.outcome, row, Outcome),
            effects.meets,
            tuple(self._starts(effects, row)) if effects.starts else (),
        )

    def _starts(self, effects: Effects, row: Row) -> Iterator[Begun]:
        for start in effects.starts:
            if start.due is None:
                yield Begun(start.code, start.length)
            elif text := start.due.read(row):
                due = self.instants.day_or_instant(start.due.name, text)
                yield (
                    Begun(start.code, due=due)
                    if isinstance(due, datetime)
                    else Begun(start.code, last_day=due)
                )


def _needed(field: Field, row: Row) -> str:
    text = field.read(row)
    if not text:
        raise Invalid(field.name, text, "Fill the cell.", "此格必填。")
    return text


def closed_early(activities: Sequence[Activity]) -> tuple[Activity, datetime] | None:
    """The activity that closes a case before anything else of it happened, and when that began."""
    began = min((one.at for one in activities if not one.closes), default=None)
    early = (one for one in activities if one.closes and began is not None and one.at < began)
    return next(((one, began) for one in early if began is not None), None)


def _word(field: Field | None, row: Row, words: type[W]) -> W | None:
    """The fact as one of our words; None when the row does not tell it."""
    text = field.read(row) if field else ""
    if field is None or not text:
        return None
    try:
        return words(text)
    except ValueError:
        known = ", ".join(words)
        raise Invalid(
            field.name,
            text,
            f"Translate it in the mapping (values) to one of {known}.",
            f"请在映射文件（values）中译为 {known} 之一。",
        ) from None


def _level(field: Field | None, row: Row) -> Level | None:
    text = field.read(row) if field else ""
    if field is None or not text:
        return None
    if text not in LEVELS:
        raise Invalid(
            field.name,
            text,
            f"Translate it in the mapping (values) to one of {', '.join(LEVELS)}.",
            f"请在映射文件（values）中译为 {', '.join(LEVELS)} 之一。",
        )
    return LEVELS[text]


def _rank(order: str) -> int | float | str:
    """Numbers stand in the order of numbers, and before texts."""
    for number in (int, float):
        try:
            return number(order)
        except ValueError:
            continue
    return order
