"""What the demonstration's cases are about, in the words of a township's ledger. No names of people.

A line of a dispute reads: what it is about | between whom | what happened | what was agreed. A line of a petition:
field | what it is about | what is said | what is asked for | the competent bureau. Few lines give many cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from domain.terms import Category as C

NAMES: Final = {
    C.NEIGHBOUR: "邻里", C.FAMILY: "婚姻家庭", C.FAMILY_STATUS: "身份关系", C.HOMESTEAD: "宅基地", C.LAND: "山林土地",
    C.LABOUR: "劳动争议", C.DAMAGES: "损害赔偿", C.CONTRACT: "合同", C.PROPERTY: "物业", C.MEDICAL: "医疗",
    C.TRAFFIC: "交通事故", C.ENVIRONMENT: "环境", C.OTHER: "其他",
}  # fmt: skip
SHARE: Final = {
    C.NEIGHBOUR: 25, C.FAMILY: 13, C.FAMILY_STATUS: 1, C.HOMESTEAD: 8, C.LAND: 9, C.LABOUR: 11, C.DAMAGES: 7,
    C.CONTRACT: 7, C.PROPERTY: 7, C.MEDICAL: 2, C.TRAFFIC: 5, C.ENVIRONMENT: 3, C.OTHER: 2,
}  # fmt: skip
ISSUES: Final = {
    C.NEIGHBOUR: """
        屋檐滴水|相邻两户|一方翻修屋面后，雨水滴落到邻家外墙，墙体出现渗水痕迹|加装檐沟并修补渗水墙面
        楼上漏水|上下楼住户|楼上卫生间防水老化，水渗到楼下吊顶|重做防水并赔付吊顶维修费
        通道堆物|相邻两户|公共通道长期堆放柴草杂物，另一方车辆无法进出|清空通道，今后不再堆放
        犬只夜吠|左右邻居|所养犬只夜间吠叫，影响隔壁老人休息|夜间将犬只关入室内并办理登记
        采光遮挡|相邻两户|新搭的棚架挡住了隔壁厨房的光线|将棚架降低八十公分
        围墙边界|相邻两户|重砌围墙时，双方对墙基位置各有说法|按老墙基恢复，费用各半
        排水沟堵塞|相邻两户|房前排水沟被填，雨天倒灌进院|恢复排水沟并共同清淤
        麻将噪音|居民与棋牌室|棋牌室晚间营业声音过大|晚九点后停止营业""",
    C.FAMILY: """
        赡养老人|兄弟姐妹几家|老人轮流居住后，各子女对生活费和看护时间意见不一|按月支付赡养费并轮流看护
        家务琐事|夫妻|因家务分担和子女教育多次争吵|各自分担家务，遇事先商量
        财产分割|兄弟两家|分家时对老屋和存款的分法争执不下|老屋归一方使用，另一方得补偿款
        彩礼返还|解除婚约的两家|婚约解除后对彩礼退还数额有分歧|分两次返还部分彩礼
        子女抚养|离异双方|离婚后对抚养费支付和探望时间有争议|按月支付抚养费，双周探望一次""",
    C.FAMILY_STATUS: """
        收养关系|养父母与养子女|双方对收养手续是否完备、是否继续共同生活有争议|补正材料后依法办理
        婚姻效力|夫妻|一方对登记材料的真实性提出疑问|停止争执，依法申请处理""",
    C.HOMESTEAD: """
        宅基地界址|相邻两户|翻建房屋时地基越过老界桩约三十公分|按界桩退让并恢复地貌
        建房退让|前后两户|新房后墙距离邻屋过近，影响通行|后墙退让五十公分
        老屋继承使用|兄弟两家|兄弟两家对祖屋的使用范围说法不一|东西两间各归一方使用
        出入道路|新老住户|新建围墙占用了邻户的出入小路|留出一米五宽的通道""",
    C.LAND: """
        承包地边界|两户承包户|田埂被逐年削窄，双方对界址各执一词|按承包合同四至重新打桩
        林地界线|两户林农|砍伐毛竹时越过了山界|赔付毛竹款并共同确认山界
        灌溉用水|上下游农户|旱天轮灌次序安排不一，上游截水|按轮灌表用水，设专人管水
        流转租金|承包户与种植大户|土地流转后租金晚付，农户要求收回|十五日内付清租金
        机耕路占用|农户与农机手|扩田时挖窄了机耕路，农机无法通过|恢复机耕路原宽""",
    C.LABOUR: """
        拖欠工资|工人与包工方|工程结束后两个月工资未结清|分两期付清工资
        工伤补偿|务工人员与用工单位|作业时手部受伤，双方对误工费数额有分歧|一次性补偿误工费和营养费
        加班费|员工与企业|旺季加班较多，加班费计算口径不一|按考勤记录补发加班费
        解除劳动关系|员工与企业|合同到期不续签，对经济补偿说法不一|按工作年限支付补偿
        社保补缴|员工与企业|入职前期未缴社会保险|补缴并提供缴费凭证""",
    C.DAMAGES: """
        肢体冲突受伤|两名村民|争吵中推搡致一方轻微擦伤|赔付医药费并当面道歉
        牲畜啃食庄稼|养殖户与邻近农户|散养的山羊啃食了邻家菜地|赔付青苗损失并圈养
        店内滑倒|店主与顾客|顾客在店门口湿滑地面摔倒|赔付检查费和误工费
        施工损坏管线|施工方与住户|平整场地时挖断了邻户水管|修复水管并赔付水费
        树枝砸车|车主与住户|门前枯枝掉落砸坏停放的车辆|承担一半修车费""",
    C.CONTRACT: """
        房屋租赁押金|房东与租客|退租时对墙面损坏的扣款有争议|扣除维修费后退还押金
        苗木买卖|苗农与种植户|交付的苗木成活率低于约定|补种或退还部分货款
        装修质量|房主与装修队|墙面开裂，返工费用由谁承担有分歧|由施工方返工并延长质保
        民间借款|借贷双方|借款到期未还，双方对利息说法不一|分三期归还本金
        店铺转让|转让双方|转让后发现设备缺失|退还部分转让费""",
    C.PROPERTY: """
        物业费收缴|业主与物业|小区保洁不到位，部分业主拒交物业费|物业整改后业主补交费用
        停车位|业主与物业|固定车位被占用，管理方未及时处理|重新划线并加装地锁
        电梯故障|业主与物业|电梯频繁停运，维修拖延|十日内完成大修
        公共区域被占|业主与物业|楼道内长期停放电动车|设集中充电棚，清理楼道""",
    C.MEDICAL: """
        治疗费用|患者家属与卫生院|家属认为治疗方案说明不充分，费用偏高|减免部分费用并书面说明
        术后恢复|患者与卫生院|恢复情况与预期有差距，要求赔偿|补偿后续康复费""",
    C.TRAFFIC: """
        车辆刮擦|两名驾驶人|会车时刮擦，双方对修车费用有分歧|按责任比例分担修车费
        误工费赔付|伤者与车主|伤者休养一个月，对误工费计算不一|一次性赔付误工费
        非机动车相撞|电动车双方|村道转弯处相撞，双方均有轻伤|各自承担医药费，互不追究""",
    C.ENVIRONMENT: """
        加工点噪音|居民与加工点|石材加工点作业声音大、粉尘多|加装隔音和喷淋设施，限时作业
        养殖气味|农户与养殖场|养殖场粪污清运不及时，气味扰民|增加清运次数并覆盖粪池
        油烟扰民|居民与饭店|饭店烟道正对居民窗户|改装烟道""",
    C.OTHER: """
        合作社分红|社员与合作社|社员对年度分红明细有疑问|公开账目并补发差额
        坟地迁移|两户村民|修路涉及迁坟，对补偿有不同意见|择日迁移并付补偿""",
}
ASKS: Final = (
    "双方多次口角，请求调解。",
    "自行协商两次未果，申请调解。",
    "网格走访时发现，双方情绪尚平稳。",
    "双方都愿意坐下来谈。",
    "一方情绪较激动，需尽快介入。",
    "此前村里口头劝过，近日再起争执。",
    "双方对事实无大异议，主要是数额谈不拢。",
)
FIRST_SESSIONS: Final = (
    "分别听取双方意见，查看了现场。双方对起因认识一致，对责任分担分歧较大。",
    "双方到场，各自陈述。调解员释明有关规定，双方同意回去考虑。",
    "先背对背做工作，再面对面交谈。一方态度缓和，数额仍有差距。",
    "请来邻居和老党员一起劝说，双方情绪平复，约定再谈。",
)
NEXT_SESSIONS: Final = (
    "就数额提出折中方案，双方差距缩小。",
    "调解员核对了票据和照片，双方认可主要事实，对履行时间仍有意见。",
    "召集双方亲属参加，讲情讲法，双方原则上接受方案。",
    "一方坚持原主张，另一方不愿再让步，未谈拢。",
)
LAST_SESSIONS: Final = (
    "逐条核对方案，双方当场表示接受。",
    "双方握手言和，同意签订协议。",
    "经反复劝解，双方就责任和期限达成一致。",
)
PROGRESS: Final = (
    "电话联系双方，约定下次调解时间。",
    "到现场丈量并拍照。",
    "走访左邻右舍三户，核实起因。",
    "向司法所咨询有关规定。",
    "调取合同和收据。",
)
PROOFS: Final = ("收条一份", "转账凭证一份", "现场照片三张", "双方签字的履行确认单", "完工照片和验收单")
WAYS: Final = "已告知可以申请仲裁、行政处理或者向人民法院起诉，并提供县法律援助中心联系方式。"
PLACES: Final = ("村调解室", "村委会会议室", "当事人家中", "矛盾纠纷现场", "综合服务大厅调解室")
LATE: Final = (
    "当天在现场处理到很晚，次日补录。",
    "外出走访，山区无信号，回来后补录。",
    "当日系统维护，事后补录。",
    "连续处理两起纠纷，未及时录入。",
)

PETITION_ISSUES: Final = """
    land|征地补偿款发放|征地已半年，尚有部分青苗补偿款未到账|核实并足额发放青苗补偿款|ZR
    land|宅基地审批|建房申请递交三个月没有答复|尽快答复建房申请|ZR
    land|林权登记错误|林权证上的面积与实际不符|更正林权登记|ZR
    housing|安置房质量|安置房外墙渗水，多次报修未解决|限期维修并延长保修|ZJ
    housing|危房改造补助|房屋鉴定为危房，补助迟迟未批|核发危房改造补助|ZJ
    housing|小区加装电梯|加装电梯方案公示后迟迟未动工|说明进展并协调开工|ZJ
    labour|农民工工资|工地停工，工资拖欠三个月|督促支付拖欠工资|RS
    labour|养老保险补缴|早年在乡镇企业工作，缴费记录缺失|核实工龄并补缴|RS
    labour|工伤认定|受伤后单位不申报工伤|受理工伤认定申请|RS
    farm|农机补贴|购机补贴申请后未到账|核实并发放补贴|NY
    farm|高标准农田排水|新修农田排水不畅，雨后积水|整改排水沟|NY
    farm|村集体账目|村集体账目公开不细|公开近三年收支明细|
    farm|灌溉设施|水渠年久失修，旱季无水可用|维修水渠|
    green|河道污染|上游作坊排污，河水发黑|查处排污并治理河道|HB
    green|工厂噪音|厂区夜间施工，噪音扰民|限制夜间施工|HB
    road|村道破损|进村道路坑洼，雨天积水严重|修复村道路面|
    road|公交停靠|公交改线后老人出行不便|恢复停靠站点|
    road|路灯不亮|村口路灯损坏两个月未修|修复路灯|
    water|自来水水压|高处住户水压不足，早晚断水|改造供水管网|
    public|文化广场噪音|广场音响过大，影响休息|限定时段和音量|
    public|垃圾清运|垃圾点清运不及时，异味大|增加清运次数|
    care|低保认定|家庭情况变化后低保被停|重新核定低保资格|
    care|困难救助|家中突遭火灾，生活困难|给予临时救助|
    care|残疾人补贴|护理补贴未按月到账|补发护理补贴|
    order|干部作风|反映窗口工作人员推诿、态度生硬|查实并改进作风|
