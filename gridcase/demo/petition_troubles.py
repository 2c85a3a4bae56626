"""Petitions in trouble: reviewed and rechecked, resolved and not after all, recusals, urgent and collective matters.

Every trigger of the table has a path that always fires it: do not hide a rare one behind a chance.
"""

from __future__ import annotations

from datetime import timedelta

from domain.petition import Evidence, Inquiry, Notice, Result, ReviewResult
from domain.terms import Channel, PetitionClass, Role, Severity
from gridcase.demo import petition_parts as s
from gridcase.demo.casework import Path
from gridcase.demo.district import COUNTY, COUNTY_CENTRE, PETITION_OFFICE
from gridcase.demo.petitions import PetitionMatter

R = Role

# Review, recheck, the end.


def review_upheld(m: PetitionMatter) -> Path:
    """复查维持; no recheck is asked for, and the right lapses."""
    yield from s.in_hand(m)
    yield from s.answered(m, Result.NOT_SUPPORT)
    yield from s.reviewed(m, ReviewResult.UPHELD)
    yield from s.told_result(m, 0.4, about=Notice.REVIEW, content=False)


def review_changed(m: PetitionMatter) -> Path:
    """复查变更: partly supported after all, and executed."""
    yield from s.in_hand(m)
    yield from s.answered(m, Result.NOT_SUPPORT)
    yield from s.reviewed(m, ReviewResult.CHANGED, Result.PARTIAL)
    yield from s.executed(m)


def review_revoked(m: PetitionMatter) -> Path:
    """复查撤销: the work begins anew, and a new opinion supports."""
    yield from s.in_hand(m)
    yield from s.answered(m, Result.EXPLAIN)
    yield from s.reviewed(m, ReviewResult.REVOKED)
    yield from s.granted(m)


def to_the_city(m: PetitionMatter) -> Path:
    """复核: with a hearing, upheld; that is the end. Help goes on."""
    yield from s.in_hand(m)
    yield from s.answered(m, Result.NOT_SUPPORT)
    yield from s.reviewed(m, ReviewResult.UPHELD)
    yield from s.rechecked(m, ReviewResult.UPHELD, hearing=True)
    yield from s.told_result(m, 0.5, about=Notice.RECHECK, content=False)
    yield m.workdays(5, 20)
    m.do("provide_aftercare", m.one(m.township, R.SPONSOR), measure="定期走访，帮助申请困难救助")


def city_revokes(m: PetitionMatter) -> Path:
    """复核撤销: even the review was wrong; handled again."""
    yield from s.in_hand(m)
    yield from s.answered(m, Result.NOT_SUPPORT)
    yield from s.reviewed(m, ReviewResult.UPHELD)
    yield from s.rechecked(m, ReviewResult.REVOKED)
    yield from s.granted(m)


def flooded_in(m: PetitionMatter) -> Path:
    """不可抗力: the road is gone, and the term for a review waits."""
    yield from s.in_hand(m, window=True)
    yield from s.answered(m, Result.EXPLAIN)
    yield m.days(4, 12)
    m.do("begin_hindrance", m.desk(), facts="山洪冲毁道路，信访人无法出行。", evidence="应急部门通报")
    yield m.days(10, 20)
    m.do("end_hindrance", m.desk(), facts="道路抢通。")
    yield from s.reviewed(m, ReviewResult.UPHELD, soon=True)


def not_resolved_after_all(m: PetitionMatter) -> Path:
    """撤销化解认定: the leak is back; then it is done properly."""
    yield from s.in_hand(m)
    yield from s.granted(m)
    yield m.days(5, 12)
    m.do(
        "revoke_resolution",
        m.one(COUNTY, R.SUPERVISOR),
        "回访发现问题复现。",
        ground="问题复现，信访人再次反映",
    )
    yield from s.executed(m)


def settlement_broken(m: PetitionMatter) -> Path:
    """和解履行 closed it, and then it is seen that it was not kept."""
    yield from s.in_hand(m)
    yield from s.settlement_kept(m)
    yield m.days(6, 15)
    m.do(
        "revoke_resolution", m.one(COUNTY, R.SUPERVISOR), "回访发现协议未全部履行。", ground="协议未全部履行"
    )
    yield m.workdays(6, 12)
    m.do("resolve", m.head(), evidence_kind=Evidence.SETTLEMENT_FULFILLED, evidence="余款支付凭证")


# What may happen to any petition.


