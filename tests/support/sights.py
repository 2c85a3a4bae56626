"""Every page of the workbench as a row, in a township where each has something to show, and what is held against a page.

A page that no row leads to makes a test fail (tests/pages/test_every_sight.py): add a row for it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fastapi.routing import APIRoute
from playwright.sync_api import Page

from api.examples import GRID, TOWNSHIP, VILLAGE
from api.pages import ROUTERS
from api.pages.receipts import query_code
from eventlog.credentials import Credentials
from eventlog.identity import Identity
from tests.support.browser import DESK, PHONE, axe_findings, sideways, too_small, without_focus
from tests.support.township import Now
from tests.support.workbench import Workbench

Looks = Sequence[tuple[tuple[int, int], bool]]
# Each language at both sizes and in both colours, each pair of size, colour and language at least once.
LOOKS: Final[Mapping[str, Looks]] = {
    "zh-CN": ((PHONE, False), (DESK, True)),
    "en": ((DESK, False), (PHONE, True)),
}
SEEN: Final = ("color-contrast", "target-size")  # the rules of axe that size and colour may break
NARROW: Final = ((320, 640), (640, 450))  # WCAG 1.4.10, and a desk at 200 %
NO_PAGES: Final = {
    "/",  # leads on
    "/live",  # a stream
    "/static/{name:path}",
    "/cases/export/{form}",
    "/deadlines/export/{form}",
    "/cases/{code}/issue_letter",  # leads on
}


@dataclass(frozen=True)
class Sight:
    """A page, and who looks at it. `press` is the button that leads on from `path` to `leads`, with what was `typed`."""

    name: str
    user: str
    path: str
    status: int = 200
    press: str = ""
    typed: tuple[tuple[str, str], ...] = ()
    leads: str = ""


SEND: Final = "main form .buttons button >> nth=-1"
LINES: Final = "code,name\n7701,河镇\n7702,\n"  # the second is rejected
MAPPING: Final = """
imports = "units"
id = "small"
[columns]
code = "code"
name = "name"
[[kind]]
is = "town"
where = { name = "镇$" }
"""
SIGHTS: Final = (
    Sight("sign-in", "", "/sign-in"),
    Sight("sign-in refused", "", "/sign-in", 422, SEND, (("user", "li.mediator"), ("password", "not this one"))),
    Sight("work", "zheng.head", "/work?tab=unit"),
    Sight("work without cases", "tang.rules", "/work"),
    Sight("work given out", "zheng.head", "/work/bulk/assign?case={petition}"),
    Sight("cases", "sun.supervisor", "/cases"),
    Sight("cases not found", "sun.supervisor", "/cases?q=nothing&unit=nowhere", 422),
    Sight("deadlines", "sun.supervisor", "/deadlines"),
    Sight("deadlines late", "sun.supervisor", "/deadlines?kind=late"),
    Sight("dispute", "li.mediator", "/cases/{dispute}"),
    Sight("petition", "wu.handler", "/cases/{petition}"),
    Sight("step", "li.mediator", "/cases/{dispute}/agree"),
    Sight("step refused", "li.mediator", "/cases/{dispute}/agree", 422, SEND),
    Sight("reveal", "li.mediator", "/cases/{dispute}/reveal"),
    Sight("letters", "wu.handler", "/cases/{petition}/letters?issued=1"),
    Sight("letter", "wu.handler", "/cases/{petition}/letters/acceptance"),
    Sight("receipt", "zhou.window", "/cases/{petition}/receipt"),
    Sight("report", "chen.reporter", "/report"),
    Sight("report with mistakes", "chen.reporter", "/report", 422, SEND),
    Sight("register", "zhou.window", "/register"),
    Sight("status", "", "/status"),
    Sight("status told", "", "/status", 200, SEND, (("case", "{petition}"), ("query", "{query}"))),
    Sight("dashboard", "sun.supervisor", "/dashboard?unit=330604"),
    Sight("figure", "sun.supervisor", "/figures/deadlines_kept?unit=330604"),
    Sight("changes", "li.mediator", "/cases/{dispute}/changes?since=3&step=agree"),
    Sight("accounts", "admin", "/accounts"),
    Sight("account", "admin", "/accounts/wu.handler"),
    Sight("new account", "admin", "/accounts/_new"),
    Sight("new account with mistakes", "admin", "/accounts/_new", 422, SEND),
    Sight("units", "admin", "/units"),
    Sight("unit", "admin", f"/units/{VILLAGE}"),
    Sight("new unit", "admin", "/units/new"),
    Sight("policies", "tang.rules", "/policies"),
    Sight("policy", "tang.rules", "/policies/CN-2022/1?rule=P-HANDLE&since=2026-03-02"),
    Sight("calendar", "tang.rules", "/calendars?year=2026"),
    Sight("imports", "admin", "/imports"),
    Sight("import", "admin", "/imports", 200, SEND, (("kind", "units"), ("file", LINES), ("mapping", MAPPING)), "/imports/1"),
    Sight("me", "wang.head", "/me"),
    Sight("password", "wang.head", "/me/password"),
    Sight("token", "wang.head", "/me", 200, "#tokens ~ details form .buttons button"),
    Sight("help", "", "/help"),
    Sight("glossary", "chen.reporter", "/glossary"),
    Sight("not there", "chen.reporter", "/cases/D-20200101-00000", 404),
    Sight("not allowed", "chen.reporter", "/imports", 403),
)  # fmt: skip


def pages_of_the_routes() -> Iterator[tuple[str, Any]]:
    """(path, pattern) of every page that is asked for by GET, in the order in which they are tried."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
                yield route.path, route.path_regex


