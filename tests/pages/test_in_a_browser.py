"""The shell and the page of a case in a real Chromium: by pointer and by keyboard, with and without scripts."""

from __future__ import annotations

import pytest

from tests.support.browser import PHONE, Visitors
from tests.support.sights import mediated
from tests.support.township import Now
from tests.support.workbench import Workbench


@pytest.fixture
def code(bench: Workbench, now: Now) -> str:
    """A dispute that the village mediates."""
    return mediated(bench, now)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_agreement_is_written_down_by_pointer(
    visit: Visitors, bench: Workbench, code: str, scripts: bool
) -> None:
    page = visit("li.mediator", f"/cases/{code}", size=PHONE, scripts=scripts)
    page.get_by_role("link", name="召开调解会").click()
    page.get_by_role("button", name="召开调解会").click()
    assert page.get_by_role("alert").is_visible()
    page.get_by_label("地点").fill("村调解室")
    for who in ("当事人甲", "当事人乙"):
        page.get_by_label(who).check()
    page.get_by_label("其他，每行一个").fill("li.mediator")
    page.get_by_label("笔录").fill("双方同意以现有界石为准。")
    page.get_by_role("button", name="召开调解会").click()
    assert page.locator(".notice[role=status]").inner_text() == "已办理：召开调解会"
    page.get_by_role("link", name="达成协议").click()
    page.get_by_label("书面", exact=True).check()
    page.get_by_label("协议生效日").fill("2026-03-03")
    page.get_by_label("事实", exact=True).fill("界石被移。")
    page.get_by_label("协议内容", exact=True).fill("恢复原界石。")
    page.get_by_role("group", name="第1项").get_by_label("当事人甲").check()
    page.get_by_label("义务内容").fill("恢复界石")
    page.get_by_label("到期").fill("2026-03-20")
    page.get_by_role("button", name="再加一项").click()
    second = page.get_by_role("group", name="第2项")
    second.get_by_label("当事人乙").check()
    second.get_by_label("义务内容").fill("负担一半费用")
    second.get_by_label("到期").fill("2026-03-25")
    signers = page.get_by_role("group", name="签名人")
    signers.get_by_label("当事人甲").check()
    signers.get_by_label("当事人乙").check()
    page.get_by_label("调解员已签名").check()
    page.get_by_label("已盖章").check()
    page.get_by_role("button", name="达成协议", exact=True).last.click()
    assert page.locator(".notice[role=status]").inner_text() == "已办理：达成协议"
    agreed = bench.service.case(code)
    assert agreed.state == "village_mediation.agreed"
    visit.wrong = [
        one for one in visit.wrong if "422" not in one
    ]  # the browser tells the status of the first try


def test_the_keyboard_leads_through_a_page(visit: Visitors, code: str) -> None:
    page = visit("li.mediator", f"/cases/{code}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_reader_chooses_language_and_look(visit: Visitors, code: str) -> None:
    page = visit("li.mediator", f"/cases/{code}", lang="zh-CN")
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.goto(page.url.partition("?")[0])
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_on_a_phone_the_ways_are_at_the_bottom_and_the_rest_one_tap_away(visit: Visitors, code: str) -> None:
    page = visit("li.mediator", f"/cases/{code}", size=PHONE)
    box = page.get_by_role("navigation", name="主导航").bounding_box()
    assert box is not None and box["y"] > 700
    page.get_by_text("更多").click()
    assert page.get_by_role("link", name="帮助").first.is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
