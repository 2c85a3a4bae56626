"""A real Chromium for tests of pages: Debian's, found or installed, driven by Playwright, ended with the tests.

It downloads nothing and asks nobody: what a page needs has to come from the served app.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.support.workbench import Workbench

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE, DESK = (390, 844), (1280, 900)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class ChromiumMissing(Exception):
    """There is no Chromium on this machine, and it may not be installed."""


def chromium_program() -> str:
    """The path of the browser. Installs it where that is allowed."""
    found = _find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        packages = ["chromium", "fonts-noto-cjk"]
        for command in (
            ["apt-get", "update"],
            ["apt-get", "install", "-y", "--no-install-recommends", *packages],
        ):
            subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
        found = _find()
    if found is None:
        raise ChromiumMissing(
            "These tests look at pages in a Chromium and found none. Install one (Debian, Ubuntu: apt-get install chromium "
            "fonts-noto-cjk; Fedora: dnf install chromium google-noto-sans-cjk-fonts), or put `chromium` on PATH."
        )
    return found


def _find() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_program(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitors:
    """People who look at a served workbench, each in a browser window of their own. What went wrong in one is kept."""

    browser: Browser
    bench: Workbench
    address: str
    wrong: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    windows: list[Any] = field(default_factory=list)

    def __call__(
        self,
        user: str,
        path: str,
        *,
        size: tuple[int, int] = DESK,
        lang: str = "zh-CN",
        dark: bool = False,
        scripts: bool = True,
    ) -> Page:
        """A page as this person sees it; "" for a stranger."""
        self.asked.clear()
        window = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=lang,
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        self.windows.append(window)
        if user:
            window.add_cookies([{"name": "gridcase", "value": self.bench.session(user), "url": self.address}])
        page = window.new_page()
        page.on(
            "console",
            lambda said: self.wrong.append(f"{path}: {said.text}") if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.wrong.append(f"{path}: {error}"))
        page.on("request", self._asked)
        page.goto(self.address + path)
        return page

    def _asked(self, request: Request) -> None:
        self.asked.append(request)
        if not request.url.startswith((self.address, "data:")):
            self.wrong.append(f"asked a stranger: {request.url}")

    def status(self) -> int:
        """What the page that was opened last was answered with."""
        answer = self.asked[0].response()
        return answer.status if answer else 0

    def weight(self) -> int:
        """Bytes that came over the line for the page that was opened last, as the server packed them.

        The picture of a letter stands in its page as data: that is what is looked at, and is left out.
        """
        page, *files = (
            one for one in self.asked if not one.url.startswith("data:") and "/live" not in one.url
        )
        sent: int = page.sizes()["responseBodySize"]
        answer = page.response()
        if answer is not None and b"data:image/png" in (html := answer.body()):
            sent = len(gzip.compress(re.sub(rb"data:image/png;base64,[^\"]*", b"", html), 5))
        return sent + sum(one.sizes()["responseBodySize"] for one in files)

    def close(self) -> None:
        for window in self.windows:
            window.close()
        self.windows.clear()


def axe_findings(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe holds against a page (WCAG 2.2 AA and good practice), one line for each element. `rules`: these alone."""
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": WCAG}
    options = {"runOnly": only, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['html'][:120]} {node.get('failureSummary', '')[:300]}"
        for rule in found
        for node in rule["nodes"]
    ]


def too_small(page: Page) -> list[str]:
    """What can be pressed and is lower than 44 px; links inside of a sentence are as high as their line (WCAG 2.5.8)."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button, .button, summary, select, input, textarea, nav a, header a, footer a")]
        .filter((one) => one.offsetParent && !one.classList.contains("unseen") && one.type !== "hidden")
        .map((one) => [one, (["radio", "checkbox"].includes(one.type) ? one.closest(".tick") : one).getBoundingClientRect()])
        .filter(([one, box]) => box.height > 0 && box.height < 43.5 && !one.closest(".crumbs"))
        .map(([one, box]) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)} ${box.height}`)"""
    )
    return found


def sideways(page: Page) -> list[str]:
    """What makes a page be scrolled sideways; nothing where it does not have to be."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [`${document.documentElement.scrollWidth} px`, ...[...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".scroll, .drawing, .unseen"))
        .slice(0, 5).map((one) => one.outerHTML.slice(0, 120))]"""
    )
    return found


def without_focus(page: Page) -> list[str]:
    """What the keyboard reaches without being seen: without a ring, or under the bar at the foot of a phone.

    Press a key first: what is focused after a click may do without a ring.
    """
    found: list[str] = page.evaluate(
        """() => {
          const bar = document.querySelector(".ways");
          const foot = bar && getComputedStyle(bar).position === "fixed" ? bar.getBoundingClientRect().top : innerHeight;
          const wrong = [];
          for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
            if (!one.checkVisibility() || one.tabIndex < 0 || one.type === "hidden") continue;
            one.focus();
            if (document.activeElement !== one) continue;
            const style = getComputedStyle(one), box = one.getBoundingClientRect();
            const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
            if (!ring) wrong.push(`no ring: ${one.outerHTML.slice(0, 120)}`);
            if (box.top >= foot && !one.closest(".ways")) wrong.push(`hidden: ${one.outerHTML.slice(0, 120)}`);
          }
          document.activeElement.blur();
          return wrong;
        }"""
    )
    return found
