"""A16: one of two parties is erased. Nobody reads them again anywhere; the log and the other party are as they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.actor import Actor
from domain.case import case_id
from domain.errors import Invalid, NotFound, NotYourTurn, Refused
from domain.subject import Keeping, subject_stream
from domain.terms import Role
from eventlog.errors import SubjectEmptied
from eventlog.identity import Emptied, Identity
from eventlog.masking import unmask
from projections.all import PROJECTIONS, open_reads
from projections.runner import Runner
from tests.support.township import LI, QIAN, WANG, ZHAO, Township, at
from workflows.command import Command
from workflows.shredding import Shredding

OFFICER = Actor("shen", Role.PRIVACY_OFFICER, "T1")
OTHER_OFFICER = Actor("tang", Role.PRIVACY_OFFICER, "C")
OFFICER_AS_HEAD = Actor("shen", Role.UNIT_HEAD, "T1")
ZHANG = Identity("s1", "person", "张守仁", "330501195002021239", "13800000001", "龙山村7组19号")
LIN = Identity("s2", "person", "林桂香", "330501196603034567", "13900000002", "龙山村7组20号")
TERM: dict[str, Any] = {"retained_until": date(2026, 3, 31), "reason": "保管期限届满"}


@pytest.fixture
def settled(township: Township) -> str:
    """A dispute settled on the spot between Zhang and Lin, told in free text with everything about them."""
    said = "张守仁（330501195002021239，13800000001，住龙山村7组19号）与林桂香争执"
    code = township.report(at(3, 2), people=[ZHANG, LIN], summary=said)
    township.do(
        "settle",
        code,
        at(3, 3),
        WANG,
        terms="张守仁让出半米",
        agreed_by=["s1", "s2"],
        fulfilled=True,
        reason="林桂香同意",
    )
    return code


@pytest.fixture
def shredding(township: Township, settled: str) -> Shredding:
    township.now.instant = at(4, 1)
    return Shredding(township.log, township.now)


def approved_twice(shredding: Shredding, reference: str = "s1") -> Any:
    shredding.request(reference, actor=OFFICER, **TERM)
    shredding.approve(reference, actor=OFFICER)
    return shredding.approve(reference, actor=QIAN)


def rows(township: Township) -> list[Any]:
    return township.log.recorder.query(
        "SELECT position, originator_id, originator_version, topic, recorded_at, state FROM events ORDER BY position"
    )


# Who may, and when


def test_two_people_in_two_posts_erase_a_person(shredding: Shredding, settled: str) -> None:
    asked = shredding.request("s1", actor=OFFICER, **TERM)
    assert (asked.state, asked.approved_by) == (Keeping.SHRED_REQUESTED, ())
    once = shredding.approve("s1", actor=OFFICER)
    assert (once.state, once.approved_by) == (Keeping.SHRED_REQUESTED, ("shen",))
    assert isinstance(shredding.log.subjects.get(["s1"])["s1"], Identity)
    twice = shredding.approve("s1", actor=QIAN)
    assert (twice.state, twice.approved_by, twice.scrubbed) == (Keeping.SHREDDED, ("shen", "qian"), True)
    assert shredding.log.subjects.get(["s1", "s2"]) == {"s1": Emptied("s1", "person", at(4, 1)), "s2": LIN}
    assert [one.event.TOPIC for one in shredding.log.history(subject_stream("s1"))] == [
        "subject.shred_requested", "subject.shred_approved", "subject.shred_approved", "subject.shredded",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "guard"),
    [
        (OFFICER, OFFICER, "another_person"),
        (OFFICER, OFFICER_AS_HEAD, "another_person"),
        (OFFICER, OTHER_OFFICER, "another_post"),
        (QIAN, ZHAO, "another_post"),
        (OFFICER, LI, "right_post"),
    ],
)
def test_one_person_or_one_post_is_not_enough(
    shredding: Shredding, settled: str, first: Actor, second: Actor, guard: str
) -> None:
    shredding.request("s1", actor=OFFICER, **TERM)
    shredding.approve("s1", actor=first)
    head = shredding.log.head()
    with pytest.raises(Refused) as refusal:
        shredding.approve("s1", actor=second)
    assert refusal.value.guard == guard
    assert isinstance(refusal.value, NotYourTurn) == (guard == "right_post")
    assert shredding.log.head() == head
    assert shredding.log.subjects.get(["s1"]) == {"s1": ZHANG}


def test_nothing_is_erased_before_the_archive_term_or_while_a_case_is_open(
    shredding: Shredding, township: Township, settled: str
) -> None:
    with pytest.raises(Refused, match="retention_over"):
        shredding.request("s1", actor=OFFICER, reason="r", retained_until=date(2026, 4, 1))
    another = township.report(at(4, 1), title="又一件")
    with pytest.raises(Refused, match="cases_closed") as refusal:
        shredding.request("s1", actor=OFFICER, **TERM)
    assert another in refusal.value.sentence_zh and settled not in refusal.value.sentence_zh


def test_a_case_that_came_after_the_request_stops_the_last_approval(
    shredding: Shredding, township: Township, settled: str
) -> None:
    shredding.request("s1", actor=OFFICER, **TERM)
    shredding.approve("s1", actor=OFFICER)
    township.report(at(4, 1), title="又一件")
    with pytest.raises(Refused, match="cases_closed"):
        shredding.approve("s1", actor=QIAN)
    assert shredding.log.subjects.get(["s1"]) == {"s1": ZHANG}


def test_a_request_that_was_rejected_is_off_and_may_be_made_again(shredding: Shredding, settled: str) -> None:
    shredding.request("s1", actor=OFFICER, **TERM)
    shredding.approve("s1", actor=OFFICER)
    assert shredding.reject("s1", actor=QIAN, reason="仍在诉讼").state is Keeping.KEPT
    with pytest.raises(Refused, match="is_requested"):
        shredding.approve("s1", actor=QIAN)
    assert shredding.allowed(shredding.subject("s1"), QIAN) == ["request"]
    assert approved_twice(shredding).state is Keeping.SHREDDED


def test_what_is_not_there_or_not_said_is_told_so(shredding: Shredding, settled: str) -> None:
    with pytest.raises(NotFound, match="s9"):
        shredding.request("s9", actor=OFFICER, **TERM)
    with pytest.raises(Refused, match="is_requested"):
        shredding.approve("s1", actor=OFFICER)
    with pytest.raises(Invalid, match="reason"):
        shredding.request("s1", actor=OFFICER, **{**TERM, "reason": " "})
    with pytest.raises(Invalid, match="not happened yet"):
        shredding.request("s1", actor=OFFICER, **TERM, at=at(4, 2))
    approved_twice(shredding)
    with pytest.raises(Refused, match="is_kept"):
        shredding.request("s1", actor=OFFICER, **TERM)


def test_a_refused_write_erases_nobody(
    shredding: Shredding, settled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shredding.request("s1", actor=OFFICER, **TERM)
    shredding.approve("s1", actor=OFFICER)

    def dies(*subjects: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shredding.log, "append", dies)
    with pytest.raises(KeyboardInterrupt):
        shredding.approve("s1", actor=QIAN)
    assert shredding.log.subjects.get(["s1"]) == {"s1": ZHANG}


# What is left


def test_the_log_is_as_it_was_and_the_other_party_is_readable(
    shredding: Shredding, township: Township, settled: str
) -> None:
    before = rows(township)
    approved_twice(shredding)
    assert rows(township)[: len(before)] == before
    assert len(rows(township)) == len(before) + 4
    look = Command("reveal", settled, ZHAO, {"purpose": "回访"}, at=at(4, 1))
    assert township.service.reveal(look, "s2") == LIN
    with pytest.raises(NotFound, match="s1"):
        township.service.reveal(look, "s1")
    opened = township.log.history(case_id(settled))[0].event
    known = township.log.subjects.get(["s1", "s2"])
    assert (
        unmask(opened.summary, known.get) == "「已删除」（「已删除」，「已删除」，住「已删除」）与林桂香争执"
    )


def test_an_erased_person_does_not_come_back_through_a_command(
    shredding: Shredding, township: Township, settled: str
) -> None:
    approved_twice(shredding)
    with pytest.raises(SubjectEmptied):
        township.report(at(4, 1), people=[ZHANG])


def test_the_reasons_that_were_given_hold_no_name(shredding: Shredding, settled: str) -> None:
    shredding.request("s1", actor=OFFICER, retained_until=TERM["retained_until"], reason="张守仁的案卷到期")
    shredding.approve("s1", actor=OFFICER, reason="张 守 仁 已核")
    shredding.approve("s1", actor=QIAN, reason="同意，13800000001 已停机")
    told = str(shredding.log.history(subject_stream("s1"))).replace(" ", "")
    assert "张守仁" not in told and "13800000001" not in told and "⟦s1:name⟧已核" in told


def readable(url: str) -> Iterator[tuple[str, bytes]]:
    """Every file and every row that the database consists of."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        for one in file.parent.iterdir():
            if one.name.startswith(file.name):
                yield one.name, one.read_bytes()
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        names = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        for (table,) in connection.execute(names).fetchall():
            for (row,) in connection.execute(f"SELECT t::text FROM {table} t"):
                yield table, row.encode()
            for (data,) in connection.execute(f"SELECT pg_read_binary_file(pg_relation_filepath('{table}'))"):
                yield f"file of {table}", data


