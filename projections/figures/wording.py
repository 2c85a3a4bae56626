"""What each figure says of itself, in Chinese: the question, the formula, when it is decided, why something is left out.

The definitions are in English beside the SQL; these are the same sentences for whoever is measured by them. A figure or
a reason without its Chinese fails a test. Names in `code` are numbers of the policy, as in the English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from domain.rule import Title


class Wording(NamedTuple):
    """The Chinese of `Figure.question`, `formula` and `decided`."""

    question: str
    formula: str
    decided: str


_ENDED = "首次终局：化解、引导至其他途径、撤回，或者调解终止后 `termination_window_days` 内未再上报"
_PLAIN = (
    "分母＝期内办结、按发生地计入的全部纠纷（不分轻重），不含当事人自愿另择途径的；分子＝其中已化解、从未由{above}以上层级经办、"
    "且 `reopen_window_days` 内未重新办理的"
)

WORDING: Final[Mapping[str, Wording]] = {
    "containment": Wording(
        "办结的纠纷中，有多少是在与其轻重相应的层级或以下化解的？",
        "分母＝期内办结、按发生地和最高严重程度计入的纠纷，不含当事人自愿另择途径的；分子＝其中已化解、从未由目标层级"
        "（小事：网格，大事：村，重大矛盾：乡镇）以上层级经办、且 `reopen_window_days` 内未重新办理的",
        _ENDED,
    ),
    "contained_in_grid": Wording(
        "办结的纠纷中，有多少未出网格即已化解？", _PLAIN.format(above="网格"), _ENDED
    ),
    "contained_in_village": Wording(
        "办结的纠纷中，有多少未出村（社区）即已化解？", _PLAIN.format(above="村（社区）"), _ENDED
    ),
    "contained_in_township": Wording(
        "办结的纠纷中，有多少未出乡镇（街道）即已化解？", _PLAIN.format(above="乡镇（街道）"), _ENDED
    ),
    "escalation": Wording(
        "某一层级受理的纠纷中，有多少被上报？为什么？",
        "分母＝期内由所选单位在该层级首次受理的纠纷；分子＝其中 `escalation_window_days` 内首次从该层级上报的"
        "（逐级或依规则越级）；按理由分列时只分分子，每行分母相同",
        "该层级首次受理之时；期满后仍在观察期内的，数据为暂定",
    ),
    "reopen": Wording(
        "办结的案件中，有多少重新办理，或者被同一信访人再次提出？",
        "分母＝期内的办结次数，计入办结的单位；分子＝其中 `reopen_window_days` 内首次重新办理或就同一事项重复信访的",
        "办结之时；期满后仍在观察期内的，数据为暂定",
    ),
    "time_in_level": Wording(
        "案件在各层级的单位停留多少天？",
        "期内结束的停留：自提交给该单位起（等待受理计入接收单位），至下一次移交、退回或办结止。分别列出总时长和扣除依法中止后的"
        "净时长，以及中位数（中间两数的平均）、九成值（九成停留不超过的最短时长）和最长值；一天按 86,400 秒计。分母＝停留次数，"
        "分子＝不长于该值的次数",
        "停留结束之时",
    ),
    "first_petitions_on_time": Wording(
        "应当办理的初信初访中，有多少在期限内办结？",
        "判定时点 δ＝出具处理意见（或达成和解）之时与办理期限届满之时中较早者，期限含依法中止和延长；分母＝δ 落在期内的初信初访，"
        "计入办理单位；分子＝其中在期限届满前办结的。补录的处理意见按录入之时计算",
        "δ：提前办结的在办结时判定，逾期的在逾期时判定",
    ),
    "first_petitions_resolved": Wording(
        "办结的初信初访中，有多少在生活中真正化解？",
        "分母＝期内办结的初信初访，计入办理单位；分子＝其中办结后第 90 日（自然日）已知化解、"
        "其间未再次提出，且支持诉求的处理意见已执行的。“不明”＝当日情况未知：沉默从不视为同意",
        "出具处理意见（或达成和解）之时；期满后 90 日内数据为暂定",
    ),
    "deadlines_kept": Wording(
        "已有结果的办理期限中，有多少在届满前履行？",
        "分母＝期内已履行、或者届满未履行的期限，计入期限起算时的承办单位；分子＝其中届满前履行的。履行时仍在中止的，视为按期",
        "按期履行的在履行时判定，否则在届满时（即逾期的第一刻）判定",
    ),
    "backlog": Wording(
        "期末还有多少未结案件？已办了多久？",
        "分母＝期末（知识截点早于期末的，为截点）未结的案件，计入当时的承办单位；按案龄分列时，分子按立案以来的自然日划分，"
        "每行分母相同；否则分子＝超过 90 日的",
        "期末",
    ),
    "late_entries": Wording(
        "录入的事项中，有多少是事后很久才补录的？",
        "分母＝期内录入的事项，计入录入人的单位；分子＝其中标记为补录的（发生后超过 `late_entry_hours` 才录入）",
        "录入之时",
    ),
}

_VOIDED, _MERGED = "误录作废", "并入其他案件办理"
_GONE = {"voided": _VOIDED, "merged": _MERGED}
_ENDED_OUT = {
    **_GONE,
    "opted_out": "调解开始前，当事人拒绝调解或自行选择诉讼、仲裁、信访等途径：这是当事人的权利",
    "not_terminal": "调解未成，但仍在可以上报的期间内",
    "level_unknown": "导入的外部记录未说明由哪些层级经办",
}
_NOT_FIRST = {
    "voided": _VOIDED,
    "merged": "并入另一信访事项",
    "not_first": "此前已提出过的事项（重复信访）",
    "first_unknown": "尚未认定是否为初信初访",
}
_PAUSED, _COMING = "期限依法中止", "截至知识截点尚未办结，也未届满"

REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "containment": {**_ENDED_OUT, "imported_unknown_severity": "导入的外部记录未说明严重程度"},
    "contained_in_grid": _ENDED_OUT,
    "contained_in_village": _ENDED_OUT,
    "contained_in_township": _ENDED_OUT,
    "escalation": _GONE,
    "reopen": {
        **_GONE,
        "referred_up": "调解未成并已上报：并未终结",
        "withdrawal_revoked": "撤回不成立：并未终结",
    },
    "time_in_level": {
        **_GONE,
        "open": "停留尚未结束：其时长见“未结案件”",
        "level_unknown": "导入的外部记录未说明层级",
    },
    "first_petitions_on_time": {
        **_NOT_FIRST,
        "declined": "在 δ 之前不予受理",
        "diverted": "在 δ 之前导入其他法定途径",
        "withdrawn": "在 δ 之前由信访人撤回",
        "paused": _PAUSED,
        "cancelled": "改变分类后不再适用六十日期限",
        "coming": _COMING,
    },
    "first_petitions_resolved": _NOT_FIRST,
    "deadlines_kept": {
        **_GONE,
        "no_duty": "未行使的权利，或者当事人之间的义务",
        "cancelled": "届满之前已无须履行",
        "paused": _PAUSED,
        "coming": "截至知识截点尚未履行，也未届满",
    },
    "backlog": _GONE,
    "late_entries": {"imported": "来自外部记录，并非在本系统录入"},
}

# A reason in a word or two, where a list of them has to be short.
SHORT: Final[Mapping[str, Title]] = {
    "voided": Title("误录作废", "voided"),
    "merged": Title("并案", "merged"),
    "opted_out": Title("当事人自行选择其他途径", "opted out"),
    "not_terminal": Title("仍可上报", "may still go up"),
    "level_unknown": Title("层级不明", "level unknown"),
    "imported_unknown_severity": Title("严重程度不明", "severity unknown"),
    "referred_up": Title("已上报", "referred up"),
    "withdrawal_revoked": Title("撤回不成立", "withdrawal revoked"),
    "open": Title("尚未结束", "still open"),
    "not_first": Title("重复信访", "repeats"),
    "first_unknown": Title("尚未认定初访", "not yet judged"),
    "declined": Title("不予受理", "declined"),
    "diverted": Title("导入其他途径", "diverted"),
    "withdrawn": Title("已撤回", "withdrawn"),
    "paused": Title("依法中止", "paused"),
    "cancelled": Title("已无须履行", "fell away"),
    "coming": Title("尚未届满", "not due yet"),
    "no_duty": Title("并非单位义务", "no unit's duty"),
    "imported": Title("外部导入", "imported"),
}
