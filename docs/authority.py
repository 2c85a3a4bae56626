"""Who may see and do what, as a page and as golden text: asked of workflows/authority.py and the tables, never told by hand.

The matrix asks about one case that a village holds, for every post in every place around it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path
from typing import Any, Final

from domain.account import Office
from domain.actor import Actor
from domain.calendar import builtin_calendar
from domain.case import NEW, TYPES, Case, Custody, Entry, case_id
from domain.conduct import Joint
from domain.names import NAMES
from domain.organisation import Organisation
from domain.policy import builtin_policies
from domain.terms import Level, Role, UnitKind
from domain.unit import ATTACHED_KINDS, Unit
from workflows.authority import ADMINISTERS, AREAS, BY_UNIT, FIGURES, SIGHT, Authority, Sight
from workflows.clocks import Clockwork
from workflows.dispute import DISPUTE
from workflows.drawing import LETTERS
from workflows.engine import Engine
from workflows.move import Guard
from workflows.petition import PETITION
from workflows.table import Row, Table
from workflows.who import RELATIONS, Relation

GOLDEN: Final = Path(__file__).resolve().parents[1] / "tests" / "golden"
AT: Final = datetime(2026, 3, 2, 1, tzinfo=UTC)
ON: Final = date(2026, 3, 2)
HOLDER: Final = "village"
UNITS: Final = (
    ("city", UnitKind.CITY, ""), ("county", UnitKind.COUNTY, "city"), ("department", UnitKind.BUREAU, "county"),
    ("town", UnitKind.TOWN, "county"), (HOLDER, UnitKind.VILLAGE, "town"), ("committee", UnitKind.COMMITTEE, HOLDER),
    ("grid", UnitKind.GRID, HOLDER), ("sibling", UnitKind.VILLAGE, "town"),
    ("other county", UnitKind.COUNTY, "city"), ("other village", UnitKind.VILLAGE, "other county"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where somebody's unit stands, seen from the unit that holds the case, and how it or they are related to it."""

    name: str
    unit: str
    relation: str = ""  # began | sent | had | helps | part


PLACES: Final = (
    Place("own", HOLDER),
    Place("own, has a part", HOLDER, "part"),
    Place("own body", "committee"),
    Place("child", "grid"),
    Place("child, began it", "grid", "began"),
    Place("parent", "town"),
    Place("above the parent", "county"),
    Place("department above", "department"),
    Place("department, had it", "department", "had"),
    Place("sibling", "sibling"),
    Place("sibling, sent it", "sibling", "sent"),
    Place("sibling, had it", "sibling", "had"),
    Place("sibling, helps", "sibling", "helps"),
    Place("sibling, has a part", "sibling", "part"),
    Place("other county", "other village"),
    Place("other county, sent it", "other village", "sent"),
    Place("other county, has a part", "other village", "part"),
)
ASKER: Final = "asker"
POSTS: Final = tuple(role for role in Role if role is not Role.SYSTEM)

SIGHTS: Final[Mapping[Sight, str]] = {
    Sight.OWN: "the cases that are, were or began in the unit's territory; a department: with itself, or with its county",
    Sight.TERRITORY: "the cases that are, were or began in the unit's territory, also from a department",
    Sight.READING: "the same, to be read; nobody's name without a recorded reading",
    Sight.NAMED: "a case for which they have a query code; they act through a desk, where they are a party",
    Sight.NONE: "no case",
}


def organisation() -> Organisation:
    made, founded = Organisation(), date(2000, 1, 1)
    for code, kind, parent in UNITS:
        level = made.level(parent, ON) if kind in ATTACHED_KINDS else None
        entry = Entry(Actor("founder", Role.ORG_ADMIN), AT)
        unit = Unit.create(code, code, kind, parent=parent, effective=founded, entry=entry, level=level)
        for event in unit.collect_events():
            made.apply(event)
    return made


