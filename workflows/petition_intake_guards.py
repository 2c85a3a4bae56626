"""Conditions of the intake of petitions: receive, class, route, object, accept, refuse.

Articles are of 信访工作条例 (2022) where no other law is named. Guards only look: nothing is changed here.
"""

from __future__ import annotations

from domain.actor import named
from domain.petition import Mode
from domain.terms import Channel, PetitionClass, Role
from workflows.guards import known, once, said
from workflows.move import Move, guard

DIVERTIBLE = (
    PetitionClass.CLAIM_LITIGATION,
    PetitionClass.CLAIM_ARBITRATION,
    PetitionClass.CLAIM_PARTY,
    PetitionClass.CLAIM_RECONSIDERATION,
    PetitionClass.CLAIM_ADMINISTRATIVE,
)


def in_time(m: Move, code: str) -> bool:
    """Whether a deadline of the case is open and not over."""
    clock = m.case.clocks.get(code)
    return clock is not None and clock.is_open and not clock.is_late(m.at)


def reaches_the_accused(m: Move, unit: str) -> bool:
    """Whether a report (检举控告) would come to the unit that it accuses, or below it."""
    accused = m.case.object_unit
    if m.case.petition_class is not PetitionClass.REPORT or not m.units.exists(accused):
        return False
    standing = m.units.successor(accused, m.on)
    return standing is not None and m.units.exists(unit) and m.units.is_under(unit, standing, m.on)


@guard(
    "须由收件单位（现存单位）自己登记",
    "the unit that receives it must exist today and enter it itself",
    "origin",
)
def received_at_own_desk(m: Move) -> bool:
    origin = m.facts["origin"]
    if not m.units.exists(origin) or not m.units.is_active(origin, m.on):
        return False
    own = m.actor.post in (Role.CITIZEN, Role.SYSTEM)
    return own or (m.units.exists(m.actor.unit) and m.units.acts_for(m.actor.unit, origin, m.on))


@guard(
    "须填写标题和内容，口头反映的须如实记录（第十九条第一款）",
    "title and content must be recorded, oral ones too (Art. 19(1))",
    "title",
    "record",
)
def content_recorded(m: Move) -> bool:
    return said(m.facts["title"]) and said(m.facts["record"])


@guard("须填写收件编号", "a receipt number must be given", "receipt")
def receipt_given(m: Move) -> bool:
    return said(m.facts["receipt"])


@guard(
    "须登记信访人、诉求和事实",
    "petitioner, request and facts must be registered",
    "petitioners",
    "request",
    "facts",
)
def petitioner_named(m: Move) -> bool:
    return bool(m.facts["petitioners"]) and said(m.facts["request"]) and said(m.facts["facts"])


@guard(
    "走访代表人数不得超过规定（第二十条第三款）",
    "there must be no more representatives than the policy allows (Art. 20(3))",
    "representatives",
)
def representatives_within_limit(m: Move) -> bool:
    return bool(0 <= m.facts["representatives"] <= m.policy.limits.representatives)


@guard("须写明查重情况", "what was searched for earlier petitions must be written down", "searched")
def earlier_ones_searched(m: Move) -> bool:
    return said(m.facts["searched"])


@guard("本件已认定为初信初访，无须重复认定", "it must not have been recognised as a first petition already")
def not_yet_first(m: Move) -> bool:
    return m.case.first is not True


@guard(
    "须先认定是初信初访还是重复信访", "somebody must first decide whether it is a first petition or a repeat"
)
def first_decided(m: Move) -> bool:
    return m.case.first is not None


@guard("须先分类（第二十九条至第三十一条）", "it must be classified first (Art. 29-31)")
def classified(m: Move) -> bool:
    return m.case.petition_class is not None


@guard("变更类别须说明理由", "a changed class must have its reasons", "reasons")
def reclassified_with_reasons(m: Move) -> bool:
    return m.case.petition_class is None or said(m.facts["reasons"])


@guard(
    "须写明新的事实理由，并为其另立新案",
    "the new facts must be told, and have a case of their own",
    "other",
    "new_facts",
)
def new_case_named(m: Move) -> bool:
    return said(m.facts["new_facts"]) and said(m.facts["other"]) and m.facts["other"] != m.case.code


@guard("另一件须是已登记的案件", "the other submission must be a case that is recorded here", "other")
def submission_known(m: Move) -> bool:
    return not said(m.facts["other"]) or known(m, m.facts["other"])


@guard(
    "收到日期不得晚于办理当日", "the day on which it was received must not lie in the future", "received_on"
)
def submission_by_today(m: Move) -> bool:
    return bool(m.facts["received_on"] <= m.on)


@guard("同一信访人只能登记一次，请删去重复项", "each petitioner must be entered only once", "petitioners")
def petitioners_once(m: Move) -> bool:
    return once(m.facts["petitioners"])


@guard(
    "收件时登记的信访人须全部保留，可以增加，不能替换",
    "every petitioner who was entered at receipt must be kept: others may be added",
    "petitioners",
)
def petitioners_kept(m: Move) -> bool:
    return bool(m.case.subjects <= {party.subject for party in m.facts["petitioners"]})


# Routing and objection.


@guard("须转给其他单位，不能转给本单位", "it must go to another unit than the one that has it", "unit")
def another_unit(m: Move) -> bool:
    return bool(m.facts["unit"] != m.case.holder)