def hearing_and_recusal(m: PetitionMatter) -> Path:
    """A request for recusal is rejected, another leads to a new handler; a survey and a hearing before the opinion."""
    yield from s.in_hand(m)
    yield m.workdays(1, 3)
    m.do("ask_recusal", m.petitioner(), ground="怀疑承办人与被反映单位熟识")
    yield m.workdays(0, 2)
    m.do("reject_recusal", m.head(), decision="经核查无直接利害关系。")
    yield m.workdays(0, 2)
    m.do("ask_recusal", m.handler, ground="承办人发现其亲属与事项有关")
    other = next(one for one in m.work.staff.of(m.case.holder, R.HANDLER) if one.user != m.case.handler)
    m.do("replace_handler", m.head(), handler=other.user, ground="与事项有直接利害关系", recused=True)
    yield from s.looked_into(m)
    m.do("open_hearing", m.handler, why="需实地勘验面积。", announced=False, kind=Inquiry.SURVEY)
    yield m.days(3, 7)
    m.do("close_hearing", m.handler, record="勘验图纸和照片附卷。")
    yield from s.opinion(m, Result.PARTIAL)
    yield from s.executed(m)


def grave(m: PetitionMatter) -> Path:
    """重大紧急: plan, sponsor, joint handling, danger reported, severity lowered once it is calm."""
    m.severity = Severity.MAJOR
    yield from s.in_hand(m, window=True)
    m.do("raise_severity", m.handler, "二十余人拟集体上访。", severity=Severity.SERIOUS)
    m.do("report_danger", m.handler, rule="mass_incident", facts="二十余人拟集体上访。", police_told=False)
    yield m.hours(0.5, 1.5)
    m.do(
        "report_urgent",
        m.head(m.township),
        to=(COUNTY_CENTRE, PETITION_OFFICE),
        content="已安排领导接访并现场答复。",
    )
    m.do("take_measure", m.head(), measure="领导接访，当场约定答复日期。")
    m.do(
        "set_plan",
        m.head(),
        leader=m.head(m.township).user,
        person=m.case.handler,
        term=m.work.clock.day + timedelta(days=30),
        guarantee="包解决、包稳控",
    )
    leader = m.one(m.township, R.SPONSOR)
    m.do(
        "sponsor",
        leader,
        leader=leader.user,
        aim="一个月内办结",
        report_by=m.work.clock.day + timedelta(days=20),
    )
    m.do("form_joint", m.head(), lead=m.responsible, members=(f"{COUNTY}-ZR", f"{COUNTY}-ZJ"))
    yield from s.looked_into(m)
    m.do("sponsor_report", leader, report="已逐户核对，群众情绪平稳。")
    m.do("lower_severity", m.head(COUNTY), "风险已消除。", severity=Severity.MAJOR)
    yield from s.opinion(m, Result.SUPPORT)
    yield from s.executed(m)


def one_matter_of_many(m: PetitionMatter) -> Path:
    """并案: neighbours write about the same thing; merged, parted by mistake found, merged no more."""
    yield from s.in_hand(m, window=True)
    other = PetitionMatter(m.work, m.rng, m.grid, (1, 0))
    other.lead = m
    other.receive(window=True, channel=Channel.LETTER)
    yield m.workdays(0, 1)
    other.register()
    other.do("merge", other.head(), "同一事项联名反映。", lead=m.code, same_facts=True, same_parties=True)
    yield m.workdays(2, 5)
    other.do("unmerge", other.head(), "核实后诉求不同，分别办理。", lead=m.code)
    other.do("recognise_first", other.desk(), searched="诉求不同，单独登记。")
    other.do("classify", other.desk(), petition_class=PetitionClass.CLAIM_OTHER)
    yield from s.taken_on(other)
    for each in (other, m):
        yield from s.granted(each)


def entered_by_mistake(m: PetitionMatter) -> Path:
    """作废: an enquiry written down as a petition."""
    m.receive(window=True, channel=Channel.VISIT)
    yield m.workdays(0, 1)
    m.do(
        "void",
        m.head(m.township),
        "咨询事项误登记。",
        entry_error="信访人仅咨询政策",
        second_approver=m.desk().user,
    )


def put_right(m: PetitionMatter) -> Path:
    """更正 of the channel; the identity is read to reach the petitioner."""
    yield from s.in_hand(m)
    right = Channel.WEB if m.channel is not Channel.WEB else Channel.LETTER
    m.do(
        "correct",
        m.head(),
        "渠道登记有误。",
        field="channel",
        old=str(m.channel),
        new=str(right),
        evidence="原件扫描件",
        approved_by=m.one(PETITION_OFFICE, R.REVIEWER).user,
    )
    m.do("reveal", m.handler, subject=m.parties[0], purpose="联系信访人听取陈述")
    yield from s.granted(m)