"""
PETITION_TITLES: Final = (
    "反映{issue}问题",
    "关于{issue}问题的诉求",
    "请求解决{issue}问题",
    "{place}群众反映{issue}问题",
)
BORNE_OUT: Final = (
    "走访三户群众并查阅台账，反映情况基本属实。",
    "调阅档案和发放记录，与信访人所述相符。",
    "经核对原始凭证，发现登记有误。",
    "现场查看并拍照，问题确实存在。",
)
NOT_BORNE_OUT: Final = (
    "调阅档案并走访知情人，反映情况与记录不符。",
    "现场查看，问题存在但程度较所述轻，现行政策尚无相应规定。",
    "经核对，当年已按标准办理，有本人签字的凭证。",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a dispute is about, ready to be written into its events."""

    category: C
    title: str
    summary: str
    facts: str
    terms: str
    owed: str


def dispute_subject(rng: Random, place: str, category: C) -> Subject:
    """A dispute of this category in this place (a village's name)."""
    issue, who, cause, owed = rng.choice(_LINES[category])
    name = NAMES[category]
    title = rng.choice(
        (f"{place}{who}因{issue}发生纠纷", f"{place}{who}{issue}纠纷", f"{place}一起{issue}引发的{name}纠纷")
    )
    return Subject(
        category,
        title,
        f"{cause}。{rng.choice(ASKS)}",
        f"经查，{cause}。双方对上述事实无异议。",
        f"{owed}；双方今后互谅互让，不再为此事争执。",
        owed,
    )


