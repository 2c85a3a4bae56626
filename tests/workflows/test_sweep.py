"""The sweep records what became late, once, and does what the state says."""

from __future__ import annotations

from tests.support.township import LI, WANG, ZHAO, Township, at
from workflows.sweep import sweep


def colours(township: Township, code: str) -> list[tuple[str, str]]:
    events = [logged.event for logged in township.log.history(township.service.case(code).id)]
    return [(e.clock, e.colour) for e in events if e.TOPIC == "case.deadline_missed"]


def test_a_late_duty_turns_yellow_then_red_once_each(township: Township) -> None:
    code = township.report(at(3, 2))
    assert sweep(township.service, [code], at(3, 3)).missed == []
    township.now.instant = at(3, 4)
    assert sweep(township.service, [code], at(3, 4)).missed == [(code, "D-ACCEPT", "yellow")]
    assert sweep(township.service, [code], at(3, 4)).missed == [], "twice does nothing twice"
    township.now.instant = at(3, 9)
    assert sweep(township.service, [code, code], at(3, 9)).missed == [(code, "D-ACCEPT", "red")]
    assert colours(township, code) == [("D-ACCEPT", "yellow"), ("D-ACCEPT", "red")]
    missed = township.log.history(township.service.case(code).id)[-1].event
    assert missed.entry.occurred_at == at(3, 5, 0), "dated at the instant it passed"
    assert (missed.entry.source, missed.entry.late, missed.unit) == ("sweep", "", "G1")


def test_a_sweep_that_comes_late_records_both_colours_in_order(township: Township) -> None:
    code = township.report(at(3, 2))
    township.now.instant = at(4, 1)
    sweep(township.service, [code], at(4, 1))
    assert colours(township, code) == [("D-ACCEPT", "yellow"), ("D-ACCEPT", "red")]


def test_a_duty_done_in_time_is_never_recorded_as_missed(township: Township) -> None:
    code = township.report(at(3, 2))
    township.do("settle", code, at(3, 2), WANG, terms="t", agreed_by=["s1", "s2"], fulfilled=True)
    township.now.instant = at(6, 1)
    assert sweep(township.service, [code, "D-404"], at(6, 1)).missed == []


def test_a_right_that_was_not_used_lapses_and_blames_nobody(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    agreed = {"form": "oral", "effective_on": "2026-03-03", "facts": "f", "terms": "t"}
    township.do("agree", code, at(3, 3), LI, **agreed)
    township.now.instant = at(5, 1)
    sweep(township.service, [code], at(5, 1))
    case = township.service.case(code)
    assert case.clocks["D-CONFIRM"].status == "lapsed"
    assert ("D-CONFIRM", "info") in colours(township, code)


def test_a_paused_deadline_is_not_late(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    township.do("suspend", code, at(3, 3), ZHAO, cause="appraisal")
    township.now.instant = at(8, 1)
    missed = sweep(township.service, [code], at(8, 1)).missed
    assert not [clock for _, clock, _ in missed if clock in ("D-MEDIATE", "D-WORK")]
