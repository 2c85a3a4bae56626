"""Pages that keep themselves up to date, in real browsers: nobody's focus, place, or typed text is lost by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from api.examples import GRID, VILLAGE
from api.imports.work import Work, Works
from eventlog.identity import Identity
from tests.support.browser import PHONE, Visitors, axe_findings
from tests.support.workbench import Workbench, actor

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


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """A page looks the more seldom, the longer the server takes: on a busy machine seconds pass."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


def reported(bench: Workbench, title: str, accepted: bool = True) -> str:
    """A dispute that the village has accepted, or is offered."""
    code = bench.do(
        "report", "", "chen.reporter", PEOPLE, "dispute", origin=GRID, channel="visit", category="neighbour",
        title=title, summary="张三称李四越界。", parties=[{"subject": "S-1001"}, {"subject": "S-1002"}],
    ).case  # fmt: skip
    bench.do("offer", code, "chen.reporter", unit=VILLAGE)
    if accepted:
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
    expect(page.locator(f"#row-{second}")).to_contain_text("负责人 李和")
    row = page.locator(f"#row-{first}")
    assert row.locator(".title").evaluate("one => one === document.activeElement")
    assert page.locator(f"#pick-{first}").is_checked()
    expect(row).to_contain_text("负责人 李和")  # what is not held itself
    page.locator("#main").focus()
    page.locator(f"#pick-{first}").uncheck()  # let go: the rest of the row follows
    module_bench.do("raise_severity", first, "wang.head", severity="major")
    expect(row).to_contain_text("大事")

    others = visit("zheng.head", "/cases")
    with others.expect_download() as got:
        others.get_by_role("link", name="CSV").click()
    assert got.value.suggested_filename.endswith(".csv")
    expect(others.locator("#live")).to_contain_text("文件已开始下载")
    others.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    others.dispatch_event("html", "visibilitychange")
    fourth = reported(module_bench, "落水管")
    assert module_bench.context.tail.listening
    others.evaluate("delete document.hidden")
    others.dispatch_event("html", "visibilitychange")
    expect(others.locator(f"#row-{fourth}")).to_be_visible(timeout=10_000)


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
    module_bench.do("raise_severity", code, "wang.head", severity="major")
    expect(notice).to_contain_text("等 2 项")
    box = two.locator("[name='facts.text']")
    assert box.evaluate("one => [one === document.activeElement, one.selectionStart, one.value]") == [
        True,
        2,
        NOTED,
    ]
    assert axe_findings(two) == []
    notice.click()
    expect(two.locator(".meanwhile li").first).to_contain_text("王立新")
    two.get_by_role("button", name="记录进展").last.click()
    expect(two.locator("#changes li")).to_have_count(2)
    expect(two.locator("#changes li").last).to_contain_text("提高严重程度")
    assert two.locator("[name='facts.text']").input_value() == NOTED
    two.get_by_role("button", name="按最新情况提交").click()
    expect(two.get_by_role("status").first).to_have_text("已办理：记录进展")
    expect(one.locator("#happened ~ ol")).to_contain_text("已约双方周五见面")


def test_what_was_typed_survives_a_reload_a_lost_session_and_a_step_that_is_gone(
    visit: Visitors, module_bench: Workbench
) -> None:
    code = reported(module_bench, "水井", accepted=False)
    path = f"/cases/{code}/return"
    page = visit("wang.head", path)
    fill = page.locator("[name='facts.ground']")
    fill.fill("界址不在本村")
    expect(page.locator("[data-draft-status]")).to_contain_text("已存在本机")
    page.reload()
    assert fill.input_value() == "界址不在本村"
    page.context.clear_cookies()
    page.reload()
    assert "/sign-in?next=/cases/" in page.url
    cookie: Any = {"name": "gridcase", "value": module_bench.session("wang.head"), "url": visit.address}
    page.context.add_cookies([cookie])
    page.goto(f"{visit.address}{path}")
    assert fill.input_value() == "界址不在本村"
    module_bench.do("accept", code, "li.mediator", within_scope=True)
    notice = page.locator(".meanwhile")
    expect(notice.locator("summary")).to_contain_text("案件已由李和更新：")
    assert notice.locator("details").get_attribute("open") is None  # it does not push the form away
    notice.locator("summary").click()
    expect(notice).to_contain_text("这一步现在不能办理")
    page.reload()
    assert fill.input_value() == "界址不在本村"
    expect(notice.locator("summary")).to_contain_text("案件已由李和更新")  # since it was typed
    page.get_by_role("button", name="退回").last.click()
    assert fill.input_value() == "界址不在本村"
    expect(page.locator("#changes")).to_contain_text("李和")
    expect(page.locator(".wrongs")).to_contain_text("现在不能这样办理")


def test_an_import_is_watched_without_a_reload_and_without_scripts(
    visit: Visitors, module_bench: Workbench, tmp_path: Path
) -> None:
    works: Works = module_bench.app.state.imports
    work = Work(
        "watched", "units", "units.csv", actor("admin"), module_bench.context.now(), tmp_path, share=0.25
    )
    works._works[work.id] = work
    page, plain = (visit("admin", "/imports/watched", scripts=scripts) for scripts in (True, False))
    page.evaluate("window.loadedOnce = true")
    for share in (0.25, 0.75):
        work.share = share
        expect(page.locator("progress")).to_have_attribute("value", str(share))
    work.state, work.report = "checked", {"created": 3}
    for one in (page, plain):  # by the refresh that stands in the page for those without scripts
        expect(one.locator("main")).to_contain_text("检查完了，还没有写入")
    expect(page.locator("#live")).to_contain_text("检查完了")
    assert page.evaluate("window.loadedOnce")


def test_nothing_is_told_to_a_stranger_and_no_page_waits_for_what_is_not_there(
    module_bench: Workbench,
) -> None:
    with module_bench.client() as stranger:
        assert stranger.get("/live?after=0", status=204) == ""  # a browser does not ask again
    ahead = str(module_bench.service.log.head() + 9)
    with module_bench.client("wang.head") as client:
        client.get("/cases", status=422, **{"Gridcase-Position": ahead})
        client.get("/cases", status=422, **{"Gridcase-Position": "x"})
