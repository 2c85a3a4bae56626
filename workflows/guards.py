"""Conditions that any case type may ask for. Each is named by what holds, with the sentence shown when it does not."""

from __future__ import annotations

from datetime import date

from domain.actor import same_user
from domain.calendar import TZ
from domain.case import Party
from domain.fact_names import fact_name
from domain.record import CORRECTABLE
from domain.terms import Category, Channel, Severity
from workflows.move import Move, guard
from workflows.staff import may_approve


def said(text: object) -> bool:
    """Whether somebody wrote something at all."""
    return bool(str(text or "").strip())


@guard("须写明理由", "the reason must be written down", "ground")
def ground_given(m: Move) -> bool:
    return said(m.facts.get("ground"))


@guard(
    "须由另一人复核同意，不能是办理人本人",
    "a second person must approve it, not the one who acts",
    "second_approver",
)
def second_person_approves(m: Move) -> bool:
    second = m.facts["second_approver"]
    return said(second) and not same_user(second, m.actor.user)


def fit(m: Move, user: str) -> bool:
    """Whether somebody named is there, in a post that may approve here; unknown where nobody keeps accounts."""
    return m.staff is None or may_approve(m.staff(user, m.on), m.case.holder, m.units, m.on)


@guard(
    "复核人须有账号，并在本案单位或其上级任职",
    "the second person must have an account, and a post in the unit of the case or one above it",
    "second_approver",
)
def second_person_fit(m: Move) -> bool:
    return fit(m, m.facts["second_approver"])


@guard(
    "更正须由另一人批准，不能是办理人本人",
    "a second person must approve the correction, not the one who acts",
    "approved_by",
)
def correction_approved(m: Move) -> bool:
    return said(m.facts["approved_by"]) and not same_user(m.facts["approved_by"], m.actor.user)


@guard(
    "批准人须有账号，并在本案单位或其上级任职",
    "who approved it must have an account, and a post in the unit of the case or one above it",
    "approved_by",
)
def approver_fit(m: Move) -> bool:
    return fit(m, m.facts["approved_by"])


@guard(
    f"须填写可更正的项目：{'、'.join(fact_name(fact).zh for fact in CORRECTABLE)}",
    f"what is corrected must be one of {', '.join(CORRECTABLE)}",
    "field",
)
def fact_correctable(m: Move) -> bool:
    return m.facts["field"] in CORRECTABLE and hasattr(m.case, m.facts["field"])


@guard("原值须与案卷现有记载一致", "the old value must be the one on record", "field", "old")
def old_value_matches(m: Move) -> bool:
    value = getattr(m.case, m.facts["field"], None)
    return ("" if value is None else str(value)) == m.facts["old"]


@guard(
    "新值须是该项可用的值，且与原值不同，日期不得晚于当日",
    "the new value must be one that this fact can have, another than the old, and no day to come",
    "field",
    "new",
    "old",
)
def new_value_fits(m: Move) -> bool:
    fact, new = m.facts["field"], m.facts["new"]
    if new == m.facts["old"]:
        return False
    if fact == "origin":
        return m.units.exists(new) and m.units.is_active(new, m.on)
    kind = {"severity": Severity, "category": Category, "channel": Channel, "onset": date.fromisoformat}.get(
        fact
    )
    try:
        value = new.strip() if kind is None else kind(new)
    except ValueError:
        return False
    return value <= m.on if isinstance(value, date) else bool(value)


@guard("须填写另一个案件的编号，不能是本案", "the other case must be another one than this", "other")
def other_is_another(m: Move) -> bool:
    return said(m.facts["other"]) and m.facts["other"] != m.case.code


@guard("须填写已登记案件的编号", "the other case must be one that is recorded here", "other")
def other_known(m: Move) -> bool:
    return known(m, m.facts["other"])


def known(m: Move, code: str) -> bool:
    """Whether there is a case of this code; a house that cannot look believes it."""
    return m.cases is None or m.cases(code)


@guard("同一当事人只能登记一次，请删去重复项", "each party must be entered only once", "parties")
def parties_once(m: Move) -> bool:
    return once(m.facts["parties"])


def once(parties: tuple[Party, ...]) -> bool:
    return len({party.subject for party in parties}) == len(parties)


@guard("须写明依据", "the evidence must be named", "evidence")
def evidence_named(m: Move) -> bool:
    return said(m.facts["evidence"])


@guard(
    "方案须写明责任领导、责任人、期限（不早于当日）和化解措施",
    "the plan must name leader, person, a term that is not over, and what is guaranteed",
    "leader",
)
def plan_complete(m: Move) -> bool:
    return all(said(m.facts[part]) for part in ("leader", "person", "guarantee")) and m.facts["term"] >= m.on