def category_of(rng: Random, month: int) -> C:
    """Which kind of dispute: wages before the Spring Festival, water in the dry months."""
    share = dict(SHARE)
    if month in (12, 1):
        share[C.LABOUR] *= 2
    if month in (7, 8):
        share[C.LAND] = share[C.LAND] * 3 // 2
    return rng.choices(tuple(share), tuple(share.values()))[0]


@dataclass(frozen=True, slots=True)
class Request:
    """What a petition asks for. `bureau` is the suffix of the competent bureau, "" for the township itself."""

    title: str
    facts: str
    request: str
    bureau: str


def petition_request(rng: Random, place: str, field: str = "", *, local: bool = False) -> Request:
    """A petition from this place; `field` picks the kind ("labour"), `local` what the township itself decides."""
    lines = [line for line in _PETITIONS if line[0] == field]
    if not lines:
        lines = [line for line in _PETITIONS if line[0] != "order" and not (local and line[4])]
    _, issue, facts, request, bureau = rng.choice(lines)
    return Request(
        rng.choice(PETITION_TITLES).format(issue=issue, place=place), f"{facts}。", f"{request}。", bureau
    )


_LINES = {
    c: [tuple(part.strip() for part in line.split("|")) for line in text.strip().splitlines()]
    for c, text in ISSUES.items()
}
_PETITIONS = [
    tuple(part.strip() for part in line.split("|")) for line in PETITION_ISSUES.strip().splitlines()
]
