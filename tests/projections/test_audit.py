"""A history is read by somebody who was not there: when, who, what, from where to where, why, by which right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.case import CaseEvent
from domain.fact_names import FACT_NAMES
from domain.policy import builtin_policies
from domain.topics import TOPICS
from projections.audit import history
from projections.schema import instant
from projections.sentences import FOR_MACHINES, Told, _kinds, sentences
from tests.support.township import ZHAO, Now, Township, at


def test_a_dispute_told_from_the_report_to_the_end(seen):
    told = history(seen, "D-1")
    assert [row["version"] for row in told] == list(range(1, len(told) + 1))
    assert told[0]["sentence_zh"] == (
        "2026年3月2日09:00，G1网格员wang：上报矛盾纠纷，来源单位：G1；渠道：排查；标题：排水沟堵塞；纠纷类型：邻里；"
        "当事人：⟦s1:name⟧、⟦s2:name⟧；严重程度：小事；摘要：雨季倒灌, 两家多次争吵。状态为“已上报”，"
        "层级为网格，由G1办理。"
        "期限：“受理”开始计时，2026年3月4日（含）前办结。"
    )
    assert told[2]["sentence_en"] == (
        "2 Mar 2026 09:00: Mediator li of V1M. Accepted — within scope: yes; unit: V1M. From village mediation: "
        "offered to village mediation: accepted. Deadlines: “Accept or return the case” met in time; “Mediate” began, "
        "due by 2 Apr 2026; “Take the next step” began, due by 16 Mar 2026."
    )
    ended = next(row for row in told if row["topic"] == "dispute.resolved")
    assert ended["sentence_zh"].startswith(
        "2026年3月10日09:00，V1单位负责人zhao：矛盾化解，证据：围栏已拆除。由“村级调解·已达成协议”转为“办结”（已化解）。"
    )
    assert (ended["state_before"], ended["state"], ended["outcome"]) == (
        "village_mediation.agreed",
        "closed",
        "resolved",
    )


def test_what_changed_is_told_as_data_too(seen):
    accepted = history(seen, "D-1", after_version=2)[0]
    assert accepted["version"] == 3
    assert accepted["changes"]["facts"] == {"within_scope": True, "elsewhere": "", "unit": "V1M"}
    assert [(clock["name"], clock["change"], clock["late"]) for clock in accepted["changes"]["clocks"]] == [
        ("D-ACCEPT", "met", False), ("D-MEDIATE", "started", False), ("D-WORK", "started", False),
    ]  # fmt: skip
    session = next(row for row in history(seen, "D-1") if row["topic"] == "dispute.session_held")
    assert [clock["change"] for clock in session["changes"]["clocks"]] == ["met", "started"]


def test_warnings_and_misses_are_told_apart_and_by_nobody(seen):
    missed = [row for row in history(seen, "D-5") if row["changes"]["facts"].get("clock") == "D-ACCEPT"]
    assert [row["sentence_zh"] for row in missed] == [
        "2026年3月26日00:00，系统：期限将届，单位：G1。期限：“受理”黄色预警，2026年3月26日（含）前办结。",
        "2026年3月27日00:00，系统：期限已过，单位：G1。期限：“受理”记红色逾期（应于2026年3月26日（含）前）。",
    ]
    assert missed[1]["sentence_en"].startswith(
        "27 Mar 2026 00:00: By the system. Deadline missed — unit: G1."
    )


def test_units_bear_the_name_of_the_day(township_renamed):
    seen, code = township_renamed
    before, after = history(seen, code)[-2:]
    assert (before["unit_name"], after["unit_name"]) == ("V1", "石桥村")
    assert "石桥村单位负责人zhao" in after["sentence_zh"]


@pytest.fixture
def township_renamed(spring, runner):
    """A step by the village's head before and after it was renamed."""
    township = Township(spring, Now(at(5, 2)))
    township.do(
        "report_danger",
        "D-3",
        at(3, 25),
        ZHAO,
        rule="mass_incident",
        facts="围堵",
        police_told=True,
        reason="漏报",
    )
    township.do("take_measure", "D-3", at(5, 2), ZHAO, measure="劝返")
    runner.run_until(spring.head())
    with runner.engine.connect() as connection:
        yield connection, "D-3"


def test_a_late_entry_says_when_it_was_entered_and_why(township_renamed):
    seen, code = township_renamed
    late = history(seen, code)[-2]
    assert "原因：漏报" in late["sentence_zh"]
    assert late["sentence_zh"].endswith("（补录，登记于2026年5月1日09:00）")
    assert "适用情形：群体性事件风险；事实：围堵；已通报公安：是" in late["sentence_zh"]


def test_nobody_has_a_history_before_they_are_opened(seen):
    assert history(seen, "D-999") == []


def row(topic: str, facts: dict[str, object]) -> dict[str, object]:
    """A row of a history as `sentences` takes it."""
    when = instant(datetime(2026, 3, 2, 1, tzinfo=UTC))
    return {
        "topic": topic, "occurred_at": when, "recorded_at": when, "user": "li", "post": "mediator", "unit": "V1M",
        "on_behalf_of": "", "state_before": "reported", "state": "reported", "level_before": 0, "level": 0,
        "holder_before": "G1", "holder": "G1", "outcome": None, "reason": "", "basis": "", "source": "api", "late": "",
        "changes": {"facts": facts, "clocks": []},
    }  # fmt: skip


@pytest.mark.parametrize("topic", [topic for topic, event in TOPICS.items() if issubclass(event, CaseEvent)])
def test_every_event_makes_a_sentence_of_its_labelled_facts(topic):
    """No event needs a sentence of its own, and none falls through."""
    facts: dict[str, object] = {}
    for name, kind in _kinds(topic).items():
        facts[name] = next(iter(kind.enum)).value if kind.enum else f"<{name}>"
        if name == "due":
            facts[name] = "2026-03-02T01:00:00Z"
        if name in ("parties", "petitioners"):
            facts[name] = [{"subject": f"<{name}>", "part": "party"}]
    told = sentences(row(topic, facts), Told(builtin_policies(), {}))
    assert told["sentence_zh"].startswith(f"2026年3月2日09:00，V1M调解员li：{TOPICS[topic].ZH}")
    for name in facts.keys() - FOR_MACHINES:
        assert FACT_NAMES[name].zh in told["sentence_zh"]
        assert FACT_NAMES[name].en in told["sentence_en"]


def test_long_texts_are_shortened_but_never_through_a_mask():
    text = "争" * 155 + "⟦s1:name⟧" + "吵" * 100
    told = sentences(row("case.progress_noted", {"text": text}), Told(builtin_policies(), {}))
    assert "争" * 155 + "…" in told["sentence_zh"]
    assert "⟦" not in told["sentence_zh"]
