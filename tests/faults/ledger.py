"""What was promised against what is there: the clerks' notes, the log, the read tables.

Reads the database itself, after every program has stopped.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any, NamedTuple

import sqlalchemy as sa

from domain.account import official
from domain.case import case_id
from eventlog.log import EventLog, Logged, open_log
from projections.all import PROJECTIONS, open_reads
from projections.runner import Runner
from tests.faults.clerks import Ledger
from tests.projections.tables import dump
from tests.support.keys import KEYS

OF_NO_CASE = ("unit.", "account.")  # topics that no case's history tells


class Found(NamedTuple):
    """What was counted, for the report of a run."""

    events: int
    acknowledged: int
    replayed: int
    given_up: int
    given_up_recorded: int


def check(database_url: str, *ledgers: Ledger) -> Found:
    """Every promise at once. Raises AssertionError naming the first one that was broken."""
    log = open_log(database_url, keys=KEYS)
    try:
        logged = log.read(0, limit=10**7)
        in_order(logged)
        nothing_half_written(log, logged)
        found = as_told(logged, *ledgers)
    finally:
        log.close()
    read_tables_are_the_log(database_url)
    return found


def in_order(logged: list[Logged]) -> None:
    """Positions and versions without gaps; the time of recording never goes back."""
    assert [one.position for one in logged] == list(range(1, len(logged) + 1))
    assert all(a.recorded_at <= b.recorded_at for a, b in itertools.pairwise(logged))
    versions: dict[object, list[int]] = {}
    for one in logged:
        versions.setdefault(one.event.originator_id, []).append(one.event.originator_version)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in versions.values())


def nothing_half_written(log: EventLog, logged: list[Logged]) -> None:
    """Each command with its event and its people, each event with its command: all or nothing."""
    keys = Counter(key_of(one) for one in logged if key_of(one))
    assert {key: n for key, n in keys.items() if n > 1} == {}, "recorded twice"
    recorded = {row[0] for row in log.recorder.query("SELECT key FROM commands")}
    assert recorded == set(keys), "events without their command, or commands without their event"
    reports = {key_of(one) for one in logged if one.event.TOPIC == "dispute.reported"}
    people = {row[0] for row in log.recorder.query("SELECT subject_id FROM subjects")}
    people = {one for one in people if not one.startswith(official(""))}  # the clerks themselves
    assert people == {f"S-{key}" for key in reports}, (
        "people without their case, or cases without their people"
    )


def as_told(logged: list[Logged], *ledgers: Ledger) -> Found:
    """Every acknowledged command is there once, where the answer said; the others at most once (checked above)."""
    by_key = {key_of(one): one for one in logged if key_of(one)}
    asked = {told.key: told for ledger in ledgers for told in ledger.told}
    assert set(by_key) <= set(asked), "recorded, and nobody asked for it"
    for ledger in ledgers:
        assert not ledger.improper, f"{len(ledger.improper)} improper answers, such as {ledger.improper[0]}"
    for key, told in asked.items():
        assert told.answer is not None or told.given_up, f"{key} was never answered"
        if told.answer is None:
            continue
        assert key in by_key, f"{key} was acknowledged and is lost: {told}"
        one, answer = by_key[key], told.answer
        place = (one.position, one.event.originator_id, one.event.originator_version, one.event.TOPIC)
        assert place == (answer["position"], case_id(answer["case"]), answer["version"], answer["event"])
    given_up = [key for key, told in asked.items() if told.given_up]
    acknowledged = [told for told in asked.values() if told.answer is not None]
    replayed = sum(told.replayed for told in acknowledged)
    return Found(
        len(logged), len(acknowledged), replayed, len(given_up), sum(key in by_key for key in given_up)
    )


def read_tables_are_the_log(database_url: str) -> None:
    """What the workers left, byte for byte what a rebuild makes of the log; and they had reached its end."""
    log, reads = open_log(database_url, keys=KEYS), open_reads(database_url)
    try:
        runner = Runner(log, reads, PROJECTIONS)
        assert set(runner.positions().values()) == {log.head()}
        followed = dump(reads)
        runner.rebuild()
        assert dump(reads) == followed
        with reads.connect() as connection:
            told = (
                connection.execute(sa.text("SELECT position FROM read_audit ORDER BY position"))
                .scalars()
                .all()
            )
        cases = [
            one.position for one in log.read(0, limit=10**7) if not one.event.TOPIC.startswith(OF_NO_CASE)
        ]
        assert list(told) == cases, "the audit trail tells each event once"
    finally:
        reads.dispose()
        log.close()


def key_of(one: Logged) -> str:
    """The idempotency key of the command that an event came from."""
    entry: Any = getattr(one.event, "entry", None)
    return getattr(entry, "command", "")
