"""Nobody is shown a case outside of their scope: lists, counts, searches, deadlines and the cases behind figures, on both
databases, against an answer that is worked out here a second time from the events alone, in plain Python."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.account import Office
from domain.actor import Actor
from domain.agreement import DisputeResolved
from domain.case import Case, CaseEvent, Party, Standing
from domain.clock import ClockStatus
from domain.conduct import CaseSponsored, JointHandlingFormed, ResponsibilityPlanSet
from domain.custody import CustodyOffered, HandedDown, ReferredUp
from domain.dispute import DisputeReported
from domain.mediation import MediatorAssigned, MediatorReplaced
from domain.organisation import Organisation
from domain.petition import Mode, PetitionReceived
from domain.petition_handling import ExecutionOrdered, HandlerReplaced
from domain.petition_intake import PetitionAccepted, PetitionClassified, PetitionRegistered, PetitionRouted
from domain.record import CaseReopened, FactCorrected
from domain.scope import EVERYTHING, Scope
from domain.terms import Category, Channel, Ground, Outcome, PetitionClass, Role, UnitKind
from domain.unit import Unit
from projections.deadlines import deadlines
from projections.figures import FIGURES, drill
from projections.scoped import seen_by, visible
from projections.worklist import READ_WORKLIST, Wanted, count, cursor, one, worklist
from tests.support.casework import LEVELS, District, Matter, at, clock
from workflows.authority import scope_of

MORE = (
    ("T1C", UnitKind.CENTRE, "T1"), ("V1M", UnitKind.COMMITTEE, "V1"), ("CB", UnitKind.BUREAU, "C"),
    ("C9", UnitKind.COUNTY, ""), ("T9", UnitKind.TOWN, "C9"), ("V9", UnitKind.VILLAGE, "T9"),
)  # fmt: skip
PARENT = {
    "T1": "C", "T2": "C", "V1": "T1", "V2": "T1", "V3": "T2", "G1": "V1", "G2": "V2", "G3": "V3",
    "T1C": "T1", "V1M": "V1", "CB": "C", "T9": "C9", "V9": "T9", "C": "", "C9": "",
}  # fmt: skip
BODIES = {"T1C", "V1M", "CB"}
DAY = date(2026, 9, 1)
ASKED = at(9, 1)
USERS = ("li", "Li ", "ＬＩ", "wang", "zhao")  # the first three are one person

codes = st.sampled_from(sorted(PARENT))
users = st.sampled_from(USERS)
DISPUTE_STEPS = (
    "offer", "refer_up", "hand_down", "assign", "replace", "joint", "plan", "sponsor", "origin", "resolve", "reopen",
)  # fmt: skip
PETITION_STEPS = (
    "register", "report", "claim", "route", "route", "accept", "replace_handler", "execute", "joint", "plan",
    "sponsor", "origin", "resolve",
)  # fmt: skip


def story(steps: tuple[str, ...]) -> st.SearchStrategy[Any]:
    step = st.tuples(st.sampled_from(steps), codes, codes, users, users)
    return st.tuples(codes, codes, st.lists(step, min_size=3, max_size=8))


histories = st.lists(
    st.one_of(st.tuples(st.just("D"), story(DISPUTE_STEPS)), st.tuples(st.just("P"), story(PETITION_STEPS))),
    min_size=6,
    max_size=9,
)
changes = st.lists(st.sampled_from(("merge V2", "move V3", "close G3", "merge V1M")), unique=True, max_size=3)
POSTS = [role for role in Role if role is not Role.SYSTEM]
office = st.tuples(st.sampled_from(POSTS), codes, st.sampled_from(("now", "now", "now", "over")))
people = st.lists(st.tuples(users, st.lists(office, min_size=1, max_size=2)), min_size=6, max_size=8)


# What happens.


def tell(district: District, number: int, kind: str, told: Any) -> None:
    origin, desk, steps = told
    when, code = at(3, 1 + number), f"{kind}{number}"
    running = clock("D-WORK", when, at(12, 1), status=ClockStatus.RUNNING)
    facts: dict[str, Any] = {"code": code, "origin": origin, "title": "水沟边界", "channel": Channel.VISIT}
    facts |= {"clocks": [running], "by": Actor("wang", Role.INTAKE, desk)}
    if kind == "D":
        case = Matter(district, code, Standing("reported", LEVELS[origin[0]], origin))
        facts |= {"type": "dispute", "category": Category.LAND}
        case.tell(DisputeReported, when, **facts)
    else:
        case = Matter(district, code, Standing("reported.received", LEVELS[origin[0]], origin))
        facts |= {"type": "petition", "by_office": False, "record": "来访"}
        case.tell(PetitionReceived, when, **facts)
    for n, (step, unit, other, user, second) in enumerate(steps):
        happen(case, at(4, 1 + 2 * n), step, unit, other, user, second)


def happen(case: Matter, when: Any, step: str, unit: str, other: str, user: str, second: str) -> None:
    match step:
        case "offer":
            case.tell(CustodyOffered, when, state="village_mediation.offered", to=unit, unit=unit)
        case "refer_up":
            up: dict[str, Any] = {"unit": unit, "ground": Ground.SERIOUS, "tried": "三次"}
            case.tell(ReferredUp, when, state="township_coordination.offered", to=unit, **up)
        case "hand_down":
            down: dict[str, Any] = {"unit": unit, "term": date(2026, 8, 1), "responsible": user}
            case.tell(HandedDown, when, state="village_mediation.offered", to=unit, **down)
        case "assign":
            case.tell(MediatorAssigned, when, chair=user, mediators=(second,))
        case "replace":  # only of mediators: a guard refuses it before there are any
            case.tell(MediatorAssigned, when, chair=user, mediators=(user,))
            case.tell(MediatorReplaced, when, old=user, new=second)
        case "joint":
            case.tell(JointHandlingFormed, when, lead=unit, members=(unit, other))
        case "plan":
            plan: dict[str, Any] = {
                "leader": user,
                "person": second,
                "term": date(2026, 8, 1),
                "guarantee": "包化解",
            }
            case.tell(ResponsibilityPlanSet, when, **plan)
        case "sponsor":
            case.tell(CaseSponsored, when, leader=user, aim="化解")
        case "origin":
            case.correct("origin", "", unit, when)
        case "resolve":
            case.close(DisputeResolved, when, Outcome.RESOLVED, evidence="协议")
        case "reopen":
            case.tell(CaseReopened, when, state="reported", ground="breach")
        case "register":
            who = (Party("p1", "petitioner"),)
            facts: dict[str, Any] = {"receipt": "R", "petitioners": who, "request": "补发", "facts": "征地"}
            case.tell(PetitionRegistered, when, state="reported.registered", object_unit=unit, **facts)
            case.tell(PetitionClassified, when, petition_class=PetitionClass.REPORT)
        case "report" | "claim":
            kinds = {"report": PetitionClass.REPORT, "claim": PetitionClass.CLAIM_OTHER}
            case.tell(PetitionClassified, when, petition_class=kinds[step])
        case "route":
            how: dict[str, Any] = {"unit": unit, "mode": Mode.TRANSFER, "competence": "属地"}
            case.tell(PetitionRouted, when, state="reported.routed", to=unit, **how)
        case "accept":
            taken: dict[str, Any] = {
                "competent": True,
                "handler": user,
                "conflict_checked": True,
                "notice": "n",
            }
            case.tell(PetitionAccepted, when, state="township_coordination.handling", **taken)
        case "replace_handler":
            case.tell(HandlerReplaced, when, handler=user, ground="调岗")
        case "execute":
            case.tell(ExecutionOrdered, when, unit=unit, measure="补发", term=date(2026, 8, 1))


def change(district: District, what: str) -> None:
    how, code = what.split()
    if how == "merge":
        district.change_unit(code, "merge_into", "V1" if code == "V2" else "T1C", on=date(2026, 7, 1))
    elif how == "move":
        district.change_unit(code, "move", "T1", on=date(2026, 7, 1))
    else:
        district.change_unit(code, "close", on=date(2026, 7, 1))


# What is true, worked out from the events.


@dataclass
class Known:
    """What a person would note of a case who reads its events one after the other."""

    units: set[str] = field(default_factory=set)
    parts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    holder: str = ""
    object: str = ""
    report: bool = False

    @property
    def people(self) -> set[str]:
        return {same(user) for users in self.parts.values() for user in users}


def same(user: str) -> str:
    return {"Li ": "li", "ＬＩ": "li"}.get(user, user)


def in_order(district: District) -> list[Any]:
    return [logged.event for logged in sorted(district.events, key=lambda logged: logged.recorded_at)]


def read(district: District) -> dict[str, Known]:
    names: dict[Any, str] = {}
    found: dict[str, Known] = {}
    for event in in_order(district):
        if not isinstance(event, CaseEvent):
            continue
        if isinstance(event, DisputeReported | PetitionReceived):
            names[event.originator_id] = event.code
            found[event.code] = Known({event.origin, event.entry.actor.unit})
        note(found[names[event.originator_id]], event)
    return found


def note(known: Known, event: Any) -> None:
    known.holder = event.standing.holder
    known.units.add(known.holder)
    parts = known.parts
    if isinstance(event, ReferredUp | HandedDown):
        parts["bench"] = {event.responsible} if isinstance(event, HandedDown) else set()
    elif isinstance(event, MediatorAssigned):
        parts["bench"] = {event.chair, *event.mediators}
    elif isinstance(event, MediatorReplaced):
        parts["bench"] = {event.new if user == event.old else user for user in parts["bench"]}
    elif isinstance(event, PetitionAccepted | HandlerReplaced):
        parts["handler"] = {event.handler}
    elif isinstance(event, ResponsibilityPlanSet):
        parts["plan"] = {event.leader, event.person}
    elif isinstance(event, CaseSponsored):
        parts["sponsor"] = {event.leader}
    elif isinstance(event, JointHandlingFormed):
        known.units |= {event.lead, *event.members}
    elif isinstance(event, ExecutionOrdered):
        known.units.add(event.unit)
    elif isinstance(event, FactCorrected):
        known.units.add(event.new)
    elif isinstance(event, PetitionRegistered):
        known.object = event.object_unit
    elif isinstance(event, PetitionClassified):
        known.report = event.petition_class is PetitionClass.REPORT


class Tree:
    """The units on the day of the question, with what became of those that ended."""

    def __init__(self, changes: list[str]) -> None:
        self.parent = dict(PARENT)
        self.merged: dict[str, str] = {}
        self.gone: set[str] = set()
        if "move V3" in changes:
            self.parent["V3"] = "T1"
        if "merge V2" in changes:
            self.merged["V2"] = "V1"
        if "merge V1M" in changes:
            self.merged["V1M"] = "T1C"
        if "close G3" in changes:
            self.gone.add("G3")

    def stands_for(self, unit: str) -> str:
        """Whose matters the unit's are."""
        unit = self.merged.get(unit, unit)
        return self.stands_for(self.parent[unit]) if unit in self.gone else unit

    def above(self, unit: str) -> list[str]:
        """A standing unit and all above it."""
        found = [unit]
        while up := self.parent[found[-1]]:
            found.append(self.stands_for(up))
        return found

    def territory(self, unit: str) -> str:
        return self.stands_for(self.parent[unit]) if unit in BODIES else unit


