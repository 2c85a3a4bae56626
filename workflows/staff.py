"""Who is there: the posts of a user that somebody names, for conditions that ask for a second person.

A house without accounts (an import, a demonstration being told) knows nobody: then `Move.staff` is None and a name is taken
as it is given. Do not ask here who signed in: that is the door's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from domain.account import Account, Office, account_id
from domain.actor import user_key
from domain.organisation import Organisation
from domain.terms import Role
from eventlog.log import EventLog
from workflows.authority import ON_CASES

Staff = Callable[
    [str, date], Sequence[Office]
]  # a user's offices on a day; none for a user who does not exist

SECOND: Final = ON_CASES - {Role.REPORTER}  # posts whose holder may stand up for what somebody else decides


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
