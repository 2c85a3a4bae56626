"""Who may: the posts, and how their unit stands to the case. Declared in the tables, asked by the engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.terms import Role
from workflows.move import Guard, Move


class Relation(StrEnum):
    """How the actor's unit must stand to the case."""

    HOLDER = "holder"  # it holds the case, or is a body of the unit that does, or the village of the grid that does
    SUPERIOR = "superior"  # it is directly above the holder
    SENDER = "sender"  # it sent the case to the holder
    ANYONE = "anyone"  # any unit
    SYSTEM = "system"  # the program itself


@dataclass(frozen=True, slots=True)
class Who:
    """Posts that may, and the relation that their unit must have. A citizen acts through whichever desk writes it down."""

    roles: frozenset[Role]
    relation: Relation

    def admits(self, move: Move) -> bool:
        actor, case, units, on = move.actor, move.case, move.units, move.on
        if actor.post not in self.roles:
            return False
        if self.relation in (Relation.ANYONE, Relation.SYSTEM) or actor.post is Role.CITIZEN:
            return True
        if not case.holder or not units.exists(actor.unit):
            return False
        if self.relation is Relation.HOLDER:
            return units.acts_for(actor.unit, case.holder, on)
        if self.relation is Relation.SUPERIOR:
            return units.is_superior(actor.unit, case.holder, on)
        return bool(case.sender) and units.acts_for(actor.unit, case.sender, on)

    def covers(self, other: Who) -> bool:
        """Whether everybody admitted by `other` is admitted here."""
        return other.roles <= self.roles and self.relation in (other.relation, Relation.ANYONE)

    def __str__(self) -> str:
        return f"{self.relation}: {', '.join(sorted(self.roles))}"


def holder(*roles: Role) -> Who:
    return Who(frozenset(roles), Relation.HOLDER)


def superior(*roles: Role) -> Who:
    return Who(frozenset(roles), Relation.SUPERIOR)


def sender(*roles: Role) -> Who:
    return Who(frozenset(roles), Relation.SENDER)


def anyone(*roles: Role) -> Who:
    return Who(frozenset(roles), Relation.ANYONE)


SYSTEM_ONLY = Who(frozenset({Role.SYSTEM}), Relation.SYSTEM)

RIGHT_POST = Guard("right_post", "由有权的岗位办理", "the actor's post may do this", lambda m: False)
RIGHT_UNIT = Guard(
    "right_unit",
    "由有权的单位办理",
    "the actor's unit stands in the right relation to the case",
    lambda m: False,
)
