"""The terms of the house: what they mean here, in Chinese and English. Values of enumerations are in names.py."""

from __future__ import annotations

from typing import Final, NamedTuple

from domain.rule import Title


class Concept(NamedTuple):
    """A term and its meaning, each in both languages."""

    term: Title
    meaning: Title


CONCEPTS: Final = (
    Concept(
        Title("案件", "case"),
        Title(
            "一件事从首次上报到办结的全过程，一案一码，终身不变。",
            "One matter from its first report to its end; one code for life (一案一码).",
        ),
    ),
    Concept(
        Title("矛盾纠纷", "dispute"),
        Title("当事人之间的矛盾，提请调解。", "A matter between parties, brought to mediation."),
    ),
    Concept(
        Title("信访事项", "petition"),
        Title(
            "公民、组织向机关单位提出的诉求（信访工作条例）。",
            "A matter that somebody brings to an authority (信访工作条例).",
        ),
    ),
    Concept(
        Title("网格", "grid"),
        Title("最小的管理单元，属于村或社区。", "The smallest unit, part of a village or community."),
    ),
    Concept(
        Title("就地化解", "containment"),
        Title(
            "在严重程度对应的层级或以下化解：小事不出网格，大事不出村，重大矛盾不出镇。",
            "A matter resolved at or below the level that its severity names: 小事不出网格, 大事不出村, 重大矛盾不出镇.",
        ),
    ),
    Concept(
        Title("保管、经办", "custody"),
        Title(
            "案件现在由哪个单位经办。只有移交类事项才会改变层级。",
            "Which unit holds the case. Only custody moves change the level.",
        ),
    ),
    Concept(
        Title("层级停留", "spell"),
        Title(
            "案件在一个层级、一个单位的一次停留，从进入到离开。",
            "One stay of a case with a unit at a level, from entering to leaving.",
        ),
    ),
    Concept(Title("承办单位", "holder"), Title("现在经办案件的单位。", "The unit that has custody.")),
    Concept(
        Title("提交、受理、退回", "offer, accept, return"),
        Title(
            "把案件提交给一个单位，由它受理，或者退回送来的单位。",
            "A unit is offered a case, takes it, or gives it back to the sender.",
        ),
    ),
    Concept(
        Title("逐级上报", "refer up"),
        Title(
            "说明已做的工作，把案件交给直接上级。",
            "Give the case to the unit directly above, with what was tried.",
        ),
    ),
    Concept(
        Title("越级上报", "skip level"),
        Title(
            "情况紧急时按越级规则跳过一级上报，并告知被跳过的单位。",
            "Refer up past a level by a skip rule, in danger; the skipped units are told.",
        ),
    ),
    Concept(
        Title("交办", "hand down"),
        Title(
            "上级把案件交给下级办理，并规定期限。",
            "The upper unit gives the case to a subordinate, with a term.",
        ),
    ),
    Concept(
        Title("三三一", "331"),
        Title(
            "上报前应当调解的次数：村三次、镇三次、县一次。",
            "Sessions before a case may go up: three in the village, three in the township, one in the county.",
        ),
    ),
    Concept(
        Title("三级联调、联合调处", "joint handling"),
        Title(
            "由牵头单位会同协助单位办理；协助不等于经办。",
            "A lead unit and helpers work together; helping is not holding.",
        ),
    ),
    Concept(
        Title("三定一包", "responsibility plan"),
        Title(
            "重大矛盾的定领导、定责任人、定期限、包化解。",
            "Leader, person, term and guarantee of a serious case.",
        ),
    ),
    Concept(
        Title("领导包案", "sponsorship"),
        Title("由一位领导包案负责。", "A leader takes responsibility for a case."),
    ),
    Concept(
        Title("督办", "supervision"),
        Title(
            "督促单位履行职责，有颜色和回复期限；针对单位，不针对群众。",
            "A duty of a unit with a colour and a term for the reply.",
        ),
    ),
    Concept(
        Title("主持调解员", "chair"),
        Title(
            "主持调解的调解员，不由其本人确认化解成功。",
            "The mediator who leads; does not confirm the success.",
        ),
    ),
    Concept(
        Title("回避", "recusal"),
        Title(
            "与案件有利害关系或被申请回避的调解员，予以更换。",
            "A mediator with a conflict, or asked to withdraw, is replaced.",
        ),
    ),
    Concept(
        Title("司法确认", "court confirmation"),
        Title("双方在协议生效后三十日内共同向法院申请。", "Both parties ask the court within thirty days."),
    ),
    Concept(
        Title("回访", "follow-up visit"),
        Title("事后上门问一问协议是否履行。", "Somebody asks afterwards whether it holds."),
    ),
    Concept(
        Title("初信初访", "first petition"),
        Title(
            "同一事项第一次登记的来信来访，由人确认。",
            "The first registered submission of a matter, confirmed by a person.",
        ),
    ),
    Concept(
        Title("重复信访", "repeat"),
        Title("同一事项再次提出的信访，并入原事项。", "A later submission of the same matter; it joins it."),
    ),
    Concept(
        Title("转送异议", "objection"),
        Title(
            "收到转送的单位在五个工作日内说明不属于自己的职权。",
            "The receiving unit says within five working days that it is not competent.",
        ),
    ),
    Concept(
        Title("处理意见书", "opinion"),
        Title(
            "书面答复，载明诉求、事实、意见和依据（条例第三十二条）。",
            "The written answer with request, facts, opinion and legal basis (Art. 32).",
        ),
    ),
    Concept(
        Title("复查、复核", "review, recheck"),
        Title(
            "对处理意见不服的两级救济（条例第三十五、三十六条）。", "The two levels of appeal (Art. 35, 36)."
        ),
    ),
    Concept(
        Title("三级终结", "final"),
        Title(
            "三级办理终结后，同一事实和理由不再受理。", "The same facts and reasons are not taken up again."
        ),
    ),
    Concept(
        Title("时限", "deadline, clock"),
        Title(
            "有到期时刻的职责或权利，按开始时施行的政策计算。",
            "A duty or right with a due instant, bound to the policy in force when it started.",
        ),
    ),
    Concept(
        Title("时限政策", "policy set"),
        Title(
            "一个地方的期限规则及其施行日期。",
            "The rules of a jurisdiction with the days on which they are in force.",
        ),
    ),
    Concept(
        Title("日、工作日", "calendar day, working day"),
        Title(
            "规则中的日（CD）和工作日（WD）；调休上班日算工作日。",
            "CD and WD in the rules; make-up working days (调休) count.",
        ),
    ),
    Concept(
        Title("期限巡检", "sweep"),
        Title(
            "巡检哪些期限已过，各记录一次，并按规定处理。",
            "Records which deadlines became late, once, and fires what the state says.",
        ),
    ),
    Concept(
        Title("数据截止时点", "knowledge cut"),
        Title(
            "一项指标只计入截至该时点已经录入的内容。",
            "The instant up to which a figure takes what was recorded into account.",
        ),
    ),
    Concept(
        Title("补录", "late entry"),
        Title(
            "发生很久以后才录入的事项，有标记并单独统计。",
            "An event recorded long after it happened; marked and counted.",
        ),
    ),
    Concept(
        Title("身份主体", "subject"),
        Title(
            "个人身份信息的代号；姓名等另外加密保存，每次查看都有记录。",
            "The reference behind which a person's identity is kept.",
        ),
    ),
)
