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
    "收件单位现为有效单位, 且由该单位登记", "the receiving unit is active and writes it down itself", "origin"
)
def received_at_own_desk(m: Move) -> bool:
    origin = m.facts["origin"]
    if not m.units.exists(origin) or not m.units.is_active(origin, m.on):
        return False
    own = m.actor.post in (Role.CITIZEN, Role.SYSTEM)
    return own or (m.units.exists(m.actor.unit) and m.units.acts_for(m.actor.unit, origin, m.on))


@guard("口头信访须如实记录", "title and content are recorded, oral ones too (Art. 19(1))", "title", "record")
def content_recorded(m: Move) -> bool:
    return said(m.facts["title"]) and said(m.facts["record"])


@guard("须出具收件编号", "a receipt number is given", "receipt")
def receipt_given(m: Move) -> bool:
    return said(m.facts["receipt"])


@guard(
    "须登记信访人、诉求和事实",
    "petitioner, request and facts are registered",
    "petitioners",
    "request",
    "facts",
)
def petitioner_named(m: Move) -> bool:
    return bool(m.facts["petitioners"]) and said(m.facts["request"]) and said(m.facts["facts"])


@guard(
    "集体走访代表不得超过规定人数",
    "no more representatives than the policy allows (Art. 20(3))",
    "representatives",
)
def representatives_within_limit(m: Move) -> bool:
    return bool(0 <= m.facts["representatives"] <= m.policy.limits.representatives)


@guard("须记明查重情况", "what was searched for earlier petitions is written down", "searched")
def earlier_ones_searched(m: Move) -> bool:
    return said(m.facts["searched"])


@guard("尚未认定为初信初访", "it was not recognised as a first petition yet")
def not_yet_first(m: Move) -> bool:
    return m.case.first is not True


@guard("须先认定初信初访或重复信访", "a person has decided whether it is a first petition or a repeat")
def first_decided(m: Move) -> bool:
    return m.case.first is not None


@guard("须先分类", "it is classified (Art. 29-31)")
def classified(m: Move) -> bool:
    return m.case.petition_class is not None


@guard("变更类别须说明理由", "a changed class has its reasons", "reasons")
def reclassified_with_reasons(m: Move) -> bool:
    return m.case.petition_class is None or said(m.facts["reasons"])


@guard(
    "新的事实理由另立新案", "the new facts are told, and they have a case of their own", "other", "new_facts"
)
def new_case_named(m: Move) -> bool:
    return said(m.facts["new_facts"]) and said(m.facts["other"]) and m.facts["other"] != m.case.code


@guard("另一件须是已登记的案件", "the other submission must be a case that is recorded here", "other")
def submission_known(m: Move) -> bool:
    return not said(m.facts["other"]) or known(m, m.facts["other"])


@guard("收到日期不得晚于今日", "it must not have been received after today", "received_on")
def submission_by_today(m: Move) -> bool:
    return bool(m.facts["received_on"] <= m.on)


@guard("信访人不得重复登记", "each petitioner must be entered only once", "petitioners")
def petitioners_once(m: Move) -> bool:
    return once(m.facts["petitioners"])


@guard(
    "收件时已登记的信访人须全部保留",
    "every petitioner who was entered at receipt must be kept",
    "petitioners",
)
def petitioners_kept(m: Move) -> bool:
    return bool(m.case.subjects <= {party.subject for party in m.facts["petitioners"]})


# Routing and objection.


@guard("须送其他单位", "the unit is another one than the holder", "unit")
def another_unit(m: Move) -> bool:
    return bool(m.facts["unit"] != m.case.holder)


@guard("须说明该单位有权处理的依据", "why the unit is competent is written down", "competence")
def competence_named(m: Move) -> bool:
    return said(m.facts["competence"])


@guard(
    "检举控告不得转给被检举单位及其下级",
    "a report never goes to whom it accuses, nor below (Art. 30(3))",
    "unit",
)
def unit_not_accused(m: Move) -> bool:
    return not reaches_the_accused(m, m.facts["unit"])


