"""Conditions of the mediation of disputes, with the article they come from where there is one."""

from __future__ import annotations

from domain.calendar import TZ
from domain.dispute import Form
from domain.terms import Category, Ground, Level, Severity
from workflows.guards import said
from workflows.move import Guard, Move, guard

STAGE_OF = {
    Level.GRID: "reported",
    Level.VILLAGE: "village_mediation",
    Level.TOWNSHIP: "township_coordination",
    Level.COUNTY: "escalation",
}


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


@guard("调解员无利害关系", "no mediator has a conflict or was asked to withdraw", "chair", "mediators")
def no_conflict(m: Move) -> bool:
    named = {m.facts["chair"], *m.facts["mediators"]}
    return said(m.facts["chair"]) and not named & (m.case.conflicted | m.case.recusals)


@guard("尊重当事人选定的调解员", "the mediators that parties chose are among them", "chair", "mediators")
def choice_honoured(m: Move) -> bool:
    named = {m.facts["chair"], *m.facts["mediators"]}
    return all(chosen in named for chosen in m.case.chosen.values())


@guard("所选调解员无利害关系", "the chosen mediator has no conflict", "mediator")
def chosen_is_free(m: Move) -> bool:
    return said(m.facts["mediator"]) and m.facts["mediator"] not in m.case.conflicted | m.case.recusals


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
    free = m.facts["new"] not in m.case.conflicted | m.case.recusals
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


@guard("须在调解期限届满前", "the mediation term is not over")
def mediation_term_runs(m: Move) -> bool:
    clock = m.case.clocks.get("D-MEDIATE")
    return clock is not None and clock.is_open and m.at < clock.due


@guard("调解期限只能延长一次", "the term was not extended before")
def not_extended_yet(m: Move) -> bool:
    clock = m.case.clocks.get("D-MEDIATE")
    return clock is not None and clock.extension is None


@guard(
    "须采用书面协议",
    "a written form, because the case is serious or somebody asked for it",
    "form",
    "written_asked",
)
def written_if_needed(m: Move) -> bool:
    needed = m.facts["written_asked"] or m.case.severity is Severity.SERIOUS
    return m.facts["form"] == Form.WRITTEN or not needed


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
    return m.case.subjects <= set(m.facts["signed_by"]) and m.facts["mediator_signed"] and m.facts["sealed"]


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


@guard("须由调解员提出, 由另一人批准", "the mediator proposes it and somebody else decides", "proposed_by")
def mediator_proposes(m: Move) -> bool:
    return m.facts["proposed_by"] in m.case.mediators and m.facts["proposed_by"] != m.actor.user


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
    return m.case.attempts.get(stage, 0) >= m.policy.limits.attempts.get(m.case.level, 1)


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
        m.units.exists(unit)
        and m.units.is_active(unit, m.on)
        and m.units.is_superior(m.holder, unit, m.on)
    )


@guard("须定办理时限和责任单位", "a term and who stays responsible are given", "term", "responsible")
def term_given(m: Move) -> bool:
    return m.facts["term"] >= m.on and said(m.facts["responsible"])


@guard("须在共同上级的下级单位中指定", "the unit is under the deciding superior", "unit")
def under_the_superior(m: Move) -> bool:
    unit = m.facts["unit"]
    here = m.units.host(m.actor.unit, m.on)
    return m.units.exists(unit) and m.units.is_active(unit, m.on) and m.units.is_under(unit, here, m.on)


@guard(
    "须由申请人亲自签署撤回",
    "those who withdraw are parties and signed it themselves",
    "withdrawn_by",
    "signed",
)
def withdrawn_by_parties(m: Move) -> bool:
    given = set(m.facts["withdrawn_by"])
    return bool(given) and given <= m.case.subjects and bool(m.facts["signed"])


@guard("从 110 接到", "it came from the 110 linkage")
def from_110(m: Move) -> bool:
    return bool(m.case.channel == "police_110")


@guard("已登记当事人", "the parties are registered")
def parties_known(m: Move) -> bool:
    return bool(m.case.subjects)


@guard("须是同级单位", "the unit is of the same level", "unit")
def same_level(m: Move) -> bool:
    return bool(m.units.level(m.facts["unit"], m.on) == m.case.level)


@guard("须记录其本人陈述", "their own statement is written down", "statement")
def statement_given(m: Move) -> bool:
    return said(m.facts["statement"])


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
