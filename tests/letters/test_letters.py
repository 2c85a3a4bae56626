"""What each letter says, against text that a person has read, and what the law asks to be in it.

After a change of words, write the files anew and read the difference: python -m tests.letters.test_letters
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.letter import LetterKind as K
from tests.letters.conftest import opened
from tests.support.correspondence import MEDIATOR, SUN, VILLAGE_HEAD, WANG, ZHANG, Office
from tests.support.township import at

GOLDEN = Path(__file__).parents[1] / "golden" / "letters"


def receipt(office: Office) -> str:
    return office.issue(office.registered(), "receipt", at(3, 2))


def acceptance(office: Office) -> str:
    """Issued before the acceptance is recorded: the petitioner is told first."""
    return office.issue(office.registered(), "acceptance", at(3, 4))


def acceptance_recorded(office: Office) -> str:
    return office.issue(office.accepted(), "acceptance", at(3, 6))


def refusal(office: Office) -> str:
    draft = {
        "ground": "not_competent",
        "legal_basis": "《信访工作条例》第二十三条第一款",
        "other_way": "请向澄禾县自然资源和规划局提出。",
    }
    return office.issue(office.registered(), "refusal", at(3, 4), draft=draft)


def refusal_again(office: Office) -> str:
    draft = {
        "ground": "final_same_facts",
        "legal_basis": "《信访工作条例》第三十六条第三款",
        "other_way": "无。",
    }
    return office.issue(office.registered(), "refusal", at(3, 4), draft=draft)


def extension(office: Office) -> str:
    draft = {"days": 30, "reasons": "须向县档案馆调取王五户的承包台账并实地测绘。"}
    return office.issue(office.accepted(), "extension", at(4, 25), draft=draft)


def opinion(office: Office) -> str:
    return office.issue(office.answered(), "opinion", at(4, 21))


def delivery(office: Office) -> str:
    code = office.answered()
    office.issue(code, "opinion", at(4, 21))
    return office.issue(code, "delivery", at(4, 21), letter=1)


def record(office: Office) -> str:
    return office.issue(office.mediating(sessions=2), "record", at(3, 5, 16), MEDIATOR, session=1)


def agreement(office: Office) -> str:
    return office.issue(office.mediating(), "agreement", at(3, 6), MEDIATOR, draft=office.terms())


def termination(office: Office) -> str:
    code = office.mediating(sessions=2, parties=(WANG, SUN))
    ground = {"ground": "分歧过大，多次调解未能达成一致。", "ways_told": "可以向澄禾县人民法院提起诉讼。"}
    office.do("terminate", code, at(3, 20), VILLAGE_HEAD, proposed_by="li", **ground)
    return office.issue(code, "termination", at(3, 20), VILLAGE_HEAD)


WRITTEN: dict[str, Callable[[Office], str]] = {
    made.__name__: made
    for made in (
        receipt, acceptance, acceptance_recorded, refusal, refusal_again, extension, opinion, delivery, record,
        agreement, termination,
    )
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_a_letter_says_what_was_reviewed(office: Office, name: str) -> None:
    assert WRITTEN[name](office) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_every_kind_of_letter_was_reviewed() -> None:
    assert {name.split("_")[0] for name in WRITTEN} == {str(kind) for kind in K}
    assert {file.stem for file in GOLDEN.glob("*.txt")} == set(WRITTEN)


# What a law asks to be in a letter -> words that must stand in it.
ASKED = {
    "acceptance": {
        "接收情况 (信访工作条例 Art. 23)": "2026年3月2日收到",
        "处理途径 (Art. 23, 31(6))": "调查核实后出具信访处理意见书",
        "程序和期限 (Art. 34)": "自受理之日起60日内办结",
    },
    "extension": {"延期理由 (Art. 34)": "须向县档案馆调取", "批准 (Art. 34)": "经本机关负责人批准"},
    "opinion": {
        "投诉请求 (Art. 32)": "一、投诉请求发放2024年征地补偿款",
        "事实和理由 (Art. 32)": "补偿款57600元因账号登记有误被退回",
        "处理意见 (Art. 32)": "按核实后的账号重新发放",
        "法律法规依据 (Art. 32)": "《中华人民共和国土地管理法》第四十八条",
        "复查的期限和机关 (Art. 35)": "30日内，向澄禾县人民政府请求复查",
    },
    "refusal": {"理由": "不属于本机关职权范围", "依据": "第二十三条第一款", "其他途径 (Art. 23(1))": "自然资源和规划局"},
    "agreement": {
        "当事人基本情况 (人民调解法 Art. 29(1))": f"{WANG.name}{WANG.id_number}{WANG.phone}",
        "另一方": f"{ZHANG.name}{ZHANG.id_number}",
        "事实、争议事项、责任 (Art. 29(2))": "张三承担主要责任",
        "内容 (Art. 29(3))": "张三恢复原界石，费用双方各负担一半",
        "履行方式、期限 (Art. 29(3))": "恢复原界石（2026年3月20日前）",
        "签名 (Art. 30)": "当事人（签名、盖章或者按指印）",
        "调解员签名 (Art. 30)": "人民调解员李明（签名）",
        "印章 (Art. 30)": "（印章）澄禾县锦塘埠镇上塘埠村人民调解委员会",
        "司法确认 (Art. 33)": "30日内，共同向人民法院申请司法确认",
    },
    "record": {"权利义务 (若干规定 Art. 30)": "当事人有权选择或者接受人民调解员", "记录 (Art. 27)": "翻修时移动了界石"},
    "termination": {"其他途径 (人民调解法 Art. 26)": "仲裁、行政、司法等途径维护自己的权利"},
    "delivery": {"文书和文号": "信访事项处理意见书〔2026〕第1号", "签收": "受送达人签名或者盖章"},
}  # fmt: skip


@pytest.mark.parametrize("kind", ASKED)
def test_what_the_law_asks_for_is_in_the_letter(kind: str) -> None:
    said = (GOLDEN / f"{kind}.txt").read_text(encoding="utf-8").replace("\n", "")
    assert {what for what, words in ASKED[kind].items() if words not in said} == set()


if __name__ == "__main__":
    for name, made in WRITTEN.items():
        for office in opened("sqlite:///:memory:"):
            (GOLDEN / f"{name}.txt").write_text(made(office), encoding="utf-8")