def case_at(table: Table, place: Place, *, new: bool = False) -> Case:
    """A case that the village holds, related to the place as it says; `new`: one that nobody has reported yet."""
    case: Any = TYPES[table.case_type].blank(case_id("X"), AT)
    case.code = "X"
    sent = place.unit if place.relation == "sent" else ""
    if not new:
        case.state = next(name for name in table.states if name != NEW)
        case.holder, case.origin, case.level = HOLDER, HOLDER, Level.VILLAGE
        case.custody = [Custody(HOLDER, Level.VILLAGE, AT, sender=sent)]
        case.reached = {
            HOLDER,
            *([place.unit] if place.relation in ("sent", "had", "began", "helps") else ()),
        }
    if place.relation == "helps":
        case.joint = Joint(HOLDER, (HOLDER, place.unit))
    if place.relation == "part":
        if table.case_type == "petition":
            case.handler, case.handlers = ASKER, {ASKER}
        else:
            case.chair, case.mediators = ASKER, [ASKER]
    if table.case_type == "petition":
        case.routed_by = sent
    return case  # type: ignore[no-any-return]


class Asking:
    """One case type, asked about everybody. What a row asks of people does not depend on the state of the case."""

    def __init__(self, table: Table) -> None:
        self.table, self.units = table, organisation()
        policies = builtin_policies()
        self.engine = Engine(table, lambda: self.units, policies, Clockwork(policies, builtin_calendar), "CN")
        self.people = {(post, place): self.somebody(post, place) for post in POSTS for place in PLACES}
        self.known: dict[Any, dict[Place, str]] = {}

    def somebody(self, post: Role, place: Place) -> tuple[Authority, Actor]:
        """Somebody in a post there; a citizen stands at the desk of an intake clerk."""
        held = Role.INTAKE if post is Role.CITIZEN else post
        offices = (Office(held, place.unit, date(2000, 1, 1)),)
        return Authority(ASKER, offices, self.units, ON), Actor(ASKER, post, place.unit)

    def sees(self) -> dict[Place, str]:
        """The posts that see the case, by place."""
        return self.told(lambda authority, actor, case: authority.sees(case).allowed)

    def may_try(self, trigger: str) -> dict[Place, str]:
        """The posts that the table admits, where no separation of duties is against it, by place."""
        found = dict.fromkeys(PLACES, "." * len(POSTS))
        for state, lines in self.table.rows[trigger].items():
            for row, _ in lines:
                apart = tuple(
                    g for g in row.guards if g.name in APART | {"by_responsible_unit"} and not g.asks
                )
                key = (row.who, apart, state == NEW)
                if key not in self.known:
                    self.known[key] = self.admitted(row, apart, new=state == NEW)
                found = {place: either(told, self.known[key][place]) for place, told in found.items()}
        return found

    def admitted(self, row: Row, apart: tuple[Guard, ...], *, new: bool) -> dict[Place, str]:
        def admits(authority: Authority, actor: Actor, case: Case) -> bool:
            if not new and not authority.scope_in(actor).covers(case, self.units, ON):
                return False
            move = self.engine.move(case, row.trigger, actor, AT, {})
            return row.who.admits(move) and all(guard(move) for guard in apart)

        return self.told(admits, new=new)

    def told(
        self, allowed: Callable[[Authority, Actor, Case], bool], *, new: bool = False
    ) -> dict[Place, str]:
        found = {}
        for place in PLACES:
            case = case_at(self.table, place, new=new)
            asked = ((post, *self.people[post, place]) for post in POSTS)
            found[place] = "".join(
                LETTERS[p] if allowed(who, actor, case) else "." for p, who, actor in asked
            )
        return found


def either(one: str, other: str) -> str:
    return "".join(a if a != "." else b for a, b in zip(one, other, strict=True))


def both(one: str, other: str) -> str:
    return "".join(a if a == b else "." for a, b in zip(one, other, strict=True))


# Conditions that keep two hands apart, whatever row asks for them.
APART: Final = frozenset(
    {"second_person_approves", "second_person_fit", "correction_approved", "approver_fit", "mediator_proposes",
     "approver_not_mediator", "not_the_chair", "approver_not_handler", "reviewer_apart", "resolver_not_handler",
     "by_another_unit"}
)  # fmt: skip


