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


@guard("须是本案信访人", "it is a petitioner of this case", "party")
def is_petitioner(m: Move) -> bool:
    return m.facts["party"] in m.case.subjects


@guard("须有记录", "there is a record", "record")
def recorded(m: Move) -> bool:
    return said(m.facts["record"])


@guard(
    "须重大复杂疑难, 听证已公告",
    "the matter asks for it, and a hearing was announced",
    "why",
    "announced",
    "kind",
)
def hearing_prepared(m: Move) -> bool:
    return said(m.facts["why"]) and bool(m.facts["announced"] or m.facts["kind"] != "hearing")


@guard("没有进行中的听证、鉴定或勘验", "no hearing, appraisal or survey is open")
def no_hearing_open(m: Move) -> bool:
    return not m.case.hearing_open


@guard("有进行中的听证、鉴定或勘验", "a hearing, appraisal or survey is open")
def hearing_is_open(m: Move) -> bool:
    return bool(m.case.hearing_open)


@guard("回避申请已有决定", "no request for recusal waits for a decision")
def no_recusal_open(m: Move) -> bool:
    return not m.case.recusal_asked


@guard("有待决定的回避申请", "a request for recusal waits for a decision")
def recusal_is_open(m: Move) -> bool:
    return bool(m.case.recusal_asked)


@guard("须是另一名承办人", "the new handler is somebody else", "handler")
def handler_changes(m: Move) -> bool:
    return not same_user(m.facts["handler"], m.case.handler)


@guard(
    "信访人和对方均同意", "the petitioners and the other side both agree (Art. 33)", "other_side", "consents"
)
def both_sides_agree(m: Move) -> bool:
    sides = {*m.case.subjects, m.facts["other_side"]}
    return said(m.facts["other_side"]) and sides <= set(m.facts["consents"])


@guard("关联纠纷须是已登记的案件", "the linked dispute must be one that is recorded here", "dispute")
def dispute_known(m: Move) -> bool:
    return not said(m.facts["dispute"]) or known(m, m.facts["dispute"])


@guard("须有书面协议、双方签名、不违反强制规定", "written terms, signed by both sides, within the law (Art. 33)",
       "terms", "signed_by", "lawful")  # fmt: skip
def settlement_sound(m: Move) -> bool:
    sides = {*m.case.subjects, m.case.other_side}
    return said(m.facts["terms"]) and sides <= set(m.facts["signed_by"]) and bool(m.facts["lawful"])


@guard(
    "限首次提出、尚未适用简易办理、不属重大", "it is a first petition, not serious, and not simple already"
)
def may_be_simple(m: Move) -> bool:
    return m.case.first is True and not m.case.simple and m.case.severity is not Severity.SERIOUS


@guard("事实清楚、争议不大", "it is clear and small", "clear_and_small")
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
        "办理期限正在计算且可延长",
        "the sixty days run and may be extended (Art. 34)",
        "not_open",
        "not_extendable",
    ),
    extension("只能延长一次", "it was not extended before (Art. 34)", "already_extended"),
    extension(
        "须在期限届满前批准", "it is approved before the deadline; a late one is void (Art. 34)", "too_late"
    ),
    extension(
        "不得超过规定的最长延长期", "it is no longer than the rule allows (Art. 34)", "too_long", "other_unit"
    ),
)


@guard("批准人不得是承办人", "who approves it is not the handler (Art. 34)")
def approver_not_handler(m: Move) -> bool:
    return not same_user(m.actor.user, m.case.handler)


@guard("须告知信访人延期理由", "the petitioner is told the reasons (Art. 34)", "reasons", "notice")
def extension_told(m: Move) -> bool:
    return said(m.facts["reasons"]) and said(m.facts["notice"])


@guard("已听取信访人陈述", "the petitioner's statement was heard (Art. 31(6))")
def statement_heard(m: Move) -> bool:
    return bool(m.case.statement_heard)


@guard("须载明诉求、事实和理由、处理意见、依据", "request, facts, opinion and legal basis are in it (Art. 32)",
       "request", "facts", "opinion", "legal_basis")  # fmt: skip
def opinion_complete(m: Move) -> bool:
    return all(said(m.facts[part]) for part in ("request", "facts", "opinion", "legal_basis"))


@guard("须告知复查权利", "the right to a review is told", "remedy")
def remedy_told(m: Move) -> bool:
    return said(m.facts["remedy"])


@guard("须有送达凭证", "how it was delivered is told and proven", "method", "proof")
def delivery_proven(m: Move) -> bool:
    return said(m.facts["method"]) and said(m.facts["proof"])


@guard(
    "签收日不早于作出日, 不晚于今日",
    "it was received after it was issued and not in the future",
    "received_on",
)
def received_by_now(m: Move) -> bool:
    issued = m.case.decided_at
    first_day = issued.astimezone(TZ).date() if issued else m.facts["received_on"]
    return bool(first_day <= m.facts["received_on"] <= m.on)


@guard("支持或部分支持的意见方须执行", "the opinion supports the request, whole or in part (Art. 32)")
def opinion_supports(m: Move) -> bool:
    return m.case.opinion is not None and m.case.opinion.result in (Result.SUPPORT, Result.PARTIAL)


@guard(
    "须定执行单位、措施和期限", "an active unit, a measure and a term are named", "unit", "measure", "term"
)
def execution_planned(m: Move) -> bool:
    unit = m.facts["unit"]
    known = m.units.exists(unit) and m.units.is_active(unit, m.on)
    return known and said(m.facts["measure"]) and m.facts["term"] >= m.on


@guard("已责成执行", "execution was ordered and is not done")
def execution_open(m: Move) -> bool:
    return bool(m.case.execution == "ordered")


@guard("须有执行凭证", "there is proof of it", "proof")
def proven(m: Move) -> bool:
    return said(m.facts["proof"])


@guard("已出具处理意见书", "an opinion was issued")
def opinion_issued(m: Move) -> bool:
    return m.case.opinion is not None


@guard("因和解而办结", "it was concluded by a settlement")
def settlement_reached(m: Move) -> bool:
    return bool(m.case.settlement)
