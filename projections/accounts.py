"""Who has an account, and who holds which post where: for lists, and for whoever is to be named as handler or mediator.

What somebody may do is never decided by these tables, which may be behind: the door asks the log. No names of people are
in here: officials' names are kept with everybody else's, in the subjects store.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa

from domain.account import AccountOpened, AccountRestored, AccountSuspended, PostFilled, PostVacated
from domain.terms import Role
from projections.rows import Row, Rows
from projections.schema import FOREVER, METADATA, Text, day, instant
from projections.seen import ACCOUNTS, Seen

READ_ACCOUNTS = sa.Table(
    "read_accounts",
    METADATA,
    sa.Column("stream", Text, primary_key=True),
    sa.Column("user", Text, nullable=False, unique=True),
    sa.Column("opened_at", Text, nullable=False),
    sa.Column("suspended", sa.Integer, nullable=False),
)

READ_OFFICES = sa.Table(
    "read_offices",
    METADATA,
    sa.Column("user", Text, primary_key=True),
    sa.Column("post", Text, primary_key=True),
    sa.Column("unit", Text, primary_key=True),  # "": the whole house
    sa.Column("since", Text, primary_key=True),
    sa.Column("until", Text, nullable=False),  # the first day on which it is not held; FOREVER while it is
    sa.Index("ix_read_offices_unit", "unit"),
)


class Accounts:
    """Accounts and their offices as rows."""

    name = "accounts"
    tables = (READ_ACCOUNTS, READ_OFFICES)
    topics = ACCOUNTS

    def fold(self, events: Sequence[Seen], rows: Rows) -> None:
        for _, stream, _, _, _, event in events:
            if isinstance(event, AccountOpened):
                opened = instant(event.entry.occurred_at)
                told = {"stream": stream, "user": event.user, "opened_at": opened, "suspended": 0}
                rows.put(READ_ACCOUNTS, told)
                continue
            account = rows.get(READ_ACCOUNTS, stream)
            assert account is not None
            if isinstance(event, AccountSuspended | AccountRestored):
                suspended = int(isinstance(event, AccountSuspended))
                rows.put(READ_ACCOUNTS, {**account, "suspended": suspended})
            elif isinstance(event, PostFilled | PostVacated):
                office = {"user": account["user"], "post": str(event.post), "unit": event.unit}
                until = FOREVER if event.until is None else day(event.until)
                rows.put(READ_OFFICES, {**office, "since": day(event.since), "until": until})


def accounts(connection: sa.Connection, *, users: Collection[str] | None = None) -> list[Row]:
    """Accounts by user, each with all its `offices` (post, unit, since, until or None), oldest first."""
    query = sa.select(READ_ACCOUNTS).order_by(READ_ACCOUNTS.c.user)
    offices = sa.select(READ_OFFICES).order_by(READ_OFFICES.c.since, READ_OFFICES.c.unit, READ_OFFICES.c.post)
    if users is not None:
        query = query.where(READ_ACCOUNTS.c.user.in_(users))
        offices = offices.where(READ_OFFICES.c.user.in_(users))
    found = {row.user: _account(row) for row in connection.execute(query)}
    for row in connection.execute(offices):
        found[row.user]["offices"].append(_office(row))
    return list(found.values())


@dataclass(frozen=True)
class Kept:
    """Which accounts a list shows: of `units` (None: of the whole house), perhaps only some of them."""

    units: sa.Select[Any] | None
    on: date
    within: sa.Select[Any] | None = None  # units of which one is asked for
    post: Role | None = None
    standing: Literal["", "held", "suspended", "left"] = ""


def users_kept(connection: sa.Connection, kept: Kept) -> list[str]:
    """Users by name who hold or held a post in these units.

    With `within` or `post` that post is held today or later; `held`: one of today, by somebody who is not suspended;
    `left`: no post of theirs goes on, anywhere.
    """
    o, today = READ_OFFICES.c, day(kept.on)
    office = [o.user == READ_ACCOUNTS.c.user]
    if kept.units is not None:
        office.append(o.unit.in_(kept.units))
    if kept.within is not None:
        office.append(o.unit.in_(kept.within))
    if kept.post is not None:
        office.append(o.post == str(kept.post))
    if kept.standing == "held":
        office += [o.since <= today, o.until > today]
    elif kept.standing != "left" and (kept.within is not None or kept.post is not None):
        office.append(o.until > today)
    query = sa.select(READ_ACCOUNTS.c.user).order_by(READ_ACCOUNTS.c.user)
    if len(office) > 1:
        query = query.where(sa.exists().where(*office))
    if kept.standing in ("held", "suspended"):
        query = query.where(READ_ACCOUNTS.c.suspended == int(kept.standing == "suspended"))
    elif kept.standing == "left":
        query = query.where(~sa.exists().where(o.user == READ_ACCOUNTS.c.user, o.until > today))
    return list(connection.execute(query).scalars())


def officials(
    connection: sa.Connection, units: Collection[str] | sa.Select[Any], on: date, posts: Collection[Role] = ()
) -> list[Row]:
    """Who holds a post in one of these units (codes, or a sub-select of them) on a day, and is not suspended."""
    query = (
        sa.select(READ_OFFICES)
        .join(READ_ACCOUNTS, READ_ACCOUNTS.c.user == READ_OFFICES.c.user)
        .where(READ_ACCOUNTS.c.suspended == 0, READ_OFFICES.c.unit.in_(units))
        .where(READ_OFFICES.c.since <= day(on), READ_OFFICES.c.until > day(on))
        .order_by(READ_OFFICES.c.unit, READ_OFFICES.c.post, READ_OFFICES.c.user)
    )
    if posts:
        query = query.where(READ_OFFICES.c.post.in_([str(post) for post in posts]))
    return [{"user": row.user, **_office(row)} for row in connection.execute(query)]


def _account(row: sa.Row[Any]) -> Row:
    return {"user": row.user, "opened_at": row.opened_at, "suspended": bool(row.suspended), "offices": []}


def _office(row: sa.Row[Any]) -> Row:
    until = None if row.until == FOREVER else row.until
    return {"post": row.post, "unit": row.unit, "since": row.since, "until": until}
