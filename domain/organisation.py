"""The organisation as a fold of unit events: who stood under whom on a day, and who may answer for whom.

Pure and in memory; asked in every command, so a question about one unit costs microseconds. Every question
takes the local day `on`. Do not keep answers over days: the tree of then is not the tree of now.

A unit that has ended is answered for by its heir: the unit it was merged into, or, where it was split or
closed and nobody alone took it over, the unit it last stood under. So what stood under a merged village stands
under its heir until it is moved, and a case held by a unit that has ended never lacks somebody who may act.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.calendar import TZ
from domain.errors import Invalid, NotFound
from domain.names import value_name
from domain.terms import Level, UnitKind
from domain.unit import LEVEL_OF_KIND, Unit, UnitView

__all__ = ["Organisation", "UnitView", "local_date"]


def local_date(at: datetime) -> date:
    """The local day (Asia/Shanghai) on which an instant falls: the `on` of every question below."""
    if at.tzinfo is None:
        raise Invalid(
            "instant",
            at.isoformat(),
            "Give it with a time zone, such as 2024-12-03T09:00:00+08:00.",
            "请写明时区，例如 2024-12-03T09:00:00+08:00。",
        )
    return at.astimezone(TZ).date()


@dataclass(frozen=True, slots=True)
class _Life:
    """What is known of one code: its spans by first day, its end, and who took it over."""

    since: tuple[date, ...]
    views: tuple[UnitView, ...]
    ended: date | None
    heir: str

    def view(self, on: date) -> UnitView | None:
        """The unit on a day; None before its first day and from its end on."""
        if on < self.since[0] or (self.ended is not None and on >= self.ended):
            return None
        if len(self.views) == 1:
            return self.views[0]
        return self.views[bisect_right(self.since, on) - 1]

    def parents(self) -> set[str]:
        return {view.parent for view in self.views if view.parent}


class Organisation:
    """All units of an installation, through all days known so far."""

    changes = 0  # events taken in: who kept an answer asks again when there are more

    def __init__(self, events: Iterable[Unit.Event] = ()) -> None:
        self._units: dict[UUID, Unit] = {}
        self._lives: dict[str, _Life] = {}
        self._below: dict[str, set[str]] = defaultdict(set)  # code -> all ever under it or merged into it
        self._into: dict[str, set[str]] = defaultdict(set)
        self._from: dict[str, set[str]] = defaultdict(set)
        for event in events:
            self.apply(event)

    def apply(self, event: Any) -> None:
        """Take in the next event of a unit. One seen before is passed over, a gap raises an error."""
        unit = self._units.get(event.originator_id)
        if unit is not None and event.originator_version <= unit.version:
            return
        unit = event.mutate(unit)
        self._units[unit.id] = unit
        self._index(unit)
        self.changes += 1

    def _index(self, unit: Unit) -> None:
        days, views = zip(*unit.spans, strict=True)
        life = _Life(days, views, unit.valid_to, unit.heir)
        self._lives[unit.code] = life
        for above in life.parents() | ({unit.heir} - {""}):
            self._below[above].add(unit.code)
        descent = [(unit.code, new) for new in unit.successors] + [
            (old, unit.code) for old in unit.predecessors
        ]
        for old, new in descent:
            self._into[old].add(new)
            self._from[new].add(old)

    # Questions about one unit. They raise NotFound for a code that is unknown or does not stand on the day.

    def exists(self, code: str) -> bool:
        """Whether the code was ever given to a unit."""
        return code in self._lives

    def is_active(self, code: str, on: date) -> bool:
        """Whether the unit stands on the day. An unknown code raises NotFound."""
        return self._life(code).view(on) is not None

    def get(self, code: str, on: date) -> UnitView:
        """The unit as it stands on the day; `parent` and `level` as the questions of these names answer."""
        view = self._view(code, on)
        parent = self._heir(view.parent, on)
        if view.is_attached:
            return replace(view, parent=parent, level=self.level(code, on))
        return view if parent == view.parent else replace(view, parent=parent)

    def parent(self, code: str, on: date) -> str:
        """The code of the unit above; "" for the root."""
        return self._heir(self._view(code, on).parent, on)

    def children(self, code: str, on: date) -> list[str]:
        """The units directly under this one, by code."""
        return sorted(child for child, _ in self._walk(code, on, deep=False) if self.is_active(child, on))

    def host(self, code: str, on: date) -> str:
        """The territory a body is attached to; a territory answers itself."""
        view = self._view(code, on)
        seen = {code}
        while view.is_attached:
            above = self._heir(view.parent, on)
            if not above or above in seen:
                break  # a host that was never recorded: the body answers for itself
            seen.add(above)
            code, view = above, self._view(above, on)
        return code

    def level(self, code: str, on: date) -> Level:
        """层级: a territory's own, an attached body's is its host's."""
        return self._view(self.host(code, on), on).level

    def ancestors(self, code: str, on: date) -> list[str]:
        """The units above, nearest first, without the unit itself."""
        found: list[str] = []
        above = self.parent(code, on)
        while above and above != code and above not in found:
            found.append(above)
            above = self.parent(above, on)
        return found

    def names(self, code: str) -> list[tuple[date, str]]:
        """The names the unit has borne, each with its first day."""
        life = self._life(code)
        found: list[tuple[date, str]] = []
        for day, view in zip(life.since, life.views, strict=True):
            if not found or found[-1][1] != view.name:
                found.append((day, view.name))
        return found

    # Questions about a whole tree.

    def standing(self, on: date) -> Iterator[UnitView]:
        """Every unit that stands on the day, in the order in which they were recorded."""
        return (self.get(code, on) for code in tuple(self._lives) if self.is_active(code, on))

    def subtree(self, code: str, on: date, *, with_former: bool = False) -> set[str]:
        """The unit and all that stand under it on the day; empty when it does not stand itself.

        `with_former` adds units that have ended and whose heir is inside: the codes to count old cases by.
        """
        if not self.is_active(code, on):
            return set()
        below = (unit for unit, _ in self._walk(code, on, deep=True))
        return {code}.union(unit for unit in below if with_former or self.is_active(unit, on))

    def _walk(self, code: str, on: date, *, deep: bool) -> Iterator[tuple[str, str]]:
        """(unit, the standing unit it belongs to) under a code; units that ended belong to their heir."""
        todo = [(code, code)]
        seen = {code}
        while todo:
            at, owner = todo.pop()
            for below in tuple(self._below.get(at, ())):
                if below in seen:
                    continue
                view = self._lives[below].view(on)
                if view is not None:
                    if self._heir(view.parent, on) != owner:
                        continue
                    next_owner = below
                elif self._heir(below, on) == owner:
                    next_owner = owner
                else:
                    continue
                seen.add(below)
                yield below, owner
                if deep or next_owner == owner:
                    todo.append((below, next_owner))

    # Questions about two units. A unit that has ended is answered for by its heir.

    def is_under(self, code: str, ancestor: str, on: date) -> bool:
        """Whether matters of `code` belong to `ancestor`: it is in the subtree with former units."""
        heir = self.stand_in(code, on)
        if not heir or not self.is_active(ancestor, on):
            return False
        return heir == ancestor or ancestor in self.ancestors(heir, on)

    def acts_for(self, actor_unit: str, holder: str, on: date) -> bool:
        """Whether `actor_unit` may act on what `holder` holds: one host, or it is the parent of a grid."""
        if not self.is_active(actor_unit, on):
            return False
        held = self.stand_in(holder, on)
        if not held:
            return False
        actor, host = self.host(actor_unit, on), self.host(held, on)
        if actor == host:
            return True
        view = self._view(host, on)
        return view.kind is UnitKind.GRID and self._heir(view.parent, on) == actor

    def desks(self, holder: str, on: date) -> list[str]:
        """The units whose people act on what `holder` holds, as `acts_for` says of one."""
        held = self.stand_in(holder, on) if self.exists(holder) else ""
        if not held:
            return []
        host = self.host(held, on)
        view = self._view(host, on)
        tops = [host, self._heir(view.parent, on)] if view.kind is UnitKind.GRID else [host]
        near = [one for top in tops if top for one in (top, *self.children(top, on))]
        return [code for code in dict.fromkeys(near) if self.acts_for(code, held, on)]

    def is_superior(self, actor_unit: str, holder: str, on: date) -> bool:
        """Whether `actor_unit` belongs to the next higher unit of what `holder` belongs to."""
        if not self.is_active(actor_unit, on):
            return False
        held = self.stand_in(holder, on)
        return bool(held) and self.parent(self.host(held, on), on) == self.host(actor_unit, on)

    # Questions about descent.

    def successor(self, code: str, on: date) -> str | None:
        """The one unit that goes on as this one: itself while it stands, then what it merged into.

        None before its first day, and after it was closed or split among several.
        """
        seen: set[str] = set()
        while code not in seen:
            seen.add(code)
            life = self._life(code)
            if life.view(on) is not None:
                return code
            if on < life.since[0] or not life.heir:
                return None
            code = life.heir
        return None

    def lineage(self, code: str) -> set[str]:
        """The codes it descends from and those that descend from it, by merge and split, without itself."""
        self._life(code)
        return (_closure(self._from, code) | _closure(self._into, code)) - {code}

    # What a unit cannot know about itself.

    def check_place(self, code: str, kind: UnitKind, parent: str, on: date) -> None:
        """Raise Invalid unless a unit of this kind may stand under `parent` on the day. Ask before you move.

        The parent stands on that day and is no part of the unit itself. A territory stands under a territory
        of a higher level; a body may be attached to any unit.
        """
        if not parent:
            return
        if not self.exists(parent) or not self.is_active(parent, on):
            raise Invalid(
                "parent",
                parent,
                f"No such unit on {on}: create it first, or give another code.",
                f"{on}没有此单位：请先设立，或者填另一个编码。",
            )
        if code == parent or code in self.ancestors(parent, on):
            raise Invalid(
                "parent",
                parent,
                f"It stands under {code} itself: give a unit outside of it.",
                f"它本身是{code}的下级：请填其外的单位。",
            )
        above = self._view(parent, on)
        own = LEVEL_OF_KIND.get(kind)
        if own is not None and (above.is_attached or above.level <= own):
            raise Invalid(
                "parent",
                parent,
                f"A {kind.value} stands under a territory above {own.name}.",
                f"{value_name(UnitKind, kind).zh}须设在更高层级的区域之下。",
            )

    # How codes are looked up.

    def _life(self, code: str) -> _Life:
        life = self._lives.get(code)
        if life is None:
            raise NotFound("unit", code, "Look the code up in the list of units, or create the unit first.")
        return life

    def _view(self, code: str, on: date) -> UnitView:
        life = self._life(code)
        view = life.view(on)
        if view is None:
            if on < life.since[0]:
                raise NotFound("unit", code, f"It begins on {life.since[0]}, and you asked for {on}.")
            after = life.heir and f" {life.heir} took it over."
            raise NotFound("unit", code, f"It ended on {life.ended}, and you asked for {on}.{after}")
        return view

    def _heir(self, code: str, on: date) -> str:
        """The standing unit that answers for a code; "" for none (unknown, not begun, the root ended)."""
        seen: set[str] = set()
        while code and code not in seen:
            life = self._lives.get(code)
            if life is None or on < life.since[0]:
                return ""
            if life.view(on) is not None:
                return code
            seen.add(code)
            code = life.heir or life.views[-1].parent
        return ""

    def stand_in(self, code: str, on: date) -> str:
        """The unit that answers for a code on the day: itself, what it merged into, or its last parent; "" for nobody."""
        self._life(code)
        return self._heir(code, on)


def _closure(edges: dict[str, set[str]], code: str) -> set[str]:
    found: set[str] = set()
    todo = [code]
    while todo:
        for other in edges.get(todo.pop(), ()):
            if other not in found:
                found.add(other)
                todo.append(other)
    return found
