"""`gridcase subject …` erases the data of a person, by two people; `gridcase keys …` keeps the master keys of the vault."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from eventlog.master import new_key
from gridcase.commands.console import Json, actor_from, bar, day, house, listing, out, show, spoken
from workflows.shredding import Decided, Shredding

subject_app = typer.Typer(no_args_is_help=True)
keys_app = typer.Typer(no_args_is_help=True)
Reference = Annotated[str, typer.Argument(help="The reference that stands for the person in the log.")]
As = Annotated[str, typer.Option("--as", help="Who decides: user:post:unit.")]
Reason = Annotated[str, typer.Option(help="Why.")]


@subject_app.command("request")
@spoken
def request(
    reference: Reference,
    as_: As,
    reason: Reason,
    retained_until: Annotated[str, typer.Option(help="Last day of the archive term; it must be over.")],
    basis: Annotated[str, typer.Option(help="Legal basis.")] = "",
    as_json: Json = False,
) -> None:
    """Ask for the erasure of a person whose cases are closed and whose archive term is over."""
    until = day("--retained-until", retained_until)
    with house(there=True) as context:
        shredding = Shredding(context.service.log, context.now)
        actor = actor_from(as_)
        decided = shredding.request(reference, actor=actor, reason=reason, retained_until=until, basis=basis)
    tell(decided, as_json)


@subject_app.command("approve")
@spoken
def approve(reference: Reference, as_: As, reason: Reason = "", as_json: Json = False) -> None:
    """Approve the erasure: a privacy officer and a head of unit, two people. The second approval erases."""
    with house(there=True) as context:
        shredding = Shredding(context.service.log, context.now)
        decided = shredding.approve(reference, actor=actor_from(as_), reason=reason)
    tell(decided, as_json)


@subject_app.command("reject")
@spoken
def reject(reference: Reference, as_: As, reason: Reason, as_json: Json = False) -> None:
    """Refuse the erasure, with a reason."""
    with house(there=True) as context:
        shredding = Shredding(context.service.log, context.now)
        decided = shredding.reject(reference, actor=actor_from(as_), reason=reason)
    tell(decided, as_json)


def tell(decided: Decided, as_json: bool) -> None:
    by = f", approved by {' and '.join(decided.approved_by)}" if decided.approved_by else ""
    waits = "" if decided.scrubbed else " The database's files are overwritten once its readers let go."
    show(msgspec.to_builtins(decided), as_json, lambda: f"{decided.subject}: {decided.state}{by}.{waits}")


@keys_app.command("new")
def new() -> None:
    """Print a new master key, for a file or the environment (docs/privacy.md)."""
    print(new_key())


@keys_app.command("list")
@spoken
def list_keys(as_json: Json = False) -> None:
    """How many people are sealed by which master key."""
    with house(there=True) as context:
        counted = dict(context.service.log.subjects.masters())
    show(counted, as_json, lambda: listing("Master keys", ("key", "people"), sorted(counted.items())))


@keys_app.command("rotate")
@spoken
def rotate(as_json: Json = False) -> None:
    """Write a new master key over the others and wrap every person's key by it; work goes on meanwhile."""
    with house(there=True) as context, bar("rotate", as_json) as progress:
        total = context.service.log.subjects.masters().total()
        wrapped = context.service.log.subjects.change_master(lambda done: progress(done, total))
    show({"wrapped": wrapped}, as_json, lambda: f"{wrapped} people are sealed by the new key.")


@keys_app.command("forget")
@spoken
def forget() -> None:
    """Take the old master keys out of the file, once nobody is sealed by them and no backup needs them."""
    with house(there=True) as context:
        dropped = context.service.log.subjects.forget_masters()
    out.print(f"Forgotten: {', '.join(dropped) or 'none'}.", highlight=False)
