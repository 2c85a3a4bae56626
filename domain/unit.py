"""A unit of the organisation and what happens to it: created, renamed, moved, merged, split, closed.

Units are bitemporal. `effective` is the valid time of a change: the first local day (Asia/Shanghai) on which
it holds. When it was written down is the log's own time. A change may be learned late: it then holds from its
own day until the next change *of the same fact*. Do not take the order of the log for the order of days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate

from domain.case import Entry
from domain.errors import Invalid
from domain.names import value_name
from domain.terms import Level, UnitKind

TOWNSHIP_KINDS = frozenset({UnitKind.SUBDISTRICT, UnitKind.TOWN, UnitKind.RURAL_TOWNSHIP})

# A territory stands at one level. Kinds that are not listed are attached to a host and have the host's level.
LEVEL_OF_KIND = {
    UnitKind.CITY: Level.CITY,
    UnitKind.COUNTY: Level.COUNTY,
    **dict.fromkeys(TOWNSHIP_KINDS, Level.TOWNSHIP),
    UnitKind.VILLAGE: Level.VILLAGE,
    UnitKind.COMMUNITY: Level.VILLAGE,
    UnitKind.GRID: Level.GRID,
}
ATTACHED_KINDS = frozenset(UnitKind) - frozenset(LEVEL_OF_KIND)


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit as it stands on a day. It lives from `valid_from` up to, not including, `valid_to`."""

    code: str
    name: str
    kind: UnitKind
    level: Level
    parent: str  # "" for the root
    township_class: int | None  # 一类 1, 二类 2, 三类 3: the peer group for ranking
    population: int | None
    valid_from: date
    valid_to: date | None = None

    @property
    def is_attached(self) -> bool:
        """Whether this is a body of another unit (a centre, a committee, a bureau …) and not a territory."""
        return self.kind in ATTACHED_KINDS


def unit_id(code: str) -> UUID:
    """The aggregate's id: the same code always names the same unit."""
    return uuid5(NAMESPACE_URL, f"gridcase:unit:{code}")


