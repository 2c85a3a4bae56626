"""What every command promises: refused with a sentence, or recorded once; nobody overwrites anybody; no name in the log."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace

import pytest

from domain.case import Case, Entry
from domain.errors import Invalid, KeyReused, NotFound, NotYourTurn, Refused, VersionConflict
from domain.terms import Role
from eventlog.identity import Identity
from eventlog.log import open_log
from tests.support.keys import KEYS
from tests.support.township import ADMIN, LI, WANG, ZHAO, Township, at
from workflows.command import Command
from workflows.reference import Reference
from workflows.service import Service


def test_a_case_can_be_worked_on_by_a_machine_whose_clock_is_behind(township: Township) -> None:
    code, other = township.report(at(3, 2)), township.report(at(3, 2))
    township.now.instant = at(3, 2, 8)
    township.service.do(Command("link", code, WANG, {"other": other}))
    assert township.log.history(township.service.case(code).id)[-1].event.entry.occurred_at == at(3, 2)


def test_two_people_on_the_same_version_one_succeeds(township: Township) -> None:
    code = township.report(at(3, 2))
    township.do("offer", code, at(3, 2), WANG, unit="V1M", expected=1)
    with pytest.raises(VersionConflict) as conflict:
        township.do("accept", code, at(3, 2), LI, within_scope=True, expected=1)
    assert conflict.value.actual == 2
    assert [change["event"] for change in conflict.value.changes] == ["dispute.custody_offered"]
    assert township.service.case(code).version == 2


def test_many_people_at_once_each_get_their_own_answer(township: Township) -> None:
    code, other = township.report(at(3, 2)), township.report(at(3, 2))
    answers: list[object] = []

    def fire(n: int) -> None:
        facts = {"other": other, "relation": f"线索{n}"}
        command = Command("link", code, WANG, facts, at=at(3, 2), expected=1)
        try:
            answers.append(township.service.do(command).version)
        except VersionConflict:
            answers.append("conflict")

    threads = [threading.Thread(target=fire, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=str) == [2, *["conflict"] * 7]


def test_what_another_process_has_recorded_is_seen_although_the_copy_in_memory_is_older(
    township: Township, database_url: str
) -> None:
    code, twin = township.report(at(3, 2)), township.report(at(3, 2))
    elsewhere = open_log(database_url, clock=township.service.clock, keys=KEYS)
    other = Service(elsewhere, clock=township.service.clock)
    other.do(Command("offer", code, WANG, {"unit": "V1M"}, at=at(3, 2)))

    accepted = township.do(
        "accept", code, at(3, 2), LI, within_scope=True, expected=2
    )  # not offered in its memory
    assert accepted.version == 3
    other.do(Command("link", code, WANG, {"other": twin}, at=at(3, 2)))
    with pytest.raises(VersionConflict) as conflict:
        township.do("link", code, at(3, 2), WANG, other=twin, expected=3)
    assert conflict.value.actual == 4
    assert township.do("link", code, at(3, 2), WANG, other=twin).version == 5
    elsewhere.close()


def test_a_repeated_key_gives_the_first_answer_recorded_once(township: Township) -> None:
    code = township.report(at(3, 2))
    first = township.do("offer", code, at(3, 2), WANG, unit="V1M", key="k1")
    head = township.log.head()
    again = township.do("offer", code, at(3, 2), WANG, unit="V1M", key="k1")
    assert again.repeated and not first.repeated
    assert (again.version, again.position, again.recorded_at) == (
        first.version,
        first.position,
        first.recorded_at,
    )
    assert township.log.head() == head
    with pytest.raises(KeyReused):
        township.do("offer", code, at(3, 2), WANG, unit="V1", key="k1")


def test_a_key_repeated_at_the_same_moment_is_recorded_once(township: Township) -> None:
    code, other = township.report(at(3, 2)), township.report(at(3, 2))
    answers = []
    command = Command("link", code, WANG, {"other": other}, at=at(3, 2), key="once")
    threads = [
        threading.Thread(target=lambda: answers.append(township.service.do(command))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.version for answer in answers} == {2}
    assert sum(not answer.repeated for answer in answers) == 1


def test_a_refusal_says_guard_sentence_and_what_is_allowed(township: Township) -> None:
    code = township.report(at(3, 2), severity="major")
    with pytest.raises(Refused) as refusal:
        township.do("settle", code, at(3, 2), WANG, terms="t", agreed_by=["s1", "s2"], fulfilled=True)
    said = refusal.value
    assert (said.guard, said.sentence_zh) == (
        "is_minor",
        "须是“小事”才能就地化解；大事、重大矛盾请提交村级调解",
    )
    assert "offer" in said.allowed and "settle" not in said.allowed
    assert "settle refused in reported: only a minor matter (小事) may be settled on the spot" in str(said)


def test_commands_on_nothing_are_told_so(township: Township) -> None:
    with pytest.raises(NotFound, match="D-404"):
        township.do("offer", "D-404", at(3, 2), WANG, unit="V1M")
    code = township.report(at(3, 2))
    with pytest.raises(Invalid, match="trigger"):
        township.do("fly", code, at(3, 2), WANG)
    with pytest.raises(Refused, match="no_such_step"):
        township.do("agree", code, at(3, 2), LI, form="oral", effective_on="2026-03-02", facts="f", terms="t")


def test_names_become_references_before_anything_is_written(township: Township) -> None:
    zhang = Identity("s1", "person", "张守仁", phone="13800000001")
    code = township.report(at(3, 2), people=[zhang], summary="张守仁与邻居争执, 电话 13800000001")
    other = township.report(at(3, 2))
    township.do("link", code, at(3, 2), WANG, other=other, relation="张守仁的另一案")
    for logged in township.log.history(township.service.case(code).id):
        assert "张守仁" not in repr(logged.event) and "13800000001" not in repr(logged.event)
    assert "⟦s1:name⟧" in repr(township.log.history(township.service.case(code).id)[0].event)


def test_reading_a_name_is_recorded_or_does_not_happen(township: Township) -> None:
    code = township.report(at(3, 2), people=[Identity("s1", "person", "张守仁")])
    look = Command("reveal", code, LI, {"purpose": "送达通知"}, at=at(3, 2))
    assert township.service.reveal(look, "s1").name == "张守仁"
    event = township.log.history(township.service.case(code).id)[-1].event
    assert (event.TOPIC, event.subject, event.purpose) == ("case.identity_revealed", "s1", "送达通知")
    for command, failure in (
        (replace(look, facts={"purpose": ""}), Refused),
        (replace(look, actor=replace(LI, unit="V3")), NotYourTurn),
        (replace(look, actor=replace(LI, post=Role.AUDITOR)), NotYourTurn),
    ):
        head = township.log.head()
        with pytest.raises(failure):
            township.service.reveal(command, "s1")
        assert township.log.head() == head


def test_units_changed_by_another_process_are_seen(township: Township) -> None:
    elsewhere = Reference(township.log)
    day = at(3, 1)
    elsewhere.change_unit("V2", "rename", effective=day.date(), entry=Entry(ADMIN, day), name="新村")
    township.service.reference.refresh()
    assert township.service.reference.organisation().get("V2", at(3, 2).date()).name == "新村"


def test_the_village_head_may_not_act_for_the_township(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    township.do("refer_up", code, at(3, 3), ZHAO, unit="T1C", ground="not_competent", tried="t")
    with pytest.raises(NotYourTurn):
        township.do("accept", code, at(3, 3), ZHAO, within_scope=True)


def test_the_shared_machine_decides_for_many_at_once(township: Township) -> None:
    """One machine serves all threads: without turns, a decision on one case failed while another was moved."""
    codes = [township.report(at(3, 2)) for _ in range(8)]
    engine, cases = township.service.engines["dispute"], [township.service.case(code) for code in codes]
    wrong: list[BaseException] = []

    def decide(case: Case) -> None:
        for _ in range(100):
            try:
                step = engine.decide(case, "offer", actor=WANG, at=at(3, 2), facts={"unit": "V1M"})
                assert step.standing.state == "village_mediation.offered"
            except BaseException as problem:
                wrong.append(problem)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # threads take turns so often that a missing lock shows
    try:
        threads = [threading.Thread(target=decide, args=(case,)) for case in cases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
    assert wrong == []
