"""Which cases somebody may see: where they are, were or began, who has a part in them, and those that are named.

Who gets which scope is workflows/authority.py; the same as SQL, for lists and figures, is projections/scoped.py. The two
must answer alike: change them together (tests/test_scope.py compares them).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.actor import named
from domain.case import Case
from domain.organisation import Organisation
from domain.terms import PetitionClass


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody may see. Empty: nothing.

    `everything` is for the program itself and for whoever sits at its machine. `roots` are units: cases that are, were or
    began in their subtrees, or were brought there for help; `desks` are units of which only their own matters count.
    `user`: cases in which this user has a part now. `cases`: codes, such as the one that a citizen has a query code for.
    `kept_from`: reports (检举控告) that accuse one of these units are left out, unless they lie with the roots or desks
    now (信访工作条例 Art. 30(3)).
    """

    everything: bool = False
    roots: frozenset[str] = frozenset()
    desks: frozenset[str] = frozenset()
    user: str = ""
    cases: frozenset[str] = frozenset()
    kept_from: frozenset[str] = frozenset()

    def covers(self, case: Case, units: Organisation, on: date) -> bool:
        """Whether the case is one of these on a local day."""
        if self.everything:
            return True
        if accuses(case) in self.kept_from and not self._holds(case.holder, units, on):
            return False
        if case.code in self.cases or named(self.user, case.people):
            return True
        return any(self._holds(unit, units, on) for unit in case.reached)

    def _holds(self, unit: str, units: Organisation, on: date) -> bool:
        """Whether a unit's matters are one of the desks' or belong to one of the roots."""
        return unit in self.desks or (
            units.exists(unit)
            and any(units.exists(root) and units.is_under(unit, root, on) for root in self.roots)
        )


EVERYTHING: Final = Scope(everything=True)


def accuses(case: Case) -> str:
    """The unit that a report (检举控告) accuses; "" for any other case."""
    report = getattr(case, "petition_class", None) is PetitionClass.REPORT
    return str(getattr(case, "object_unit", "")) if report else ""
