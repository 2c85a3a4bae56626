"""Conditions of the work of mediation, with the article they come from where there is one."""

from __future__ import annotations

from domain.actor import named, same_user
from workflows.guards import said
from workflows.move import Move, guard


@guard("调解员无利害关系", "no mediator has a conflict or was asked to withdraw", "chair", "mediators")
def no_conflict(m: Move) -> bool:
    barred = m.case.conflicted | m.case.recusals
    wanted = (m.facts["chair"], *m.facts["mediators"])
    return said(m.facts["chair"]) and not any(named(user, barred) for user in wanted)


@guard("尊重当事人选定的调解员", "the mediators that parties chose are among them", "chair", "mediators")
def choice_honoured(m: Move) -> bool:
    wanted = {m.facts["chair"], *m.facts["mediators"]}
    return all(chosen in wanted for chosen in m.case.chosen.values())


@guard("所选调解员无利害关系", "the chosen mediator has no conflict", "mediator")
def chosen_is_free(m: Move) -> bool:
    return said(m.facts["mediator"]) and not named(m.facts["mediator"], m.case.conflicted | m.case.recusals)


@guard("须是本案当事人", "it is a party of this case", "party")
def is_party(m: Move) -> bool:
    return m.facts["party"] in m.case.subjects


@guard("已有调解员", "there are mediators")
def has_mediators(m: Move) -> bool:
    return bool(m.case.mediators)


@guard("须是本案调解员", "it is a mediator of this case", "mediator")
def is_mediator(m: Move) -> bool:
    return m.facts["mediator"] in m.case.mediators


@guard(
    "被替换者须是本案调解员, 接替者无利害关系",
    "the old one is a mediator here and the new one has no conflict",
    "old",
    "new",
)
def replacement_sound(m: Move) -> bool:
    free = not named(m.facts["new"], m.case.conflicted | m.case.recusals)
    return m.facts["old"] in m.case.mediators and said(m.facts["new"]) and free


@guard("已指定主持调解员", "a chair of the mediation is named")
def chair_named(m: Move) -> bool:
    return bool(m.case.chair)


@guard("回避申请已处理, 调解员已更换", "whoever was asked to withdraw has been replaced")
def no_open_recusal(m: Move) -> bool:
    return not m.case.recusals & set(m.case.mediators)


@guard("已告知权利义务", "rights and duties were explained (2002 Reg. Art. 30)")
def rights_explained(m: Move) -> bool:
    return bool(m.case.rights_explained)


@guard("每位当事人均已同意", "every party consented; silence is no consent (Art. 17)")
def all_consented(m: Move) -> bool:
    return bool(m.case.subjects) and m.case.subjects <= m.case.consents


@guard("须告知每位当事人", "every party was told", "told")
def everybody_told(m: Move) -> bool:
    return m.case.subjects <= set(m.facts["told"])


@guard("主持人到会", "the chair was present", "attended")
def chair_present(m: Move) -> bool:
    return m.case.chair in m.facts["attended"]


@guard("须有调解记录", "the session has a record (Art. 27)", "record")
def recorded(m: Move) -> bool:
    return said(m.facts["record"])


@guard("中止原因须是政策列明的", "the cause is one that the policy knows", "cause")
def cause_known(m: Move) -> bool:
    return m.facts["cause"] in m.policy.limits.suspend_causes


@guard("须全体当事人申请", "every party asks for it", "asked_by")
def all_parties_ask(m: Move) -> bool:
    return bool(m.case.subjects) and m.case.subjects <= set(m.facts["asked_by"])


@guard("延长天数须为 1 至 365 天", "it must be extended by 1 to 365 days", "days")
def days_sound(m: Move) -> bool:
    return bool(1 <= m.facts["days"] <= 365)


@guard("须在调解期限届满前", "the mediation term is not over")
def mediation_term_runs(m: Move) -> bool:
    clock = m.case.clocks.get("D-MEDIATE")
    return clock is not None and clock.is_open and m.at < clock.due


@guard("调解期限只能延长一次", "the term was not extended before")
def not_extended_yet(m: Move) -> bool:
    clock = m.case.clocks.get("D-MEDIATE")
    return clock is not None and clock.extension is None


@guard("须由调解员提出, 由另一人批准", "the mediator proposes it and somebody else decides", "proposed_by")
def mediator_proposes(m: Move) -> bool:
    return m.facts["proposed_by"] in m.case.mediators and not same_user(m.facts["proposed_by"], m.actor.user)


@guard(
    "须由申请人亲自签署撤回",
    "those who withdraw are parties and signed it themselves",
    "withdrawn_by",
    "signed",
)
def withdrawn_by_parties(m: Move) -> bool:
    given = set(m.facts["withdrawn_by"])
    return bool(given) and given <= m.case.subjects and bool(m.facts["signed"])


@guard("已登记当事人", "the parties are registered")
def parties_known(m: Move) -> bool:
    return bool(m.case.subjects)


@guard("须记录其本人陈述", "their own statement is written down", "statement")
def statement_given(m: Move) -> bool:
    return said(m.facts["statement"])
