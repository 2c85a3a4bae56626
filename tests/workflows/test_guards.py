"""What a slip of the pen would let through: cases that are not there, days to come, people twice or not of the case."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from domain.case import Party
from domain.errors import Invalid, Refused
from domain.record import CaseReopened
from eventlog.encoding import Form
from tests.support.given import at as day
from tests.support.petitions import (
    EXTEND,
    OFFICE_CLERK,
    REGISTER,
    TOWN_HEAD,
    VISIT,
    accepted,
    story,
)
from tests.support.petitions import (
    WANG as PETITIONER,
)
from tests.support.township import LI, WANG, ZHAO, Township, at

AGREED: dict[str, Any] = {
    "form": "oral",
    "effective_on": "2026-03-10",
    "facts": "界址不清",
    "terms": "以水沟为界",
}


def refused(township: Township, guard: str, trigger: str, code: str, *call: Any, **facts: Any) -> None:
    head = township.log.head()
    with pytest.raises(Refused) as refusal:
        township.do(trigger, code, *call, **facts)
    assert refusal.value.guard == guard
    assert township.log.head() == head


def test_a_link_leads_to_another_case_that_is_there(township: Township) -> None:
    code, other = township.report(at(3, 2)), township.report(at(3, 2))
    refused(township, "other_known", "link", code, at(3, 2), WANG, other="D-404")
    refused(township, "other_is_another", "link", code, at(3, 2), WANG, other=code)
    assert township.do("link", code, at(3, 2), WANG, other=other).version == 2


def test_a_case_joins_another_open_one_that_is_there(township: Township) -> None:
    code = township.report(at(3, 2))
    same = {"same_facts": True, "same_parties": True}
    refused(township, "lead_is_another", "merge", code, at(3, 2), ZHAO, lead=code, **same)
    with pytest.raises(Invalid, match="lead"):
        township.do("merge", code, at(3, 2), ZHAO, lead="D-404", **same)


def test_nothing_began_or_came_in_after_today(township: Township) -> None:
    told = {"type": "dispute", "origin": "G1", "channel": "visit", "title": "t", "category": "land"}
    refused(township, "onset_by_today", "report", "", at(3, 2), WANG, **told, onset="2026-03-03")
    code = township.report(at(3, 2))
    fix = {"field": "onset", "old": "", "new": "2026-03-03", "evidence": "登记表", "approved_by": "qian"}
    refused(township, "new_value_fits", "correct", code, at(3, 2), ZHAO, **fix)
    call = {"channel": "phone", "received_on": day("2024-06-02").date()}
    accepted(story()).when("add_submission", OFFICE_CLERK, day("2024-06-01"), **call).then_refused(
        "submission_by_today"
    )


def test_nobody_is_a_party_twice(township: Township) -> None:
    twice = [{"subject": "s1"}, {"subject": "s1"}]
    told = {"type": "dispute", "origin": "G1", "channel": "visit", "title": "t", "category": "land"}
    refused(township, "parties_once", "report", "", at(3, 2), WANG, **told, parties=twice)


def test_an_obligation_is_a_party_s_and_due_once_the_agreement_holds(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    stranger = [{"who": "s9", "what": "清理", "due": "2026-03-20"}]
    refused(township, "owed_by_parties", "agree", code, at(3, 10), LI, **AGREED, obligations=stranger)
    too_early = [{"who": "s1", "what": "清理", "due": "2026-03-09"}]
    refused(township, "due_after_effect", "agree", code, at(3, 10), LI, **AGREED, obligations=too_early)
    owed = [{"who": "s1", "what": "清理", "due": "2026-03-10"}]
    township.do("agree", code, at(3, 10), LI, **AGREED, obligations=owed)
    with pytest.raises(Invalid, match="proof"):
        township.do("fulfil", code, at(3, 11), LI, number=1, proof=" ")


def test_a_term_is_extended_by_days_that_are_some(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    for days in (0, -3, 366):
        refused(township, "days_sound", "extend", code, at(3, 10), ZHAO, days=days, asked_by=["s1", "s2"])
    accepted(story()).when("extend", TOWN_HEAD, day("2024-05-01"), **EXTEND | {"days": 0}).then_refused(
        "days_sound"
    )


def test_who_was_entered_at_receipt_stays_the_petitioner() -> None:
    told = story().given("receive", OFFICE_CLERK, day("2024-03-04"), **VISIT, parties=(Party("p-li"),))
    told.when("register", OFFICE_CLERK, day("2024-03-04"), **REGISTER).then_refused("petitioners_kept")
    both = (Party("p-li", "petitioner"), Party("p-wang", "petitioner"))
    told.when("register", OFFICE_CLERK, day("2024-03-04"), **REGISTER | {"petitioners": (*both, both[0])})
    told.then_refused("petitioners_once")
    told.when("register", OFFICE_CLERK, day("2024-03-04"), **REGISTER | {"petitioners": both}).then()
    told.when("withdraw", PETITIONER, day("2024-03-05"), party="p-no", signed=True, statement="撤回")
    told.then_refused("is_petitioner")


def test_people_who_work_on_a_case_are_accounts_never_names(township: Township) -> None:
    code = township.in_mediation(at(3, 2))
    for trigger, facts, field in (
        ("visit", {"visitor": "李四", "satisfied": "yes"}, "visitor"),
        ("visit", {"visitor": "", "satisfied": "yes"}, "visitor"),
        ("assign_mediator", {"chair": "王调解"}, "chair"),
        ("hold_session", {"place": "村委会", "attended": ["li", "张三"], "record": "记录"}, "attended.1"),
        ("void", {"entry_error": "重复录入", "second_approver": "钱主任"}, "second_approver"),
    ):
        with pytest.raises(Invalid) as problem:
            township.do(trigger, code, at(3, 3), ZHAO, **facts)
        assert problem.value.field == field


def test_a_reopening_recorded_before_new_facts_had_a_field_still_tells_them(township: Township) -> None:
    code = township.report(at(3, 2))
    township.do("settle", code, at(3, 2), WANG, terms="t", agreed_by=["s1", "s2"], fulfilled=True)
    township.do("reopen", code, at(3, 9), WANG, ground="breach")
    event = township.log.history(township.service.case(code).id)[-1].event
    assert (type(event), event.new_facts) == (CaseReopened, False)
    form = Form(CaseReopened, CaseReopened.TOPIC)
    stored = msgspec.json.decode(form.encode(event))
    before = {name: value for name, value in stored.items() if name not in ("class_version", "new_facts")}
    for ground, new in (("new_facts: 找到旧契", True), ("breach", False)):
        told = form.decode(msgspec.json.encode(before | {"ground": ground}), {})
        assert (told["ground"], told["new_facts"]) == (ground, new)
