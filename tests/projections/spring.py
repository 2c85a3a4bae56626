"""A spring in the township: cases on different ways, a unit renamed and one merged, a sweep. The same on every run."""

from __future__ import annotations

from datetime import date

from domain.actor import Actor
from domain.case import Entry
from domain.terms import Role
from eventlog.log import EventLog, open_log
from tests.support.township import ADMIN, CHECKER, LI, WANG, ZHAO, Now, Township, at
from workflows.sweep import sweep

CLERK = Actor("wu", Role.INTAKE, "T1")
TOWN_HANDLER = Actor("sun", Role.HANDLER, "T1")


def settled(t: Township, day: int) -> str:
    """Mediated in the village, agreed in writing, fulfilled, visited, resolved."""
    code = t.in_mediation(at(3, day), title="排水沟堵塞", summary="雨季倒灌, 两家多次争吵")
    for n in range(3):
        t.session(code, at(3, day + 1 + n))
    t.do(
        "agree", code, at(3, day + 4), LI, form="written", effective_on=f"2026-03-{day + 4:02}", facts="界址不清",
        terms="以水沟为界", signed_by=["s1", "s2"], mediator_signed=True, sealed=True,
        obligations=[{"who": "s1", "what": "拆除围栏", "due": "2026-04-20"}],
    )  # fmt: skip
    t.do("fulfil", code, at(3, day + 6), LI, number=1, proof="照片")
    t.do("visit", code, at(3, day + 7), ZHAO, visitor="zhao", satisfied="yes")
    t.do("resolve", code, at(3, day + 8), ZHAO, evidence="围栏已拆除")
    return code


def given_back(t: Township) -> str:
    """Offered to the village committee, which gives it back."""
    code = t.report(at(3, 20), title="宅基地纠纷", category="homestead")
    t.do("offer", code, at(3, 20), WANG, unit="V1M")
    t.do("return", code, at(3, 21), ZHAO, ground="不属于本村")
    return code


def petition(t: Township) -> str:
    """Received and registered at the township, recognised as a first one, classified, accepted."""
    code = t.do(
        "receive", "", at(3, 22), CLERK, type="petition", origin="T1", channel="visit", title="征地补偿",
        by_office=False, record="来访一次",
    ).case  # fmt: skip
    t.do(
        "register", code, at(3, 23), CLERK, receipt="R-1", petitioners=[{"subject": "p1", "part": "petitioner"}],
        request="补发补偿款", facts="2023年征地",
    )  # fmt: skip
    return code


def left_alone(t: Township) -> str:
    """Reported, serious, danger told of, supervised, and not touched again."""
    code = t.report(at(3, 24), title="山林权属", category="land", severity="major")
    t.do(
        "report_danger", code, at(3, 24), ZHAO, rule="mass_incident", facts="准备集体上访", police_told=False
    )
    t.do("supervise", code, at(3, 25), CHECKER, colour="yellow", duty="尽快受理")
    return code


def tell(t: Township) -> None:
    """The whole spring, ending with a sweep on the first of May."""
    settled(t, 2)
    settled(t, 11)
    given_back(t)
    petition(t)
    left_alone(t)
    entry = Entry(ADMIN, at(4, 1))
    t.service.reference.change_unit("V1", "rename", name="石桥村", effective=date(2026, 4, 1), entry=entry)
    t.service.reference.change_unit("V2", "merge_into", into="V1", effective=date(2026, 4, 1), entry=entry)
    t.now.instant = at(5, 1)
    sweep(t.service, [f"{kind}-{n}" for kind in "DP" for n in range(1, 12)], at(5, 1))


def told(url: str) -> EventLog:
    """A log at this address in which the spring has happened."""
    now = Now(at(1, 1))
    log = open_log(url, clock=now)
    log.prepare()
    tell(Township(log, now))
    return log
