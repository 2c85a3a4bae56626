"""Who may see and do what: every such question about somebody is asked here, and answered with its reason.

A post decides what somebody may see (`SIGHT`) and administer (`ADMINISTERS`); what they may do with a case they see is
declared in the workflow tables ("who may"), which are only asked here. Never answer "not allowed" for a case outside of
the scope: it is answered like one that does not exist (docs/authority.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from domain.account import Office
from domain.actor import Actor
from domain.case import Case
from domain.errors import Invalid
from domain.organisation import Organisation
from domain.scope import Scope
from domain.terms import Role, UnitKind
from workflows.accounts import EVERYWHERE
from workflows.engine import Engine

R = Role


class Sight(StrEnum):
    """Which cases a post shows."""

    WORK = "work"  # those that are, were or began in the unit's territory; of a department its own, and its county's own
    OVERSIGHT = "oversight"  # those of the territory, also from a department
    READING = "reading"  # the same, and nothing can be done with them
    NAMED = "named"  # those that somebody has a code for
    NONE = "none"  # no case at all


class Area(StrEnum):
    """What is administered."""

    UNITS = "units"
    ACCOUNTS = "accounts"
    IMPORTS = "imports"
    POLICIES = "policies"
    CALENDARS = "calendars"
    ERASURE = "erasure"
    LEDGER = "ledger"  # who read what


# fmt: off
SIGHT: Final[Mapping[Role, Sight]] = {
    R.REPORTER:        Sight.WORK,
    R.MEDIATOR:        Sight.WORK,
    R.HANDLER:         Sight.WORK,
    R.UNIT_HEAD:       Sight.WORK,
    R.INTAKE:          Sight.WORK,
    R.SPONSOR:         Sight.OVERSIGHT,
    R.SUPERVISOR:      Sight.OVERSIGHT,
    R.REVIEWER:        Sight.OVERSIGHT,
    R.AUDITOR:         Sight.READING,
    R.PRIVACY_OFFICER: Sight.READING,  # and reads and erases identities
    R.POLICY_ADMIN:    Sight.NONE,
    R.ORG_ADMIN:       Sight.NONE,
    R.CITIZEN:         Sight.NAMED,
    R.SYSTEM:          Sight.NONE,  # the program asks nobody
}

ADMINISTERS: Final[Mapping[Area, tuple[Role, ...]]] = {
    Area.UNITS:     (R.ORG_ADMIN,),  # these three for the administrator's own unit and all under it
    Area.ACCOUNTS:  (R.ORG_ADMIN,),
    Area.IMPORTS:   (R.ORG_ADMIN,),
    Area.POLICIES:  (R.POLICY_ADMIN,),
    Area.CALENDARS: (R.POLICY_ADMIN,),
    Area.ERASURE:   (R.PRIVACY_OFFICER, R.UNIT_HEAD),  # one of each (workflows/shredding.py)
    Area.LEDGER:    (R.AUDITOR, R.PRIVACY_OFFICER),
}
# fmt: on
OF_A_UNIT: Final = frozenset({Area.UNITS, Area.ACCOUNTS, Area.IMPORTS})

# Bodies whose people work on the matters of the whole territory they are attached to; others work on their own.
FOR_THE_TERRITORY: Final = frozenset({UnitKind.CENTRE, UnitKind.COMMITTEE, UnitKind.STUDIO})


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether somebody may, the rule that says so, and the rule as a sentence."""

    allowed: bool
    rule: str
    zh: str
    en: str


def _says(rule: str, zh: str, en: str) -> Mapping[bool, Decision]:
    """A rule: the same sentence whether it holds or not, since it says what is asked for."""
    return {holds: Decision(holds, rule, zh, en) for holds in (True, False)}


IN_SCOPE: Final = _says(
    "in_scope",
    "案件现在、曾经或最初在本人任职单位的辖区内, 或者本人参与办理",
    "the case is, was or began where one holds a post, or one has a part in it",
)
MAY_TRY: Final = _says(
    "may_try", "由有权的岗位和单位办理", "the post and the unit are those that the workflow names"
)
FIGURES: Final = _says(
    "figures_of_the_county",
    "可查看本单位、上级单位、下级单位以及同县各单位的指标",
    "figures are open to whoever holds a post in the unit, above or below it, or in the same county",
)
BY_UNIT: Final = _says(
    "figures_by_unit",
    "跨县的分单位指标只供其上级单位查看",
    "a breakdown by unit that goes beyond one county is for the units above it",
)
AREAS: Final[Mapping[Area, Mapping[bool, Decision]]] = {
    Area.UNITS: _says(
        "org_admin", "单位由组织管理员在其辖区内变更", "an organisation administrator changes the units of their own area"
    ),
    Area.ACCOUNTS: _says(
        "org_admin", "账号由组织管理员在其辖区内管理", "an organisation administrator keeps the accounts of their own area"
    ),
    Area.IMPORTS: _says(
        "org_admin", "数据由组织管理员在其辖区内导入", "an organisation administrator imports data of their own area"
    ),
    Area.POLICIES: _says(
        "policy_admin", "时限政策由政策管理员发布", "a policy administrator publishes policies"
    ),
    Area.CALENDARS: _says(
        "policy_admin", "工作日历由政策管理员发布", "a policy administrator publishes calendars"
    ),
    Area.ERASURE: _says(
        "privacy_officer",
        "个人信息的销毁由个人信息保护负责人和单位负责人各一人批准",
        "erasing personal data is approved by a privacy officer and a head of unit",
    ),
    Area.LEDGER: _says(
        "reads_the_ledger",
        "查阅台账供审计员和个人信息保护负责人查看",
        "the ledger of reads is for auditors and privacy officers",
    ),
}  # fmt: skip


