"""The stories of petitions: each path is one way through the table of workflows/petition.py, as offices live it.

Every trigger of that table has a path that always fires it: do not hide a rare one behind a chance.
"""

from __future__ import annotations

from datetime import timedelta

from domain.petition import Evidence, Mode, Notice, Refusal, Result, Satisfaction
from domain.terms import Channel, Colour, PetitionClass, Role
from gridcase.demo import petition_troubles as t
from gridcase.demo import petitions as s
from gridcase.demo.casework import Path
from gridcase.demo.district import COUNTY, PETITION_OFFICE
from gridcase.demo.petitions import PetitionMatter

R = Role

# The everyday ways.


def supported(m: PetitionMatter) -> Path:
    """Accepted, looked into, supported, executed, resolved; the right to a review then lapses by itself."""
    yield from s.in_hand(m)
    yield from s.granted(
        m, m.rng.choice((Result.SUPPORT, Result.SUPPORT, Result.PARTIAL)), late=m.rng.random() < 0.1
    )
    yield from s.told_result(m)


def simple(m: PetitionMatter) -> Path:
    """简易办理 at the township's window: small and clear, done in ten working days."""
    yield from s.in_hand(m, window=True)
    m.do("choose_simple", m.head(), clear_and_small=True, reasons="事实清楚，可当场核实。")
    yield m.workdays(0, 2)
    m.do("hear_statement", m.handler, party=m.parties[0], record="电话听取信访人意见并记录。")
    yield from s.opinion(m, Result.SUPPORT)
    yield from s.executed(m)
    yield from s.told_result(m, 0.6)


def explained(m: PetitionMatter) -> Path:
    """Explained, not granted: the petitioner says what they think of it, or is silent; nobody asks for a review."""
    yield from s.in_hand(m)
    yield from s.answered(m, m.rng.choice((Result.EXPLAIN, Result.EXPLAIN, Result.NOT_SUPPORT)))
    yield from s.told_result(m, content=m.rng.random() < 0.6)
    last = m.case.evaluations[-1][1] if m.case.evaluations else None
    if last in (Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED):
        yield m.workdays(1, 4)
        m.do(
            "resolve",
            m.head(m.responsible),
            evidence_kind=Evidence.PETITIONER_SATISFIED,
            evidence="信访人评价满意",
        )


def advice(m: PetitionMatter) -> Path:
    """建议意见: studied and answered; no sixty days."""
    yield from s.in_hand(m, PetitionClass.ADVICE)
    yield from s.answered(m, Result.EXPLAIN)
    yield from s.told_result(m, 0.4)


def settled(m: PetitionMatter) -> Path:
    """和解: both sides agree to try, sign, and keep it."""
    yield from s.in_hand(m)
    yield from s.settlement_kept(m)


def not_settled(m: PetitionMatter) -> Path:
    """The mediation fails; later it succeeds, but the settlement is not kept; so there is an opinion."""
    yield from s.in_hand(m)
    yield m.workdays(1, 4)
    s.start_mediation(m)
    yield m.workdays(2, 6)
    m.do("stop_mediation", m.handler, ground="双方差距过大")
    yield m.workdays(1, 5)
    s.start_mediation(m)
    yield m.workdays(1, 4)
    s.settle(m)
    yield m.workdays(6, 11)
    m.do("stop_mediation", m.handler, ground="对方未按协议履行，信访人要求继续办理")
    yield from s.granted(m)


def extended(m: PetitionMatter) -> Path:
    """延期 by the head before the sixty days are over."""
    yield from s.in_hand(m)
    yield from s.looked_into(m, slow=True)
    m.do(
        "extend",
        m.head(),
        "情况复杂，需补充勘测。",
        days=m.rng.choice((15, 20, 30)),
        reasons="涉及多年档案核对和现场勘测。",
        notice="延期告知书已送达。",
    )
    yield m.workdays(3, 12)
    yield from s.opinion(m, Result.PARTIAL)
    yield from s.executed(m)


