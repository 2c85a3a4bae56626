"""What the words of the log are called in Chinese and English: enumerations, stages, phases. Data for every screen.

A member without a name here fails a test. Wording of sentences belongs to whoever writes them, not in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from domain.account import Reach
from domain.agreement import Answer, ConfirmationResult
from domain.case import CLOSED, NEW
from domain.clock import ClockStatus
from domain.dispute import Form
from domain.letter import LetterKind
from domain.petition import (
    Evidence,
    Exemption,
    Inquiry,
    Mode,
    Notice,
    Refusal,
    Resolution,
    Result,
    ReviewResult,
    Satisfaction,
)
from domain.rule import Title
from domain.terms import (
    Category,
    Channel,
    Colour,
    Ground,
    Level,
    Outcome,
    PetitionClass,
    Referral,
    Role,
    Severity,
    Source,
    UnitKind,
)

T = Title

# fmt: off
NAMES: Final[Mapping[type[Enum], Mapping[Any, Title]]] = {
    Level: {
        Level.GRID: T("网格", "grid"),
        Level.VILLAGE: T("村（社区）", "village"),
        Level.TOWNSHIP: T("乡镇（街道）", "township"),
        Level.COUNTY: T("县（市、区）", "county"),
        Level.CITY: T("设区的市", "city"),
        Level.PROVINCE: T("省", "province"),
    },
    Severity: {
        Severity.MINOR: T("小事", "minor"),
        Severity.MAJOR: T("大事", "major"),
        Severity.SERIOUS: T("重大矛盾", "serious"),
    },
    Role: {
        Role.REPORTER: T("网格员", "grid worker"),
        Role.MEDIATOR: T("调解员", "mediator"),
        Role.HANDLER: T("承办人", "handler"),
        Role.UNIT_HEAD: T("单位负责人", "head of unit"),
        Role.INTAKE: T("登记员", "intake clerk"),
        Role.SPONSOR: T("包案领导", "sponsoring leader"),
        Role.SUPERVISOR: T("督查人员", "supervisor"),
        Role.REVIEWER: T("复查复核人员", "reviewer"),
        Role.AUDITOR: T("审计人员", "auditor"),
        Role.PRIVACY_OFFICER: T("个人信息保护负责人", "privacy officer"),
        Role.POLICY_ADMIN: T("规则管理员", "policy administrator"),
        Role.ORG_ADMIN: T("机构管理员", "organisation administrator"),
        Role.CITIZEN: T("群众", "citizen"),
        Role.SYSTEM: T("系统", "the system"),
    },
    Reach: {
        Reach.READ: T("只读", "read"),
        Reach.ACT: T("读取并办理", "read and act"),
    },
    UnitKind: {
        UnitKind.CITY: T("设区的市", "city"),
        UnitKind.COUNTY: T("县（市、区）", "county"),
        UnitKind.SUBDISTRICT: T("街道", "subdistrict"),
        UnitKind.TOWN: T("镇", "town"),
        UnitKind.RURAL_TOWNSHIP: T("乡", "rural township"),
        UnitKind.VILLAGE: T("村", "village"),
        UnitKind.COMMUNITY: T("社区", "community"),
        UnitKind.GRID: T("网格", "grid"),
        UnitKind.CENTRE: T("社会治理中心", "governance centre"),
        UnitKind.COMMITTEE: T("人民调解委员会", "people's mediation committee"),
        UnitKind.STUDIO: T("老娘舅工作室", "mediation studio"),
        UnitKind.ENTERPRISE_COMMITTEE: T("企业调委会", "enterprise mediation committee"),
        UnitKind.LINKAGE_ROOM: T("110联动调解室", "110 linkage room"),
        UnitKind.BUREAU: T("县级部门", "county bureau"),
    },
    Channel: {
        Channel.SCREENING: T("排查", "screening"),
        Channel.DUTY_DESK: T("村级值班", "village duty desk"),
        Channel.PATROL: T("巡防", "patrol"),
        Channel.VISIT: T("走访", "visit"),
        Channel.LETTER: T("书信", "letter"),
        Channel.WEB: T("信息网络", "web"),
        Channel.PHONE: T("电话", "telephone"),
        Channel.FAX: T("传真", "fax"),
        Channel.HOTLINE: T("12345热线", "12345 hotline"),
        Channel.POLICE_110: T("110联动", "110 police linkage"),
        Channel.COURT_REFERRAL: T("诉调对接", "court referral"),
        Channel.ENTERPRISE: T("企业", "enterprise"),
        Channel.UPPER_UNIT: T("上级交办", "upper unit"),
        Channel.UNKNOWN: T("不详", "unknown"),
    },
    Source: {
        Source.DESK: T("窗口", "desk"),
        Source.MOBILE: T("移动端", "mobile"),
        Source.API: T("接口", "API"),
        Source.IMPORT: T("导入", "import"),
        Source.DEMO: T("演示", "demonstration"),
        Source.SWEEP: T("期限巡检", "deadline sweep"),
    },
    Referral: {
        Referral.SPECIAL_ORGAN: T("依法只能由专门机关处理", "only a special organ may decide"),
        Referral.ALREADY_IN_COURT: T("法院已受理", "a court has it"),
        Referral.WITH_POLICE: T("公安机关已处理", "the police have it"),
        Referral.WITH_AGENCY: T("行政机关已处理", "an agency has it"),
        Referral.LAW_FORBIDS: T("法律禁止调解", "the law forbids mediation"),
        Referral.PARTY_CHOSE_COURT: T("当事人选择诉讼", "a party chose the court"),
        Referral.PARTY_CHOSE_ARBITRATION: T("当事人选择仲裁", "a party chose arbitration"),
        Referral.PARTY_CHOSE_PETITION: T("当事人选择信访", "a party chose a petition"),
    },
    Outcome: {
        Outcome.RESOLVED: T("已化解", "resolved"),
        Outcome.TERMINATED: T("调解终止", "terminated"),
        Outcome.DECLINED: T("不予受理", "declined"),
        Outcome.DIVERTED: T("导入其他途径", "diverted"),
        Outcome.WITHDRAWN: T("撤回", "withdrawn"),
        Outcome.MERGED: T("并案", "merged"),
        Outcome.VOIDED: T("作废", "voided"),
        Outcome.FINAL: T("三级终结", "final"),
    },
    Category: {
        Category.FAMILY: T("婚姻家庭", "family"),
        Category.FAMILY_STATUS: T("身份关系", "family status"),
        Category.NEIGHBOUR: T("邻里", "neighbours"),
        Category.HOMESTEAD: T("宅基地", "homestead"),
        Category.LAND: T("山林土地", "land and forest"),
        Category.LABOUR: T("劳动争议", "labour"),
        Category.DAMAGES: T("损害赔偿", "damages"),
        Category.CONTRACT: T("合同", "contract"),
        Category.PROPERTY: T("物业", "property management"),
        Category.MEDICAL: T("医疗", "medical"),
        Category.TRAFFIC: T("道路交通事故", "road traffic"),
        Category.ENVIRONMENT: T("环境", "environment"),
        Category.OTHER: T("其他", "other"),
    },
    Ground: {
        Ground.ATTEMPTS_EXHAUSTED: T("本级调解次数已满", "attempts at this level exhausted"),
        Ground.SERIOUS: T("案情重大", "serious matter"),
        Ground.NOT_COMPETENT: T("超出职权", "not competent"),
        Ground.CONFLICT: T("利害关系", "conflict of interest"),
        Ground.PARTY_REQUEST: T("当事人要求", "asked for by the parties"),
        Ground.DANGER: T("激化危险", "danger"),
        Ground.OVERDUE: T("逾期", "overdue"),
    },
    Colour: {
        Colour.BLUE: T("蓝色", "blue"),
        Colour.YELLOW: T("黄色", "yellow"),
        Colour.RED: T("红色", "red"),
    },
    PetitionClass: {
        PetitionClass.ADVICE: T("建议意见类", "advice"),
        PetitionClass.REPORT: T("检举控告类", "report of misconduct"),
        PetitionClass.CLAIM_LITIGATION: T("申诉求决类（诉讼程序）", "claim: court procedure"),
        PetitionClass.CLAIM_ARBITRATION: T("申诉求决类（仲裁）", "claim: arbitration"),
        PetitionClass.CLAIM_PARTY: T("申诉求决类（党员申诉）", "claim: party appeal"),
        PetitionClass.CLAIM_RECONSIDERATION: T("申诉求决类（行政复议）", "claim: reconsideration"),
        PetitionClass.CLAIM_ADMINISTRATIVE: T("申诉求决类（履行法定职责）", "claim: statutory duty"),
        PetitionClass.CLAIM_OTHER: T("申诉求决类（其他）", "claim: other"),
    },
    ClockStatus: {
        ClockStatus.RUNNING: T("计时中", "running"),
        ClockStatus.PAUSED: T("已中止", "paused"),
        ClockStatus.MET: T("已完成", "met"),
        ClockStatus.LAPSED: T("已失效", "lapsed"),
        ClockStatus.CANCELLED: T("已取消", "cancelled"),
    },
    Form: {Form.ORAL: T("口头", "oral"), Form.WRITTEN: T("书面", "written")},
    Answer: {
        Answer.YES: T("是", "yes"),
        Answer.NO: T("否", "no"),
        Answer.UNANSWERED: T("未答复", "no answer"),
    },
    ConfirmationResult: {
        ConfirmationResult.GRANTED: T("裁定有效", "granted"),
        ConfirmationResult.REFUSED: T("裁定驳回", "refused"),
        ConfirmationResult.WITHDRAWN: T("撤回申请", "withdrawn"),
    },
    Mode: {Mode.TRANSFER: T("转送", "transfer"), Mode.ASSIGN: T("交办", "assignment")},
    Refusal: {
        Refusal.IN_PROCESS_ELSEWHERE: T("其他机关正在办理", "in process elsewhere"),
        Refusal.FINAL_SAME_FACTS: T("已三级终结，事实理由相同", "final, on the same facts"),
        Refusal.LEGAL_PROCEDURE: T("应当通过法定途径", "belongs into a legal procedure"),
        Refusal.NOT_COMPETENT: T("不属于本机关职权", "not competent"),
        Refusal.REVIEW_LAPSED: T("逾期未申请复查复核", "the right to a review has lapsed"),
        Refusal.SKIP_LEVEL_VISIT: T("越级走访", "visit to a higher level"),
        Refusal.AGENT_WITHOUT_MANDATE: T("代理人无授权", "agent without a mandate"),
        Refusal.MEDIATED_AND_EFFECTIVE: T("已达成有效调解协议", "mediated with an effective agreement"),
    },
    Exemption: {
        Exemption.NAME_UNCLEAR: T("姓名不清", "name unclear"),
        Exemption.ADDRESS_UNCLEAR: T("住址不清", "address unclear"),
    },
    Inquiry: {
        Inquiry.HEARING: T("听证", "hearing"),
        Inquiry.APPRAISAL: T("鉴定", "appraisal"),
        Inquiry.SURVEY: T("现场勘验", "on-site survey"),
    },
    Result: {
        Result.SUPPORT: T("支持", "supported"),
        Result.PARTIAL: T("部分支持", "supported in part"),
        Result.EXPLAIN: T("解释说明", "explained"),
        Result.NOT_SUPPORT: T("不予支持", "not supported"),
    },
    ReviewResult: {
        ReviewResult.UPHELD: T("维持", "upheld"),
        ReviewResult.CHANGED: T("变更", "changed"),
        ReviewResult.REVOKED: T("撤销", "revoked"),
    },
    Resolution: {
        Resolution.UNKNOWN: T("未知", "unknown"),
        Resolution.RESOLVED: T("已化解", "resolved"),
        Resolution.UNRESOLVED: T("未化解", "not resolved"),
    },
    Evidence: {
        Evidence.EXECUTED: T("处理意见已执行", "the opinion was executed"),
        Evidence.SETTLEMENT_FULFILLED: T("和解协议已履行", "the settlement was fulfilled"),
        Evidence.PETITIONER_SATISFIED: T("信访人评价满意", "the petitioner is satisfied"),
        Evidence.PETITIONER_STATEMENT: T("信访人书面说明", "statement of the petitioner"),
    },
    Notice: {
        Notice.ACCEPTANCE: T("受理告知", "notice of acceptance"),
        Notice.OPINION: T("处理意见", "opinion"),
        Notice.REVIEW: T("复查意见", "review"),
        Notice.RECHECK: T("复核意见", "recheck"),
    },
    LetterKind: {
        LetterKind.RECEIPT: T("信访事项登记回执", "receipt of registration"),
        LetterKind.ACCEPTANCE: T("信访事项受理告知书", "notice of acceptance"),
        LetterKind.EXTENSION: T("信访事项延长办理期限告知书", "notice of extension"),
        LetterKind.OPINION: T("信访事项处理意见书", "opinion"),
        LetterKind.REFUSAL: T("信访事项不予受理告知书", "notice of refusal"),
        LetterKind.AGREEMENT: T("人民调解协议书", "mediation agreement"),
        LetterKind.RECORD: T("人民调解笔录", "record of mediation"),
        LetterKind.TERMINATION: T("人民调解终止告知书", "notice of termination"),
        LetterKind.DELIVERY: T("送达回证", "proof of delivery"),
    },
    Satisfaction: {
        Satisfaction.SATISFIED: T("满意", "satisfied"),
        Satisfaction.BASICALLY_SATISFIED: T("基本满意", "basically satisfied"),
        Satisfaction.DISSATISFIED: T("不满意", "dissatisfied"),
    },
}

CASE_TYPES: Final[Mapping[str, Title]] = {"dispute": T("矛盾纠纷", "dispute"), "petition": T("信访事项", "petition")}

STAGES: Final[Mapping[str, Title]] = {
    NEW: T("未上报", "not reported"),
    "reported": T("已上报", "reported"),
    "village_mediation": T("村级调解", "village mediation"),
    "township_coordination": T("乡镇协调", "township coordination"),
    "escalation": T("上级处理", "escalation"),
    CLOSED: T("办结", "closed"),
}

PHASES: Final[Mapping[str, Title]] = {
    "offered": T("待受理", "offered"),
    "accepted": T("已受理", "accepted"),
    "mediating": T("调解中", "mediating"),
    "suspended": T("中止", "suspended"),
    "agreed": T("已达成协议", "agreed"),
    "received": T("已收到", "received"),
    "registered": T("已登记", "registered"),
    "routed": T("待受理", "routed"),
    "objected": T("异议中", "objected"),
    "handling": T("办理中", "handling"),
    "concluded": T("已办结", "concluded"),
    "review_open": T("可申请复查", "a review may be asked for"),
    "under_review": T("复查中", "under review"),
    "reviewed": T("已复查，待送达", "reviewed, to be delivered"),
    "recheck_open": T("可申请复核", "a recheck may be asked for"),
    "under_recheck": T("复核中", "under recheck"),
}
# fmt: on


def name_of(member: Enum) -> Title:
    """What a member of one of the enumerations above is called."""
    return NAMES[type(member)][member]


def value_name(kind: type[Enum], value: object) -> Title:
    """The same for a stored value; one that the enumeration does not know is called as it is written."""
    try:
        return NAMES[kind][kind(value)]
    except (KeyError, ValueError):
        return Title(str(value), str(value))


@lru_cache(maxsize=256)
def state_name(state: str) -> Title:
    """The name of a state such as "village_mediation.offered": stage and phase."""
    stage, _, phase = state.partition(".")
    first = STAGES.get(stage, Title(stage, stage))
    if not phase:
        return first
    second = PHASES.get(phase, Title(phase, phase))
    return Title(f"{first.zh}·{second.zh}", f"{first.en}: {second.en}")
