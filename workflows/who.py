"""Who may: the posts, and how their unit stands to the case. Declared in the tables, asked by the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.names import value_name
from domain.rule import Title
from domain.terms import Role
from workflows.move import Guard, Move


class Relation(StrEnum):
    """How the actor's unit must stand to the case."""

    HOLDER = "holder"  # it holds the case, or is a body of the unit that does, or the village of the grid that does
    SUPERIOR = "superior"  # it is directly above the holder
    OVER = "over"  # it holds the case, or stands somewhere above the unit that does
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
        if self.relation is Relation.OVER:
            return units.is_active(actor.unit, on) and units.is_under(
                case.holder, units.host(actor.unit, on), on
            )
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


def over(*roles: Role) -> Who:
    return Who(frozenset(roles), Relation.OVER)


def sender(*roles: Role) -> Who:
    return Who(frozenset(roles), Relation.SENDER)


def anyone(*roles: Role) -> Who:
    return Who(frozenset(roles), Relation.ANYONE)


SYSTEM_ONLY = Who(frozenset({Role.SYSTEM}), Relation.SYSTEM)

RIGHT_POST = Guard(
    "right_post",
    "须由有权办理此事的岗位办理",
    "somebody in a post that may do this must do it",
    lambda m: False,
)
RIGHT_UNIT = Guard(
    "right_unit",
    "须由有权办理本案的单位办理",
    "a unit that may do this with the case must do it",
    lambda m: False,
)

# What is demanded of the unit, by the relation that the row asks for.
RELATIONS: Mapping[Relation, Title] = {
    Relation.HOLDER: Title("须由现在办理本案的单位办理", "the unit that has the case must do it"),
    Relation.SUPERIOR: Title(
        "须由现办单位的直接上级单位办理", "the unit directly above the one that has the case must do it"
    ),
    Relation.OVER: Title(
        "须由现办单位或其上级单位办理", "the unit that has the case, or one above it, must do it"
    ),
    Relation.SENDER: Title("须由送来本案的单位办理", "the unit that sent the case must do it"),
    Relation.ANYONE: Title("须由有效单位办理", "a unit that exists today must do it"),
    Relation.SYSTEM: Title("此步须由系统自动办理", "only the program itself does it"),
}


def posts(roles: Iterable[Role]) -> Title:
    """What is demanded of the person: one of these posts."""
    told = [value_name(Role, role) for role in Role if role in roles and role is not Role.SYSTEM]
    if not told:
        return RELATIONS[Relation.SYSTEM]
    zh, en = "、".join(one.zh for one in told), " or ".join(one.en for one in told)
    return Title(f"须由以下岗位办理：{zh}", f"it must be done by a {en}")