def matrix(table: Table) -> str:
    """Post × place × relation × trigger as text to be reviewed; equal answers stand together."""
    asking = Asking(table)
    sees = asking.sees()
    out = [
        f"{table.case_type}: who may see a case and try what with it, by post, place and relation",
        "",
        "A village holds the case. A line tells the posts, then the places of their unit around the village; who is not told",
        "may nothing. `has a part`: they chair the mediation, or handle the petition. C is a citizen at an intake desk there,",
        "in a matter of their own. Conditions of the case itself may still refuse (the other matrix has them).",
        "posts: " + " ".join(f"{LETTERS[post]}={post}" for post in POSTS),
        *_wrapped([place.name for place in PLACES], "places: ", " · "),
        "",
        "== sees the case",
        *_listed(sees),
    ]
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for trigger in table.rows:
        groups[tuple(asking.may_try(trigger).values())].append(trigger)
    for told, triggers in groups.items():
        out += ["", *_wrapped(triggers), *_lines(dict(zip(PLACES, told, strict=True)), sees)]
    return "\n".join(out) + "\n"


def _lines(told: Mapping[Place, str], sees: Mapping[Place, str]) -> Iterator[str]:
    """As short as it can be told: who may wherever they see the case, or here and elsewhere, or place by place."""
    nobody = "." * len(POSTS)
    anybody = reduce(either, told.values())
    if anybody == nobody:
        yield "   nobody: the program does it"
    elif len(set(told.values())) == 1:
        yield f"   {anybody}  anywhere"
    elif all(told[place] == both(anybody, sees[place]) for place in told):
        yield f"   {anybody}  wherever they see it"
    else:
        near = {place: letters for place, letters in told.items() if place.name.startswith("own")}
        far = {place: letters for place, letters in told.items() if place not in near}
        elsewhere = reduce(either, far.values())
        yield from _listed(near)
        if elsewhere != nobody and all(far[place] == both(elsewhere, sees[place]) for place in far):
            yield f"   {elsewhere}  elsewhere, where they see it"
        else:
            yield from _listed(far)


def _listed(told: Mapping[Place, str]) -> Iterator[str]:
    """Places with the same posts on one line; none where nobody may."""
    by_posts: dict[str, list[str]] = defaultdict(list)
    for place, letters in told.items():
        by_posts[letters].append(place.name)
    for letters, places in by_posts.items():
        if letters.strip("."):
            yield from _wrapped(places, f"   {letters}  ", " · ")


def _wrapped(names: list[str], first: str = "== ", between: str = ", ", width: int = 118) -> Iterator[str]:
    line, rest = first, " " * len(first)
    for n, name in enumerate(names):
        said = name + (between.rstrip() if n + 1 < len(names) else "")
        if len(line) + len(said) > width and line.strip():
            yield line.rstrip()
            line = rest
        line += said + " "
    yield line.rstrip()


# The page.


def page() -> str:
    """What somebody who plans posts wants to know, with the sentences that people are told."""
    return "\n".join([*_intro(), *_sight(), *_administration(), *_separation(), *_posts()]) + "\n"


def _intro() -> Iterator[str]:
    yield from INTRO.strip().splitlines()


def _sight() -> Iterator[str]:
    yield from ("", "## What a post shows", "", "| post | 岗位 | sees |", "|---|---|---|")
    for post, sight in SIGHT.items():
        if post is not Role.SYSTEM:
            yield f"| `{post}` {NAMES[Role][post].en} | {NAMES[Role][post].zh} | {SIGHTS[sight]} |"
    yield from SHOWN.strip("\n").splitlines()


def _administration() -> Iterator[str]:
    yield from ("", "## What is administered", "", "| area | by | rule |", "|---|---|---|")
    for area, posts in ADMINISTERS.items():
        rule = AREAS[area][True]
        yield f"| {area} | {', '.join(f'`{post}`' for post in posts)} | {rule.zh} · {rule.en} (`{rule.rule}`) |"
    yield from ("", "## Figures", "")
    for rule in (FIGURES[True], BY_UNIT[True]):
        yield f"* {rule.zh} · {rule.en} (`{rule.rule}`)."
    yield "* The cases behind a number are listed as far as their reader may see them: a number may stand for more."


