"""Conditions of custody: who may take a dispute, give it on, give it back, and when a closed one comes back."""

from __future__ import annotations

from domain.calendar import TZ
from domain.names import state_name, value_name
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
        f"须填写{value_name(Level, level).zh}一级的单位",
        f"the unit must be of {value_name(Level, level).en} level",
        goes_there,
        ("unit",),
    )


def sent_from(level: Level) -> Guard:
    """Selects a row by the level of the unit that sent the case."""

    def came_from(m: Move) -> bool:
        return bool(m.sender) and m.units.level(m.sender, m.on) == level

    return Guard(
        f"sent_from_{level.name.lower()}",
        f"须是由{value_name(Level, level).zh}提交的案件",
        f"it must have been sent by a unit of {value_name(Level, level).en} level",
        came_from,
    )


def closed_in(stage: str) -> Guard:
    """Selects a row by the stage in which the case was closed."""
    return Guard(
        f"closed_in_{stage}",
        f"须是在“{state_name(stage).zh}”阶段办结的案件",
        f"it must have been closed in the stage {state_name(stage).en}",
        lambda m: m.case.before.partition(".")[0] == stage,
    )


@guard(
    "来源单位须是现存的网格、村或社区",
    "the place of origin must be a grid, village or community that exists today",
    "origin",
)
def origin_active(m: Move) -> bool:
    origin = m.facts["origin"]
    return (
        m.units.exists(origin)
        and m.units.is_active(origin, m.on)
        and m.units.level(origin, m.on) <= Level.VILLAGE
    )


@guard("须填写标题", "the dispute must have a title", "title")
def titled(m: Move) -> bool:
    return said(m.facts["title"])


@guard("发生日期不得晚于办理当日", "the day on which it began must not lie in the future", "onset")
def onset_by_today(m: Move) -> bool:
    return m.facts["onset"] is None or m.facts["onset"] <= m.on


@guard(
    "须是“小事”才能就地化解；大事、重大矛盾请提交村级调解",
    "only a minor matter (小事) may be settled on the spot: offer any other to the village",
)
def is_minor(m: Move) -> bool:
    return bool(m.case.severity is Severity.MINOR)


@guard("须全体当事人本人同意", "every party must agree in their own word", "agreed_by")
def all_agreed(m: Move) -> bool:
    return bool(m.case.subjects) and m.case.subjects <= set(m.facts["agreed_by"])


@guard(
    "就地化解须当场履行完毕；未当场履行的请提交村级调解",
    "what was agreed must be done on the spot: otherwise offer it to the village",
    "fulfilled",
)
def fulfilled_at_once(m: Move) -> bool:
    return bool(m.facts["fulfilled"])


@guard(
    "须提交给本网格所属的村（社区）或其调解委员会",
    "it must be offered to the village of this grid, or to a body of that village",
    "unit",
)
def village_of_origin(m: Move) -> bool:
    unit = m.facts["unit"]
    if (
        not m.units.exists(unit)
        or not m.units.is_active(unit, m.on)
        or m.units.level(unit, m.on) != Level.VILLAGE
    ):
        return False
    return m.units.acts_for(unit, m.case.holder, m.on)


@guard("须由村（社区）一级的单位直接受理", "a unit of the village level must accept it")
def acts_for_village(m: Move) -> bool:
    return m.units.level(m.actor.unit, m.on) == Level.VILLAGE


@guard(
    "须先确认属于人民调解范围；不属于的请引导其他途径",
    "it must lie within the scope of mediation: otherwise refer it out",
    "within_scope",
)
def within_scope(m: Move) -> bool:
    return bool(m.facts["within_scope"])


@guard(
    "法院、公安或行政机关正在处理的，须先等其结果或引导其他途径",
    "no court, police or agency may have it in hand: refer it out, or wait for them",
    "elsewhere",
)
def not_elsewhere(m: Move) -> bool:
    return not said(m.facts["elsewhere"])


@guard(
    "须在规定的退回期限内退回；期限已过的须继续办理",
    "it must be given back within the term for it: after that the unit keeps it",
)
def return_in_time(m: Move) -> bool:
    since = m.case.custody[-1].since.astimezone(TZ).date()
    return m.on <= m.calendar.add_working_days(since, m.policy.limits.return_within.count)