def scope_of(user: str, offices: Iterable[Office], units: Organisation, on: date) -> Scope:
    """The cases that somebody with these offices may see on a local day."""
    held = [o for o in offices if o.held(on) and SIGHT[o.post] not in (Sight.NONE, Sight.NAMED)]
    places = [(office.post, place) for office in held if (place := _place(office, units, on))]
    roots: set[str] = set()
    desks: set[str] = set()
    for post, place in places:
        host = units.host(place, on)
        if SIGHT[post] is Sight.WORK and _works_apart(place, units, on):
            roots.add(place)
            desks.add(host)
        else:
            roots.add(host)
    kept_from = {code for _, place in places for code in _itself_and_above(place, units, on)}
    return Scope(
        roots=frozenset(roots),
        desks=frozenset(desks),
        user=user if held else "",
        kept_from=frozenset(kept_from),
    )


def _works_apart(unit: str, units: Organisation, on: date) -> bool:
    """Whether it is a body that works on its own matters: a department, a linkage room, an enterprise's committee."""
    view = units.get(unit, on)
    return view.is_attached and view.kind not in FOR_THE_TERRITORY


def _place(office: Office, units: Organisation, on: date) -> str:
    """The standing unit in which an office is held: its own, or the one that it was merged into.

    "" for one that is not held on the day, or whose unit was closed or split: that must not show more than before.
    """
    known = office.held(on) and units.exists(office.unit)
    return units.successor(office.unit, on) or "" if known else ""


def _itself_and_above(unit: str, units: Organisation, on: date) -> Iterator[str]:
    """The codes of a unit and of all above it, with those they go on as (信访工作条例 Art. 30(3))."""
    for code in (unit, *units.ancestors(unit, on)):
        yield code
        yield from (old for old in units.lineage(code) if units.successor(old, on) == code)


@dataclass(frozen=True)
class Authority:
    """Somebody with their offices, asked on a local day."""

    user: str
    offices: tuple[Office, ...]
    units: Organisation
    on: date

    @cached_property
    def scope(self) -> Scope:
        return scope_of(self.user, self.offices, self.units, self.on)

    def sees(self, case: Case) -> Decision:
        """A case, its history and its deadlines."""
        return IN_SCOPE[self.scope.covers(case, self.units, self.on)]

    def fires(self, engine: Engine, case: Case, trigger: str, acting: Actor, at: datetime) -> Decision:
        """A trigger on a case, as far as the case alone tells: the workflow's own answer, for a case that is seen.

        Raises Invalid when somebody would act in an office that is not theirs.
        """
        self._holds(acting)
        if not self.sees(case).allowed:
            return IN_SCOPE[False]
        guard = engine.in_the_way(case, trigger, acting, at)
        return MAY_TRY[True] if guard is None else Decision(False, guard.name, guard.zh, guard.en)

    def reads_identity(self, engine: Engine, case: Case, acting: Actor, at: datetime) -> Decision:
        """Who stands behind a reference of the case. Every reading is a recorded act: `reveal`."""
        return self.fires(engine, case, "reveal", acting, at)

    def sees_figures(self, unit: str, *, by_unit: bool = False) -> Decision:
        """The figures of a unit and its subtree; `by_unit`: each of the units under it apart."""
        posts = [_place(office, self.units, self.on) for office in self.offices]
        hosts = [self.units.host(place, self.on) for place in posts if place]
        asked = self.units.host(self.units.stand_in(unit, self.on) or unit, self.on)
        above = [here for here in hosts if self.units.is_under(asked, here, self.on)]
        county = self._county(asked)
        if by_unit and not county and not above:
            return BY_UNIT[False]
        below = [here for here in hosts if self.units.is_under(here, asked, self.on)]
        peers = [here for here in hosts if county and self._county(here) == county]
        return FIGURES[bool(above or below or peers)]

    def administers(self, area: Area, unit: str = EVERYWHERE) -> Decision:
        """An area of administration; of units, accounts and imports those of this unit (EVERYWHERE: of the whole house)."""
        for office in self.offices:
            if office.post not in ADMINISTERS[area] or not office.held(self.on):
                continue
            if area not in OF_A_UNIT or office.unit == EVERYWHERE or self._within(unit, office.unit):
                return AREAS[area][True]
        return AREAS[area][False]

    def _within(self, unit: str, root: str) -> bool:
        known = self.units.exists(unit) and self.units.exists(root)
        return known and self.units.is_under(unit, self.units.stand_in(root, self.on), self.on)

    def _county(self, unit: str) -> str:
        """The county that a unit lies in, or is; "" above the counties."""
        for code in (unit, *self.units.ancestors(unit, self.on)):
            if self.units.get(code, self.on).kind is UnitKind.COUNTY:
                return code
        return ""

    def _holds(self, acting: Actor) -> None:
        held = {(office.post, office.unit) for office in self.offices if office.held(self.on)}
        if acting.user != self.user or (acting.post, acting.unit) not in held:
            raise Invalid("office", f"{acting.post}@{acting.unit}", "Act in an office that you hold today.")
