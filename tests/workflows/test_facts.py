"""What people send is checked in one place, whichever way it comes: every wrong field is told, with what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import Invalid
from tests.support.township import WANG, Township, at
from workflows.command import Command
from workflows.facts import take
from workflows.petition import PETITION

REPORT: dict[str, Any] = {"origin": "G1", "channel": "visit", "title": "晒谷场边界", "category": "neighbour"}


def wrong(township: Township, trigger: str, case: str = "", **facts: Any) -> dict[str, Invalid]:
    """The fields that are told to be wrong, and that nothing was recorded."""
    before = township.log.head()
    with pytest.raises(Invalid) as problem:
        township.do(trigger, case, at(3, 2), WANG, **({} if case else {"type": "dispute"}), **facts)
    assert township.log.head() == before
    assert all(one.remedy and one.remedy_zh for one in problem.value.every), "in English and in Chinese"
    return {one.field: one for one in problem.value.every}


@pytest.mark.parametrize(
    ("facts", "field", "remedy"),
    [
        ({"parties": [{"subject": "张三"}]}, "parties.0.subject", "never a name"),
        ({"parties": [{"subject": "s1", "name": "张三"}]}, "parties.0.name", "leave it out"),
        ({"parties": [{"part": "party"}]}, "parties.0.subject", "required"),
        ({"parties": {"subject": "s1"}}, "parties", "list"),
        ({"parties": ["s1"]}, "parties.0", "subject, part"),
        ({"title": "a\0b"}, "title", "cannot be kept"),
        ({"title": "\ud800"}, "title", "cannot be kept"),
        ({"title": "长" * 20_001}, "title", "too long"),
        ({"title": 7}, "title", "text"),
        ({"onset": "9999-12-31"}, "onset", "between"),
        ({"onset": "soon"}, "onset", "2026-03-02"),
        ({"complex_110": "perhaps"}, "complex_110", "true or false"),
        ({"severity": 3}, "severity", "serious"),
        ({"clour": "red"}, "clour", "found_how"),
    ],
)
def test_a_fact_that_cannot_be_kept_is_named_and_nothing_is_recorded(
    township: Township, facts: dict[str, Any], field: str, remedy: str
) -> None:
    found = wrong(township, "report", **(REPORT | facts))
    assert list(found) == [field]
    assert remedy in found[field].remedy
    assert "datetime" not in str(found[field]) and "pattern" not in str(found[field])


def test_every_wrong_field_is_told_at_once(township: Township) -> None:
    found = wrong(township, "report", channel="dream", origin=7, parties=[{"subject": "李四"}], colour="red")
    assert set(found) == {"channel", "origin", "parties.0.subject", "colour", "title", "category"}
    assert "visit（走访）" in found["channel"].remedy_zh


def test_a_required_text_that_is_blank_is_told_when_no_guard_has_told_it(township: Township) -> None:
    code = township.report(at(3, 2))
    found = wrong(township, "report_danger", code, rule="danger_to_life", facts=" ", police_told=True)
    assert list(found) == ["facts"]


def test_names_find_no_way_into_codes_or_actors(township: Township) -> None:
    for command in (
        Command("report", "张三诉李四", WANG, REPORT, type="dispute"),
        Command("report", "D 1", WANG, REPORT, type="dispute"),
    ):
        with pytest.raises(Invalid, match="case"):
            township.service.do(command)


def test_what_a_command_line_writes_as_text_gets_its_type() -> None:
    asked = PETITION.asks["extend"]
    told = take(PETITION.events["extend"], asked, {"days": "30", "reasons": "复杂", "notice": "已送达"})
    assert told["days"] == 30
    with pytest.raises(Invalid, match="whole number"):
        take(PETITION.events["extend"], asked, {"days": "many", "reasons": "复杂", "notice": "已送达"})
    with pytest.raises(Invalid, match="between"):
        take(PETITION.events["extend"], asked, {"days": "9" * 12, "reasons": "复杂", "notice": "已送达"})
