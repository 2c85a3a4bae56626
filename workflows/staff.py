"""Who is there: the posts of a user that somebody names, as the one who mediates, handles, visits, or approves.

A house without accounts (an import, a demonstration being told) knows nobody: then `Move.staff` is None and a name is taken
as it is given. Do not ask here who signed in: that is the door's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from domain.account import Account, Office, account_id
from domain.actor import user_key
from domain.errors import Invalid, all_of
from domain.names import value_name
from domain.organisation import Organisation
from domain.remedies import wrong
from domain.rule import Title
from domain.terms import Role
from eventlog.log import EventLog
from workflows.authority import ON_CASES

if TYPE_CHECKING:
    from workflows.move import Move

Staff = Callable[
    [str, date], Sequence[Office]
]  # a user's offices on a day; none for a user who does not exist

SECOND: Final = ON_CASES - {Role.REPORTER}  # posts whose holder may stand up for what somebody else decides

MEDIATES: Final = frozenset({Role.MEDIATOR, Role.UNIT_HEAD, Role.HANDLER, Role.REPORTER})
HANDLES: Final = frozenset({Role.HANDLER, Role.UNIT_HEAD})

# Facts that name who is to do something, and the posts one of which they must hold. Whoever only takes part (到场的亲友、专家,
# 人民调解法 Art. 20) is named by a reference in other facts, and needs no account. Who approves is asked for by guards.
NAMED: Final[Mapping[str, frozenset[Role]]] = {
    "chair": MEDIATES,
    "mediators": MEDIATES,
    "mediator": MEDIATES,
    "handler": HANDLES,
    "visitor": ON_CASES,
    "leader": ON_CASES,
    "person": ON_CASES,
}
OF_TRIGGER: Final[Mapping[tuple[str, str], frozenset[Role]]] = {("replace_mediator", "new"): MEDIATES}
IN_UNIT: Final = frozenset({"handler"})  # of these the post is one in the unit that has the case


def posts_for(trigger: str, fact: str) -> frozenset[Role] | None:
    """The posts of whoever this fact of a form names; None where it names nobody who needs one."""
    return OF_TRIGGER.get((trigger, fact), NAMED.get(fact))


def check_named(move: Move) -> None:
    """Raise `Invalid` for everybody whom the facts name as one who works on it, and who is not there in a post that fits."""
    if move.staff is not None and (problems := list(_not_there(move, move.staff))):
        raise all_of(problems)


def _not_there(move: Move, staff: Staff) -> Iterator[Invalid]:
    for fact, value in move.facts.items():
        posts = posts_for(move.trigger, fact)
        if posts is None or not value:
            continue
        for path, user in _each(fact, value):
            here = fact in IN_UNIT
            if not any(_fits(office, posts, move, here) for office in staff(user, move.on)):
                remedy = "official_here" if here else "official"
                yield wrong(path, user, remedy, posts=_said(posts))


def _each(fact: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield fact, value
    else:
        yield from ((f"{fact}.{n}", user) for n, user in enumerate(value))


def _fits(office: Office, posts: frozenset[Role], move: Move, here: bool) -> bool:
    if office.post not in posts or not move.units.exists(office.unit):
        return False
    return not here or move.units.acts_for(office.unit, move.case.holder, move.on)


def _said(posts: frozenset[Role]) -> Title:
    if posts == ON_CASES:
        return Title("办理案件的岗位", "any post that works on cases")
    named = [value_name(Role, post) for post in Role if post in posts]
    return Title("、".join(one.zh for one in named), ", ".join(one.en for one in named))


def staff_of(log: EventLog) -> Staff:
    """Looks accounts up in the log. A suspended one holds no office."""

    def offices(user: str, on: date) -> Sequence[Office]:
        try:
            account: Account = log.load(account_id(user_key(user)))
        except LookupError:
            return ()
        return () if account.suspended else account.held(on)

    return offices


def may_approve(offices: Sequence[Office], holder: str, units: Organisation, on: date) -> bool:
    """Whether one of these offices is fit for a second approval: in the unit that holds the case, or one above it."""
    held = units.stand_in(holder, on) if units.exists(holder) else ""
    above = {held, *units.ancestors(held, on)} if held else set()
    return any(
        office.post in SECOND
        and units.exists(office.unit)
        and units.is_active(office.unit, on)
        and (units.host(office.unit, on) in above or units.acts_for(office.unit, held, on))
        for office in offices
        if held
    )
