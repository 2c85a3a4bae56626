"""Parts that stories of petitions are put together from: registered, routed, looked into, answered, reviewed.

A part does what it says for certain; what happens by chance is decided by the story. Who works on it: petitions.py.
"""

from __future__ import annotations

from datetime import timedelta

from domain.petition import Evidence, Mode, Notice, Result, ReviewResult, Satisfaction
from domain.terms import PetitionClass, Role
from gridcase.demo import wording as w
from gridcase.demo.casework import Path
from gridcase.demo.district import CITY, CITY_PETITION_OFFICE, COUNTY, PETITION_OFFICE
from gridcase.demo.petitions import PetitionMatter

R = Role

LAW = "《信访工作条例》第三十一条第六项"
REMEDY = "如不服本意见，可自收到之日起三十日内向上一级机关申请复查。"


def registered(
    m: PetitionMatter, petition_class: PetitionClass = PetitionClass.CLAIM_OTHER, *, accused: str = ""
) -> Path:
    """登记, first or repeat, class."""
    yield m.workdays(0, 1) if m.rng.random() < 0.95 else m.workdays(2, 3)
    m.register(accused=accused)
    m.do("recognise_first", m.desk(), searched="按姓名、诉求和事实检索近三年登记，未见相同事项。")
    yield m.workdays(0, 2)
    m.do("classify", m.desk(), petition_class=petition_class)


def routed(m: PetitionMatter, unit: str = "") -> Path:
    """转送 or 交办 to the competent unit; now and then after the fifteen days."""
    yield m.workdays(11, 13) if m.rng.random() < 0.03 else m.workdays(0, 5)
    assigned = m.rng.random() < 0.25
    term = m.work.clock.day + timedelta(days=m.rng.randint(40, 55)) if assigned else None
    m.do(
        "route",
        m.desk(),
        unit=unit or m.competent,
        mode=Mode.ASSIGN if assigned else Mode.TRANSFER,
        competence="属该单位法定职责和管辖范围。",
        term=term,
    )


def taken_on(m: PetitionMatter) -> Path:
    """受理 with its notice; now and then after the fifteen days."""
    yield m.workdays(11, 13) if m.rng.random() < 0.03 else m.workdays(1, 6)
    handler = m.one(m.case.holder, R.HANDLER)
    m.do(
        "accept",
        m.counter(),
        competent=True,
        handler=handler.user,
        conflict_checked=True,
        notice="受理告知书已送达，信访人签收。",
    )


def in_hand(
    m: PetitionMatter,
    petition_class: PetitionClass = PetitionClass.CLAIM_OTHER,
    *,
    window: bool | None = None,
    unit: str = "",
) -> Path:
    """From the letter to acceptance: routed by the office, or taken on at the township's own window."""
    at_window = m.rng.random() < 0.3 if window is None else window
    m.receive(window=at_window)
    yield from registered(m, petition_class)
    if not at_window:
        yield from routed(m, unit)
    yield from taken_on(m)


def looked_into(m: PetitionMatter, result: Result = Result.SUPPORT, *, slow: bool = False) -> Path:
    """听取陈述 and 调查核实; what is found bears the request out, or not."""
    findings = w.BORNE_OUT if result in (Result.SUPPORT, Result.PARTIAL) else w.NOT_BORNE_OUT
    yield m.workdays(1, 6)
    m.do(
        "hear_statement",
        m.handler,
        party=m.parties[0],
        record="信访人到场陈述，补充了照片和凭据，笔录由本人签字。",
    )
    for _ in range(1 if slow else m.rng.choice((1, 1, 2))):
        yield m.workdays(22, 28) if slow else m.workdays(2, 9)
        m.do(
            "verify_fact",
            m.handler,
            fact=m.about.facts,
            finding=m.rng.choice(findings),
            evidence="走访笔录、台账复印件",
        )


def opinion(m: PetitionMatter, result: Result) -> Path:
    """处理意见书, with all that Art. 32 asks for, and its delivery."""
    yield m.workdays(2, 8)
    said = {
        Result.SUPPORT: f"对诉求予以支持：{m.about.request}",
        Result.PARTIAL: "对诉求部分予以支持，其余部分依据不足。",
        Result.EXPLAIN: "诉求事由合理但暂缺政策依据，予以解释说明。",
        Result.NOT_SUPPORT: "诉求缺乏事实和政策依据，不予支持。",
    }[result]
    m.do(
        "issue_opinion",
        m.head(),
        result=result,
        request=m.about.request,
        facts=m.about.facts,
        opinion=said,
        legal_basis=LAW,
        remedy=REMEDY,
    )
    yield m.workdays(1, 4)
    m.do(
        "deliver",
        m.handler,
        method=m.rng.choice(("直接送达", "邮寄送达")),
        received_on=m.work.clock.day,
        proof="送达回证已由信访人签字。",
    )
    report_back(m)


def report_back(m: PetitionMatter) -> None:
    """报结 to whoever assigned it with a term."""
    if any(clock.code == "P-ASSIGNED-REPORT" for clock in m.case.open_clocks()):
        m.do("report_completion", m.head(m.responsible), report="已办结并答复信访人，报结。")


