"""A county, a town and a village with names, the people who work and live there, and cases that letters are written on."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from itertools import count
from typing import Any

from pypdf import PdfReader

from api.letters.desk import Desk
from domain.account import official
from domain.actor import Actor
from domain.case import Entry
from domain.terms import Role, UnitKind
from eventlog.identity import Identity
from eventlog.log import EventLog
from tests.support.township import Now, at
from workflows.command import Answer, Command
from workflows.service import Service

UNITS = (
    ("X", "临澄市", UnitKind.CITY, ""),
    ("C", "澄禾县", UnitKind.COUNTY, "X"),
    ("CX", "澄禾县信访局", UnitKind.BUREAU, "C"),
    ("T", "锦塘埠镇", UnitKind.TOWN, "C"),
    ("T2", "枫溆镇", UnitKind.TOWN, "C"),
    ("TW", "锦塘埠镇信访窗口", UnitKind.CENTRE, "T"),
    ("V", "上塘埠村", UnitKind.VILLAGE, "T"),
    ("VM", "上塘埠村人民调解委员会", UnitKind.COMMITTEE, "V"),
    ("G", "上塘埠村第一网格", UnitKind.GRID, "V"),
)
CLERK = Actor("zhou", Role.INTAKE, "T")
HANDLER = Actor("wu", Role.HANDLER, "T")
HEAD = Actor("zheng", Role.UNIT_HEAD, "T")
OTHER_HEAD = Actor("feng", Role.UNIT_HEAD, "T2")
REVIEWER = Actor("he", Role.REVIEWER, "C")
REPORTER = Actor("chen", Role.REPORTER, "G")
MEDIATOR = Actor("li", Role.MEDIATOR, "VM")
VILLAGE_HEAD = Actor("qian", Role.UNIT_HEAD, "V")
AUDITOR = Actor("audit", Role.AUDITOR, "C")
WANG, ZHANG, SUN = (
    Identity("S-1", "person", "王五", "330604197001011234", "13800000001", "上塘埠村第一网格12号"),
    Identity("S-2", "person", "张三", "330604196502023456", "13800000002", "上塘埠村第一网格14号"),
    Identity("S-3", "organisation", "锦塘农机合作社"),
)
SECRETS = [
    text
    for one in (WANG, ZHANG, SUN)
    for text in (one.name, one.id_number, one.phone, one.address)
    if text and not text.startswith("上塘埠村")
]


class Office:
    """Cases over a log, and the desk for their letters; `do` fires a trigger and moves the clock to when it happens."""

    def __init__(self, log: EventLog, now: Now) -> None:
        self.log, self.now, self._numbers = log, now, count(1)
        self.service = Service(
            log, clock=now, new_code=lambda kind, _: f"{kind[0].upper()}-{next(self._numbers)}"
        )
        self.desk = Desk(self.service)
        entry = Entry(Actor("admin", Role.ORG_ADMIN, "C"), now())
        for code, name, kind, parent in UNITS:
            self.service.reference.create_unit(
                code, name, kind, effective=date(2000, 1, 1), entry=entry, parent=parent
            )
        log.subjects.put(
            Identity(official("li"), "person", "李明"), Identity(official("wu"), "person", "吴文")
        )

    def do(self, trigger: str, case: str, when: datetime, actor: Actor, **facts: Any) -> Answer:
        """Fire a trigger at an instant. Names of `Command` fields among the facts go to the command."""
        self.now.instant = max(self.now.instant, when)
        own = {name: facts.pop(name) for name in ("type", "people", "key", "expected") if name in facts}
        return self.service.do(Command(trigger, case, actor, facts, at=when, reason="登记", **own))

    def issue(self, case: str, kind: str, when: datetime, actor: Actor = CLERK, **facts: Any) -> str:
        """Issue a letter and have it again at once: the text of its pages."""
        self.do("issue_letter", case, when, actor, kind=kind, **facts)
        issued = self.service.case(case)
        return text_of(self.desk.copy(case, len(issued.letters), actor, "送达").content)

    # Petitions, each one step further.

    def registered(self, *, by: tuple[Identity, ...] = (WANG,), **facts: Any) -> str:
        when = at(3, 2)
        told: dict[str, Any] = {
            "origin": "T", "channel": "visit", "title": f"{by[0].name}反映征地补偿款未发放", "by_office": False,
            "record": "来访人称2024年征地补偿款至今未发放。",
        }  # fmt: skip
        code = self.do("receive", "", when, CLERK, type="petition", people=by, **told).case
        people = [{"subject": one.subject_id, "part": "petitioner"} for one in by]
        told = {
            "receipt": "镇访〔2026〕12号", "petitioners": people, "request": "发放2024年征地补偿款。",
            "facts": "2024年征地1.2亩，补偿款未到账。",
        }  # fmt: skip
        self.do("register", code, when, CLERK, **(told | facts))
        self.do("recognise_first", code, when, CLERK, searched="按事项和信访人查无此前来件")
        self.do("classify", code, when, CLERK, petition_class="claim_other")
        return code

    def accepted(self, **facts: Any) -> str:
        code = self.registered(**facts)
        notice = {
            "competent": True,
            "handler": "wu",
            "conflict_checked": True,
            "notice": "受理告知书送达回证",
        }
        self.do("accept", code, at(3, 5), CLERK, **notice)
        return code

    def answered(self, **facts: Any) -> str:
        code = self.accepted()
        self.do("hear_statement", code, at(3, 20), HANDLER, party="S-1", record="陈述笔录一份")
        opinion = {
            "result": "support", "request": "发放2024年征地补偿款。",
            "facts": "经查，2024年6月征收王五承包地1.2亩，补偿款57600元因账号登记有误被退回。",
            "opinion": "自本意见书送达之日起十五日内，按核实后的账号重新发放。",
            "legal_basis": "《中华人民共和国土地管理法》第四十八条。", "remedy": "你可以依照《信访工作条例》请求复查、复核。",
        }  # fmt: skip
        self.do("issue_opinion", code, at(4, 20), HEAD, **(opinion | facts))
        return code

    # Disputes.

    def mediating(self, *, sessions: int = 1, parties: tuple[Identity, ...] = (WANG, ZHANG)) -> str:
        when = at(3, 2)
        people = [{"subject": one.subject_id} for one in parties]
        title = f"{parties[0].name}与{parties[-1].name}因宅基地边界起争执"
        told = {
            "origin": "G",
            "channel": "screening",
            "title": title,
            "category": "neighbour",
            "parties": people,
        }
        code = self.do("report", "", when, REPORTER, type="dispute", people=parties, **told).case
        self.do("offer", code, when, REPORTER, unit="VM")
        self.do("accept", code, when, MEDIATOR, within_scope=True)
        self.do("assign_mediator", code, when, VILLAGE_HEAD, chair="li")
        self.do("explain_rights", code, at(3, 3), MEDIATOR, told=[one["subject"] for one in people])
        for one in people:
            self.do("consent", code, at(3, 3), MEDIATOR, party=one["subject"])
        self.do("open_mediation", code, at(3, 3), MEDIATOR)
        for n in range(sessions):
            self.do(
                "hold_session", code, at(3, 4 + n, 14), MEDIATOR, place="村调解室",
                attended=["li", *(one["subject"] for one in people)],
                record=f"{parties[0].name}陈述：界石原在墙外三十公分。\n{parties[-1].name}陈述：翻修时移动了界石。",
                result="双方同意以老界石为准。",
            )  # fmt: skip
        return code

    def terms(self) -> dict[str, Any]:
        return {
            "facts": "两户宅基地相邻，张三翻修围墙时移动了界石，双方对此无异议，张三承担主要责任。",
            "terms": "张三恢复原界石，费用双方各负担一半。",
            "obligations": [
                {"who": "S-2", "what": "恢复原界石", "due": "2026-03-20"},
                {"who": "S-1", "what": "支付一半费用六百元", "fulfilled": True},
            ],
        }


def text_of(pdf: bytes) -> str:
    """What is written on the pages, without blanks; a line for every sentence, so that a person can read it."""
    written = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    plain = re.sub(r"\s+", "", written.replace("\u3000", ""))
    plain = re.sub(r"案件编号：([A-Z]-\d+)(—\d+—)?(核验码：[0-9A-F-]{19})?", "", plain)
    plain = re.sub(r"查询码[0-9A-Z]{4}-[0-9A-Z]{4}", "查询码〇〇〇〇-〇〇〇〇", plain)
    return re.sub(r"(?<=[。：；])(?=[^”）」])", "\n", plain) + "\n"
