"""Units, rules, calendar, help and terms: what people look up, and what an administrator changes."""

from __future__ import annotations

import pytest

from api.examples import TOWNSHIP, VILLAGE
from api.pages.hints import law_in
from tests.pages.test_case import CHINESE, filled
from tests.support.workbench import Workbench, text_of

PATHS = (
    "/units",
    f"/units/{VILLAGE}",
    "/policies",
    "/policies/CN-2022/1",
    "/calendars?year=2026",
    "/help",
    "/glossary",
)


@pytest.mark.parametrize("path", PATHS)
def test_each_page_is_there_in_both_languages(module_bench: Workbench, path: str) -> None:
    with module_bench.client("zheng.head", "zh") as client:
        assert CHINESE.search(text_of(client.get(path)))
    with module_bench.client("zheng.head", "en") as client:
        assert 'lang="en"' in client.get(path)


def test_a_due_day_is_worked_out_step_by_step(module_bench: Workbench) -> None:
    with module_bench.client("zheng.head") as client:
        text = text_of(client.get("/policies/CN-2022/1?rule=P-HANDLE&since=2026-03-02"))
        assert "5月1日" in text and "前（含当日）" in text, text[600:1500]
        wrong = client.client.get("/policies/CN-2022/1?rule=P-HANDLE&since=tomorrow")
    assert wrong.status_code == 422 and "不是日期" in wrong.text


@pytest.mark.parametrize(
    ("basis", "zh", "en"),
    [
        (
            "信访工作条例 (2022) Art. 34",
            "《信访工作条例》（2022）第34条",
            "Regulations on Petition Work (2022), Art. 34",
        ),
        ("人民调解法 Art. 33", "《人民调解法》第33条", "People's Mediation Law, Art. 33"),
        (
            "本系统默认，浙江实践 / product default, from practice",
            "本系统默认，浙江实践",
            "product default, from practice",
        ),
        (
            "“立即”的本系统默认 / product default for 'at once': 信访条例 (2005) Art. 26",
            "“立即”的本系统默认，《信访条例》（2005）第26条",
            "product default for 'at once': Regulations on Petitions (2005), Art. 26",
        ),
        (
            "浙江省信访条例 (2016)",
            "《浙江省信访条例》（2016）",
            "Regulations of Zhejiang on Petitions (2016)",
        ),
    ],
)
def test_the_basis_of_a_rule_is_cited_as_in_the_readers_language(basis: str, zh: str, en: str) -> None:
    assert (law_in(basis, True), law_in(basis, False)) == (zh, en)


def test_a_rule_is_read_without_codes_of_units_of_time(module_bench: Workbench) -> None:
    with module_bench.client("zheng.head") as client:
        text = text_of(client.get("/policies/CN-2022/1"))
    assert "10 个工作日" in text and " WD " not in text and "product default" not in text


def test_the_calendar_shows_make_up_days(module_bench: Workbench) -> None:
    with module_bench.client("zheng.head") as client:
        page = client.get("/calendars?year=2026")
    assert 'class="make_up"' in page and "春节" in page


def test_an_administrator_sets_up_renames_and_closes_a_unit(bench: Workbench) -> None:
    with bench.client("admin") as client:
        page = client.get(f"/units/new?parent={TOWNSHIP}")
        wrong = client.post("/units/new", filled(page, "/units/new", code="330604-109", name="新塘村"))
        assert wrong.status_code == 422 and 'value="新塘村"' in wrong.text
        typed = filled(
            page, "/units/new", code="330604-109", name="新塘村", kind="village", effective="2026-03-01"
        )
        assert client.post("/units/new", typed).headers["Location"] == "/units/330604-109"
        csrf = ("csrf", client.csrf)
        renamed = [csrf, ("name", "新塘社区"), ("effective", "2026-03-02")]
        assert client.post("/units/330604-109/rename", renamed).status_code == 303
        assert "曾用名称" in client.get("/units/330604-109")
    with bench.client("zheng.head") as client:
        assert "变更" not in text_of(client.get("/units/330604-109"))
        refused = client.post("/units/330604-109/close", [("csrf", client.csrf), ("effective", "2026-03-02")])
        assert refused.status_code == 403