def too_late(m: PetitionMatter) -> Path:
    """The sixty days pass; the supervisor asks why."""
    yield from s.in_hand(m)
    yield from s.looked_into(m)
    left = max((m.case.clocks["P-HANDLE"].due.date() - m.work.clock.day).days, 0)
    yield m.days(left + 3, left + 15)
    supervisor = m.one(COUNTY, R.SUPERVISOR)
    m.do("supervise", supervisor, "逾期未办结。", colour=Colour.RED, duty="当日说明原因，限期出具处理意见")
    yield m.hours(1, 5)
    m.do("answer_supervision", m.head(), number=1, reply="承办人调离交接不到位，已重新明确承办人。")
    yield from s.opinion(m, Result.SUPPORT)
    m.do("lift_supervision", supervisor, "已办结。", number=1)
    yield from s.executed(m)


def assigned(m: PetitionMatter) -> Path:
    """交办 with a term; the report comes in time, and the petitioner's own statement closes the matter."""
    m.receive(channel=Channel.LETTER)
    yield from s.registered(m)
    yield m.workdays(1, 4)
    m.do(
        "route",
        m.desk(),
        unit=m.competent,
        mode=Mode.ASSIGN,
        competence="属该单位职责。",
        term=m.work.clock.day + timedelta(days=50),
    )
    yield from s.taken_on(m)
    yield from s.answered(m, Result.SUPPORT)
    yield m.workdays(2, 6)
    m.do(
        "resolve",
        m.head(m.responsible),
        evidence_kind=Evidence.PETITIONER_STATEMENT,
        evidence="信访人书面说明",
    )


# Intake: objection, refusal, other ways, repeats.


def objection_upheld(m: PetitionMatter) -> Path:
    """异议成立: sent to the wrong bureau, which objects; sent on to the township."""
    m.local = True
    m.receive()
    yield from s.registered(m)
    yield from s.routed(m, f"{COUNTY}-NY")
    yield from _object(m)
    m.do("uphold_objection", m.desk(), unit=m.centre, decision="异议成立，改送属地乡镇办理。")
    yield from s.taken_on(m)
    yield from s.granted(m)


def _object(m: PetitionMatter) -> Path:
    yield m.workdays(1, 3)
    m.do("object", m.head(), reasons="该事项不属本单位职权范围。", legal_basis="单位三定规定")
    yield m.workdays(1, 3)


def objection_rejected(m: PetitionMatter) -> Path:
    """异议不成立: it stays where it is."""
    m.receive()
    yield from s.registered(m)
    yield from s.routed(m)
    yield from _object(m)
    m.do("reject_objection", m.desk(), decision="该单位负有法定职责，异议不成立。")
    yield from s.taken_on(m)
    yield from s.answered(m, Result.EXPLAIN)


def decided_by_superior(m: PetitionMatter) -> Path:
    """Two townships point at each other; the county decides."""
    m.local = True
    m.receive()
    yield from s.registered(m)
    yield from s.routed(m, m.centre)
    yield from _object(m)
    m.do("determine", m.head(COUNTY), unit=m.centre, decision="事项发生地在该乡镇，由其受理。")
    yield from s.taken_on(m)
    yield from s.granted(m, Result.PARTIAL)


def declined(m: PetitionMatter) -> Path:
    """不予受理: with ground, basis, notice and a second approver."""
    m.receive()
    yield from s.registered(m)
    yield m.workdays(1, 4)
    m.do(
        "decline",
        m.head(),
        ground=m.rng.choice((Refusal.IN_PROCESS_ELSEWHERE, Refusal.NOT_COMPETENT)),
        legal_basis="《信访工作条例》第十九条、第二十三条",
        notice="不予受理告知书已送达。",
        other_way="已告知信访人向有权机关提出。",
        second_approver=m.one(PETITION_OFFICE, R.REVIEWER).user,
    )
    yield from s.told_result(m, 0.3, about=Notice.ACCEPTANCE, content=False)


DIVERSIONS = (
    (PetitionClass.CLAIM_LITIGATION, "民事诉讼", "澄禾县人民法院"),
    (PetitionClass.CLAIM_ARBITRATION, "劳动仲裁", "澄禾县劳动人事争议仲裁委员会"),
    (PetitionClass.CLAIM_RECONSIDERATION, "行政复议", "澄禾县人民政府"),
    (PetitionClass.CLAIM_ADMINISTRATIVE, "行政裁决", "澄禾县自然资源和规划局"),
)


