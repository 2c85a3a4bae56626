"""Conditions that any case type may ask for. Each is named by what holds, with the sentence shown when it does not."""

from __future__ import annotations

from datetime import date

from domain.actor import same_user
from domain.calendar import TZ
from domain.case import Party
from domain.record import CORRECTABLE
from domain.terms import Category, Channel, Severity
from workflows.move import Move, guard


def said(text: object) -> bool:
    """Whether somebody wrote something at all."""
    return bool(str(text or "").strip())


@guard("须写明理由", "a ground is given", "ground")
def ground_given(m: Move) -> bool:
    return said(m.facts.get("ground"))


@guard("须由另一人复核同意", "a second person, not the actor, approves", "second_approver")
def second_person_approves(m: Move) -> bool:
    second = m.facts["second_approver"]
    return said(second) and not same_user(second, m.actor.user)


@guard("更正须经另一人批准", "a second person, not the actor, approved the correction", "approved_by")
def correction_approved(m: Move) -> bool:
    return said(m.facts["approved_by"]) and not same_user(m.facts["approved_by"], m.actor.user)


@guard(f"可更正的事实: {', '.join(CORRECTABLE)}", f"the fact is one of {', '.join(CORRECTABLE)}", "field")
def fact_correctable(m: Move) -> bool:
    return m.facts["field"] in CORRECTABLE and hasattr(m.case, m.facts["field"])


@guard("原值与案卷一致", "the old value is the one on record", "field", "old")
def old_value_matches(m: Move) -> bool:
    value = getattr(m.case, m.facts["field"], None)
    return ("" if value is None else str(value)) == m.facts["old"]


@guard(
    "新值须可用于该事实, 且与原值不同",
    "the new value is one that this fact can have, and another one",
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


@guard("须填写另一个案件的编号", "the other case must be another one", "other")
def other_is_another(m: Move) -> bool:
    return said(m.facts["other"]) and m.facts["other"] != m.case.code


@guard("须填写已登记案件的编号", "the other case must be one that is recorded here", "other")
def other_known(m: Move) -> bool:
    return known(m, m.facts["other"])


def known(m: Move, code: str) -> bool:
    """Whether there is a case of this code; a house that cannot look believes it."""
    return m.cases is None or m.cases(code)


@guard("当事人不得重复登记", "each party must be entered only once", "parties")
def parties_once(m: Move) -> bool:
    return once(m.facts["parties"])


def once(parties: tuple[Party, ...]) -> bool:
    return len({party.subject for party in parties}) == len(parties)


@guard("须附证据", "evidence is named", "evidence")
def evidence_named(m: Move) -> bool:
    return said(m.facts["evidence"])


@guard(
    "方案四项齐全: 责任领导、责任人、时限、包化解措施",
    "the plan names leader, person, term and guarantee",
    "leader",
)
def plan_complete(m: Move) -> bool:
    return all(said(m.facts[part]) for part in ("leader", "person", "guarantee")) and m.facts["term"] >= m.on


@guard("重大矛盾须先有三定一包方案", "a serious case has its responsibility plan first")
def plan_if_serious(m: Move) -> bool:
    return m.case.severity is not Severity.SERIOUS or m.case.plan is not None


@guard("只能提高", "the new severity is higher", "severity")
def severity_higher(m: Move) -> bool:
    return Severity(m.facts["severity"]).rank > m.case.severity.rank


@guard("只能降低", "the new severity is lower", "severity")
def severity_lower(m: Move) -> bool:
    return Severity(m.facts["severity"]).rank < m.case.severity.rank


@guard("须是政策列明的紧急情形", "the kind of danger is one the policy names", "rule")
def danger_known(m: Move) -> bool:
    return m.facts["rule"] in m.policy.limits.skip_rules


@guard("目标单位现为有效单位", "the unit exists and is active on that day", "unit")
def unit_active(m: Move) -> bool:
    return m.units.exists(m.facts["unit"]) and m.units.is_active(m.facts["unit"], m.on)


@guard(
    "已有过联合调处的单位名单",
    "joint handling names a lead and at least one other active unit",
    "lead",
    "members",
)
def joint_units_named(m: Move) -> bool:
    named = {m.facts["lead"], *m.facts["members"]}
    return len(named) > 1 and all(m.units.exists(u) and m.units.is_active(u, m.on) for u in named)


@guard("督办编号有效", "there is an open supervision with this number", "number")
def supervision_open(m: Move) -> bool:
    return m.case.supervisions.get(m.facts["number"]) in ("issued", "answered")


@guard("督办尚未回复", "the supervision with this number waits for a reply", "number")
def supervision_unanswered(m: Move) -> bool:
    return bool(m.case.supervisions.get(m.facts["number"]) == "issued")


@guard("有未解除的督办", "there is a supervision that is not lifted")
def supervised(m: Move) -> bool:
    return any(status != "lifted" for status in m.case.supervisions.values())


@guard("上级交办且未报结", "an upper unit assigned it and waits for a report")
def assigned_with_term(m: Move) -> bool:
    return any(clock.code == "P-ASSIGNED-REPORT" for clock in m.case.open_clocks())


@guard("本案已并案", "the case was merged")
def is_merged(m: Move) -> bool:
    return bool(m.case.outcome == "merged")


@guard(
    "须经人工确认事实与当事人相同",
    "a person confirms the same facts and the same parties",
    "same_facts",
    "same_parties",
)
def sameness_confirmed(m: Move) -> bool:
    return bool(m.facts["same_facts"]) and bool(m.facts["same_parties"])


@guard("主案不能是本案", "the lead is another case", "lead")
def lead_is_another(m: Move) -> bool:
    return said(m.facts["lead"]) and m.facts["lead"] != m.case.code


@guard("须是已并入的主案", "the lead is the case it was merged into", "lead")
def was_merged_there(m: Move) -> bool:
    return m.case.outcome == "merged" and ("merged_into", m.facts["lead"]) in m.case.links


@guard("该期限确已届满且未记录", "the deadline has passed and was not recorded yet", "clock", "colour")
def deadline_passed(m: Move) -> bool:
    clock = m.case.clocks.get(m.facts["clock"])
    if clock is None or clock.status != "running" or m.facts["colour"] in clock.missed:
        return False
    limit = clock.warn if m.facts["colour"] == "yellow" and clock.warn else clock.due
    return m.at >= limit


@guard(
    "在重新办理期内, 或有新事实", "it closed within the policy's window, or there are new facts", "new_facts"
)
def reopening_in_time(m: Move) -> bool:
    if m.case.closed_at is None or m.facts["new_facts"]:
        return True
    days = (m.on - m.case.closed_at.astimezone(TZ).date()).days
    return days <= m.policy.limits.reopen_window_days


@guard("有正在进行的紧急情况", "danger was reported")
def danger_reported(m: Move) -> bool:
    return bool(m.case.dangers)


@guard("须写明查看目的", "the purpose of reading it is written down", "purpose")
def purpose_given(m: Move) -> bool:
    return said(m.facts["purpose"])


@guard("须是本案当事人", "the reference belongs to this case", "subject")
def subject_of_case(m: Move) -> bool:
    return any(party.subject == m.facts["subject"] for party in m.case.parties)
