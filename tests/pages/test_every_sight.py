"""Every page in a Chromium, each in both languages, both sizes, light and dark: one visit a language, everything looked at.

The pages are the rows of tests/support/sights.py; the last tests fail for a page that has none.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from api.context import Context
from tests.pages.test_every_page import FIRST_LOAD
from tests.support.browser import Visitors
from tests.support.fonts import ready_typesetter
from tests.support.sights import (
    LOOKS,
    NO_PAGES,
    SEND,
    SIGHTS,
    Sight,
    held_against,
    pages_of_the_routes,
    pressed,
    told,
)
from tests.support.township import Now
from tests.support.workbench import Workbench


@pytest.fixture(scope="module")
def story(module_bench: Workbench, module_now: Now) -> dict[str, str]:
    ready_typesetter()
    return told(module_bench, module_now)


@pytest.fixture(scope="module")
def look(chromium_browser: Browser, module_bench: Workbench, story: dict[str, str]) -> Iterator[Visitors]:
    with module_bench.served() as address:
        yield Visitors(chromium_browser, module_bench, address)


@pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: sight.name)
def test_nothing_is_held_against_a_page(look: Visitors, story: dict[str, str], sight: Sight) -> None:
    found = []
    for lang, looks in LOOKS.items():
        page = look(sight.user, sight.path.format(**story), lang=lang)
        if (weight := look.weight()) > FIRST_LOAD:
            found.append(f"{lang}: {weight} bytes")
        status = pressed(page, sight, story) if sight.press else look.status()
        assert status == sight.status, page.locator("main").inner_text()[:400]
        found += [f"{lang} {one}" for one in held_against(page, looks)]
        look.close()
    refused = f"status of {sight.status}"  # the browser tells of it as of an error, as it should
    found += [one for one in look.wrong if sight.status == 200 or refused not in one]
    look.wrong.clear()
    assert found == []


def test_a_house_that_nobody_can_enter_yet(chromium_browser: Browser, context: Context) -> None:
    bench = Workbench(context)
    with bench.served() as address:
        look = Visitors(chromium_browser, bench, address)
        for lang, looks in LOOKS.items():
            page = look("", "/sign-in", lang=lang)
            page.locator(SEND).click()
            assert page.get_by_role("alert").is_visible()
            assert held_against(page, looks) == []
        look.close()


def test_every_page_has_a_row() -> None:
    routes = list(pages_of_the_routes())
    paths = [
        (one.leads or one.path).partition("?")[0].format(dispute="D-1", petition="P-1") for one in SIGHTS
    ]
    seen = {next(name for name, pattern in routes if pattern.match(path)) for path in paths}
    assert {name for name, _ in routes} - NO_PAGES == seen
