"""Whether whoever sends a command may use a reference in it: one that stands for a stranger is refused.

A case's parties can be revealed in it, and what is sent in `people` is what is known of somebody from then on. So whoever
could name anybody's reference could read their name, or give them another (docs/decisions/0022).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from api.access.sight import scope_of
from api.access.signed import Signed
from domain.errors import Invalid, all_of
from domain.organisation import local_date
from domain.scope import Scope
from projections.alike import has_met
from workflows.facts import named_by

if TYPE_CHECKING:
    from api.context import Context

PATIENCE = 2.0  # seconds that the read side may be behind a person who was entered just now
REMEDY = "This reference stands for somebody whom you do not know from a case: give a new one."
REMEDY_ZH = "此人员编号已由您看不到的案件使用，请换一个新编号。"


def meet(context: Context, me: Signed, scope: Scope, case: str, people: Iterable[str], facts: Any) -> None:
    """Raises Invalid for every reference of somebody known who is a party of no case that the sender sees.

    `scope` is what they see in the office in which they act: a `case` outside of it is not there (NotFound).
    """
    named = {f"people.{n}.subject_id": one for n, one in enumerate(people)}
    named |= {f"facts.{path}": one for path, one in _references(facts, "")}
    if not named:
        return
    own = {party.subject for party in context.service.seen(case, scope).parties} if case else set()
    others = set(named.values()) - own
    known = context.service.log.subjects.get(others) if others else {}
    strangers = {one for one in known if not _met(context, scope_of(context, me), one)}
    if wrong := [Invalid(field, one, REMEDY, REMEDY_ZH) for field, one in named.items() if one in strangers]:
        raise all_of(wrong)


def _met(context: Context, scope: Scope, subject: str) -> bool:
    on = local_date(context.now())

    def asked() -> bool:
        with context.reads.connect() as connection:
            return has_met(connection, subject, scope, on)

    return asked() or (context.wait_for(context.service.log.head(), PATIENCE) and asked())


def _references(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """The references in what was sent, each with its place."""
    inside: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    elif isinstance(value, str) and named_by(path) == "reference":
        yield path, value
    for name, one in inside:
        yield from _references(one, f"{path}.{name}" if path else str(name))
