"""Conditions of the handling of petitions: statement, hearing, recusal, settlement, extension, opinion, execution.

Articles are of 信访工作条例 (2022) where no other law is named. Guards only look: nothing is changed here.
"""

from __future__ import annotations

from domain.actor import same_user
from domain.calendar import TZ
from domain.deadline import extension_problem
from domain.length import Length, Unit
from domain.petition import Result
from domain.terms import Severity
from workflows.guards import known, said
from workflows.mediation_guards import days_sound
from workflows.move import Guard, Move, guard


@guard("须填写本案信访人的编号", "it must be a petitioner of this case", "party")
def is_petitioner(m: Move) -> bool:
    return m.facts["party"] in m.case.subjects


@guard("须有记录", "there must be a record", "record")
def recorded(m: Move) -> bool:
    return said(m.facts["record"])


@guard(
    "须写明事由；听证须先公告",
    "the reason must be written down, and a hearing announced first",
    "why",
    "announced",
    "kind",
)
def hearing_prepared(m: Move) -> bool:
    return said(m.facts["why"]) and bool(m.facts["announced"] or m.facts["kind"] != "hearing")


@guard(
    "须先结束进行中的听证、鉴定或勘验", "the hearing, appraisal or survey that is open must be closed first"
)
def no_hearing_open(m: Move) -> bool:
    return not m.case.hearing_open


@guard("须先开始听证、鉴定或勘验", "a hearing, appraisal or survey must be opened first")
def hearing_is_open(m: Move) -> bool:
    return bool(m.case.hearing_open)


@guard("须先对回避申请作出决定", "the request for recusal must be decided first")
def no_recusal_open(m: Move) -> bool:
    return not m.case.recusal_asked


@guard("须是有待决定的回避申请的案件", "there must be a request for recusal that waits for a decision")
def recusal_is_open(m: Move) -> bool:
    return bool(m.case.recusal_asked)


@guard("须更换为另一名承办人", "the new handler must be somebody else", "handler")
def handler_changes(m: Move) -> bool:
    return not same_user(m.facts["handler"], m.case.handler)


@guard(
    "须信访人和对方均同意（第三十三条）",
    "the petitioners and the other side must both agree (Art. 33)",
    "other_side",
    "consents",
)
def both_sides_agree(m: Move) -> bool:
    sides = {*m.case.subjects, m.facts["other_side"]}
    return said(m.facts["other_side"]) and sides <= set(m.facts["consents"])


@guard("关联纠纷须是已登记的案件", "the linked dispute must be one that is recorded here", "dispute")
def dispute_known(m: Move) -> bool:
    return not said(m.facts["dispute"]) or known(m, m.facts["dispute"])


@guard(
    "须有书面协议、双方签名，且不违反强制性规定（第三十三条）",
    "the settlement must be written, signed by both sides, and within the law (Art. 33)",
    "terms",
    "signed_by",
    "lawful",
)
def settlement_sound(m: Move) -> bool:
    sides = {*m.case.subjects, m.case.other_side}
    return said(m.facts["terms"]) and sides <= set(m.facts["signed_by"]) and bool(m.facts["lawful"])


@guard(
    "须是尚未适用简易办理、不属重大矛盾的初信初访",
    "it must be a first petition, not serious, and not handled simply already",
)
def may_be_simple(m: Move) -> bool:
    return m.case.first is True and not m.case.simple and m.case.severity is not Severity.SERIOUS


@guard("须是事实清楚、争议不大的事项", "it must be clear and small", "clear_and_small")
def clear_and_small(m: Move) -> bool:
    return bool(m.facts["clear_and_small"])


def extension(zh: str, en: str, *problems: str) -> Guard:
    """A condition of extending P-HANDLE: none of these problems. A clock under an older policy is judged by its own
    rule when the extension is worked out."""

    def lawful(m: Move) -> bool:
        clock = m.case.clocks.get("P-HANDLE")
        if clock is None or clock.policy != m.policy.ref:
            return clock is not None
        length = Length(m.facts["days"], Unit.CD)
        return extension_problem(clock, length, m.at, m.policy.rule("P-HANDLE")) not in problems

    return Guard(problems[0], zh, en, lawful, ("days",))