@guard("须写明该单位有权处理的依据", "why that unit is competent must be written down", "competence")
def competence_named(m: Move) -> bool:
    return said(m.facts["competence"])


@guard(
    "检举控告不得转给被检举单位及其下级，请另选单位（第三十条第三款）",
    "a report must not go to whom it accuses, nor below: choose another unit (Art. 30(3))",
    "unit",
)
def unit_not_accused(m: Move) -> bool:
    return not reaches_the_accused(m, m.facts["unit"])


@guard(
    "检举控告不得由被检举单位及其下级办理，须先转出（第三十条第三款）",
    "whom a report accuses must not handle it: pass it on first (Art. 30(3))",
)
def holder_not_accused(m: Move) -> bool:
    return not reaches_the_accused(m, m.case.holder)


@guard(
    "办理中的信访事项须是由被检举单位持有的检举控告，才能再转送",
    "once accepted, only a report that lies with whom it accuses may be passed on",
)
def holder_is_accused(m: Move) -> bool:
    return reaches_the_accused(m, m.case.holder)


@guard(
    "交办须定期限（不早于当日），转送不填期限（第二十二条）",
    "an assignment must have a term that is not over, a transfer none (Art. 22)",
    "mode",
    "term",
)
def term_if_assigned(m: Move) -> bool:
    term = m.facts["term"]
    return term is not None and term >= m.on if m.facts["mode"] == Mode.ASSIGN else term is None


@guard(
    "须在收到转送、交办之日起五个工作日内提出，且只能提出一次（第二十三条第三款）",
    "it must be raised within five working days, and only once (Art. 23(3))",
)
def objection_in_time(m: Move) -> bool:
    return in_time(m, "P-OBJECT")


@guard(
    "须写明异议的理由和依据（第二十三条第三款）",
    "the objection must have reasons and a legal basis (Art. 23(3))",
    "reasons",
    "legal_basis",
)
def objection_reasoned(m: Move) -> bool:
    return said(m.facts["reasons"]) and said(m.facts["legal_basis"])


@guard("须写明决定的理由", "the decision must say why", "decision")
def decision_reasoned(m: Move) -> bool:
    return said(m.facts["decision"])


# Acceptance, refusal, other ways.


@guard(
    "须先确认属于本单位职权；不属于的请提出异议或不予受理",
    "the unit must be competent: otherwise object or decline",
    "competent",
)
def competent(m: Move) -> bool:
    return bool(m.facts["competent"])


@guard(
    "其他单位正在办理同一事项的，不得受理（第十九条第三款）",
    "the matter must not be in process elsewhere (Art. 19(3))",
    "elsewhere",
)
def not_in_process_elsewhere(m: Move) -> bool:
    return not said(m.facts["elsewhere"])


@guard(
    "有不予受理情形的，须按不予受理办理",
    "no ground for refusal may stand against it: decline it instead",
    "excluded_by",
)
def nothing_excludes_it(m: Move) -> bool:
    return m.facts["excluded_by"] is None


@guard(
    "走访须到有权处理的本级或上一级机关（第二十条第一款）",
    "a visit must be made at the level that is competent or the next one up (Art. 20(1))",
)
def visited_at_right_level(m: Move) -> bool:
    came_to = m.case.custody[0].level if m.case.custody else None
    if m.case.channel is not Channel.VISIT or came_to is None or m.case.level is None:
        return True
    return bool(came_to <= m.case.level + 1)


@guard(
    "须告知信访人；无法告知的须写明情形和证据（第二十三条）",
    "the petitioner must be told, or there must be proof that nobody can be (Art. 23)",
    "notice",
    "exemption",
    "exemption_evidence",
)
def told_or_exempt(m: Move) -> bool:
    exempt = m.facts["exemption"] is not None and said(m.facts["exemption_evidence"])
    return said(m.facts["notice"]) or exempt


@guard(
    "须指定承办人，并核查其无利害关系、未被回避（第二十八条第三款）",
    "a handler must be named and checked to be free of direct interest (Art. 28(3))",
    "handler",
    "conflict_checked",
)
def handler_free(m: Move) -> bool:
    handler = m.facts["handler"]
    return said(handler) and not named(handler, m.case.recused) and m.facts.get("conflict_checked", True)


@guard(
    "须写明依据、告知凭证和其他途径",
    "legal basis, notice and the other way must be told",
    "legal_basis",
    "notice",
    "other_way",
)
def refusal_told(m: Move) -> bool:
    return all(said(m.facts[part]) for part in ("legal_basis", "notice", "other_way"))


@guard("须先分类为第三十一条第一至五项的事项", "its class must be one of Art. 31(1) to (5)")
def divertible_class(m: Move) -> bool:
    return m.case.petition_class in DIVERTIBLE


@guard(
    "须写明法定途径、受理机关和告知凭证",
    "procedure, organ and notice must be told",
    "procedure",
    "organ",
    "notice",
)
def other_way_told(m: Move) -> bool:
    return all(said(m.facts[part]) for part in ("procedure", "organ", "notice"))


@guard("须由办理单位进行", "the unit that handles the petition must do it")
def by_responsible_unit(m: Move) -> bool:
    return m.units.exists(m.actor.unit) and m.units.acts_for(m.actor.unit, m.case.responsible, m.on)
