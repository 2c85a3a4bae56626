"""The words of the township, as enumerations. Values are stored in the log: add, never rename."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """层级. Where a case is held; changed only by custody moves."""

    GRID = 0  # 网格
    VILLAGE = 1  # 村(社区)
    TOWNSHIP = 2  # 乡镇(街道)
    COUNTY = 3  # 县(市区)
    CITY = 4  # 设区的市
    PROVINCE = 5  # 省


class Severity(StrEnum):
    """严重程度. MINOR 小事, MAJOR 大事, SERIOUS 重大矛盾."""

    MINOR = "minor"
    MAJOR = "major"
    SERIOUS = "serious"

    @property
    def rank(self) -> int:
        return (Severity.MINOR, Severity.MAJOR, Severity.SERIOUS).index(self)


class Role(StrEnum):
    """岗位角色: the office in which somebody acts (never a property of a citizen)."""

    REPORTER = "reporter"  # 网格员/信息员
    MEDIATOR = "mediator"  # 调解员
    HANDLER = "handler"  # 承办人
    UNIT_HEAD = "unit_head"  # 单位负责人
    INTAKE = "intake"  # 登记员/信访窗口
    SPONSOR = "sponsor"  # 包案领导
    SUPERVISOR = "supervisor"  # 督查
    REVIEWER = "reviewer"  # 复查复核机关
    AUDITOR = "auditor"  # 审计(只读)
    PRIVACY_OFFICER = "privacy_officer"  # 个人信息保护负责人
    POLICY_ADMIN = "policy_admin"
    ORG_ADMIN = "org_admin"
    CITIZEN = "citizen"  # 当事人/信访人 (through counter, code or web)
    SYSTEM = "system"


class UnitKind(StrEnum):
    """单位类型."""

    CITY = "city"  # 设区的市
    COUNTY = "county"
    SUBDISTRICT = "subdistrict"  # 街道
    TOWN = "town"  # 镇
    RURAL_TOWNSHIP = "rural_township"  # 乡
    VILLAGE = "village"  # 村委会
    COMMUNITY = "community"  # 居委会
    GRID = "grid"  # 网格
    CENTRE = "centre"  # 综治/社会治理中心
    COMMITTEE = "committee"  # 人民调解委员会
    STUDIO = "studio"  # 老娘舅工作室
    ENTERPRISE_COMMITTEE = "enterprise_committee"  # 企业调委会
    LINKAGE_ROOM = "linkage_room"  # 110 联动调解室
    BUREAU = "bureau"  # 县级部门


class Channel(StrEnum):
    """渠道: how a matter reached us (信访工作条例 Art. 17 and the township's own doors)."""

    SCREENING = "screening"  # 排查
    DUTY_DESK = "duty_desk"  # 村级值班
    PATROL = "patrol"  # 巡防
    VISIT = "visit"  # 走访
    LETTER = "letter"  # 书信
    WEB = "web"  # 信息网络
    PHONE = "phone"  # 电话
    FAX = "fax"  # 传真
    HOTLINE = "hotline"  # 12345
    POLICE_110 = "police_110"  # 110 联动
    COURT_REFERRAL = "court_referral"  # 诉调对接
    ENTERPRISE = "enterprise"  # 企业
    UPPER_UNIT = "upper_unit"  # 上级交办
    UNKNOWN = "unknown"  # only for imported history


class Source(StrEnum):
    """来源: through what an event entered the log."""

    DESK = "desk"
    MOBILE = "mobile"
    API = "api"
    IMPORT = "import"
    DEMO = "demo"
    SWEEP = "sweep"


class Outcome(StrEnum):
    """办结结果: how a closed case ended."""

    RESOLVED = "resolved"  # 已化解
    TERMINATED = "terminated"  # 调解终止
    DECLINED = "declined"  # 不予受理
    DIVERTED = "diverted"  # 导入其他途径
    WITHDRAWN = "withdrawn"  # 撤回
    MERGED = "merged"  # 并案
    VOIDED = "voided"  # 作废
    FINAL = "final"  # 三级终结


class Category(StrEnum):
    """纠纷类型."""

    FAMILY = "family"  # 婚姻家庭
    FAMILY_STATUS = "family_status"  # 身份关系、收养、婚姻效力 (no court confirmation)
    NEIGHBOUR = "neighbour"  # 邻里
    HOMESTEAD = "homestead"  # 宅基地
    LAND = "land"  # 山林土地
    LABOUR = "labour"  # 劳动争议
    DAMAGES = "damages"  # 损害赔偿
    CONTRACT = "contract"  # 合同
    PROPERTY = "property"  # 物业
    MEDICAL = "medical"  # 医疗
    TRAFFIC = "traffic"  # 道路交通事故
    ENVIRONMENT = "environment"  # 环境
    OTHER = "other"  # 其他


class Ground(StrEnum):
    """上报理由: why a case goes up a level."""

    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    SERIOUS = "serious"
    NOT_COMPETENT = "not_competent"
    CONFLICT = "conflict"
    PARTY_REQUEST = "party_request"
    DANGER = "danger"
    OVERDUE = "overdue"


class Colour(StrEnum):
    """预警色: rates a duty of a unit, never a person."""

    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


class PetitionClass(StrEnum):
    """信访事项分类 (信访工作条例 Art. 29-31). Only CLAIM_OTHER, Art. 31(6), has the sixty-day clock."""

    ADVICE = "advice"  # 建议意见 Art. 29
    REPORT = "report"  # 检举控告 Art. 30: nothing of it may reach whom it accuses
    CLAIM_LITIGATION = "claim_litigation"  # 31(1) 诉讼、刑事、公安等司法程序
    CLAIM_ARBITRATION = "claim_arbitration"  # 31(2) 仲裁
    CLAIM_PARTY = "claim_party"  # 31(3) 党员申诉、申请复审
    CLAIM_RECONSIDERATION = "claim_reconsideration"  # 31(4) 行政复议等行政程序
    CLAIM_ADMINISTRATIVE = "claim_administrative"  # 31(5) 申请查处违法行为、履行法定职责
    CLAIM_OTHER = "claim_other"  # 31(6) 其他申诉求决: heard, investigated, answered with an opinion


class Referral(StrEnum):
    """引导理由: why a matter goes another way than mediation. What a party chose is a right and no unit's failure."""

    SPECIAL_ORGAN = "special_organ"  # 依法只能由专门机关处理
    ALREADY_IN_COURT = "already_in_court"  # 法院已受理
    WITH_POLICE = "with_police"  # 公安机关已处理
    WITH_AGENCY = "with_agency"  # 行政机关已处理
    LAW_FORBIDS = "law_forbids"  # 法律禁止调解
    PARTY_CHOSE_COURT = "party_chose_court"  # 当事人选择诉讼
    PARTY_CHOSE_ARBITRATION = "party_chose_arbitration"  # 当事人选择仲裁
    PARTY_CHOSE_PETITION = "party_chose_petition"  # 当事人选择信访
