"""What a command looks like on the wire: the envelope that all share, and the facts of its trigger.

The forms are made from the tables, once. The facts stand in a member of their own, so that a fact may be called as it
likes. Who acts is whoever is signed in: `actor` only chooses among their offices (api/access/acting.py).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, WrapValidator, create_model
from pydantic_core import PydanticCustomError

from api.access.acting import acting, own_matter
from api.access.sight import acting_scope
from api.access.signed import Signed
from api.acquaintance import meet
from api.fields import Form, Instant, Line, Post, Reference, Text, asked, form
from domain.actor import Actor
from domain.remedies import OWN_CODE, REFERENCE
from domain.terms import Role, Source
from eventlog.identity import Identity
from workflows.command import Command
from workflows.facts import hints_of, is_required
from workflows.table import Table

if TYPE_CHECKING:
    from api.context import Context

AS_SENT = WrapValidator(
    lambda value, handler: value
)  # the document draws facts, workflows/facts.py takes them
RESERVED = ("sweep:", "import:", "demo:")  # keys under which the program itself records


class ActorForm(Form):
    """In which of their offices somebody acts, where they hold several, and on whose behalf (a reference, never a name).

    `citizen` as the post: a party wants it, named in `on_behalf_of`, and whoever is signed in writes it down at their desk.
    """

    user: Line = Field("", description="Whoever is signed in. Somebody else is refused.")
    post: Post | None = None
    unit: Line = ""
    on_behalf_of: Annotated[str, Field(pattern=f"^$|{REFERENCE}")] = ""


class PersonForm(Form):
    """Who stands behind a reference that comes in for the first time. Kept apart from the log, and only there."""

    subject_id: Reference
    kind: Literal["person", "organisation"] = "person"
    name: Annotated[Line, Field(min_length=1)]
    id_number: Line = ""
    phone: Line = ""
    address: Line = ""


class Envelope(Form):
    """What every command says beside its facts."""

    actor: ActorForm | None = Field(
        None, description="Left out: the office of `Gridcase-Office`, or the only one that is held."
    )
    occurred_at: Instant | None = Field(None, description="When it happened; left out: now.")
    reason: Text = Field("", description="Why. Required for what is entered long after it happened.")
    basis: Text = Field("", description="Legal basis, where the table does not give it.")
    correlation: Line = Field("", description="What several commands of one occasion share.")
    source: Literal["desk", "mobile", "api"] = "api"
    people: list[PersonForm] = Field(
        [], max_length=50, description="Identities behind references that are new."
    )
    facts: Any


def _key(value: str) -> str:
    if not value.isprintable() or not value.isascii():
        raise PydanticCustomError("key", "not printable")
    if value.startswith(RESERVED):
        raise PydanticCustomError("key_reserved", "reserved")
    return value


IdempotencyKey = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_key)]


@cache
def command_form(table: Table, trigger: str) -> type[Envelope]:
    """The body of a command. An opening one may also bring the code of its case."""
    event = table.events[trigger]
    title = f"{table.case_type}_{trigger}".title().replace("_", "")
    facts = form(f"{title}Facts", hints_of(event), table.asks[trigger], event.__doc__ or "")
    empty = not any(is_required(fact) for fact in table.asks[trigger].values())
    members: dict[str, Any] = {
        "facts": (Annotated[facts, AS_SENT], Field(default_factory=dict) if empty else Field())
    }
    if opens(table, trigger):
        code = Annotated[str, Field(pattern=OWN_CODE)]
        members["code"] = (
            code | None,
            Field(
                None,
                description="Your own number of the matter: the case gets the code `UNIT.NUMBER`, with the unit in which you "
                "act. Left out: the server makes a code.",
            ),
        )
    return create_model(
        f"{title}Command", __base__=Envelope, __doc__=f"{table.verbs[trigger][1]}.", **members
    )


def opens(table: Table, trigger: str) -> bool:
    """Whether a trigger starts from nothing."""
    return "new" in table.rows[trigger]


OWN_FORM = frozenset({"issue_letter"})  # what it asks depends on the letter: api/letters has its forms


def has_route(table: Table, trigger: str) -> bool:
    """Whether people may fire it: not what the program alone does."""
    return any(row.who.roles - {Role.SYSTEM} for row in table.source_rows if row.trigger == trigger)


def asks(table: Table, trigger: str) -> list[dict[str, Any]]:
    """The facts that a trigger's form asks for."""
    hints = hints_of(table.events[trigger])
    return [asked(fact, hints[name], trigger) for name, fact in table.asks[trigger].items()]


def actor_of(me: Signed, said: ActorForm | None) -> Actor:
    """Who acts, by who is signed in and the office that a body chooses."""
    if said is None:
        return me.actor()
    return acting(me, user=said.user, post=said.post, unit=said.unit, on_behalf_of=said.on_behalf_of)


def command_of(
    body: Envelope,
    me: Signed,
    context: Context,
    trigger: str,
    *,
    case: str,
    type: str = "",
    expected: int | None = None,
    key: str = "",
) -> Command:
    """The command that a body asks for. Facts go on as they were sent: what was left out stays left out."""
    actor = actor_of(me, body.actor)
    if type and case:
        case = f"{actor.unit}.{case}"
    scope = acting_scope(context, me, actor, "" if type else case)
    if actor.post is Role.CITIZEN:
        known = _named(body.facts) if type else [p.subject for p in context.service.seen(case, scope).parties]
        own_matter(actor, known, trigger)
    meet(context, me, scope, "" if type else case, [person.subject_id for person in body.people], body.facts)
    return Command(
        trigger,
        case,
        actor,
        body.facts,
        at=body.occurred_at,
        reason=body.reason,
        basis=body.basis,
        expected=expected,
        key=key,
        correlation=body.correlation,
        source=Source(body.source),
        people=tuple(Identity(**person.model_dump()) for person in body.people),
        type=type,
        scope=scope,
    )


def _named(facts: Any) -> list[str]:
    """The parties that an opening command brings, as far as it was written right."""
    parties = facts.get("parties") if isinstance(facts, dict) else None
    found = (
        [one.get("subject") for one in parties if isinstance(one, dict)] if isinstance(parties, list) else []
    )
    return [one for one in found if isinstance(one, str)]
