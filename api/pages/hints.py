"""What a form says beside its fields: words for those whose label alone does not tell, and the article of law of a step.

What the law demands of a step is told by the guards of the workflow table; do not repeat one here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from inspect import getdoc
from typing import Any, Final

from domain.rule import Title as T

# Under the field of this name in the form of one trigger, or (trigger "") in every form.
HINTS: Final[Mapping[tuple[str, str], T]] = {
    ("", "title"): T("一句话说明何事，例如“两户因宅基地边界起争执”", "What it is about, in one line"),
    ("", "summary"): T("时间、地点、经过和各方说法", "When, where, what happened, what each side says"),
    ("", "record"): T("按当事人原话记录要点", "The main points, in the people's own words"),
    ("", "ways_told"): T("例如：仲裁、诉讼、行政途径", "Such as arbitration, court, an administrative procedure"),
    ("", "tried"): T("已开展的工作和未能解决的原因", "What was done, and why it did not settle the matter"),
    ("", "receipt"): T("给信访人的回执编号", "The number of the receipt given to the petitioner"),
    ("", "notice"): T("告知方式、日期和回执", "How and when they were told, and the proof"),
    ("", "proof"): T("例如：照片、签收单、银行回单", "Such as photographs, a signed slip, a bank receipt"),
    ("", "searched"): T("按哪些条件查过、查到什么", "What was searched for, and what was found"),
    ("", "remedy"): T("申请复查的机关和期限", "Where and until when a review may be asked for"),
    ("", "number"): T("协议中义务的序号", "Which obligation of the agreement"),
    ("", "effective_on"): T("双方签名盖章之日；口头协议为达成之日", "The day of signing; of an oral one the day it was made"),
    ("", "second_approver"): T("须为另一人", "Has to be somebody else"),
    ("", "approved_by"): T("须为另一人", "Has to be somebody else"),
    ("", "old"): T("留空即取现在的值", "Left empty: what it is now"),
    ("", "purpose"): T("查看会被记录，并向当事人公开", "This look is recorded, and the person may learn of it"),
    ("", "onset"): T("纠纷开始的日期", "The day on which the dispute began"),
    ("", "how_chosen"): T("“appointed”为指定，“chosen”为当事人选择", "“appointed”, or “chosen” by the parties"),
    ("", "representatives"): T("多人提出共同事项时推选的代表人数", "How many speak for a group"),
    ("", "chair"): T("须有账号；特邀、外聘的调解员请机构管理员先登记",
                     "Has to have an account: an administrator enters one from outside first"),
    ("", "mediators"): T("须有账号；来帮助劝和的亲友、专家写在到场人员中",
                         "Have to have accounts; relatives and experts who help are told among those present"),
    ("accept", "handler"): T("须在本单位任承办人或者负责人", "A handler or head of this unit"),
    ("replace_handler", "handler"): T("须在本单位任承办人或者负责人", "A handler or head of this unit"),
    ("", "days"): T("延长的天数", "By how many days"),
    ("link", "relation"): T("与本案的关系，例如同一起因", "How the two belong together"),
}  # fmt: skip

LAWS: Final[Mapping[str, str]] = {
    "人民调解法": "People's Mediation Law",
    "信访工作条例": "Regulations on Petition Work",
    "浙江省信访条例": "Regulations of Zhejiang on Petitions",
    "信访条例": "Regulations on Petitions",
    "人民调解工作若干规定": "Provisions on People's Mediation",
    "信访事项简易办理办法": "Measures on Simple Handling of Petitions",
    "民事诉讼法": "Civil Procedure Law",
}
_ONE = r"[0-9]+(?:\([0-9]+\))?(?:-(?:[0-9]+|\([0-9]+\)))?"
_CITED = re.compile(
    rf"(?P<law>{'|'.join(LAWS)})(?: \((?P<year>[0-9]{{4}})\))?(?: Art\. (?P<articles>{_ONE}(?:, {_ONE})*))?"
)
_ARTICLES = re.compile(rf"({'|'.join(LAWS)}) Art\. ({_ONE}(?:, {_ONE})*)")


def law_in(basis: str, chinese: bool) -> str:
    """The basis of a rule in one language: "信访工作条例 (2022) Art. 34" as 《信访工作条例》（2022）第34条.

    A policy writes what is its own choice in both languages, "本系统默认 / product default": one of them is said. An article
    that only the other names is kept.
    """
    said = []
    for part in basis.split("；"):
        own, _, english = part.partition(" / ")
        cited = [one[0] for one in _CITED.finditer(english)] if chinese else []
        said.append(
            "，".join([own, *(one for one in cited if one not in own)]) if chinese else english or own
        )
    return _CITED.sub(_cited_zh if chinese else _cited_en, ("；" if chinese else "; ").join(said))


def _cited_zh(found: re.Match[str]) -> str:
    year = f"（{found['year']}）" if found["year"] else ""
    articles = found["articles"].split(", ") if found["articles"] else []
    return f"《{found['law']}》{year}{'、'.join(map(_article, articles))}"


def _cited_en(found: re.Match[str]) -> str:
    year = f" ({found['year']})" if found["year"] else ""
    return f"{LAWS[found['law']]}{year}{', Art. ' + found['articles'] if found['articles'] else ''}"


def hint_for(trigger: str, fact: str) -> T | None:
    """The words beside a field, if there are any."""
    return HINTS.get((trigger, fact)) or HINTS.get(("", fact))


@cache
def law_of(event: type[Any]) -> T:
    """The articles that the docstring of an event names; empty where it names none."""
    found = _ARTICLES.findall(getdoc(event) or "")
    zh = "、".join(f"《{law}》{'、'.join(map(_article, articles.split(', ')))}" for law, articles in found)
    return T(zh, "; ".join(f"{LAWS[law]}, Art. {articles}" for law, articles in found))


def _article(said: str) -> str:
    """31(6) as 第31条(6), 28-30 as 第28—30条."""
    number, bracket, rest = said.replace("-", "—").partition("(")
    return f"第{number}条{bracket}{rest}"