@guard("重大矛盾须先制定三定一包方案", "a serious case must have its responsibility plan first")
def plan_if_serious(m: Move) -> bool:
    return m.case.severity is not Severity.SERIOUS or m.case.plan is not None


@guard("须选择比现在更高的严重程度", "the new severity must be higher than the present one", "severity")
def severity_higher(m: Move) -> bool:
    return Severity(m.facts["severity"]).rank > m.case.severity.rank


@guard("须选择比现在更低的严重程度", "the new severity must be lower than the present one", "severity")
def severity_lower(m: Move) -> bool:
    return Severity(m.facts["severity"]).rank < m.case.severity.rank


@guard("须选择政策列明的紧急情形", "the kind of danger must be one that the policy names", "rule")
def danger_known(m: Move) -> bool:
    return m.facts["rule"] in m.policy.limits.skip_rules


@guard("须填写现存单位的编号", "the unit must be one that exists today", "unit")
def unit_active(m: Move) -> bool:
    return m.units.exists(m.facts["unit"]) and m.units.is_active(m.facts["unit"], m.on)


@guard(
    "须填写牵头单位和至少一个其他现存单位",
    "a lead and at least one other unit that exists today must be named",
    "lead",
    "members",
)
def joint_units_named(m: Move) -> bool:
    named = {m.facts["lead"], *m.facts["members"]}
    return len(named) > 1 and all(m.units.exists(u) and m.units.is_active(u, m.on) for u in named)


@guard("须填写尚未解除的督办编号", "it must be the number of a supervision that is not lifted yet", "number")
def supervision_open(m: Move) -> bool:
    return m.case.supervisions.get(m.facts["number"]) in ("issued", "answered")


@guard("须填写尚未回复的督办编号", "it must be the number of a supervision that waits for a reply", "number")
def supervision_unanswered(m: Move) -> bool:
    return bool(m.case.supervisions.get(m.facts["number"]) == "issued")


@guard("须是有未解除督办的案件", "there must be a supervision that is not lifted")
def supervised(m: Move) -> bool:
    return any(status != "lifted" for status in m.case.supervisions.values())


@guard(
    "须是上级交办且尚未报结的案件", "a unit above must have assigned it and still be waiting for the report"
)
def assigned_with_term(m: Move) -> bool:
    return any(clock.code == "P-ASSIGNED-REPORT" for clock in m.case.open_clocks())


@guard("须是已并入其他案件的案件", "the case must have been merged")
def is_merged(m: Move) -> bool:
    return bool(m.case.outcome == "merged")


@guard(
    "须由办理人核对并确认事实相同、当事人相同",
    "a person must confirm that the facts and the parties are the same",
    "same_facts",
    "same_parties",
)
def sameness_confirmed(m: Move) -> bool:
    return bool(m.facts["same_facts"]) and bool(m.facts["same_parties"])


@guard("主案须是另一个案件，不能是本案", "the lead must be another case than this", "lead")
def lead_is_another(m: Move) -> bool:
    return said(m.facts["lead"]) and m.facts["lead"] != m.case.code


@guard("须填写本案当时并入的主案", "the lead must be the case that this one was merged into", "lead")
def was_merged_there(m: Move) -> bool:
    return m.case.outcome == "merged" and ("merged_into", m.facts["lead"]) in m.case.links


@guard("须是确已届满且尚未记录的期限", "the deadline must be over, and not recorded yet", "clock", "colour")
def deadline_passed(m: Move) -> bool:
    clock = m.case.clocks.get(m.facts["clock"])
    if clock is None or clock.status != "running" or m.facts["colour"] in clock.missed:
        return False
    limit = clock.warn if m.facts["colour"] == "yellow" and clock.warn else clock.due
    return m.at >= limit


@guard(
    "须在重新办理期限内；超过期限的须有新的事实理由",
    "it must be within the term for reopening: after that there must be new facts",
    "new_facts",
)
def reopening_in_time(m: Move) -> bool:
    if m.case.closed_at is None or m.facts["new_facts"]:
        return True
    days = (m.on - m.case.closed_at.astimezone(TZ).date()).days
    return days <= m.policy.limits.reopen_window_days


@guard("须先报告激化危险", "danger must be reported first")
def danger_reported(m: Move) -> bool:
    return bool(m.case.dangers)


@guard("须写明查看用途", "the purpose of reading it must be written down", "purpose")
def purpose_given(m: Move) -> bool:
    return said(m.facts["purpose"])


@guard("须填写本案当事人的编号", "it must be a party of this case", "subject")
def subject_of_case(m: Move) -> bool:
    return any(party.subject == m.facts["subject"] for party in m.case.parties)