EXTENDABLE = (
    days_sound,
    extension(
        "须是正在计算且依规定可以延长的办理期限（第三十四条）",
        "the sixty days must be running, and be such as may be extended (Art. 34)",
        "not_open",
        "not_extendable",
    ),
    extension(
        "办理期限只能延长一次（第三十四条）", "it may be extended only once (Art. 34)", "already_extended"
    ),
    extension(
        "须在期限届满前批准，逾期批准无效（第三十四条）",
        "it must be approved before the deadline: a late one is void (Art. 34)",
        "too_late",
    ),
    extension(
        "延长天数不得超过规定的最长延长期（第三十四条）",
        "it must be no longer than the rule allows (Art. 34)",
        "too_long",
        "other_unit",
    ),
)


@guard("须由承办人以外的人批准（第三十四条）", "somebody other than the handler must approve it (Art. 34)")
def approver_not_handler(m: Move) -> bool:
    return not same_user(m.actor.user, m.case.handler)


@guard(
    "须写明延期理由并告知信访人（第三十四条）",
    "the reasons must be given, and the petitioner told of them (Art. 34)",
    "reasons",
    "notice",
)
def extension_told(m: Move) -> bool:
    return said(m.facts["reasons"]) and said(m.facts["notice"])


@guard(
    "须先听取信访人陈述（第三十一条第六项）", "the petitioner's statement must be heard first (Art. 31(6))"
)
def statement_heard(m: Move) -> bool:
    return bool(m.case.statement_heard)


@guard(
    "须写明诉求、事实和理由、处理意见、依据（第三十二条）",
    "request, facts, opinion and legal basis must be in it (Art. 32)",
    "request",
    "facts",
    "opinion",
    "legal_basis",
)
def opinion_complete(m: Move) -> bool:
    return all(said(m.facts[part]) for part in ("request", "facts", "opinion", "legal_basis"))


@guard("须告知申请复查的权利", "the right to a review must be told", "remedy")
def remedy_told(m: Move) -> bool:
    return said(m.facts["remedy"])


@guard("须写明送达方式和送达凭证", "how it was delivered must be told and proven", "method", "proof")
def delivery_proven(m: Move) -> bool:
    return said(m.facts["method"]) and said(m.facts["proof"])


@guard(
    "签收日不得早于作出日，不得晚于办理当日",
    "it must have been received on or after the day of issue, and not in the future",
    "received_on",
)
def received_by_now(m: Move) -> bool:
    issued = m.case.decided_at
    first_day = issued.astimezone(TZ).date() if issued else m.facts["received_on"]
    return bool(first_day <= m.facts["received_on"] <= m.on)


@guard(
    "须是支持或部分支持的处理意见（第三十二条）",
    "the opinion must support the request, whole or in part (Art. 32)",
)
def opinion_supports(m: Move) -> bool:
    return m.case.opinion is not None and m.case.opinion.result in (Result.SUPPORT, Result.PARTIAL)


@guard(
    "须定执行单位（现存单位）、措施和期限（不早于当日）",
    "a unit that exists today, a measure and a term that is not over must be named",
    "unit",
    "measure",
    "term",
)
def execution_planned(m: Move) -> bool:
    unit = m.facts["unit"]
    known = m.units.exists(unit) and m.units.is_active(unit, m.on)
    return known and said(m.facts["measure"]) and m.facts["term"] >= m.on


@guard("须先责成执行", "execution must be ordered first")
def execution_open(m: Move) -> bool:
    return bool(m.case.execution == "ordered")


@guard("须写明执行凭证", "there must be proof of it", "proof")
def proven(m: Move) -> bool:
    return said(m.facts["proof"])


@guard("须先出具处理意见书", "an opinion must be issued first")
def opinion_issued(m: Move) -> bool:
    return m.case.opinion is not None


@guard("须是以和解办结的案件", "it must have been concluded by a settlement")
def settlement_reached(m: Move) -> bool:
    return bool(m.case.settlement)
