"""A small year of the demonstration district, with people who look at it: for tests of the dashboard."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from api.context import opened
from domain.terms import Role
from eventlog.log import open_log
from gridcase.demo.district import COUNTY
from gridcase.demo.year import load_demo
from gridcase.settings import Settings
from tests.support.township import Now, at
from tests.support.workbench import Workbench
from workflows.accounts import CONSOLE, Accounts

LAST_DAY = date(2026, 10, 20)  # of the year told; the quarter before it is over
TOWNSHIP, VILLAGE = f"{COUNTY}100", f"{COUNTY}100201"
PEOPLE = {
    "supervisor": (Role.SUPERVISOR, COUNTY),
    "head": (Role.UNIT_HEAD, TOWNSHIP),
    "mediator": (Role.MEDIATOR, f"{VILLAGE}-TW"),
    "rules": (Role.POLICY_ADMIN, COUNTY),
}


@contextlib.contextmanager
def told_in(folder: Path, scale: float) -> Iterator[Workbench]:
    """The district's year in a new database, at nine in the morning after its last day."""
    signing_key = folder / "signing.key"
    signing_key.write_text(secrets.token_hex(32), encoding="ascii")
    url = f"sqlite:///{folder / 'board.db'}"
    secret: dict[str, Any] = {
        "cursor_key": SecretStr("for tests"), "master_key": SecretStr(secrets.token_hex(32)),
    }  # fmt: skip
    settings = Settings(
        database_url=url, worker_inside=True, signing_key_file=signing_key, sweep_every_seconds=3600,
        read_wait_seconds=60, **secret,
    )  # fmt: skip
    keys = settings.master_keys()
    load_demo(lambda clock: open_log(url, clock=clock, keys=keys), ends_on=LAST_DAY, scale=scale)
    with opened(settings, Now(at(10, 20)), watched=True) as context:
        log = context.service.log
        accounts = Accounts(log, context.service.reference, context.now)
        for user, (post, unit) in PEOPLE.items():
            accounts.open(user, user, by=CONSOLE)
            accounts.fill(user, post, unit, since=date(2020, 1, 1), by=CONSOLE)
        assert context.wait_for(log.head(), 60)
        yield Workbench(context)
