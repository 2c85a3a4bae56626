"""Who holds which post where, as a table tells it: the same as the accounts themselves."""

from __future__ import annotations

from datetime import date

from domain.terms import Role
from eventlog.log import open_log
from projections.accounts import accounts, officials
from projections.all import PROJECTIONS, open_reads
from projections.runner import Runner
from tests.support.keys import KEYS
from tests.support.township import Now, Township, at
from workflows.accounts import CONSOLE, Accounts


def test_posts_are_told_as_the_accounts_hold_them(database_url: str) -> None:
    now = Now(at(3, 2))
    log, reads = open_log(database_url, clock=now, keys=KEYS), open_reads(database_url)
    log.prepare()
    kept = Accounts(log, Township(log, now).service.reference, now)
    for user in ("li", "sun", "tang"):
        kept.open(user, user.title(), by=CONSOLE)
    kept.fill("li", Role.MEDIATOR, "V1M", by=CONSOLE)
    kept.fill("li", Role.INTAKE, "T1", since=date(2026, 4, 1), until=date(2026, 5, 1), by=CONSOLE)
    kept.fill("sun", Role.MEDIATOR, "T1C", by=CONSOLE)
    kept.fill("tang", Role.MEDIATOR, "V1M", by=CONSOLE)
    kept.vacate("sun", Role.MEDIATOR, "T1C", until=date(2026, 3, 20), by=CONSOLE)
    kept.suspend("tang", by=CONSOLE)
    runner = Runner(log, reads, PROJECTIONS)
    runner.prepare()
    assert runner.run_until(log.head())
    with reads.connect() as connection:
        told = {one["user"]: one for one in accounts(connection)}
        for user, one in told.items():
            account = kept.account(user)
            assert one["suspended"] == account.suspended
            held = {
                (o.post, o.unit, str(o.since), str(o.until) if o.until else None) for o in account.offices
            }
            assert {(o["post"], o["unit"], o["since"], o["until"]) for o in one["offices"]} == held
        assert [one["user"] for one in accounts(connection, users=["sun"])] == ["sun"]
        bench = {"V1M", "T1C", "T1"}
        assert [one["user"] for one in officials(connection, bench, date(2026, 3, 19))] == ["sun", "li"]
        assert [one["user"] for one in officials(connection, bench, date(2026, 3, 20))] == ["li"]
        (intake,) = officials(connection, bench, date(2026, 4, 1), [Role.INTAKE])
        assert (intake["user"], intake["unit"], intake["until"]) == ("li", "T1", "2026-05-01")
    reads.dispose()
    log.close()