@guard(
    "退回次数已满，须由共同上级指定管辖",
    "it was given back as often as is allowed: the common superior must decide whose it is",
)
def returns_left(m: Move) -> bool:
    return m.case.returns.get(f"{m.case.sender}>{m.case.holder}", 0) < m.policy.limits.max_returns


@guard(
    "须告知当事人其他合法途径并写明（人民调解法第二十六条）",
    "the parties must be told the other legal ways, and which (Art. 26)",
    "ways_told",
)
def other_ways_told(m: Move) -> bool:
    return said(m.facts["ways_told"])


@guard(
    "须逐级上报：请填写直接上级单位", "it must go up exactly one level: give the unit directly above", "unit"
)
def one_level_up(m: Move) -> bool:
    unit = m.facts["unit"]
    return m.units.exists(unit) and m.units.is_superior(unit, m.case.holder, m.on)


@guard("须写明本级已做的工作", "what was tried here must be written down", "tried")
def tried_told(m: Move) -> bool:
    return said(m.facts["tried"])


@guard(
    "须先达到规定的调解次数（331），或理由属于重大、无权处理、需回避、当事人申请、有激化危险之一且与案卷相符",
    "the required sessions (331) must be held first, or the reason must fit the case and be one that needs none: serious, "
    "not competent, conflict, asked for by a party, danger",
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


@guard(
    "须是调解不成而终止的案件；当事人不愿调解的不得上报",
    "it must have ended because mediation failed: what a party refused does not go up",
)
def failed_not_refused(m: Move) -> bool:
    return bool(m.case.outcome == "terminated" and not m.case.opted_out)


@guard(
    "须先报告激化危险，且危险种类属于政策允许越级的情形",
    "danger must be reported first, and be of a kind for which the policy allows to skip a level",
    "rule",
)
def skip_rule_applies(m: Move) -> bool:
    return m.facts["rule"] in m.policy.limits.skip_rules and bool(m.case.dangers)


@guard("须抄告每一个被越过的单位", "every unit that is skipped must be told", "unit", "told")
def skipped_units_told(m: Move) -> bool:
    target = m.units.host(m.facts["unit"], m.on)
    above = m.units.ancestors(m.units.host(m.holder, m.on), m.on)
    if target not in above:
        return False
    return set(above[: above.index(target)]) <= set(m.facts["told"])


@guard("须交办给直接下级单位", "it must be handed to a unit directly below", "unit")
def direct_subordinate(m: Move) -> bool:
    unit = m.facts["unit"]
    return (
        m.units.exists(unit) and m.units.is_active(unit, m.on) and m.units.is_superior(m.holder, unit, m.on)
    )


@guard(
    "须定办理期限（不早于当日）和责任人",
    "a term that is not over and somebody responsible must be named",
    "term",
    "responsible",
)
def term_given(m: Move) -> bool:
    return m.facts["term"] >= m.on and said(m.facts["responsible"])


@guard("须在本单位的下级单位中指定", "the unit must be one under the unit that decides", "unit")
def under_the_superior(m: Move) -> bool:
    unit = m.facts["unit"]
    here = m.units.host(m.actor.unit, m.on)
    return m.units.exists(unit) and m.units.is_active(unit, m.on) and m.units.is_under(unit, here, m.on)


@guard("须是 110 联动转来的案件", "it must have come from the 110 linkage")
def from_110(m: Move) -> bool:
    return bool(m.case.channel == "police_110")


@guard("须指定同一层级的单位", "the unit must be of the same level as the one that has it", "unit")
def same_level(m: Move) -> bool:
    return bool(m.units.level(m.facts["unit"], m.on) == m.case.level)


@guard(
    "须是已化解、终止、引导其他途径或撤回的案件",
    "it must have ended as resolved, terminated, diverted or withdrawn",
)
def reopenable(m: Move) -> bool:
    return m.case.outcome in ("resolved", "terminated", "diverted", "withdrawn")


@guard(
    "须填写卷宗号；化解的案件须有协议，已归档的不再重复归档",
    "the file must have its number, a resolved case its agreement, and it must not be archived yet",
    "index",
)
def file_complete(m: Move) -> bool:
    if m.case.outcome == "resolved" and m.case.agreement is None:
        return False
    return said(m.facts["index"]) and not m.case.archived


@guard("须先组织联合调处", "joint handling must be formed first")
def joint_formed(m: Move) -> bool:
    return m.case.joint is not None
