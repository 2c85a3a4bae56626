"""Pictures of every page, on a phone and on a desk, of the demonstration district: `make screenshots`.

They are for people to look at, in docs/screenshots/; no test compares them. Needs Chromium, as the tests of pages do.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import Browser
from pydantic import SecretStr

from api.context import Context, opened
from domain.organisation import local_date
from domain.terms import Role
from eventlog.credentials import Credentials, SessionRow, digest
from eventlog.log import utc_now
from gridcase.commands.running import fill
from gridcase.demo import demo_accounts
from gridcase.settings import Settings
from projections.worklist import READ_WORKLIST
from tests.support.browser import DESK, PHONE, chromium
from tests.support.workbench import Workbench

FOLDER = Path(__file__).parent / "screenshots"
SIZES = {"phone": PHONE, "desk": DESK}
SCALE = 0.1  # of the demonstration: enough for full pages


def pages(context: Context) -> Iterator[tuple[str, Role | None, str]]:
    """(name, the post that looks, address)."""
    township = next(unit for *_, post, unit in demo_accounts() if post == Role.SPONSOR)
    late, petition = (busy(context, kind) for kind in ("dispute", "petition"))
    handler = next(user for user, _, post, _ in demo_accounts() if post == Role.HANDLER)
    R = Role
    yield from (
        ("sign-in", None, "/sign-in"),
        ("status", None, "/status"),
        ("help", None, "/help"),
        ("glossary", None, "/glossary"),
        ("work", R.UNIT_HEAD, "/work"),
        ("work-of-a-grid-worker", R.REPORTER, "/work"),
        ("report", R.REPORTER, "/report"),
        ("register", R.INTAKE, "/register"),
        ("cases", R.SUPERVISOR, "/cases"),
        ("deadlines", R.SUPERVISOR, "/deadlines"),
        ("case-of-a-dispute", R.SUPERVISOR, f"/cases/{late}"),
        ("case-of-a-petition", R.SUPERVISOR, f"/cases/{petition}"),
        ("letters", R.SUPERVISOR, f"/cases/{petition}/letters"),
        ("a-step", R.SUPERVISOR, f"/cases/{late}/supervise"),
        ("dashboard", R.SUPERVISOR, "/dashboard"),
        ("dashboard-of-a-township", R.SUPERVISOR, f"/dashboard?unit={township}"),
        ("figure", R.SUPERVISOR, "/figures/containment"),
        ("units", R.ORG_ADMIN, "/units"),
        ("unit", R.ORG_ADMIN, f"/units/{township}"),
        ("accounts", R.ORG_ADMIN, "/accounts"),
        ("account", R.ORG_ADMIN, f"/accounts/{handler}"),
        ("imports", R.ORG_ADMIN, "/imports"),
        ("policies", R.POLICY_ADMIN, "/policies"),
        ("policy", R.POLICY_ADMIN, "/policies/CN-2022/1?rule=P-HANDLE"),
        ("calendar", R.POLICY_ADMIN, "/calendars?year=2026"),
        ("me", R.REPORTER, "/me"),
        ("not-there", R.REPORTER, "/cases/D-20200101-00000"),
    )


def busy(context: Context, kind: str) -> str:
    """An open case with a long history, the first to become due."""
    row = READ_WORKLIST.c
    wanted = (
        sa.select(row.code)
        .where(row.type == kind, row.stage != "closed")
        .order_by(row.version.desc(), row.code)
    )
    with context.reads.connect() as connection:
        return str(connection.execute(wanted.limit(1)).scalar_one())


def sessions(context: Context) -> dict[str, str]:
    """post -> the cookie of its demonstration account."""
    found, now = {}, context.now()
    for user, _, post, _ in demo_accounts():
        secret, later = secrets.token_urlsafe(32), now + timedelta(days=1)
        Credentials(context.service.log.recorder).put_session(
            SessionRow(digest(secret), user, "csrf", now, later, later)
        )
        found[post] = secret
    return found


def take(
    browser: Browser, address: str, cookie: str, path: str, file: Path, size: tuple[int, int], dark: bool
) -> None:
    width, height = size
    window = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai",
        color_scheme="dark" if dark else "light",
    )  # fmt: skip
    if cookie:
        window.add_cookies([{"name": "gridcase", "value": cookie, "url": address}])
    page = window.new_page()
    answer = page.goto(address + path)
    if answer is None or answer.status >= 500:
        sys.exit(f"{path} cannot be shown: {answer and answer.status}")
    full = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(int(full), height * 3)})
    page.screenshot(path=file)
    window.close()


def main() -> None:
    wanted = sys.argv[1:]
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        settings = Settings(
            database_url=f"sqlite:///{place / 'demo.db'}",
            cursor_key=SecretStr(secrets.token_hex(32)),
        )
        fill(settings, local_date(utc_now()), seed=1, scale=SCALE, quiet=True)
        with opened(settings, watched=True) as context:
            cookies = sessions(context)
            with Workbench(context).served() as address, chromium() as browser:
                for name, post, path in pages(context):
                    for kind, size in SIZES.items():
                        if not wanted or name in wanted:
                            file = FOLDER / f"{name}-{kind}.png"
                            take(browser, address, cookies.get(str(post), ""), path, file, size, dark=False)


if __name__ == "__main__":
    main()
