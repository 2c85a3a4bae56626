"""Conditions of the work of mediation, with the article they come from where there is one."""

from __future__ import annotations

from domain.actor import named, same_user
from workflows.guards import said
from workflows.move import Move, guard


@guard(
    "须指定无利害关系、未被申请回避的主持人和调解员",
    "chair and mediators must be named who have no conflict and were not asked to withdraw",
    "chair",
    "mediators",
)
def no_conflict(m: Move) -> bool:
    barred = m.case.conflicted | m.case.recusals
    wanted = (m.facts["chair"], *m.facts["mediators"])
    return said(m.facts["chair"]) and not any(named(user, barred) for user in wanted)


@guard(
    "须包括当事人选定的调解员",
    "the mediators whom the parties chose must be among them",
    "chair",
    "mediators",
)
def choice_honoured(m: Move) -> bool:
    wanted = {m.facts["chair"], *m.facts["mediators"]}
    return all(chosen in wanted for chosen in m.case.chosen.values())


@guard(
    "须选择无利害关系、未被申请回避的调解员",
    "the mediator chosen must have no conflict and not have been asked to withdraw",
    "mediator",
)
def chosen_is_free(m: Move) -> bool:
    return said(m.facts["mediator"]) and not named(m.facts["mediator"], m.case.conflicted | m.case.recusals)


@guard("须填写本案当事人的编号", "it must be a party of this case", "party")
def is_party(m: Move) -> bool:
    return m.facts["party"] in m.case.subjects


@guard("须先指定调解员", "mediators must be assigned first")
def has_mediators(m: Move) -> bool:
    return bool(m.case.mediators)


@guard("须填写本案调解员", "it must be a mediator of this case", "mediator")
def is_mediator(m: Move) -> bool:
    return m.facts["mediator"] in m.case.mediators


@guard(
    "被更换的须是本案调解员，接替的须无利害关系、未被申请回避",
    "who goes must be a mediator here, and who comes must have no conflict",
    "old",
    "new",
)
def replacement_sound(m: Move) -> bool:
    free = not named(m.facts["new"], m.case.conflicted | m.case.recusals)
    return m.facts["old"] in m.case.mediators and said(m.facts["new"]) and free


@guard("须先指定主持调解员", "a chair of the mediation must be named first")
def chair_named(m: Move) -> bool:
    return bool(m.case.chair)


@guard("须先更换被申请回避的调解员", "whoever was asked to withdraw must be replaced first")
def no_open_recusal(m: Move) -> bool:
    return not m.case.recusals & set(m.case.mediators)


@guard(
    "须先告知当事人权利义务（人民调解工作若干规定第三十条）",
    "rights and duties must be explained first (2002 Reg. Art. 30)",
)
def rights_explained(m: Move) -> bool:
    return bool(m.case.rights_explained)


@guard(
    "须先取得每位当事人的同意，沉默不算同意（人民调解法第十七条）",
    "every party must consent first; silence is no consent (Art. 17)",
)
def all_consented(m: Move) -> bool:
    return bool(m.case.subjects) and m.case.subjects <= m.case.consents


@guard("须告知每一位当事人", "every party must be told", "told")
def everybody_told(m: Move) -> bool:
    return m.case.subjects <= set(m.facts["told"])


@guard("主持调解员须到会", "the chair must be present", "attended")
def chair_present(m: Move) -> bool:
    return m.case.chair in m.facts["attended"]


@guard("须有记录", "there must be a record", "record")
def recorded(m: Move) -> bool:
    return said(m.facts["record"])


@guard("中止原因须是政策列明的原因", "the cause must be one that the policy names", "cause")
def cause_known(m: Move) -> bool:
    return m.facts["cause"] in m.policy.limits.suspend_causes


@guard("须全体当事人申请", "every party must ask for it", "asked_by")
def all_parties_ask(m: Move) -> bool:
    return bool(m.case.subjects) and m.case.subjects <= set(m.facts["asked_by"])


@guard("延长天数须为 1 至 365 天", "it must be extended by 1 to 365 days", "days")
def days_sound(m: Move) -> bool:
    return bool(1 <= m.facts["days"] <= 365)


@guard("须在调解期限届满前延长", "it must be extended before the term of mediation is over")
def mediation_term_runs(m: Move) -> bool:
    clock = m.case.clocks.get("D-MEDIATE")
    return clock is not None and clock.is_open and m.at < clock.due


@guard(
    "调解期限只能延长一次，已延长过的须按期办结或终止",
    "the term may be extended only once: agree or terminate in time",
)
def not_extended_yet(m: Move) -> bool:
    clock = m.case.clocks.get("D-MEDIATE")
    return clock is not None and clock.extension is None


@guard("须由本案调解员以外的人批准延期", "somebody who is no mediator of this case must approve it")
def approver_not_mediator(m: Move) -> bool:
    return not named(m.actor.user, m.case.mediators)


@guard(
    "须由本案调解员提出、另一人批准",
    "a mediator of this case must propose it, and somebody else decide",
    "proposed_by",
)
def mediator_proposes(m: Move) -> bool:
    return m.facts["proposed_by"] in m.case.mediators and not same_user(m.facts["proposed_by"], m.actor.user)


@guard(
    "须由本案当事人本人签署撤回",
    "those who withdraw must be parties and sign it themselves",
    "withdrawn_by",
    "signed",
)
def withdrawn_by_parties(m: Move) -> bool:
    given = set(m.facts["withdrawn_by"])
    return bool(given) and given <= m.case.subjects and bool(m.facts["signed"])


@guard("须先登记当事人", "the parties must be entered first")
def parties_known(m: Move) -> bool:
    return bool(m.case.subjects)


@guard("须记录其本人陈述", "their own statement must be written down", "statement")
def statement_given(m: Move) -> bool:
    return said(m.facts["statement"])
