"""A county, two towns, the people who work there, and petitions at every stage of their way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.actor import Actor
from domain.calendar import builtin_calendar
from domain.case import Party
from domain.petition import Mode, Petition, Result, ReviewResult
from domain.policy import PolicyBook, builtin_policies
from domain.terms import Channel, PetitionClass, Role, UnitKind
from tests.support.given import Story, at, organisation
from workflows.clocks import Clockwork
from workflows.engine import Engine
from workflows.petition import PETITION

UNITS = organisation(
    ("H", UnitKind.CITY, ""),
    ("C", UnitKind.COUNTY, "H"),
    ("C-office", UnitKind.BUREAU, "C"),
    ("C-labour", UnitKind.BUREAU, "C"),
    ("T1", UnitKind.TOWN, "C"),
    ("T2", UnitKind.TOWN, "C"),
    ("A", UnitKind.VILLAGE, "T1"),
    ("A1", UnitKind.GRID, "A"),
)


def engine(jurisdiction: str = "CN", policies: PolicyBook | None = None) -> Engine:
    policies = policies or builtin_policies()
    return Engine(PETITION, lambda: UNITS, policies, Clockwork(policies, builtin_calendar), jurisdiction)


def post(user: str, role: Role, unit: str) -> Actor:
    return Actor(user, role, unit)


OFFICE_CLERK = post("o1", Role.INTAKE, "C-office")
OFFICE_HEAD = post("o2", Role.UNIT_HEAD, "C-office")
TOWN_CLERK = post("t1", Role.INTAKE, "T1")
TOWN_HANDLER = post("t2", Role.HANDLER, "T1")
TOWN_HEAD = post("t3", Role.UNIT_HEAD, "T1")
OTHER_TOWN_HEAD = post("u3", Role.UNIT_HEAD, "T2")
COUNTY_HEAD = post("c3", Role.UNIT_HEAD, "C")
COUNTY_REVIEWER = post("c4", Role.REVIEWER, "C")
CITY_REVIEWER = post("h4", Role.REVIEWER, "H")
SUPERVISOR = post("s1", Role.SUPERVISOR, "C")
WANG = Actor("wang", Role.CITIZEN)

VISIT = {
    "origin": "C-office",
    "channel": Channel.VISIT,
    "title": "征地补偿",
    "by_office": True,
    "record": "要求补发征地补偿款",
}
LETTER = {
    "origin": "T1",
    "channel": Channel.LETTER,
    "title": "征地补偿",
    "by_office": False,
    "record": "来信一封",
}
REGISTER = {
    "receipt": "R-1",
    "petitioners": (Party("p-wang", "petitioner"),),
    "request": "补发补偿款",
    "facts": "2023年征地",
}
ROUTE = {"unit": "T1", "mode": Mode.TRANSFER, "competence": "属地管理"}
ACCEPT = {"competent": True, "handler": "t2", "conflict_checked": True, "notice": "告知书 1 号, 已签收"}
EXTEND = {"days": 30, "reasons": "情况复杂", "notice": "延期告知书, 已签收"}
OPINION = {
    "result": Result.NOT_SUPPORT,
    "request": "补发补偿款",
    "facts": "已足额发放",
    "opinion": "不予支持",
    "legal_basis": "土地管理法",
    "remedy": "三十日内可申请复查",
}
UPHELD = {"result": ReviewResult.UPHELD, "reasons": "事实清楚", "legal_basis": "信访工作条例第三十五条"}
RECEIPT = {"method": "直接送达", "proof": "签收回执"}


def story(jurisdiction: str = "CN", policies: PolicyBook | None = None) -> Story:
    return Story(engine(jurisdiction, policies), Petition)


def sorted_out(
    told: Story, petition_class: PetitionClass = PetitionClass.CLAIM_OTHER, **register: Any
) -> Story:
    """Received by the county's office on 2024-03-04, registered, recognised as first, classified."""
    when = at("2024-03-04", "10:00")
    told.given("receive", OFFICE_CLERK, at("2024-03-04"), **VISIT)
    told.given("register", OFFICE_CLERK, when, **REGISTER | register)
    told.given("recognise_first", OFFICE_CLERK, when, searched="三年内无同一事项")
    return told.given("classify", OFFICE_CLERK, when, petition_class=petition_class)


def routed(told: Story, unit: str = "T1", **register: Any) -> Story:
    """Transferred to a town on 2024-03-11."""
    return sorted_out(told, **register).given(
        "route", OFFICE_CLERK, at("2024-03-11"), **ROUTE | {"unit": unit}
    )


def accepted(told: Story, handler: str = "t2", **register: Any) -> Story:
    """Accepted by town T1 on 2024-03-20: sixty days are over with 2024-05-19."""
    return routed(told, **register).given(
        "accept", TOWN_HEAD, at("2024-03-20"), **ACCEPT | {"handler": handler}
    )


def heard(told: Story) -> Story:
    return accepted(told).given(
        "hear_statement", TOWN_HANDLER, at("2024-04-01"), party="p-wang", record="笔录"
    )


def answered(told: Story, **opinion: Any) -> Story:
    """Opinion of 2024-05-10, received on 2024-05-14."""
    heard(told).given("issue_opinion", TOWN_HEAD, at("2024-05-10"), **OPINION | opinion)
    return told.given("deliver", TOWN_CLERK, at("2024-05-16"), received_on=at("2024-05-14").date(), **RECEIPT)


def under_review(told: Story) -> Story:
    return answered(told).given(
        "request_review", WANG, at("2024-06-03"), party="p-wang", unit="C", request="请求复查"
    )


def under_recheck(told: Story) -> Story:
    under_review(told).given("decide_review", COUNTY_REVIEWER, at("2024-06-28"), **UPHELD)
    told.given(
        "deliver_review", COUNTY_REVIEWER, at("2024-07-02"), received_on=at("2024-07-01").date(), **RECEIPT
    )
    return told.given("request_recheck", WANG, at("2024-07-20"), party="p-wang", unit="H", request="请求复核")


def aba_like() -> PolicyBook:
    """A set in which a hearing stops the handling too."""
    cn = builtin_policies().get("CN-2022/1")
    rule = replace(cn.rule("P-HANDLE"), pause=("hearing",))
    return PolicyBook([replace(cn, rules={**cn.rules, "P-HANDLE": rule})])
