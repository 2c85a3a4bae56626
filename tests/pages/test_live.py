"""Pages that keep themselves up to date, in real browsers: nobody's focus, place, or typed text is lost by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from api.examples import GRID, VILLAGE
from eventlog.identity import Identity
from tests.support.browser import PHONE, Visitors, axe_findings
from tests.support.workbench import Workbench

PEOPLE = [Identity("S-1001", "person", "张三"), Identity("S-1002", "person", "李四")]
NOTED = "已约双方周五见面。\n地点另行通知。"


@pytest.fixture(scope="module")
def visit(chromium_browser: Browser, module_bench: Workbench) -> Iterator[Visitors]:
    with module_bench.served() as address:
        visitors = Visitors(chromium_browser, module_bench, address)
        yield visitors
        visitors.close()
    refused = (
        "status of 409",
        "status of 412",
        "status of 401",
    )  # told by the browser, expected by these tests
    assert [one for one in visitors.wrong if not any(said in one for said in refused)] == []


def reported(bench: Workbench, title: str) -> str:
    """A dispute that the village has accepted."""
    code = bench.do(
        "report", "", "chen.reporter", PEOPLE, "dispute", origin=GRID, channel="visit", category="neighbour",
        title=title, summary="张三称李四越界。", parties=[{"subject": "S-1001"}, {"subject": "S-1002"}],
    ).case  # fmt: skip
    bench.do("offer", code, "chen.reporter", unit=VILLAGE)
    bench.do("accept", code, "li.mediator", within_scope=True)
    return code


def top(page: Page, what: str) -> float:
    """How far below the edge of the window it is."""
    return float(page.locator(what).first.evaluate("one => one.getBoundingClientRect().top"))


def test_a_case_page_follows_and_leaves_its_reader_alone(visit: Visitors, module_bench: Workbench) -> None:
    code = reported(module_bench, "围墙")
    page = visit("wang.head", f"/cases/{code}", size=(1280, 500))
    page.locator("#due ~ * details summary").first.click()
    page.locator("#drawn").evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
    place = top(page, "#drawn")
    module_bench.do("assign_mediator", code, "wang.head", chair="li.mediator")
    expect(page.locator("#happened ~ ol")).to_contain_text("李和")
    expect(page.locator("#live")).to_contain_text("已更新 · 指定调解员")
    assert page.locator("#due ~ * details").first.get_attribute("open") is not None
    assert abs(top(page, "#drawn") - place) < 2
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_list_follows_around_what_is_held(visit: Visitors, module_bench: Workbench) -> None:
    first, second = reported(module_bench, "水渠"), reported(module_bench, "树荫")
    page = visit("wang.head", "/work?tab=unit")
    page.locator(f"#pick-{first}").check()
    page.locator(f"#row-{first} .title").focus()
    third = reported(module_bench, "噪声")
    module_bench.do("assign_mediator", second, "wang.head", chair="li.mediator")
    module_bench.do("assign_mediator", first, "wang.head", chair="li.mediator")
    expect(page.locator(f"#row-{third}")).to_be_visible(timeout=10_000)
    expect(page.locator(f"#row-{second}")).to_contain_text("负责人 李和", timeout=10_000)
    row = page.locator(f"#row-{first}")
    assert row.locator(".title").evaluate("one => one === document.activeElement")
    assert page.locator(f"#pick-{first}").is_checked()
    expect(row).to_contain_text("负责人 李和")  # what is not held itself
    counted = page.locator("#counts").inner_text()
    page.goto(f"{visit.address}/dashboard")
    assert counted


def test_two_people_at_one_form(visit: Visitors, module_bench: Workbench) -> None:
    code = reported(module_bench, "界石")
    form = f"/cases/{code}/note_progress"
    one, two = visit("wang.head", form), visit("li.mediator", form, size=PHONE)
    for page, text in ((one, "村委会已到场。"), (two, NOTED)):
        page.locator("[name='facts.text']").fill(text)
    two.locator("[name='facts.text']").evaluate("one => one.setSelectionRange(2, 2)")
    one.get_by_role("button", name="记录进展").last.click()
    expect(one.get_by_role("status").first).to_have_text("已办理：记录进展")
    notice = two.locator(".meanwhile summary")
    expect(notice).to_contain_text("案件已由王立新更新：")
    box = two.locator("[name='facts.text']")
    assert box.evaluate("one => [one === document.activeElement, one.selectionStart, one.value]") == [
        True,
        2,
        NOTED,
    ]
    assert axe_findings(two) == []
    notice.click()
    expect(two.locator(".meanwhile li")).to_contain_text("王立新")
    two.get_by_role("button", name="记录进展").last.click()
    expect(two.locator("#changes li")).to_contain_text("王立新")
    assert two.locator("[name='facts.text']").input_value() == NOTED
    two.get_by_role("button", name="按最新情况提交").click()
    expect(two.get_by_role("status").first).to_have_text("已办理：记录进展")
    expect(one.locator("#happened ~ ol")).to_contain_text("已约双方周五见面")


def test_a_step_that_is_gone_says_so_and_the_text_survives(visit: Visitors, module_bench: Workbench) -> None:
    code = reported(module_bench, "水井")
    page = visit("wang.head", f"/cases/{code}/set_plan")
    page.locator("[name='facts.guarantee']").fill("每周走访")
    expect(page.locator("[data-draft-status]")).to_contain_text("已存在本机")
    page.reload()
    assert page.locator("[name='facts.guarantee']").input_value() == "每周走访"
    expect(page.locator("[data-draft-status]")).to_contain_text("找到上次没有提交的草稿")
    page.context.clear_cookies()
    page.reload()
    assert "/sign-in?next=/cases/" in page.url
    page.context.add_cookies(
        [{"name": "gridcase", "value": module_bench.session("wang.head"), "url": visit.address}]
    )
    page.goto(f"{visit.address}/cases/{code}/set_plan")
    assert page.locator("[name='facts.guarantee']").input_value() == "每周走访"
