"""The demonstration's accounts: every official has one with a post, and one for each post has the password that is printed.

The password is no secret: the district is invented, and so is everybody in it. Never load it into a real database.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.errors import NotFound
from domain.terms import Role as R
from domain.terms import Source
from gridcase.demo.district import COUNTY, FOUNDED, INTO, MERGED, PETITION_OFFICE
from gridcase.demo.people import officials
from workflows.accounts import CONSOLE, Accounts, Enrolled

PASSWORD: Final = "gridcase-demo"
GRID, VILLAGE, TOWNSHIP = f"{COUNTY}001201001", f"{COUNTY}001201", f"{COUNTY}001"  # of the printed accounts
LOOKED_AT: Final = {"dispute": VILLAGE, "petition": TOWNSHIP}  # where they look for a matter of this type


def open_accounts(accounts: Accounts) -> None:
    """An account for every official, and the password for one of each post."""
    people = [Enrolled(one.user, one.name, one.post, one.unit) for one in officials()]
    accounts.enrol(people, since=FOUNDED, by=CONSOLE, source=Source.DEMO)
    for user, *_ in demo_accounts():
        accounts.set_password(user, PASSWORD, by=CONSOLE, temporary=False)


def move_merged(accounts: Accounts, on: date) -> None:
    """Whoever worked in the village that was merged works where it went, from that day on."""
    for one in officials():
        if one.unit in (MERGED, f"{MERGED}-TW"):
            into = one.unit.replace(MERGED, INTO)
            accounts.vacate(one.user, one.post, one.unit, until=on, by=CONSOLE, reason="行政村规模调整")
            accounts.fill(one.user, one.post, into, since=on, by=CONSOLE, reason="行政村规模调整")


def demo_accounts() -> list[tuple[str, str, str, str]]:
    """(user, name shown, post, unit's code): one for every post, for somebody who wants to look around."""
    grid, village, township = GRID, VILLAGE, TOWNSHIP
    looked_for = {
        R.REPORTER: grid,
        R.MEDIATOR: f"{village}-TW",
        R.UNIT_HEAD: village,
        R.HANDLER: f"{township}-ZX",
        R.INTAKE: f"{township}-XF",
        R.SPONSOR: township,
        R.SUPERVISOR: COUNTY,
        R.REVIEWER: PETITION_OFFICE,
        R.AUDITOR: COUNTY,
        R.PRIVACY_OFFICER: COUNTY,
        R.POLICY_ADMIN: COUNTY,
        R.ORG_ADMIN: COUNTY,
    }
    return [
        next((o.user, o.name, str(o.post), o.unit) for o in officials() if (o.unit, o.post) == (unit, post))
        for post, unit in looked_for.items()
    ]


def are_there(accounts: Accounts) -> bool:
    """Whether this is a database of the demonstration."""
    try:
        return all(accounts.account(user) for user, *_ in demo_accounts())
    except NotFound:
        return False