NOTHING = {Role.POLICY_ADMIN, Role.ORG_ADMIN, Role.CITIZEN}
OVERSEE = {Role.INTAKE, Role.SUPERVISOR, Role.SPONSOR, Role.REVIEWER, Role.AUDITOR, Role.PRIVACY_OFFICER}


def may_see(user: str, held: list[tuple[Role, str]], known: Known, tree: Tree) -> bool:
    held = [(post, unit) for post, unit in held if post not in NOTHING]
    if not held:
        return False
    places = [(post, tree.merged.get(unit, unit)) for post, unit in held if unit not in tree.gone]

    def shows(post: Role, place: str, unit: str) -> bool:
        stands = tree.stands_for(unit)
        if place == "CB" and post not in OVERSEE:
            return stands == "CB" or unit == "C"
        return tree.territory(place) in tree.above(stands)

    if known.report:
        accused = {known.object, tree.merged.get(known.object, known.object)} - tree.merged.keys() - tree.gone
        chains = {code for _, place in places for code in tree.above(place)}
        if accused & chains and not any(shows(post, place, known.holder) for post, place in places):
            return False
    if same(user) in known.people:
        return True
    return any(shows(post, place, unit) for post, place in places for unit in known.units)


# The property.


def cases_of(district: District) -> tuple[dict[str, Case], Organisation]:
    """The cases and the organisation as the program has them."""
    units, found = Organisation(), dict[Any, Case]()
    for event in in_order(district):
        if isinstance(event, Unit.Event):
            units.apply(event)
        else:
            found[event.originator_id] = event.mutate(found.get(event.originator_id))
    return {case.code: case for case in found.values()}, units