def diverted(m: PetitionMatter) -> Path:
    """导入法定途径 at the counter."""
    petition_class, procedure, organ = m.rng.choice(DIVERSIONS)
    m.receive()
    yield from s.registered(m, petition_class)
    yield m.workdays(1, 4)
    m.do("divert", m.head(), procedure=procedure, organ=organ, notice="已书面告知并提供材料清单。")


def diverted_later(m: PetitionMatter) -> Path:
    """Seen during the handling to be a matter of another procedure: classified anew, and diverted."""
    m.field = "labour"
    yield from s.in_hand(m, window=False)
    yield m.workdays(2, 6)
    m.do(
        "classify",
        m.handler,
        petition_class=PetitionClass.CLAIM_ARBITRATION,
        reasons="核实后属劳动报酬争议，应先行仲裁。",
    )
    yield m.workdays(1, 3)
    m.do(
        "divert", m.head(), procedure="劳动仲裁", organ="澄禾县劳动人事争议仲裁委员会", notice="已书面告知。"
    )


def report_on_officials(m: PetitionMatter) -> Path:
    """检举控告: never to whom it accuses; looked into by the county."""
    m.field = "order"
    m.receive(channel=Channel.LETTER)
    yield from s.registered(m, PetitionClass.REPORT, accused=m.township)
    yield from s.routed(m, f"{COUNTY}-ZF")
    yield from s.taken_on(m)
    yield from s.answered(m, m.rng.choice((Result.SUPPORT, Result.EXPLAIN)))


def report_seen_late(m: PetitionMatter) -> Path:
    """Seen only in the township's hands to accuse the township: it must leave at once."""
    m.field = "order"
    m.receive(window=True)
    yield m.workdays(0, 1)
    m.register(accused=m.township)
    m.do("recognise_first", m.desk(), searched="检索近三年登记，未见相同事项。")
    m.do("classify", m.desk(), petition_class=PetitionClass.CLAIM_OTHER)
    yield from s.taken_on(m)
    yield m.workdays(0, 2)
    m.do(
        "classify",
        m.handler,
        petition_class=PetitionClass.REPORT,
        reasons="材料中反映本乡镇工作人员违纪，属检举控告。",
    )
    m.do(
        "route",
        m.head(),
        "应由有权机关办理，不得留存本级。",
        unit=f"{COUNTY}-ZF",
        mode=Mode.TRANSFER,
        competence="属纪检监督职责。",
    )
    yield from s.taken_on(m)
    yield from s.answered(m, Result.SUPPORT)


def raised_again(m: PetitionMatter) -> Path:
    """重复信访: a second letter joins its matter; a call is written down in it."""
    yield from s.in_hand(m)
    again = PetitionMatter(m.work, m.rng, m.grid, (1, 0))
    again.lead = m
    yield m.days(2, 8)
    again.receive(channel=Channel.HOTLINE)
    yield m.workdays(0, 1)
    again.register()
    again.do("link_repeat", again.desk(), lead=m.code, same_facts=True, same_parties=True)
    yield from s.looked_into(m)
    m.do("add_submission", m.desk(), channel=Channel.PHONE, received_on=m.work.clock.day)
    yield from s.opinion(m, Result.SUPPORT)
    yield from s.executed(m)


def new_facts(m: PetitionMatter) -> Path:
    """The same facts are no longer taken up after the end; new ones make a new petition."""
    yield from s.in_hand(m, window=True)
    yield from s.answered(m, Result.NOT_SUPPORT)
    yield m.days(36, 50)
    m.do(
        "add_submission",
        m.desk(),
        "已终结，同一事实不再受理。",
        channel=Channel.VISIT,
        received_on=m.work.clock.day,
        same_facts=True,
    )
    m.do(
        "provide_aftercare",
        m.one(m.responsible, R.HANDLER),
        measure="上门解释政策，联系村里结对帮扶",
        aid="临时救助一次",
    )
    yield m.days(5, 20)
    later = PetitionMatter(m.work, m.rng, m.grid, (1, 0))
    later.lead = m
    later.receive(window=True, channel=Channel.VISIT)
    m.do("recognise_new_facts", m.desk(), other=later.code, new_facts="信访人提供了新发现的原始凭证。")
    yield from s.registered(later)
    later.do("link", later.desk(), other=m.code, relation="new_facts_of")
    yield from s.taken_on(later)
    yield from s.granted(later)