def told_result(
    m: PetitionMatter, share: float = 0.55, *, about: Notice = Notice.OPINION, content: bool = True
) -> Path:
    """评价: about half answer; silence is no answer and leaves nothing."""
    if m.rng.random() < share:
        yield m.days(1, 9)
        weights = (60, 30, 10) if content else (5, 20, 75)
        answer = m.rng.choices(
            (Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED, Satisfaction.DISSATISFIED), weights
        )[0]
        text = {
            "satisfied": "问题解决了，谢谢。",
            "basically_satisfied": "基本满意。",
            "dissatisfied": "不认可处理结果。",
        }[answer]
        m.do("evaluate", m.petitioner(), party=m.parties[0], about=about, satisfaction=answer, text=text)


def executed(m: PetitionMatter, *, late: bool = False) -> Path:
    """What was supported is done, and the matter is settled on that evidence."""
    term = m.rng.randint(8, 20)
    m.do(
        "order_execution",
        m.head(m.responsible),
        unit=m.responsible,
        measure=m.about.request,
        term=m.work.clock.day + timedelta(days=term),
    )
    yield m.days(term + 2, term + 6) if late else m.days(term - 6, term)
    m.do("complete_execution", m.handler, proof="整改照片和发放凭证")
    yield m.workdays(0, 3)
    m.do(
        "resolve", m.head(m.responsible), evidence_kind=Evidence.EXECUTED, evidence="执行凭证及信访人签字确认"
    )


def answered(m: PetitionMatter, result: Result) -> Path:
    """Looked into, and an opinion delivered."""
    yield from looked_into(m, result)
    yield from opinion(m, result)


def granted(m: PetitionMatter, result: Result = Result.SUPPORT, *, late: bool = False) -> Path:
    """Looked into, supported, and executed."""
    yield from answered(m, result)
    yield from executed(m, late=late)


def start_mediation(m: PetitionMatter) -> None:
    """Both sides agree to try; the other side is known by a reference as well."""
    other = f"{m.parties[0]}-other"
    m.do("start_mediation", m.handler, other_side=other, consents=(*m.parties, other))


def settle(m: PetitionMatter) -> None:
    """和解协议, in writing."""
    signed_by = (*m.parties, m.case.other_side)
    m.do("settle", m.handler, terms="对方于十日内履行，信访人息诉。", signed_by=signed_by, lawful=True)
    report_back(m)


def settlement_kept(m: PetitionMatter) -> Path:
    """Tried, signed, evaluated, kept: resolved on that evidence."""
    yield m.workdays(1, 5)
    start_mediation(m)
    yield m.workdays(2, 8)
    settle(m)
    yield from told_result(m, 1.0)
    yield m.workdays(5, 15)
    m.do("resolve", m.head(), evidence_kind=Evidence.SETTLEMENT_FULFILLED, evidence="和解协议履行凭证")


def reviewed(
    m: PetitionMatter, result: ReviewResult, new_result: Result | None = None, *, soon: bool = False
) -> Path:
    """申请复查, decided by the county, and delivered."""
    yield m.days(4, 9) if soon else m.days(5, 24)
    m.do(
        "request_review",
        m.petitioner(),
        party=m.parties[0],
        unit=COUNTY,
        request="对处理意见不服，请求复查。",
    )
    yield m.workdays(8, 19)
    redo = m.work.clock.day + timedelta(days=30) if result is ReviewResult.REVOKED else None
    m.do(
        "decide_review",
        m.one(PETITION_OFFICE, R.REVIEWER),
        result=result,
        reasons=REVIEWS[result],
        legal_basis="《信访工作条例》第三十五条",
        new_result=new_result,
        redo_by=redo,
    )
    yield m.workdays(1, 4)
    m.do(
        "deliver_review",
        m.counter(),
        method="直接送达",
        received_on=m.work.clock.day,
        proof="送达回证",
    )


def rechecked(
    m: PetitionMatter, result: ReviewResult, new_result: Result | None = None, *, hearing: bool = False
) -> Path:
    """申请复核, decided by the city, and delivered; a hearing stops the term."""
    yield m.days(5, 24)
    m.do(
        "request_recheck", m.petitioner(), party=m.parties[0], unit=CITY, request="对复查意见不服，请求复核。"
    )
    reviewer = m.one(CITY_PETITION_OFFICE, R.REVIEWER)
    if hearing:
        yield m.workdays(5, 9)
        m.do("open_hearing", reviewer, why="事实争议较大，信访人申请听证。", announced=True)
        yield m.days(8, 15)
        m.do("close_hearing", reviewer, record="听证会按程序举行，双方充分陈述，形成听证笔录。")
    yield m.workdays(6, 15)
    redo = m.work.clock.day + timedelta(days=30) if result is ReviewResult.REVOKED else None
    m.do(
        "decide_recheck",
        reviewer,
        result=result,
        reasons=REVIEWS[result],
        legal_basis="《信访工作条例》第三十六条",
        new_result=new_result,
        redo_by=redo,
        published=hearing,
    )
    yield m.workdays(1, 4)
    m.do(
        "deliver_recheck",
        m.counter(),
        method="直接送达",
        received_on=m.work.clock.day,
        proof="送达回证",
    )


REVIEWS = {
    ReviewResult.UPHELD: "原处理意见事实清楚、依据充分、程序合法，予以维持。",
    ReviewResult.CHANGED: "原意见认定事实清楚，但适用政策不当，予以变更。",
    ReviewResult.REVOKED: "原意见主要事实不清，予以撤销，责令限期重新办理。",
}