def test_nothing_outside_of_the_scope_is_ever_shown(database_url: str) -> None:
    examples = 20 if database_url.startswith("sqlite") else 6

    @given(history=histories, changed=changes, asking=people)
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def holds(history: Any, changed: list[str], asking: Any) -> None:
        district = District(database_url, MORE)
        try:
            for number, (kind, told) in enumerate(history):
                tell(district, number, kind, told)
            for what in changed:
                change(district, what)
            district.fold_in([3, 5, 2])
            compare(district, changed, asking)
        finally:
            district.drop()

    holds()


def compare(district: District, changed: list[str], asking: Any) -> None:
    truth, tree = read(district), Tree(changed)
    cases, units = cases_of(district)
    with district.engine.connect() as connection:
        behind = {
            (name, part): drill(*of_the_year(connection, name), scope=EVERYTHING, part=part, **AT)
            for name in FIGURES
            for part in ("numerator", "denominator", "excluded")
        }
        for user, posts in asking:
            held = tuple(
                Office(post, unit, date(2020, 1, 1), None if when == "now" else DAY)
                for post, unit, when in posts
            )
            scope = scope_of(user, held, units, DAY)
            today = [(office.post, office.unit) for office in held if office.until is None]
            right = {code for code, known in truth.items() if may_see(user, today, known, tree)}
            assert {code for code, case in cases.items() if scope.covers(case, units, DAY)} == right
            lists(connection, scope, right)
            for (name, part), whole in behind.items():
                shown = drill(*of_the_year(connection, name), scope=scope, part=part, **AT)
                assert shown == [code for code in whole if code in right]
        lists(connection, EVERYTHING, set(truth))
        lists(connection, Scope(cases=frozenset({"D0"})), {"D0"} & set(truth))
        lists(connection, Scope(), set())