class Unit(Aggregate):
    """A county, township, village, grid, or a body attached to one of them.

    Commands check what the unit knows about itself and raise `Invalid`. What needs the other units (does the
    parent exist, would it be a circle) is asked of `Organisation.check_place` before. `entry` says who, when,
    why and on what paper (`basis`: the approval's number).
    """

    TOPIC = "unit"

    # The events are the storage format: add fields with a default and a class_version, never rename.
    class Event(Aggregate.Event):
        effective: date
        entry: Entry

    class Created(Event, Aggregate.Created):
        TOPIC = "unit.created"
        code: str
        name: str
        kind: UnitKind
        level: Level
        parent: str = ""
        township_class: int | None = None
        population: int | None = None
        predecessors: tuple[str, ...] = ()

        def apply(self, unit: Any) -> None:
            unit.predecessors = tuple(self.predecessors)

    class Renamed(Event):
        TOPIC = "unit.renamed"
        name: str

        def apply(self, unit: Any) -> None:
            unit.note(self.effective, name=self.name)

    class Moved(Event):
        TOPIC = "unit.moved"
        parent: str

        def apply(self, unit: Any) -> None:
            unit.note(self.effective, parent=self.parent)

    class Reclassified(Event):
        """None leaves a fact as it was."""

        TOPIC = "unit.reclassified"
        kind: UnitKind | None = None
        township_class: int | None = None
        population: int | None = None

        def apply(self, unit: Any) -> None:
            facts = {"kind": self.kind, "township_class": self.township_class, "population": self.population}
            unit.note(self.effective, **{name: value for name, value in facts.items() if value is not None})

    class Merged(Event):
        """The unit ended and `into` took over all that it held."""

        TOPIC = "unit.merged"
        into: str

        def apply(self, unit: Any) -> None:
            unit.heir = self.into
            unit.successors = (*unit.successors, self.into)
            unit.end(self.effective)

    class Split(Event):
        """The unit's territory went to `parts`. It stands on when its own code is one of them."""

        TOPIC = "unit.split"
        parts: tuple[str, ...]

        def apply(self, unit: Any) -> None:
            unit.successors = (*unit.successors, *(part for part in self.parts if part != unit.code))
            if unit.code not in self.parts:
                unit.end(self.effective)

    class Closed(Event):
        TOPIC = "unit.closed"

        def apply(self, unit: Any) -> None:
            unit.end(self.effective)

    def __init__(
        self,
        code: str,
        name: str,
        kind: UnitKind,
        level: Level,
        parent: str,
        township_class: int | None,
        population: int | None,
        effective: date,
    ) -> None:
        self.code = code
        self.level = level
        self.valid_from = effective
        self.valid_to: date | None = None
        self.predecessors: tuple[str, ...] = ()
        self.successors: tuple[str, ...] = ()
        self.heir = ""  # who answers for this unit after it ended; "" where nobody alone does
        self.first = UnitView(code, name, kind, level, parent, township_class, population, effective)
        self.changes: tuple[tuple[date, dict[str, Any]], ...] = ()
        self.spans: tuple[tuple[date, UnitView], ...] = ((effective, self.first),)

    # What events call: they assign and judge nothing, or a stricter rule would make old history unloadable.

    def note(self, effective: date, **facts: Any) -> None:
        """Lay a change over the days from `effective` on. For one day the change recorded last holds."""
        self.changes = (*self.changes, (effective, facts))
        view = self.first
        spans = {self.valid_from: view}
        for day, change in sorted(self.changes, key=lambda item: item[0]):
            spans[day] = view = replace(view, **change)
        self.spans = tuple(spans.items())

    def end(self, effective: date) -> None:
        self.valid_to = effective
        self.first = replace(self.first, valid_to=effective)
        self.spans = tuple((day, replace(view, valid_to=effective)) for day, view in self.spans)

    # Commands. `effective` is a local day, `at` the instant of recording (with its time zone).

    @classmethod
    def create(
        cls,
        code: str,
        name: str,
        kind: UnitKind,
        *,
        effective: date,
        entry: Entry,
        parent: str = "",
        level: Level | None = None,
        township_class: int | None = None,
        population: int | None = None,
        predecessors: Iterable[str] = (),
    ) -> Unit:
        """A unit valid from `effective`. A territory's level follows from its kind; a body has its host's."""
        code = _text("code", code)
        own = LEVEL_OF_KIND.get(kind, level)
        if own is None:
            raise Invalid(
                "level",
                level,
                f"A {kind.value} is attached to a unit: give its host's level.",
                f"{value_name(UnitKind, kind).zh} 附设于其他单位：请填所附单位的层级。",
            )
        if level is not None and level is not own:
            raise Invalid(
                "level",
                level,
                f"A {kind.value} stands at level {own.name}: leave the level out.",
                f"{value_name(UnitKind, kind).zh} 的层级是 {own.name}：请不填层级。",
            )
        if not parent and (kind in ATTACHED_KINDS or kind is UnitKind.GRID):
            raise Invalid(
                "parent",
                parent,
                f"A {kind.value} belongs to a unit: give that unit's code.",
                f"{value_name(UnitKind, kind).zh} 须隶属于一个单位：请填该单位的编码。",
            )
        if parent == code:
            raise Invalid(
                "parent",
                parent,
                "No unit stands under itself: give the code of the unit above.",
                "单位不能以自己为上级，请填上级单位的编码。",
            )
        return cls._create(
            cls.Created,
            id=unit_id(code),
            timestamp=entry.occurred_at,
            effective=_day(effective),
            entry=entry,
            code=code,
            name=_text("name", name),
            kind=kind,
            level=own,
            parent=parent,
            township_class=_class(township_class, kind),
            population=_population(population),
            predecessors=tuple(predecessors),
        )

    def rename(self, name: str, *, effective: date, entry: Entry) -> None:
        """The code stays: the history of names is in the spans."""
        self._change(self.Renamed, effective, entry, name=_text("name", name))

    def move(self, parent: str, *, effective: date, entry: Entry) -> None:
        """Put the unit, with all that stands under it, under another."""
        if parent in ("", self.code):
            raise Invalid(
                "parent", parent, "Give the code of the unit that takes it over.", "请填接收它的单位的编码。"
            )
        self._change(self.Moved, effective, entry, parent=parent)

    def reclassify(
        self,
        *,
        effective: date,
        entry: Entry,
        kind: UnitKind | None = None,
        township_class: int | None = None,
        population: int | None = None,
    ) -> None:
        """Change kind (a town becomes a subdistrict), class or population; what is left out stays."""
        if kind is None and township_class is None and population is None:
            raise Invalid(
                "kind",
                None,
                "Give a kind, a township class or a population that changes.",
                "类型、乡镇类别、人口，请至少填一项变化。",
            )
        if kind is not None and LEVEL_OF_KIND.get(kind) is not LEVEL_OF_KIND.get(self.first.kind):
            raise Invalid(
                "kind",
                kind.value,
                "A kind changes within its level: create another unit, merge into it.",
                "类型只能在同一层级内变更；否则请另设单位再并入。",
            )
        self._change(
            self.Reclassified,
            effective,
            entry,
            kind=kind,
            township_class=_class(township_class, kind or self.first.kind),
            population=_population(population),
        )

    def merge_into(self, into: str, *, effective: date, entry: Entry) -> None:
        """End the unit on `effective`; from then on `into` answers for it and for what stood under it."""
        if into in ("", self.code):
            raise Invalid(
                "into",
                into,
                "Give the code of the other unit that takes this one over.",
                "请填接收本单位的另一个单位的编码。",
            )
        self._end(self.Merged, effective, entry, into=into)

    def split_into(self, parts: Iterable[str], *, effective: date, entry: Entry) -> None:
        """Give the territory to `parts` (two or more codes), the unit's own among them when it goes on."""
        codes = tuple(parts)
        if len(set(codes)) < 2 or len(set(codes)) < len(codes) or "" in codes:
            raise Invalid("parts", codes, "Give two or more different codes.", "请填两个以上不同的编码。")
        ends = self._change if self.code in codes else self._end
        ends(self.Split, effective, entry, parts=codes)

    def close(self, *, effective: date, entry: Entry) -> None:
        """End the unit without an heir: `effective` is the first day on which it no longer is."""
        self._end(self.Closed, effective, entry)

    def _change(self, event: type[Event], effective: date, entry: Entry, **facts: Any) -> None:
        day = _day(effective)
        if day < self.valid_from:
            raise Invalid(
                "effective",
                day,
                f"Unit {self.code} begins on {self.valid_from}: give no earlier day.",
                f"单位{self.code}自{self.valid_from}起设立：日期不能更早。",
            )
        if self.valid_to is not None and day >= self.valid_to:
            raise Invalid(
                "effective",
                day,
                f"Unit {self.code} ended on {self.valid_to}: give a day before.",
                f"单位{self.code}已于{self.valid_to}撤销：请填此前的日期。",
            )
        self.trigger_event(event, timestamp=entry.occurred_at, effective=day, entry=entry, **facts)

    def _end(self, event: type[Event], effective: date, entry: Entry, **facts: Any) -> None:
        day = _day(effective)
        if self.valid_to is not None:
            raise Invalid(
                "code",
                self.code,
                f"It ended on {self.valid_to}: name a unit that still stands.",
                f"该单位已于{self.valid_to}撤销：请填仍存在的单位。",
            )
        if day == self.valid_from:
            raise Invalid(
                "effective",
                day,
                f"Unit {self.code} begins on that day: give a later one.",
                f"单位{self.code}自该日起设立：请填更晚的日期。",
            )
        self._change(event, day, entry, **facts)


