"""Conditions of custody: who may take a dispute, give it on, give it back, and when a closed one comes back."""

from __future__ import annotations

from domain.calendar import TZ
from domain.terms import Ground, Level, Severity
from workflows.guards import said
from workflows.move import Guard, Move, guard


def to_level(level: Level) -> Guard:
    """Selects a row by the level of the unit that the case goes to."""

    def goes_there(m: Move) -> bool:
        unit = m.facts["unit"]
        return m.units.exists(unit) and m.units.is_active(unit, m.on) and m.units.level(unit, m.on) == level

    return Guard(
        f"to_{level.name.lower()}",
        f"目标单位为{level.name}级",
        f"the unit is of {level.name.lower()} level",
        goes_there,
        ("unit",),
    )


def sent_from(level: Level) -> Guard:
    """Selects a row by the level of the unit that sent the case."""

    def came_from(m: Move) -> bool:
        return bool(m.sender) and m.units.level(m.sender, m.on) == level

    return Guard(
        f"sent_from_{level.name.lower()}",
        f"由{level.name}级提交",
        f"it was sent by {level.name.lower()} level",
        came_from,
    )


def closed_in(stage: str) -> Guard:
    """Selects a row by the stage in which the case was closed."""
    return Guard(
        f"closed_in_{stage}",
        f"于{stage}办结",
        f"it closed in {stage}",
        lambda m: m.case.before.partition(".")[0] == stage,
    )


@guard("来源网格或村社现为有效单位", "the origin is an active grid, village or community", "origin")
def origin_active(m: Move) -> bool:
    origin = m.facts["origin"]
    return (
        m.units.exists(origin)
        and m.units.is_active(origin, m.on)
        and m.units.level(origin, m.on) <= Level.VILLAGE
    )


@guard("须有标题", "the dispute has a title", "title")
def titled(m: Move) -> bool:
    return said(m.facts["title"])


@guard("发生日期不得晚于今日", "it must not have begun after today", "onset")
def onset_by_today(m: Move) -> bool:
    return m.facts["onset"] is None or m.facts["onset"] <= m.on


@guard("须是小事", "the issue is minor (小事)")
def is_minor(m: Move) -> bool:
    return bool(m.case.severity is Severity.MINOR)


@guard("须全体当事人同意", "every party agreed in their own word", "agreed_by")
def all_agreed(m: Move) -> bool:
    return bool(m.case.subjects) and m.case.subjects <= set(m.facts["agreed_by"])


@guard("须当场履行", "what was agreed was done on the spot", "fulfilled")
def fulfilled_at_once(m: Move) -> bool:
    return bool(m.facts["fulfilled"])


@guard("须提交本网格所属村社", "the unit is the village of this grid or a body of it", "unit")
def village_of_origin(m: Move) -> bool:
    unit = m.facts["unit"]
    if (
        not m.units.exists(unit)
        or not m.units.is_active(unit, m.on)
        or m.units.level(unit, m.on) != Level.VILLAGE
    ):
        return False
    return m.units.acts_for(unit, m.case.holder, m.on)


@guard("由村级单位直接受理", "the unit that takes it is of village level")
def acts_for_village(m: Move) -> bool:
    return m.units.level(m.actor.unit, m.on) == Level.VILLAGE


@guard("属于调解范围", "it is within the scope of mediation", "within_scope")
def within_scope(m: Move) -> bool:
    return bool(m.facts["within_scope"])


@guard("法院、公安或行政机关未在处理", "no court, police or agency has it already", "elsewhere")
def not_elsewhere(m: Move) -> bool:
    return not said(m.facts["elsewhere"])


@guard("须在退回时限内", "the term for returning it is not over")
def return_in_time(m: Move) -> bool:
    since = m.case.custody[-1].since.astimezone(TZ).date()
    return m.on <= m.calendar.add_working_days(since, m.policy.limits.return_within.count)


@guard(
    "退回次数未超限, 否则由共同上级指定", "it was not returned too often; else the common superior decides"
)
def returns_left(m: Move) -> bool:
    return m.case.returns.get(f"{m.case.sender}>{m.case.holder}", 0) < m.policy.limits.max_returns


