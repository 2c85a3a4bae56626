"""The unit that a board is about, in the tree of its day: what is above, what is under, whom it may be compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.organisation import Organisation, UnitView
from domain.terms import Level


@dataclass(frozen=True, slots=True)
class Place:
    """`above` from the top down, `under` are territories by code. `peers` stand under the same unit, in groups."""

    unit: UnitView
    above: Sequence[UnitView]
    under: Sequence[UnitView]
    peers: Sequence[PeerGroup]
    asked_of: str  # the unit whose figures, broken down by unit, tell those of the peers


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Units that may be compared: townships of one class (0: without one), or the villages or grids of one unit."""

    township_class: int | None
    units: Sequence[UnitView]


def place(organisation: Organisation, code: str, on: date) -> Place:
    """Raises NotFound for an unknown code. A unit that does not stand on the day is shown as on its first."""
    if not organisation.is_active(code, on):
        on = organisation.names(code)[0][0]
    unit = organisation.get(code, on)
    above = [organisation.get(each, on) for each in reversed(organisation.ancestors(code, on))]
    under = territories(organisation, code, on)
    if any(each.level is Level.TOWNSHIP for each in under) or not unit.parent:
        return Place(unit, above, under, groups(under), code)
    siblings = territories(organisation, unit.parent, on)
    same = [each for each in siblings if each.township_class == unit.township_class]
    return Place(unit, above, under, groups(same) if unit in same else [], unit.parent)


def territories(organisation: Organisation, code: str, on: date) -> list[UnitView]:
    """What stands directly under a unit and is no body attached to it."""
    found = (organisation.get(each, on) for each in organisation.children(code, on))
    return [each for each in found if not each.is_attached]


def groups(units: Sequence[UnitView]) -> list[PeerGroup]:
    """Townships by class, those without one last; other units together."""
    if not any(each.level is Level.TOWNSHIP for each in units):
        return [PeerGroup(None, units)] if units else []
    classes = sorted({each.township_class or 9 for each in units})
    return [
        PeerGroup(one if one != 9 else 0, [each for each in units if (each.township_class or 9) == one])
        for one in classes
    ]
