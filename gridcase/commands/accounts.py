"""`gridcase account …`: open accounts, give posts and passwords, issue tokens. Whoever may run it has the database: trusted."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated, Any

import typer

from domain.account import Reach
from domain.errors import Invalid
from domain.terms import Role
from gridcase.commands.console import Json, day, err, house, listing, out, show, spoken
from projections.accounts import accounts as listed
from workflows.accounts import CONSOLE

app = typer.Typer(no_args_is_help=True)
User = Annotated[str, typer.Argument(help="The name of the account, in small letters.")]
Reason = Annotated[str, typer.Option(help="Why; it is recorded.")]
Since = Annotated[str, typer.Option(help="First day of the post; default today.")]
Until = Annotated[str, typer.Option(help="First day on which the post is not held any more.")]


@app.command("open")
@spoken
def open_account(
    user: User,
    name: Annotated[str, typer.Option(help="The name that others see.")],
    post: Annotated[str, typer.Option(help="A first post, such as handler; needs --unit.")] = "",
    unit: Annotated[str, typer.Option(help="The unit's code; left out for org_admin: the whole house.")] = "",
) -> None:
    """Open an account, perhaps with a first post. It has no password yet: `gridcase account password`."""
    with house() as context:
        kept = context.accounts
        role = post_of(post) if post else None
        kept.open(user, name, by=CONSOLE)
        if role is not None:
            kept.fill(user, role, unit, by=CONSOLE)
    out.print(f"Opened: {user}{f', {post}@{unit}' if post else ''}", highlight=False)


@app.command("post")
@spoken
def post(
    user: User,
    post: Annotated[str, typer.Argument(help="The post: reporter, mediator, handler, …")],
    unit: Annotated[str, typer.Argument(help="The unit's code.")] = "",
    since: Since = "",
    until: Until = "",
    leave: Annotated[
        bool, typer.Option("--leave", help="Take the post away instead (from --until on).")
    ] = False,
    reason: Reason = "",
) -> None:
    """Give somebody a post in a unit, or take it away."""
    role = post_of(post)
    first, last = day("--since", since) if since else None, day("--until", until) if until else None
    with house() as context:
        if leave:
            context.accounts.vacate(user, role, unit, until=last, by=CONSOLE, reason=reason)
        else:
            context.accounts.fill(user, role, unit, since=first, until=last, by=CONSOLE, reason=reason)
    out.print(f"{user}: {post}@{unit} {'left' if leave else 'held'}", highlight=False)


@app.command("password")
@spoken
def password(
    user: User,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read it from standard input, for scripts.")] = False,
    final: Annotated[
        bool, typer.Option("--final", help="It need not be changed at the first sign-in.")
    ] = False,
) -> None:
    """Set a password; it is changed at the next sign-in unless it is final. Every session ends."""
    with house() as context:
        context.accounts.account(user)
        said = sys.stdin.readline().rstrip("\r\n") if stdin else typer.prompt(
            "Password", hide_input=True, confirmation_prompt=True
        )  # fmt: skip
        context.accounts.set_password(user, said, by=CONSOLE, temporary=not final)
    err.print(f"The password of {user} is set.", highlight=False)


@app.command("token")
@spoken
def token(
    user: User,
    scope: Annotated[Reach, typer.Option(help="read, or act: read and act.")] = Reach.READ,
    office: Annotated[str, typer.Option(help="The only office it acts in, such as handler@330604-100.")] = "",
    days: Annotated[int, typer.Option(min=1, help="How many days it is good for.")] = 30,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    as_json: Json = False,
) -> None:
    """Issue a token for a program, and print it: it is shown this once and kept nowhere."""
    with house() as context:
        expires = context.now() + timedelta(days=days)
        secret, made = context.accounts.issue(
            user, reach=scope, expires=expires, office=office, label=label, by=CONSOLE
        )
    if as_json:
        show(
            {"token": secret, "id": made.id, "scope": made.reach, "office": office, "expires": expires},
            True,
            str,
        )
        return
    sys.stdout.write(secret + "\n")
    err.print(f"Token {made.id} of {user}: {made.reach}, until {expires:%Y-%m-%d}.", highlight=False)


@app.command("revoke")
@spoken
def revoke(user: User, token: Annotated[str, typer.Argument(help="The token's id, not the token.")]) -> None:
    """Revoke a token: within some seconds no server takes it any more."""
    with house() as context:
        context.accounts.revoke(user, token, by=CONSOLE)
    out.print(f"Revoked: {token}", highlight=False)


@app.command("suspend")
@spoken
def suspend(user: User, reason: Reason = "") -> None:
    """Let nobody in with this account any more: its sessions end, its tokens are refused."""
    with house() as context:
        context.accounts.suspend(user, by=CONSOLE, reason=reason)
    out.print(f"Suspended: {user}", highlight=False)


@app.command("restore")
@spoken
def restore(user: User, reason: Reason = "") -> None:
    """Let a suspended account in again."""
    with house() as context:
        context.accounts.restore(user, by=CONSOLE, reason=reason)
    out.print(f"Restored: {user}", highlight=False)


@app.command("sign-out")
@spoken
def sign_out(user: User, reason: Reason = "") -> None:
    """End every session of an account."""
    with house() as context:
        context.accounts.sign_out_everywhere(user, by=CONSOLE, reason=reason)
    out.print(f"Signed out everywhere: {user}", highlight=False)


@app.command("list")
@spoken
def list_accounts(as_json: Json = False) -> None:
    """Every account with its posts."""
    with house(there=True, caught_up=True) as context:
        with context.reads.connect() as connection:
            rows = listed(connection)
        names = context.accounts.names(row["user"] for row in rows)
    for row in rows:
        row["name"] = names.get(row["user"], "")
    columns = ("user", "name", "posts", "")
    show(rows, as_json, lambda: listing("Accounts", columns, map(shown, rows)))


def shown(row: dict[str, Any]) -> tuple[str, ...]:
    held = (f"{o['post']}@{o['unit']} {o['since']} – {o['until'] or ''}".rstrip(" –") for o in row["offices"])
    return row["user"], row["name"], "\n".join(held), "suspended" if row["suspended"] else ""


def post_of(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        posts = ", ".join(role for role in Role if role not in (Role.SYSTEM, Role.CITIZEN))
        raise Invalid("post", text, f"Give one of {posts}.", f"请填其中之一：{posts}。") from None