def withdrawn(m: PetitionMatter) -> Path:
    """撤回, and another unit asks whether it was their own will."""
    yield from s.in_hand(m)
    yield m.days(2, 15)
    m.do("withdraw", m.petitioner(), party=m.parties[0], signed=True, statement="问题已经解决，自愿撤回。")
    yield m.workdays(3, 9)
    m.do("verify_withdrawal", m.outsider(), own_will=True, told="电话回访，信访人确认系本人自愿。")


def withdrawal_undone(m: PetitionMatter) -> Path:
    """The petitioner thinks again: the handling goes on where it was."""
    yield from s.in_hand(m)
    yield m.days(2, 10)
    m.do("withdraw", m.petitioner(), party=m.parties[0], signed=True, statement="先不反映了。")
    yield m.workdays(3, 7)
    m.do("verify_withdrawal", m.outsider(), own_will=False, told="信访人称当时以为很快能解决才撤回。")
    m.do("revoke_withdrawal", m.one(COUNTY, R.SUPERVISOR), "撤回并非真实意愿。", ground="信访人要求恢复办理")
    yield from s.granted(m)


ONE = (1, 0)
PATHS = (
    # path, weight, severity at the receipt (weights of 小事, 大事)
    (t.to_the_city, 8, (7, 3)),
    (t.city_revokes, 3, (7, 3)),
    (t.review_revoked, 8, (7, 3)),
    (new_facts, 6, ONE),
    (t.review_upheld, 22, (8, 2)),
    (t.review_changed, 10, (8, 2)),
    (t.flooded_in, 2, ONE),
    (supported, 190, (9, 1)),
    (simple, 95, ONE),
    (explained, 75, (9, 1)),
    (advice, 26, ONE),
    (settled, 34, (8, 2)),
    (not_settled, 6, (8, 2)),
    (extended, 18, (6, 4)),
    (too_late, 14, (8, 2)),
    (assigned, 24, (7, 3)),
    (objection_upheld, 8, ONE),
    (objection_rejected, 5, ONE),
    (decided_by_superior, 3, ONE),
    (declined, 20, ONE),
    (diverted, 32, ONE),
    (diverted_later, 6, ONE),
    (report_on_officials, 12, ONE),
    (report_seen_late, 2, ONE),
    (raised_again, 28, (8, 2)),
    (withdrawn, 12, ONE),
    (withdrawal_undone, 3, ONE),
    (t.not_resolved_after_all, 4, ONE),
    (t.settlement_broken, 3, ONE),
    (t.hearing_and_recusal, 7, (6, 4)),
    (t.grave, 8, (0, 1)),
    (t.one_matter_of_many, 4, ONE),
    (t.entered_by_mistake, 4, ONE),
    (t.put_right, 5, ONE),
)
REPORTED, HANDLED, ABOVE = "reported", "township_coordination", "escalation"
OPEN_AT_THE_END = (
    # state, path that passes it, severity, how many days before the end it begins at the soonest and at the latest
    (f"{REPORTED}.received", supported, ONE, 1, 2),
    (f"{REPORTED}.registered", supported, ONE, 3, 8),
    (f"{REPORTED}.routed", objection_rejected, ONE, 11, 18),
    (f"{REPORTED}.objected", objection_rejected, ONE, 14, 22),
    ("village_mediation.mediating", settled, ONE, 20, 34),
    (f"{HANDLED}.handling", supported, ONE, 17, 50),
    (f"{HANDLED}.concluded", settled, ONE, 29, 42),
    (f"{HANDLED}.review_open", explained, ONE, 46, 54),
    (f"{ABOVE}.under_review", t.review_upheld, ONE, 62, 78),
    (f"{ABOVE}.reviewed", t.review_upheld, ONE, 90, 104),
    (f"{ABOVE}.recheck_open", t.review_upheld, ONE, 90, 98),
    (f"{ABOVE}.under_recheck", t.to_the_city, ONE, 106, 125),
)
