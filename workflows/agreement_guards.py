"""Conditions of an agreement and of what became of it, with the article they come from."""

from __future__ import annotations

from domain.actor import same_user
from domain.dispute import Form
from domain.organisation import local_date
from domain.terms import Category, Severity
from workflows.guards import said
from workflows.move import Move, guard


@guard(
    "重大矛盾或有人要求的，须采用书面协议",
    "the agreement must be written, because the case is serious or somebody asks for it",
    "form",
    "written_asked",
)
def written_if_needed(m: Move) -> bool:
    needed = m.facts["written_asked"] or m.case.severity is Severity.SERIOUS
    return m.facts["form"] == Form.WRITTEN or not needed


@guard(
    "生效日须在上报日之后、不晚于办理当日",
    "the agreement must take effect between the day of the report and today",
    "effective_on",
)
def effective_by_now(m: Move) -> bool:
    opened = local_date(m.case.opened_at)
    return bool(opened <= m.facts["effective_on"] <= m.on)


@guard(
    "协议须写明事实、条款，每项义务须有履行期限（人民调解法第二十九条）",
    "facts, terms, and a day for each obligation must be in it (Art. 29)",
    "facts",
    "terms",
    "obligations",
)
def contents_complete(m: Move) -> bool:
    dated = all(o.fulfilled or o.due is not None for o in m.facts["obligations"])
    return said(m.facts["facts"]) and said(m.facts["terms"]) and dated


@guard("每项义务须由本案当事人承担", "each obligation must be owed by a party of this case", "obligations")
def owed_by_parties(m: Move) -> bool:
    return {o.who for o in m.facts["obligations"]} <= m.case.subjects


@guard(
    "义务的履行期限不得早于协议生效日",
    "no obligation may be due before the agreement takes effect",
    "obligations",
    "effective_on",
)
def due_after_effect(m: Move) -> bool:
    return all(o.due is None or o.due >= m.facts["effective_on"] for o in m.facts["obligations"])


@guard(
    "书面协议须有全体当事人和调解员签名并加盖印章（人民调解法第三十条）",
    "a written agreement must be signed by all parties and the mediator, and sealed (Art. 30)",
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


@guard(
    "须双方当事人共同申请（人民调解法第三十三条）", "both parties must apply together (Art. 33)", "applicants"
)
def joint_application(m: Move) -> bool:
    return bool(m.case.subjects) and m.case.subjects <= set(m.facts["applicants"])


@guard(
    "须在协议生效之日起三十日内申请（人民调解法第三十三条）",
    "it must be asked for within thirty days of the day on which the agreement takes effect (Art. 33)",
)
def confirmation_in_time(m: Move) -> bool:
    clock = m.case.clocks.get("D-CONFIRM")
    return clock is not None and clock.is_open and m.at < clock.due


@guard(
    "身份关系、收养、婚姻效力事项不能申请司法确认，须另寻途径",
    "matters of identity, adoption or marriage cannot be confirmed: another way must be taken",
)
def confirmable(m: Move) -> bool:
    return bool(m.case.category is not Category.FAMILY_STATUS)


@guard("须先申请司法确认", "confirmation must be applied for first")
def confirmation_pending(m: Move) -> bool:
    return bool(m.case.confirmation == "applied")


@guard("须是协议中还有未履行义务的案件", "the agreement must have obligations that are not fulfilled yet")
def something_owed(m: Move) -> bool:
    return any(status != "fulfilled" for status in m.case.owed.values())


@guard(
    "须填写协议中尚未履行的义务序号",
    "it must be the number of an obligation that is not fulfilled yet",
    "number",
)
def obligation_open(m: Move) -> bool:
    return m.case.owed.get(m.facts["number"]) in ("open", "breached")


@guard("须先履行完全部义务", "every obligation must be fulfilled first")
def all_fulfilled(m: Move) -> bool:
    return all(status == "fulfilled" for status in m.case.owed.values())


@guard(
    "须先回访（口头协议当场履行的除外）",
    "a follow-up visit must be made first (unless an oral agreement was fulfilled at once)",
)
def visited(m: Move) -> bool:
    agreement = m.case.agreement
    at_once = agreement and agreement.form is Form.ORAL and all(o.fulfilled for o in agreement.obligations)
    return bool(m.case.visits or at_once)


@guard("须由主持调解员以外的人确认化解", "somebody other than the chair of the mediation must confirm it")
def not_the_chair(m: Move) -> bool:
    return not same_user(m.actor.user, m.case.chair)