AT: dict[str, Any] = {"at": ASKED}


def of_the_year(connection: sa.Connection, name: str) -> tuple[sa.Connection, str, str, date, date]:
    return connection, name, "C", date(2026, 1, 1), date(2027, 1, 1)


def lists(connection: sa.Connection, scope: Scope, right: set[str]) -> None:
    """Every way of listing answers exactly `right`."""
    everything = Wanted(scope=scope, today=DAY, open_only=False)
    found: list[str] = []
    after = None
    while page := worklist(connection, everything, sort="updated", after=after, limit=2):
        found += [row["code"] for row in page]
        after = cursor(page[-1], "updated")
    assert sorted(found) == sorted(right)
    assert count(connection, everything) == len(right)
    searched = Wanted(scope=scope, today=DAY, open_only=False, text="水沟")
    assert {row["code"] for row in worklist(connection, searched, limit=50)} == right
    for user in ("li", "Wang"):
        mine = Wanted(scope=scope, today=DAY, open_only=False, person=user)
        assert {row["code"] for row in worklist(connection, mine, limit=50)} <= right
    assert {row["code"] for row in deadlines(connection, ASKED, "all", scope=scope)} == right
    c = READ_WORKLIST.c
    there = connection.execute(sa.select(c.code)).scalars().all()
    assert {code for code in there if one(connection, code, scope, DAY)} == right
    for condition in (visible(scope, c.case_id, DAY), seen_by(connection, scope, c.case_id, DAY)):
        assert sorted(connection.execute(sa.select(c.code).where(condition)).scalars()) == sorted(right)