@guard("检举控告不得由被检举单位及其下级办理", "whom a report accuses does not handle it (Art. 30(3))")
def holder_not_accused(m: Move) -> bool:
    return not reaches_the_accused(m, m.case.holder)


@guard("检举控告现由被检举单位持有", "a report lies with whom it accuses and must leave")
def holder_is_accused(m: Move) -> bool:
    return reaches_the_accused(m, m.case.holder)


@guard("交办须定期限, 转送不定", "an assignment has a term, a transfer has none (Art. 22)", "mode", "term")
def term_if_assigned(m: Move) -> bool:
    term = m.facts["term"]
    return term is not None and term >= m.on if m.facts["mode"] == Mode.ASSIGN else term is None


@guard("须在五个工作日内提出异议, 且只能一次", "the term for an objection runs (Art. 23(3))")
def objection_in_time(m: Move) -> bool:
    return in_time(m, "P-OBJECT")


@guard(
    "须说明异议理由和依据",
    "the objection has reasons and a legal basis (Art. 23(3))",
    "reasons",
    "legal_basis",
)
def objection_reasoned(m: Move) -> bool:
    return said(m.facts["reasons"]) and said(m.facts["legal_basis"])


@guard("须说明决定理由", "the decision says why", "decision")
def decision_reasoned(m: Move) -> bool:
    return said(m.facts["decision"])


# Acceptance, refusal, other ways.


@guard("本单位有权处理", "the unit is competent", "competent")
def competent(m: Move) -> bool:
    return bool(m.facts["competent"])


@guard("同一事项未在其他单位办理中", "the matter is not in process elsewhere (Art. 19(3))", "elsewhere")
def not_in_process_elsewhere(m: Move) -> bool:
    return not said(m.facts["elsewhere"])


@guard("无不予受理的情形", "no ground for refusal stands against it", "excluded_by")
def nothing_excludes_it(m: Move) -> bool:
    return m.facts["excluded_by"] is None


@guard("走访应到有权处理的本级或上一级", "a visit was made at this level or the next one up (Art. 20(1))")
def visited_at_right_level(m: Move) -> bool:
    came_to = m.case.custody[0].level if m.case.custody else None
    if m.case.channel is not Channel.VISIT or came_to is None or m.case.level is None:
        return True
    return bool(came_to <= m.case.level + 1)


@guard("须告知信访人, 或有证据证明无法告知", "the petitioner was told, or there is proof that nobody can be (Art. 23)",
       "notice", "exemption", "exemption_evidence")  # fmt: skip
def told_or_exempt(m: Move) -> bool:
    exempt = m.facts["exemption"] is not None and said(m.facts["exemption_evidence"])
    return said(m.facts["notice"]) or exempt


@guard(
    "已指定承办人并核查回避",
    "a handler is named, free of direct interest (Art. 28(3))",
    "handler",
    "conflict_checked",
)
def handler_free(m: Move) -> bool:
    handler = m.facts["handler"]
    return said(handler) and not named(handler, m.case.recused) and m.facts.get("conflict_checked", True)


@guard(
    "须告知信访人理由、依据和其他途径",
    "legal basis, notice and the other way are told",
    "legal_basis",
    "notice",
    "other_way",
)
def refusal_told(m: Move) -> bool:
    return all(said(m.facts[part]) for part in ("legal_basis", "notice", "other_way"))


@guard("须属第三十一条第一至五项", "its class is one of Art. 31(1) to (5)")
def divertible_class(m: Move) -> bool:
    return m.case.petition_class in DIVERTIBLE


@guard("须告知法定途径和受理机关", "procedure, organ and notice are told", "procedure", "organ", "notice")
def other_way_told(m: Move) -> bool:
    return all(said(m.facts[part]) for part in ("procedure", "organ", "notice"))


@guard("须由办理单位进行", "it is done by the unit that handles the petition")
def by_responsible_unit(m: Move) -> bool:
    return m.units.exists(m.actor.unit) and m.units.acts_for(m.actor.unit, m.case.responsible, m.on)