def mediated(bench: Workbench, now: Now) -> str:
    """A dispute between 张三 and 李四 that their village mediates; answers with its code."""
    people = [Identity("S-1001", "person", "张三", phone="13800000001"), Identity("S-1002", "person", "李四")]
    code = bench.do(
        "report", "", "chen.reporter", people, "dispute", origin=GRID, channel="visit", category="neighbour",
        title="张三与李四因宅基地边界和排水沟位置长期争执，双方亲属多次到场", summary="张三称李四砌墙越界约三十厘米。",
        parties=[{"subject": "S-1001"}, {"subject": "S-1002"}],
    ).case  # fmt: skip
    steps: list[tuple[float, str, str, dict[str, Any]]] = [
        (1, "offer", "chen.reporter", {"unit": VILLAGE}),
        (20, "accept", "li.mediator", {"within_scope": True}),
        (1, "assign_mediator", "wang.head", {"chair": "li.mediator"}),
        (1, "explain_rights", "li.mediator", {"told": ["S-1001", "S-1002"]}),
        (0, "consent", "li.mediator", {"party": "S-1001"}),
        (0, "consent", "li.mediator", {"party": "S-1002"}),
        (1, "open_mediation", "li.mediator", {}),
    ]
    for hours, trigger, user, facts in steps:
        now.instant += timedelta(hours=hours)
        bench.do(trigger, code, user, **facts)
    return code


def told(bench: Workbench, now: Now) -> dict[str, str]:
    """Tell a small story: what the paths of the rows name."""
    dispute = mediated(bench, now)
    parties = [{"subject": "S-2001", "part": "petitioner"}]
    petition = bench.do(
        "receive", "", "zhou.window", [Identity("S-2001", "person", "王五")], "petition", origin=TOWNSHIP, channel="visit",
        title="王五反映征地补偿未发放", by_office=False, record="来访人王五称补偿未发放。", parties=parties,
    ).case  # fmt: skip
    for trigger, facts in (
        ("register", {"receipt": "镇访〔2026〕12号", "petitioners": parties, "request": "发放补偿", "facts": "未到账"}),
        ("recognise_first", {"searched": "无"}),
        ("classify", {"petition_class": "claim_other"}),
        ("accept", {"competent": True, "handler": "wu.handler", "conflict_checked": True, "notice": "回执"}),
    ):  # fmt: skip
        bench.do(trigger, petition, "zhou.window", **facts)
    bench.do("issue_letter", petition, "wu.handler", kind="acceptance")
    Credentials(bench.service.log.recorder).set_password("admin", "no password fits", now())
    return {
        "dispute": dispute,
        "petition": petition,
        "query": query_code(bench.context, petition),
    }


def pressed(page: Page, sight: Sight, story: Mapping[str, str]) -> int:
    """Fill in and press; answers with the status of what came."""
    for name, value in sight.typed:
        field = page.locator(f"main [name={name}]").first
        match field.get_attribute("type"):
            case "radio":
                page.locator(f"main [name={name}][value={value}]").check()
            case "file":
                field.set_input_files(
                    {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": value.encode()}
                )
            case _:
                field.fill(value.format(**story))
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
    with page.expect_navigation() as came:
        page.locator(sight.press).click()
    page.wait_for_function(
        "!document.querySelector('meta[http-equiv=refresh]')"
    )  # long work has come to its end
    return came.value.status


def held_against(page: Page, looks: Looks) -> list[str]:
    """What is wrong with a page in any of these looks: axe, targets, focus, one heading, and whatever hangs out."""
    found = []
    page.keyboard.press("Tab")  # from here on the keyboard is in use: focus has to be seen
    page.evaluate("document.activeElement.blur()")
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((one) => { one.open = true })")
    if page.locator("h1").count() != 1 or page.locator("main").count() != 1:
        found.append("not one heading and one main part")
    for n, (size, dark) in enumerate(looks):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        said = [*axe_findings(page, SEEN if n else ()), *too_small(page), *without_focus(page)]
        found += [f"{size}{' dark' if dark else ''}: {one}" for one in said]
    for width, height in NARROW:
        page.set_viewport_size({"width": width, "height": height})
        found += [f"hangs out at {width} px: {one}" for one in sideways(page)]
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"hangs out with large text: {one}" for one in sideways(page)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found