def _text(field: str, value: str) -> str:
    text = value.strip()
    if not text:
        raise Invalid(field, value, "Give a text that is not empty.", "请填写不为空的文字。")
    return text


def _day(value: date) -> date:
    if isinstance(value, datetime):
        raise Invalid(
            "effective",
            value,
            "Give a local day (Asia/Shanghai), not an instant.",
            "请填当地日期（Asia/Shanghai），不要填时刻。",
        )
    return value


def _class(value: int | None, kind: UnitKind) -> int | None:
    if value is not None and value not in (1, 2, 3):
        raise Invalid(
            "township_class",
            value,
            "Give 1, 2 or 3 (一类, 二类, 三类), or leave it out.",
            "请填 1、2 或 3（一类、二类、三类），或者不填。",
        )
    if value is not None and kind not in TOWNSHIP_KINDS:
        raise Invalid(
            "township_class",
            value,
            f"Only townships have a class, no {kind.value}: leave it out.",
            f"只有乡镇、街道分类别（{value_name(UnitKind, kind).zh} 没有），请不填。",
        )
    return value


def _population(value: int | None) -> int | None:
    if value is not None and value < 0:
        raise Invalid(
            "population",
            value,
            "Give the number of residents, 0 or more, or leave it out.",
            "请填人口数（不小于 0），或者不填。",
        )
    return value