def _separation() -> Iterator[str]:
    yield from ("", "## Two hands", "", *TWO_HANDS.strip().splitlines(), "")
    yield from ("| rule | 规则 | asked of |", "|---|---|---|")
    asked: dict[str, tuple[Guard, dict[str, None]]] = {}
    for table in (DISPUTE, PETITION):
        for row in table.source_rows:
            for guard in row.guards:
                if guard.name in APART:
                    asked.setdefault(guard.name, (guard, {}))[1][f"`{row.trigger}` ({table.case_type})"] = (
                        None
                    )
    for guard, rows in asked.values():
        yield f"| {guard.en} | {guard.zh} | {', '.join(rows)} |"


def _posts() -> Iterator[str]:
    yield from ("", "## What a post may do with a case that it sees", "")
    yield "As the workflow tables say; the conditions of each step are in [disputes](workflows/dispute.md) and"
    yield "[petitions](workflows/petition.md)."
    for post in POSTS:
        rows = list(_steps(post))
        if rows:
            yield from ("", f"### {NAMES[Role][post].zh} {NAMES[Role][post].en}", "", *rows)


def _steps(post: Role) -> Iterator[str]:
    for table in (DISPUTE, PETITION):
        found: dict[Relation, dict[str, None]] = defaultdict(dict)
        for row in table.source_rows:
            if post in row.who.roles:
                found[row.who.relation][f"`{row.trigger}`"] = None
        for relation, triggers in found.items():
            yield f"* {table.case_type}, {RELATIONS[relation].zh} · {RELATIONS[relation].en}: {', '.join(triggers)}"


INTRO: Final = """
# Who may see and do what 权限

Generated by `make docs` from `workflows/authority.py` and the workflow tables; change these, not this page.

A person holds posts in units, each with its days ([who acts](access.md)). Three questions decide what they may:

1. **Does a post of theirs show the case?** Else it is not there: no list, count, search, export, history or event stream
   tells of it, and its address answers 404, just like one that does not exist.
2. **Does the workflow table admit this post and unit to the step?** The tables say "who may" for every step; a step that is
   not for them is refused with the post or the unit that may (403).
3. **Do the conditions of the step hold?** Among them those that keep two hands apart, below (409).

Whoever holds several posts sees what any of them shows, and acts in one: a step counts for what that one shows.
The same questions over every post, place and relation are in `tests/golden/dispute_authority.txt` and
`tests/golden/petition_authority.txt`, compared in every check.
"""

SHOWN: Final = """

* **Are, were or began:** the case is with the unit or one below it, was once, arose there or was written down there; or the
  unit was asked to help (joint handling) or to carry out an opinion. What somebody once held they may look up later.
* **Territory:** a people's mediation committee, a centre and a studio work for the village, township or county they belong to.
  A department, a linkage room or an enterprise's committee works on its own matters, and on what lies with its county itself;
  its windows, supervisors, reviewers and sponsoring leaders look over the whole territory.
* **Have a part:** who chairs, mediates, handles, leads or sponsors a case sees it wherever it is, as long as they do.
* **Units change:** a unit that was merged is answered for by the one it went into. A post in a unit that was closed or split
  shows nothing until it is given anew.
* **Reports (检举控告) are kept from whom they accuse**, and from all under it, unless they lie there now and must leave
  (信访工作条例 Art. 30(3)).
* Nobody is told that a case exists, but a code that is taken cannot be taken twice: leave codes to the server.
"""

TWO_HANDS: Final = """
Users are compared without regard to case, width and blanks: " Li" is nobody else than "li". Where accounts are kept, a
second person must have one, and a post (other than grid worker) in the unit of the case or one above it.
Who administers accounts or rules, or audits, holds no post that works on cases (`posts_apart`).
"""
