"""Stories of how petitions come in: objected to, refused, led another way, raised again, withdrawn.

Every trigger here is always fired by its path: do not hide a rare one behind a chance.
"""

from __future__ import annotations

from domain.petition import Mode, Notice, Refusal, Result
from domain.terms import Channel, PetitionClass, Role
from gridcase.demo import petition_parts as s
from gridcase.demo.casework import Path
from gridcase.demo.district import COUNTY, PETITION_OFFICE
from gridcase.demo.petitions import PetitionMatter

R = Role


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
