"""Conditions of an agreement and of what became of it, with the article they come from."""

from __future__ import annotations

from domain.dispute import Form
from domain.organisation import local_date
from domain.terms import Category, Severity
from workflows.guards import said
from workflows.move import Move, guard


@guard(
    "须采用书面协议",
    "a written form, because the case is serious or somebody asked for it",
    "form",
    "written_asked",
)
def written_if_needed(m: Move) -> bool:
    needed = m.facts["written_asked"] or m.case.severity is Severity.SERIOUS
    return m.facts["form"] == Form.WRITTEN or not needed


@guard("生效日不早于上报日、不晚于当日", "it takes effect between the report and today", "effective_on")
def effective_by_now(m: Move) -> bool:
    return bool(local_date(m.case.opened_at) <= m.facts["effective_on"] <= m.on)


@guard(
    "协议内容完整: 事实、条款、义务及期限",
    "facts, terms, and each obligation with its day (Art. 29)",
    "facts",
    "terms",
    "obligations",
)
def contents_complete(m: Move) -> bool:
    dated = all(o.fulfilled or o.due is not None for o in m.facts["obligations"])
    return said(m.facts["facts"]) and said(m.facts["terms"]) and dated


@guard(
    "全体当事人签名、调解员签名、加盖印章",
    "all parties and the mediator signed, and the seal is on it (Art. 30)",
    "form",
    "signed_by",
    "mediator_signed",
    "sealed",
)
def signed_if_written(m: Move) -> bool:
    if m.facts["form"] != Form.WRITTEN:
        return True
    return bool(
        m.case.subjects <= set(m.facts["signed_by"]) and m.facts["mediator_signed"] and m.facts["sealed"]
    )


@guard("须双方共同申请", "both parties apply together (Art. 33)", "applicants")
def joint_application(m: Move) -> bool:
    return bool(m.case.subjects) and m.case.subjects <= set(m.facts["applicants"])


@guard("须在协议生效三十日内", "within thirty days of the effective date (Art. 33)")
def confirmation_in_time(m: Move) -> bool:
    clock = m.case.clocks.get("D-CONFIRM")
    return clock is not None and clock.is_open and m.at < clock.due


@guard("身份关系等事项不予司法确认", "it is no matter of identity, adoption or marriage")
def confirmable(m: Move) -> bool:
    return bool(m.case.category is not Category.FAMILY_STATUS)


@guard("已申请司法确认", "confirmation was applied for")
def confirmation_pending(m: Move) -> bool:
    return bool(m.case.confirmation == "applied")


@guard("协议中有未履行的义务", "the agreement has obligations that are not fulfilled")
def something_owed(m: Move) -> bool:
    return any(status != "fulfilled" for status in m.case.owed.values())


@guard(
    "协议中有此项义务且未履行",
    "the agreement has an obligation with this number that is not fulfilled",
    "number",
)
def obligation_open(m: Move) -> bool:
    return m.case.owed.get(m.facts["number"]) in ("open", "breached")


@guard("全部义务已履行", "every obligation is fulfilled")
def all_fulfilled(m: Move) -> bool:
    return all(status == "fulfilled" for status in m.case.owed.values())


@guard(
    "已回访 (口头协议当场履行者除外)",
    "one follow-up visit was made (not for an oral agreement fulfilled at once)",
)
def visited(m: Move) -> bool:
    agreement = m.case.agreement
    at_once = agreement and agreement.form is Form.ORAL and all(o.fulfilled for o in agreement.obligations)
    return bool(m.case.visits or at_once)


@guard("化解确认人不是主持调解员", "who confirms it is not the chair of the mediation")
def not_the_chair(m: Move) -> bool:
    return bool(m.actor.user != m.case.chair)
