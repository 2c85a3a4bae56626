"""The days of a grid worker, a mediator, a petition clerk and a supervisor, from their first page to their last, in a browser."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from api.examples import GRID, VILLAGE
from eventlog.identity import Identity
from gridcase.commands.running import sweep_once
from tests.support.browser import DESK, PHONE, Visitors
from tests.support.keyboard import ALL, Keyboard
from tests.support.township import Now
from tests.support.workbench import Workbench

ENVELOPE = ("on_behalf_of", "reason")  # what every form asks beside its facts
WAYS = [
    pytest.param(PHONE, "zh-CN", True, id="phone-zh"),
    pytest.param(PHONE, "zh-CN", False, id="phone-zh-without-scripts"),
    pytest.param(DESK, "en", True, id="desk-en"),
    pytest.param(PHONE, "en", True, id="phone-en"),
    pytest.param(DESK, "zh-CN", True, id="desk-zh"),
]


def put(page: Page, name: str, value: Any) -> None:
    """Answer one question of a form, whatever it is asked with."""
    fields = page.locator(f'[name="{name}"]')
    first = fields.first
    if name in ENVELOPE and not first.is_visible():
        page.locator("form[data-keep] > details > summary").click()  # folded away until it is wanted
    kind = first.get_attribute("type") or ""
    if value is ALL:
        for n in range(fields.count()):
            fields.nth(n).check()
    elif kind in ("radio", "checkbox"):
        said = str(value).lower() if isinstance(value, bool) else value
        page.locator(f'[name="{name}"][value="{said}"]').check()
    elif first.evaluate("one => one.tagName") == "SELECT":
        first.select_option(str(value))
    else:
        first.fill(str(value))


def send(page: Page) -> None:
    page.locator("form[data-keep] .buttons button.button").last.click()


def step(page: Page, trigger: str, **facts: Any) -> None:
    """Take a step of the case that is shown, by its form."""
    code = re.search(r"/cases/([A-Z0-9-]+)", page.url)
    assert code is not None, page.url
    page.locator(f'main a[href="/cases/{code[1]}/{trigger}"]').first.evaluate("one => one.click()")
    page.wait_for_url(f"**/cases/{code[1]}/{trigger}")
    for name, value in facts.items():
        put(page, name if name in ENVELOPE else f"facts.{name}", value)
    send(page)
    page.wait_for_load_state()
    assert page.url.endswith(f"/cases/{code[1]}?done={trigger}"), page.locator("main").inner_text()[:600]


def report(page: Page, title: str) -> str:
    """Report a dispute between two neighbours; answers with its code."""
    put(page, "facts.title", title)
    put(page, "facts.summary", "两家为排水沟的位置争执，声音很大。")
    put(page, "facts.category", "neighbour")
    for n, name in enumerate(("王大明", "李小红")):
        if not page.locator(f'[name="facts.parties.{n}.name"]').count():
            page.locator('button[name="add"][value="facts.parties"]').click()
            page.wait_for_selector(f'[name="facts.parties.{n}.name"]')
        put(page, f"facts.parties.{n}.name", name)
    send(page)
    page.wait_for_url("**/cases/*")
    code = re.search(r"/cases/(D-[A-Z0-9-]+)\?done=report", page.url)
    assert code is not None, page.locator("main").inner_text()[:600]
    return code[1]


@pytest.mark.parametrize(("size", "lang", "scripts"), WAYS)
def test_a_grid_worker_reports_and_settles_on_the_spot(
    visit: Visitors, bench: Workbench, size: tuple[int, int], lang: str, scripts: bool
) -> None:
    page = visit("chen.reporter", "/report", size=size, lang=lang, scripts=scripts)
    code = report(page, "排水沟争执")
    assert "王大明" not in page.content()
    step(page, "settle", terms="各让一步，沟改到界石中间", agreed_by=ALL, fulfilled=True)
    case = bench.service.case(code)
    assert (str(case.state), str(case.outcome)) == ("closed", "resolved")
    assert page.locator("main").inner_text().count("王大明") == 0


@pytest.mark.parametrize(("size", "lang", "scripts"), [WAYS[1], WAYS[2]])
def test_a_village_mediates_writes_an_agreement_and_visits_afterwards(
    visit: Visitors, bench: Workbench, size: tuple[int, int], lang: str, scripts: bool
) -> None:
    def come(user: str, path: str) -> Page:
        return visit(user, path, size=size, lang=lang, scripts=scripts)

    worker = come("chen.reporter", "/report")
    code = report(worker, "院墙出界")
    step(worker, "offer", unit=VILLAGE)
    head, mediator = come("wang.head", f"/cases/{code}"), come("li.mediator", f"/cases/{code}")
    step(mediator, "accept", within_scope=True)
    head.reload()
    step(head, "assign_mediator", chair="li.mediator")
    mediator.goto(f"{visit.address}/cases/{code}")
    step(mediator, "explain_rights", told=ALL)
    parties = [party.subject for party in bench.service.case(code).parties]
    for party in parties:
        step(mediator, "consent", party=party)
    step(mediator, "open_mediation")
    step(
        mediator,
        "hold_session",
        place="村委会调解室",
        attended=ALL,
        record="双方各自说明了经过。",
        result="愿意协商",
    )
    today = bench.context.now().date().isoformat()
    step(
        mediator, "agree", form="written", effective_on=today, facts="院墙越界约二十厘米", terms="乙方退让，甲方补偿",
        signed_by=ALL, mediator_signed=True, sealed=True,
    )  # fmt: skip
    step(mediator, "visit", visitor="li.mediator", satisfied="yes", answers="墙已经退回")
    head.goto(f"{visit.address}/cases/{code}")
    step(head, "resolve", evidence="实地查看，院墙已退回界内")
    assert str(bench.service.case(code).outcome) == "resolved"
    told = head.locator("main").inner_text()
    assert "王大明" not in told and "李小红" not in told


@pytest.mark.parametrize(("size", "lang", "scripts"), [WAYS[1], WAYS[2]])
def test_a_petition_goes_from_the_window_to_a_review(
    visit: Visitors, bench: Workbench, size: tuple[int, int], lang: str, scripts: bool
) -> None:
    def come(user: str, path: str) -> Page:
        return visit(user, path, size=size, lang=lang, scripts=scripts)

    window = come("zhou.window", "/register")
    put(window, "facts.title", "反映宅基地审批")
    put(window, "facts.record", "来访人称审批拖延，要求答复。")
    if not window.locator('[name="facts.parties.0.name"]').count():
        window.locator('button[name="add"][value="facts.parties"]').click()
        window.wait_for_selector('[name="facts.parties.0.name"]')
    put(window, "facts.parties.0.name", "赵来访")
    send(window)
    window.wait_for_url("**/receipt?done=receive")
    found = re.search(r"/cases/(P-[A-Z0-9-]+)/", window.url)
    assert found is not None
    code, text = found[1], window.locator("main").inner_text()
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", text.replace(code, "")) and "赵来访" not in text
    window.goto(f"{visit.address}/cases/{code}")
    step(window, "register", receipt="2026-017", request="要求答复审批进度", facts="去年九月提出申请")
    step(window, "recognise_first", searched="按姓名和事项查过，没有更早的来信来访")
    step(window, "classify", petition_class="claim_other")
    step(
        window, "accept", competent=True, handler="wu.handler", conflict_checked=True, notice="已当面交付受理告知书",
    )  # fmt: skip
    head = come("zheng.head", f"/cases/{code}")
    step(head, "extend", days="15", reasons="需要调取档案", notice="延期告知书已送达")
    handler = come("wu.handler", f"/cases/{code}")
    petitioner = bench.service.case(code).parties[0].subject
    step(handler, "hear_statement", party=petitioner, record="来访人陈述了经过。")
    head.goto(f"{visit.address}/cases/{code}")
    step(
        head, "issue_opinion", result="support", request="要求答复审批进度", facts="审批超过规定时间",
        opinion="限期办结审批", legal_basis="土地管理法第六十二条", remedy="三十日内可以向县政府申请复查",
    )  # fmt: skip
    handler.goto(f"{visit.address}/cases/{code}")
    step(
        handler, "deliver", method="当面送达", received_on=bench.context.now().date().isoformat(), proof="送达回证已签收",
    )  # fmt: skip
    window.goto(f"{visit.address}/cases/{code}")
    step(
        window,
        "request_review",
        party=petitioner,
        unit="330604",
        request="认为补偿不够",
        on_behalf_of=petitioner,
    )
    assert str(bench.service.case(code).state) == "escalation.under_review"


def offered(bench: Workbench) -> str:
    """A dispute that a grid worker has reported and offered to the village; answers with its code."""
    people = [Identity("S-1001", "person", "张三"), Identity("S-1002", "person", "李四")]
    code = bench.do(
        "report", "", "chen.reporter", people, "dispute", origin=GRID, channel="visit", category="neighbour",
        title="张三与李四因排水沟争执", parties=[{"subject": "S-1001"}, {"subject": "S-1002"}],
    ).case  # fmt: skip
    bench.do("offer", code, "chen.reporter", unit=VILLAGE)
    return code


def test_a_mediator_works_by_keyboard_alone(visit: Visitors, bench: Workbench) -> None:
    code = offered(bench)
    page = visit("li.mediator", "/work?tab=unit")
    keys = Keyboard(page)

    def do(trigger: str, **facts: Any) -> None:
        if not page.url.endswith(f"/{trigger}"):
            keys.skip()
            keys.follow(page.locator(f'main a[href="/cases/{code}/{trigger}"]'))
        keys.skip()
        for name, value in facts.items():
            keys.put(f"facts.{name}", value)
        keys.follow(page.locator("form[data-keep] .buttons button.button"))
        assert page.url.endswith(f"?done={trigger}"), page.locator("main").inner_text()[:600]

    do("accept", within_scope=True)  # from the row of one's work, at once
    bench.do("assign_mediator", code, "wang.head", chair="li.mediator")
    page.reload()
    do("explain_rights", told=ALL)
    for party in ("S-1001", "S-1002"):
        do("consent", party=party)
    do("open_mediation")
    do("hold_session", place="村委会调解室", attended=ALL, record="双方各自说明了经过。", result="愿意协商")
    do(
        "agree", form="written", effective_on=bench.context.now().strftime("%m%d%Y"), facts="沟在界石以东",
        terms="沟改到界石中间", signed_by=ALL, mediator_signed=True, sealed=True,
    )  # fmt: skip
    do("visit", visitor="li.mediator", satisfied="yes", answers="沟已改好")
    keys.skip()
    keys.reach(page.get_by_text("这一天是怎么算出来的"))
    keys.press("Enter")
    assert page.locator("details[open] ol > li").first.is_visible()
    assert str(bench.service.case(code).state) == "village_mediation.agreed"


@pytest.mark.parametrize(("size", "lang", "scripts"), [WAYS[0], WAYS[2]])
def test_a_supervisor_goes_from_the_dashboard_to_a_late_case_and_its_history(
    visit: Visitors, bench: Workbench, now: Now, size: tuple[int, int], lang: str, scripts: bool
) -> None:
    code = offered(bench)
    now.instant += timedelta(days=14)
    sweep_once(bench.context, now())
    assert bench.context.wait_for(bench.service.log.head(), 20)
    chinese = lang == "zh-CN"

    page = visit("sun.supervisor", "/dashboard", size=size, lang=lang, scripts=scripts)
    missed = page.locator('#kept ~ .panel a[href*="part=missed"]')
    if not missed.first.is_visible():  # on a phone the table is one tap away
        missed.first.locator("xpath=ancestor::details").locator("> summary").click()
    missed.first.click()
    assert page.get_by_role("heading", level=1).inner_text() == (
        "按期办理率" if chinese else "Deadlines kept"
    )
    page.locator(f'main a[href="/cases/{code}"]').click()
    told = page.locator("main").inner_text()
    assert ("已逾期" if chinese else "Late") in told and "张三" not in told
    why = page.get_by_text("这一天是怎么算出来的" if chinese else "How this day comes about").first
    why.click()
    assert page.locator(".due details[open] ol > li").count() > 1
    history = page.locator(".timeline > li")
    assert ("期限已过" if chinese else "Deadline missed") in history.first.inner_text()
    step(page, "supervise", colour="yellow", duty="请三日内受理，说明逾期原因")
    assert "孙察" in history.first.inner_text() and "请三日内受理" in history.first.inner_text()
    assert bench.service.case(code).supervisions
