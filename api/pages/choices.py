"""What a form offers: units, people, other cases, keys of the policies; and the unit that somebody meant by a name.

Offers only help. What may be chosen is decided by the guards of the workflow table, which are asked here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from api import fact_kinds as kinds
from api.parties import PARTS, anonymous, called
from domain.actor import Actor
from domain.case import NEW, Case
from domain.errors import NotFound
from domain.fact_names import fact_name
from domain.names import NAMES, name_of, value_name
from domain.organisation import Organisation, local_date
from domain.policy import Limits
from domain.record import CORRECTABLE
from domain.rule import PAUSE_CAUSES, Title
from domain.terms import Category, Channel, Role, Severity
from workflows.accounts import Accounts
from workflows.authority import ON_CASES
from workflows.service import Service
from workflows.staff import posts_for
from workflows.table import Table

FEW: Final = 12  # what a list shows at once; more is searched by typing
MOST: Final = 300  # what is offered while somebody types
NEAR, MOST_PEOPLE = 60, 100  # units whose officials are offered, and how many
OF_FACT: Final[dict[str, Any]] = {"severity": Severity, "category": Category, "channel": Channel}

Choice = tuple[str, Title]


@dataclass
class Choices:
    """What there is to choose for one trigger of one case, as the actor stands to it at an instant."""

    service: Service
    table: Table
    trigger: str
    case: Case
    actor: Actor
    at: datetime
    officials: Callable[[Sequence[str]], Iterable[tuple[str, Role]]] = field(default=lambda units: ())

    @cached_property
    def units(self) -> Organisation:
        return self.service.reference.organisation()

    @cached_property
    def on(self) -> date:
        return local_date(self.at)

    @cached_property
    def limits(self) -> Limits:
        return self.service.policies.in_force(self.service.jurisdiction, self.at).limits

    @cached_property
    def parties(self) -> dict[str, Title]:
        """Reference -> what the party is called on the pages of this case."""
        return called(self.case.parties)

    def of(self, kind: str, fact: str) -> list[Choice]:
        """What is offered for a fact of this kind; empty where anything may be written."""
        match kind:
            case kinds.UNIT:
                return self.units_for(fact)
            case kinds.USER:
                return self.people_for(fact)
            case kinds.PARTY:
                return list(self.parties.items())
            case kinds.PERSON:
                return [*self.parties.items(), *self.people]
            case kinds.CASE:
                return [(code, Title(code, code)) for _, code in self.case.links]
            case kinds.PART:
                return list(PARTS.items())
            case kinds.CAUSE:
                return [(cause, PAUSE_CAUSES[cause]) for cause in self.limits.suspend_causes]
            case kinds.DANGER:
                return list(self.limits.skip_rules.items())
            case kinds.OWED:
                return self.owed
            case kinds.SUPERVISION:
                return [(str(n), Title(f"第{n}号督办", f"No. {n}")) for n in self.case.supervisions]
            case kinds.CORRECTABLE:
                return self.correctable
        return []

    # Units.

    def units_for(self, fact: str) -> list[Choice]:
        """The units near the case for which the conditions that look at this fact alone hold."""
        return [(code, self.unit_name(code)) for code in self.near if self._fits(fact, code)][:MOST]

    @cached_property
    def near(self) -> list[str]:
        """Units around the holder (of a case that is still to be opened: around the actor), the nearest first."""
        start = self.case.holder or self.actor.unit
        if not self.units.exists(start):
            return []
        try:
            host = self.units.host(self.units.stand_in(start, self.on) or start, self.on)
            above = self.units.ancestors(host, self.on)
        except NotFound:
            return []
        found = dict.fromkeys([self.actor.unit, host, *self._below(host), *above])
        for one in above:
            found |= dict.fromkeys(self.units.children(one, self.on))
        for one in above[:1]:
            found |= dict.fromkeys(self._below(one))
        return [code for code in found if code and self.units.is_active(code, self.on)]

    def _below(self, code: str) -> list[str]:
        return sorted(self.units.subtree(code, self.on) - {code})[:MOST]

    def _fits(self, fact: str, code: str) -> bool:
        engine = self.service.engines[self.table.case_type]
        lines = self.table.lines(self.trigger, str(self.case.state))
        if not lines:
            return True
        move = engine.move(self.case, self.trigger, self.actor, self.at, {fact: code})
        for row, _ in lines:
            conditions = [one for one in (row.when, *row.guards) if one is not None and one.asks == (fact,)]
            if all(condition(move) for condition in conditions):
                return True
        return False

    def unit_name(self, code: str) -> Title:
        """A unit by its name, a grid with its village; the code of one that is not known."""
        if not code or not self.units.exists(code):
            return Title(code, code)
        return Title(*[named(self.units, code, self.on)] * 2)

    def find_unit(self, text: str) -> str:
        """The code that somebody meant: a code, what was offered ("name code"), or a name that only one unit bears."""
        if self.units.exists(text):
            return text
        last = text.split()[-1] if text.split() else ""
        if self.units.exists(last):
            return last
        same = [unit.code for unit in self.units.standing(self.on) if unit.name == text]
        return same[0] if len(same) == 1 else text

    def likely(self, kind: str, fact: str) -> str:
        """What a fact will most probably be; "" where nobody can know."""
        if self.case.state == NEW:
            return self.actor.unit if fact == "origin" else ""
        if fact == "lead" and self.trigger == "unmerge":
            return next(
                (code for relation, code in reversed(self.case.links) if relation == "merged_into"), ""
            )
        if fact in ("visitor", "proposed_by") and self.actor.user in self._in_charge:
            return self.actor.user if fact == "visitor" else ""
        choices = self.of(kind, fact) if kind in (kinds.UNIT, kinds.OWED, kinds.SUPERVISION) else []
        return choices[0][0] if len(choices) == 1 else ""

    # People and numbers.

    @cached_property
    def people(self) -> list[Choice]:
        """Accounts that have to do with the case, the actor, then those who hold a post near it; by name and post."""
        return self._people(ON_CASES)

    def people_for(self, fact: str) -> list[Choice]:
        """Those of them who hold a post that this fact asks for, as far as it asks for one."""
        return self._people(posts_for(self.trigger, fact) or ON_CASES)

    def _people(self, posts: frozenset[Role]) -> list[Choice]:
        known: dict[str, Role | None] = {user: None for user in [*self._in_charge, self.actor.user] if user}
        for user, post in self._officials_near:
            if post in posts:
                known.setdefault(user, post)
        shown = list(known)[:MOST_PEOPLE]
        names = Accounts(self.service.log, self.service.reference).names(shown)
        return [(user, _official(names.get(user, user), known[user])) for user in shown]

    @cached_property
    def _officials_near(self) -> list[tuple[str, Role]]:
        return list(self.officials(self.near[:NEAR]))

    @property
    def closest(self) -> list[Choice]:
        """Those of them who have to do with the case, and the actor: few enough to tick."""
        near = dict.fromkeys([*self._in_charge, self.actor.user])
        return [(user, name) for user, name in self.people if user in near]

    def find_user(self, text: str) -> str:
        """The account that somebody meant: one, or a name that only one of those offered bears."""
        same = [user for user, name in self.people if name.zh.partition("（")[0] == text and user != text]
        return same[0] if len(same) == 1 else text

    @property
    def _in_charge(self) -> list[str]:
        case: Any = self.case
        plan = case.plan
        named = [getattr(case, "chair", ""), *getattr(case, "mediators", ()), getattr(case, "handler", "")]
        return [*named, *((plan.leader, plan.person) if plan else ()), case.sponsor]

    @property
    def owed(self) -> list[Choice]:
        """The obligations of the agreement: number, who owes what."""
        agreement = getattr(self.case, "agreement", None)
        return [
            (str(n), Title(self._owing(n, owed, "zh"), self._owing(n, owed, "en")))
            for n, owed in enumerate(agreement.obligations if agreement else (), 1)
        ]

    def _owing(self, n: int, owed: Any, code: str) -> str:
        who = getattr(self.parties.get(owed.who, Title(owed.who, owed.who)), code)
        return f"{n}. {who}: {anonymous(owed.what, self.parties, code)}"

    @property
    def correctable(self) -> list[Choice]:
        """The facts that may be corrected, each with what it is now."""
        return [(fact, self._now(fact)) for fact in CORRECTABLE if hasattr(self.case, fact)]

    def _now(self, fact: str) -> Title:
        value, label = getattr(self.case, fact), fact_name(fact)
        shown = value_name(OF_FACT[fact], value) if fact in OF_FACT else Title(*[str(value or "–")] * 2)
        return Title(f"{label.zh}（现为：{shown.zh}）", f"{label.en} (now: {shown.en})")

    def corrected(self, facts: dict[str, Any]) -> dict[str, Any]:
        """A correction as the log takes it: the old value where it was left out, the key of a value said by its name."""
        fact, new = facts.get("field", ""), facts.get("new", "")
        if "old" not in facts and fact in CORRECTABLE:
            value = getattr(self.case, fact, None)
            facts["old"] = "" if value is None else str(value)
        if fact in OF_FACT:
            facts["new"] = next(
                (str(m.value) for m, name in NAMES[OF_FACT[fact]].items() if new in name), new
            )
        if fact == "origin" and new:
            facts["new"] = self.find_unit(new)
        return facts


def _official(name: str, post: Role | None) -> Title:
    if post is None:
        return Title(name, name)
    said = name_of(post)
    return Title(f"{name}（{said.zh}）", f"{name} ({said.en})")


def named(units: Organisation, code: str, on: date) -> str:
    """The name of a unit on a day, of a grid with its village before it."""
    try:
        unit = units.get(code, on)
        if unit.level == 0 and not unit.is_attached and unit.parent:
            village = units.get(unit.parent, on).name
            return unit.name if unit.name.startswith(village) else f"{village}{unit.name}"
        return unit.name
    except NotFound:
        return units.names(code)[-1][1]


def path_of(units: Organisation, code: str, on: date) -> Iterator[tuple[str, str]]:
    """(code, name) of the units above and of the unit itself, the highest first."""
    if not code or not units.exists(code):
        return
    standing = units.stand_in(code, on) or code
    try:
        above = units.ancestors(standing, on)
    except NotFound:
        above = []
    for one in (*reversed(above), standing):
        yield one, units.get(one, on).name if units.is_active(one, on) else units.names(one)[-1][1]
