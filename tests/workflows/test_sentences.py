"""What a refusal says: a demand that a clerk understands, in both languages, without a word of the program."""

from __future__ import annotations

import re

import pytest

from domain.errors import Refused
from domain.terms import Role
from tests.support.township import QIAN, WANG, ZHAO, Township, at
from workflows.dispute import DISPUTE
from workflows.petition import PETITION
from workflows.who import RELATIONS, posts

ASKED = {
    guard.name: guard
    for table in (DISPUTE, PETITION)
    for row in table.source_rows
    for guard in (*row.guards, *([row.when] if row.when else []))
}
CHOSEN = {
    row.when.name: row.when
    for table in (DISPUTE, PETITION)
    for sources in table.rows.values()
    for lines in sources.values()
    for row, _ in lines
    if row.when is not None
}
SENTENCES = [(guard.zh, guard.en) for guard in (ASKED | CHOSEN).values()]
SENTENCES += [*RELATIONS.values(), *(posts({role}) for role in Role), posts(set(Role))]


@pytest.mark.parametrize(("zh", "en"), SENTENCES)
def test_a_sentence_is_a_demand_without_code_words(zh: str, en: str) -> None:
    assert re.search("须|只能|不得|不能|只有|才能|无须", zh), zh
    assert not re.search("[a-z_]{2,}|[,;:()]", zh), zh
    assert re.search(r"\b(must|may|cannot|only)\b", en), en
    assert "_" not in en and en[0].islower() and not en.endswith("."), en


def refusal(township: Township, *call: object, **facts: object) -> Refused:
    with pytest.raises(Refused) as found:
        township.do(*call, **facts)  # type: ignore[arg-type]
    return found.value


def test_who_may_is_told_by_post_and_by_unit(township: Township) -> None:
    code = township.report(at(3, 2))
    told = refusal(township, "accept", code, at(3, 2), WANG, within_scope=True)
    assert told.sentence_zh == "须由以下岗位办理：调解员、单位负责人"
    told = refusal(township, "settle", code, at(3, 2), QIAN, terms="t", agreed_by=["s1"], fulfilled=True)
    assert "网格员、调解员" in told.sentence_zh
    township.do("offer", code, at(3, 2), WANG, unit="V1M")
    told = refusal(township, "return", code, at(3, 2), QIAN, ground="不属本村")
    assert told.sentence_zh == "须由现在办理本案的单位办理"
    told = refusal(township, "determine", code, at(3, 2), ZHAO, unit="V2")
    assert told.sentence_zh == "须由现办单位的直接上级单位办理"


def test_where_one_of_several_conditions_would_do_all_are_told(township: Township) -> None:
    code = township.report(at(3, 2))
    township.do("settle", code, at(3, 2), WANG, terms="t", agreed_by=["s1", "s2"], fulfilled=True)
    up = {"unit": "T1", "ground": "party_request", "tried": "已调解"}
    told = refusal(township, "refer_up", code, at(3, 3), ZHAO, **up)
    assert "村级调解" in told.sentence_zh and "或者" in told.sentence_zh and "乡镇协调" in told.sentence_zh