@guard("须告知当事人其他合法途径", "the parties were told the other legal ways (Art. 26)", "ways_told")
def other_ways_told(m: Move) -> bool:
    return said(m.facts["ways_told"])


@guard("须逐级上报至直接上级单位", "the unit is exactly one level up", "unit")
def one_level_up(m: Move) -> bool:
    unit = m.facts["unit"]
    return m.units.exists(unit) and m.units.is_superior(unit, m.case.holder, m.on)


@guard("须写明已做工作", "what was tried is written down", "tried")
def tried_told(m: Move) -> bool:
    return said(m.facts["tried"])


@guard(
    "已达调解次数, 或属重大、无权、回避、当事人申请、危险",
    "enough sessions were held here (331), or the ground is one that needs none",
    "ground",
)
def may_go_up(m: Move) -> bool:
    ground = Ground(m.facts["ground"])
    if ground in (Ground.ATTEMPTS_EXHAUSTED, Ground.OVERDUE):
        return enough_attempts(m)
    if ground is Ground.SERIOUS:
        return bool(m.case.severity is Severity.SERIOUS)
    if ground is Ground.DANGER:
        return bool(m.case.dangers)
    return True


def enough_attempts(m: Move) -> bool:
    stage = m.case.before.partition(".")[0] if m.case.state == "closed" else m.case.stage
    return bool(m.case.attempts.get(stage, 0) >= m.policy.limits.attempts.get(m.case.level, 1))


@guard("终止后须是调解不成", "it was terminated because mediation failed, not because a party refused")
def failed_not_refused(m: Move) -> bool:
    return bool(m.case.outcome == "terminated" and not m.case.opted_out)


@guard(
    "越级须符合政策列明的情形", "the policy's skip rule names this danger, and danger was reported", "rule"
)
def skip_rule_applies(m: Move) -> bool:
    return m.facts["rule"] in m.policy.limits.skip_rules and bool(m.case.dangers)


@guard("被越过的单位均已抄告", "every skipped unit was told", "unit", "told")
def skipped_units_told(m: Move) -> bool:
    target = m.units.host(m.facts["unit"], m.on)
    above = m.units.ancestors(m.units.host(m.holder, m.on), m.on)
    if target not in above:
        return False
    return set(above[: above.index(target)]) <= set(m.facts["told"])


@guard("须是直接下级单位", "the unit is directly subordinate", "unit")
def direct_subordinate(m: Move) -> bool:
    unit = m.facts["unit"]
    return (
        m.units.exists(unit) and m.units.is_active(unit, m.on) and m.units.is_superior(m.holder, unit, m.on)
    )


@guard("须定办理时限和责任单位", "a term and who stays responsible are given", "term", "responsible")
def term_given(m: Move) -> bool:
    return m.facts["term"] >= m.on and said(m.facts["responsible"])


@guard("须在共同上级的下级单位中指定", "the unit is under the deciding superior", "unit")
def under_the_superior(m: Move) -> bool:
    unit = m.facts["unit"]
    here = m.units.host(m.actor.unit, m.on)
    return m.units.exists(unit) and m.units.is_active(unit, m.on) and m.units.is_under(unit, here, m.on)


@guard("从 110 接到", "it came from the 110 linkage")
def from_110(m: Move) -> bool:
    return bool(m.case.channel == "police_110")


@guard("须是同级单位", "the unit is of the same level", "unit")
def same_level(m: Move) -> bool:
    return bool(m.units.level(m.facts["unit"], m.on) == m.case.level)


@guard("化解、终止、引导、撤回的案件方可重新办理", "it ended resolved, terminated, diverted or withdrawn")
def reopenable(m: Move) -> bool:
    return m.case.outcome in ("resolved", "terminated", "diverted", "withdrawn")


@guard("案卷齐全: 调解的须有协议或终止记录", "the file is complete: what the outcome needs is in it", "index")
def file_complete(m: Move) -> bool:
    if m.case.outcome == "resolved" and m.case.agreement is None:
        return False
    return said(m.facts["index"]) and not m.case.archived


@guard("已组织联合调处", "joint handling was formed")
def joint_formed(m: Move) -> bool:
    return m.case.joint is not None
