"""A move: somebody wants to fire a trigger on a case. Guards look at it and answer; nobody changes it but the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from domain.actor import Actor
from domain.calendar import TZ, WorkCalendar
from domain.organisation import Organisation
from domain.policy import PolicySet

if TYPE_CHECKING:
    from workflows.staff import Staff
    from workflows.table import Row


@dataclass(slots=True)
class Move:
    """Everything a guard may look at. `row` and `obstacles` are written by the engine while it tries the rows."""

    case: Any
    trigger: str
    actor: Actor
    at: datetime
    facts: Mapping[str, Any]
    units: Organisation
    policy: PolicySet
    calendar: WorkCalendar
    cases: Callable[[str], bool] | None = (
        None  # whether there is a case of this code; None where nobody knows
    )
    staff: Staff | None = None  # who is there; None where nobody knows
    row: Row | None = None
    obstacles: list[tuple[int, Guard]] = field(default_factory=list)

    @property
    def on(self) -> date:
        """The local day on which it happens."""
        return self.at.astimezone(TZ).date()

    @property
    def sender(self) -> str:
        """The unit that sent the case, or the one that answers for it since it was merged or split ("" for nobody)."""
        return self.units.stand_in(self.case.sender, self.on) if self.case.sender else ""

    @property
    def holder(self) -> str:
        """The unit that holds the case, or the one that answers for it now."""
        return self.units.stand_in(self.case.holder, self.on) if self.case.holder else ""

    def fact(self, name: str) -> Any:
        """A fact as it will be after this move: as given now, else as the case has it."""
        return self.facts[name] if name in self.facts else getattr(self.case, name, None)


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition that must hold, with the sentence that is shown when it does not.

    `asks` names the facts that it looks at: a guard with `asks` can be judged only when the form is filled in, so the
    list of allowed triggers leaves it open.
    """

    name: str
    zh: str
    en: str
    holds: Callable[[Move], bool]
    asks: tuple[str, ...] = ()

    def __call__(self, move: Move) -> bool:
        return self.holds(move)


def guard(zh: str, en: str, *asks: str) -> Callable[[Callable[[Move], bool]], Guard]:
    """Name a condition and the sentence that it asks for: `@guard("已指定主持人", "a chair is named")`."""

    def name(condition: Callable[[Move], bool]) -> Guard:
        return Guard(condition.__name__, zh, en, condition, asks)

    return name
