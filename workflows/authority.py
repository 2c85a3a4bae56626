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
from typing import TYPE_CHECKING, Final

from domain.account import Office
from domain.actor import Actor
from domain.case import Case
from domain.organisation import Organisation
from domain.scope import Scope
from domain.terms import Role, UnitKind

if TYPE_CHECKING:
    from workflows.engine import Engine

R = Role


class Sight(StrEnum):
    """Which cases a post shows."""

    OWN = "own"  # those that are, were or began in the territory; a department: with itself or with its county itself
    TERRITORY = "territory"  # those of the territory, also from a department
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
    R.REPORTER:        Sight.OWN,
    R.MEDIATOR:        Sight.OWN,
    R.HANDLER:         Sight.OWN,
    R.UNIT_HEAD:       Sight.OWN,
    R.INTAKE:          Sight.TERRITORY,  # a window must find what was raised before, wherever that was
    R.SPONSOR:         Sight.TERRITORY,
    R.SUPERVISOR:      Sight.TERRITORY,
    R.REVIEWER:        Sight.TERRITORY,
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
EVERYWHERE: Final = ""  # the unit of an administrator of the whole house
OF_A_UNIT: Final = frozenset({Area.UNITS, Area.ACCOUNTS, Area.IMPORTS})

# Who holds one of these works on no case (domain.md 5.3), so nobody holds one of them beside a post that does.
APART: Final = frozenset({R.ORG_ADMIN, R.POLICY_ADMIN, R.AUDITOR})
ON_CASES: Final = frozenset(post for post, sight in SIGHT.items() if sight in (Sight.OWN, Sight.TERRITORY))

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


# Demands, as everywhere: what must be so (workflows/who.py has those of the tables).
IN_SCOPE: Final = _says(
    "in_scope",
    "须是现在、曾经或最初在任职单位辖区内的案件，或者本人参与办理的案件",
    "the case must be, have been or have begun where you hold this post, or you must have a part in it",
)
MAY_TRY: Final = _says(
    "may_try", "须由有权的岗位和单位办理", "a post and a unit that the workflow names must do it"
)
FIGURES: Final = _says(
    "figures_of_the_county",
    "须是本单位、上级单位、下级单位或者本县单位的指标",
    "figures must be of your own unit, of one above or below it, or of your county",
)
BY_UNIT: Final = _says(
    "figures_by_unit",
    "跨县的分单位指标须由其上级单位查看",
    "a breakdown by unit beyond one county must be asked for by a unit above",
)
AREAS: Final[Mapping[Area, Mapping[bool, Decision]]] = {
    Area.UNITS: _says(
        "org_admin",
        "单位须由本单位或上级单位的机构管理员变更",
        "an organisation administrator of the unit, or of one above it, must change it",
    ),
    Area.ACCOUNTS: _says(
        "org_admin",
        "账号须由任职单位或上级单位的机构管理员管理",
        "an organisation administrator of the unit, or of one above it, must keep its accounts",
    ),
    Area.IMPORTS: _says("org_admin", "导入须由机构管理员办理", "an organisation administrator must import"),
    Area.POLICIES: _says(
        "policy_admin", "时限规则须由规则管理员发布", "a policy administrator must publish rules"
    ),
    Area.CALENDARS: _says(
        "policy_admin", "工作日历须由规则管理员发布", "a policy administrator must publish calendars"
    ),
    Area.ERASURE: _says(
        "privacy_officer",
        "个人信息的销毁须由个人信息保护负责人和单位负责人各一人批准",
        "a privacy officer and a head of unit must both approve that personal data is erased",
    ),
    Area.LEDGER: _says(
        "reads_the_ledger",
        "查阅台账须由审计员或个人信息保护负责人查看",
        "an auditor or a privacy officer must look into the ledger of reads",
    ),
}


def administers(area: Area, acting: Actor, unit: str, units: Organisation, on: date) -> bool:
    """Whether this post administers an area; of units, accounts and imports what belongs to this unit.

    EVERYWHERE asks for the whole house.
    """
    if acting.post not in ADMINISTERS[area]:
        return False
    if area not in OF_A_UNIT or acting.unit == EVERYWHERE:
        return True
    return (
        unit != EVERYWHERE
        and all(map(units.exists, (unit, acting.unit)))
        and units.is_under(unit, acting.unit, on)
    )


def scope_of(user: str, offices: Iterable[Office], units: Organisation, on: date) -> Scope:
    """The cases that somebody with these offices may see on a local day."""
    held = [o for o in offices if o.held(on) and SIGHT[o.post] not in (Sight.NONE, Sight.NAMED)]
    places = [(office.post, place) for office in held if (place := _place(office, units, on))]
    roots: set[str] = set()
    desks: set[str] = set()
    for post, place in places:
        host = units.host(place, on)
        if SIGHT[post] is Sight.OWN and _works_apart(place, units, on):
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

    def scope_in(self, acting: Actor) -> Scope:
        """What they see in the office in which they act: of several offices each is answered for by itself.

        A citizen acts through a desk, and is shown what the desk is.
        """
        own = [
            office
            for office in self.offices
            if office.unit == acting.unit and acting.post in (office.post, Role.CITIZEN)
        ]
        return scope_of(self.user, own, self.units, self.on)

    @property
    def county(self) -> str:
        """The county of the first of their offices that lies in one; "" where none does."""
        places = [_place(office, self.units, self.on) for office in self.offices]
        return next(filter(None, (self._county(place) for place in places if place)), "")

    def sees(self, case: Case) -> Decision:
        """A case, its history and its deadlines."""
        return IN_SCOPE[self.scope.covers(case, self.units, self.on)]

    def fires(self, engine: Engine, case: Case, trigger: str, acting: Actor, at: datetime) -> Decision:
        """A trigger on a case, as far as the case alone tells: the workflow's own answer, for a case that is seen.

        Only what is seen in the office in which they act counts.
        """
        if acting.user != self.user or not self.scope_in(acting).covers(case, self.units, self.on):
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

    def administers(self, area: Area, acting: Actor, *of: str) -> Decision:
        """An area of administration, in the office in which they act; of units, accounts and imports those of these units."""
        known = acting.user == self.user and any(
            (office.post, office.unit) == (acting.post, acting.unit) for office in self.offices
        )
        allowed = known and all(
            administers(area, acting, unit, self.units, self.on) for unit in of or (EVERYWHERE,)
        )
        return AREAS[area][allowed]

    def _county(self, unit: str) -> str:
        """The county that a unit lies in, or is; "" above the counties."""
        for code in (unit, *self.units.ancestors(unit, self.on)):
            if self.units.get(code, self.on).kind is UnitKind.COUNTY:
                return code
        return ""