def test_no_byte_of_the_name_is_anywhere_and_the_key_is_gone_too(
    shredding: Shredding, township: Township, settled: str, database_url: str
) -> None:
    for n in range(300):  # pages split, rows move
        township.log.subjects.put(
            Identity(f"q-{n * 7919 % 300:03}", "person", f"某{n}", address="x" * (n % 60))
        )
    township.log.subjects.put(Identity("s1", "person", "张守义"), ZHANG)  # corrected and corrected back
    engine = open_reads(database_url)
    runner = Runner(township.log, engine, PROJECTIONS)
    runner.prepare()
    while runner.step():
        pass
    (sealed,) = township.log.recorder.query("SELECT content FROM subjects WHERE subject_id = 's1'")[0]
    sealed = bytes(sealed)
    assert any(sealed in data for _, data in readable(database_url))  # the search would find it

    approved_twice(shredding)
    while runner.step():
        pass
    engine.dispose()
    traces = [sealed[at : at + 12] for at in range(0, len(sealed) - 12, 12)][
        3:
    ]  # key and content, not their frame
    for said in (ZHANG.name, ZHANG.id_number, ZHANG.phone, ZHANG.address, "张守义"):
        traces += [said.encode(), said.encode("utf-16-le"), said.encode().hex().encode()]
    assert [
        (where, trace) for where, data in readable(database_url) for trace in traces if trace in data
    ] == []
    assert township.log.subjects.get(["s2"]) == {"s2": LIN}
