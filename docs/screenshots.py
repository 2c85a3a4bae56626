"""Pictures of every page, on a phone and on a desk, of the demonstration district: `make screenshots`.

They are for people to look at, in docs/screenshots/; no test compares them. The district ends on the same day each time, so that
a picture changes when its page does. Needs Chromium, as the tests of pages do.
"""

from __future__ import annotations

import base64
import secrets
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from playwright.sync_api import Browser, Page
from pydantic import SecretStr

from api.context import Context, opened
from domain.calendar import TZ
from domain.terms import Role
from eventlog.credentials import Credentials, SessionRow, digest
from eventlog.log import open_log
from gridcase.demo import demo_accounts, load_demo
from gridcase.settings import Settings
from projections.worklist import READ_WORKLIST
from tests.support.browser import DESK, PHONE, chromium
from tests.support.workbench import Workbench

FOLDER: Final = Path(__file__).parent / "screenshots"
SIZES: Final = {"phone": PHONE, "desk": DESK}
SCALE: Final = 0.1  # of the demonstration: enough for full pages
LAST_DAY: Final = date(2026, 6, 30)
NOW: Final = datetime(2026, 7, 1, 9, 20, tzinfo=TZ)
SCREENS: Final = 2  # as much of a long page as so many screens show
# From a PNG to its 256 most frequent colours and one byte for each pixel: pages have few colours, and this is a quarter as large.
FEW_COLOURS: Final = """async (png) => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const { data } = canvas.getImageData(0, 0, image.width, image.height);
  const keys = new Uint32Array(data.length / 4), seen = new Map();
  for (let n = 0; n < keys.length; n++) {
    keys[n] = data[4 * n] << 16 | data[4 * n + 1] << 8 | data[4 * n + 2];
    seen.set(keys[n], (seen.get(keys[n]) || 0) + 1);
  }
  const colours = [...seen.keys()].sort((a, b) => seen.get(b) - seen.get(a)).slice(0, 256);
  const far = (a, b) => [16, 8, 0].reduce((sum, by) => sum + ((a >> by & 255) - (b >> by & 255)) ** 2, 0);
  const place = new Map([...seen.keys()].map((key) => [key, 0]));
  for (const key of place.keys()) {
    let best = Infinity;
    for (let n = 0; n < colours.length && best; n++) {
      const now = far(key, colours[n]);
      if (now < best) { best = now; place.set(key, n); }
    }
  }
  const rows = [];
  for (const key of keys) rows.push(String.fromCharCode(place.get(key)));
  return [image.width, image.height, colours, btoa(rows.join(""))];
}"""


@dataclass(frozen=True)
class Picture:
    """A page as somebody sees it: its name, their post, the address, and how they want to see it."""

    name: str
    post: Role | None
    path: str
    lang: str = "zh-CN"
    dark: bool = False

    @property
    def file(self) -> str:
        return self.name + ("" if self.lang == "zh-CN" else f"-{self.lang}") + ("-dark" if self.dark else "")


def pictures(context: Context) -> Iterator[Picture]:
    units = {post: unit for *_, post, unit in demo_accounts()}
    township = units[Role.SPONSOR]
    case = busy(context, "dispute", units[Role.HANDLER])
    petition = busy(context, "petition", state="township_coordination.handling")
    R = Role
    for name, post, path in (
        ("sign-in", None, "/sign-in"),
        ("status", None, "/status"),
        ("help", None, "/help"),
        ("glossary", None, "/glossary"),
        ("work", R.HANDLER, "/work?tab=unit"),
        ("work-of-a-grid-worker", R.REPORTER, "/work"),
        ("report", R.REPORTER, "/report"),
        ("register", R.INTAKE, "/register"),
        ("cases", R.SUPERVISOR, "/cases"),
        ("deadlines", R.SUPERVISOR, "/deadlines"),
        ("case-of-a-dispute", R.HANDLER, f"/cases/{case}"),
        ("case-of-a-petition", R.SUPERVISOR, f"/cases/{petition}"),
        ("letters", R.SUPERVISOR, f"/cases/{petition}/letters"),
        ("letter", R.SUPERVISOR, f"/cases/{petition}/letters/acceptance"),
        ("a-step", R.HANDLER, f"/cases/{case}/hold_session"),
        ("changes", R.HANDLER, f"/cases/{case}/changes?since=3"),
        ("dashboard", R.SUPERVISOR, "/dashboard"),
        ("dashboard-of-a-township", R.SUPERVISOR, f"/dashboard?unit={township}"),
        ("figure", R.SUPERVISOR, "/figures/containment"),
        ("units", R.ORG_ADMIN, "/units"),
        ("unit", R.ORG_ADMIN, f"/units/{township}"),
        ("accounts", R.ORG_ADMIN, "/accounts"),
        ("account", R.ORG_ADMIN, f"/accounts/{next(user for user, _, post, _ in demo_accounts() if post == R.MEDIATOR)}"),
        ("account-new", R.ORG_ADMIN, "/accounts/_new"),
        ("imports", R.ORG_ADMIN, "/imports"),
        ("policies", R.POLICY_ADMIN, "/policies"),
        ("policy", R.POLICY_ADMIN, "/policies/CN-2022/1?rule=P-HANDLE"),
        ("calendar", R.POLICY_ADMIN, "/calendars?year=2026"),
        ("me", R.REPORTER, "/me"),
        ("not-there", R.REPORTER, "/cases/D-20200101-00000"),
    ):  # fmt: skip
        yield Picture(name, post, path)
    yield Picture("case-of-a-dispute", R.HANDLER, f"/cases/{case}", dark=True)
    yield Picture("dashboard", R.SUPERVISOR, "/dashboard", lang="en", dark=True)
    yield Picture("report", R.REPORTER, "/report", lang="en")
    yield Picture("work", R.HANDLER, "/work?tab=unit", lang="en")
    yield Picture("cases", R.SUPERVISOR, "/cases", lang="en")


def busy(context: Context, kind: str, holder: str = "", state: str = "") -> str:
    """An open case with a long history; of a unit, in a state."""
    row = READ_WORKLIST.c
    wanted = (
        sa.select(row.code)
        .where(row.type == kind, row.stage != "closed")
        .order_by(row.version.desc(), row.code)
    )
    wanted = wanted.where(row.holder == holder) if holder else wanted
    wanted = wanted.where(row.state == state) if state else wanted
    with context.reads.connect() as connection:
        return str(connection.execute(wanted.limit(1)).scalar_one())


def sessions(context: Context) -> dict[str, str]:
    """post -> the cookie of its demonstration account."""
    found, now = {}, context.now()
    for user, _, post, _ in demo_accounts():
        secret, later = secrets.token_urlsafe(32), now + timedelta(days=1)
        Credentials(context.service.log.recorder).put_session(
            SessionRow(digest(secret), user, "csrf", now, now, later)
        )
        found[post] = secret
    return found


def take(browser: Browser, address: str, cookie: str, one: Picture, size: tuple[int, int]) -> bytes:
    width, height = size
    window = browser.new_context(
        viewport={"width": width, "height": height}, locale=one.lang, timezone_id="Asia/Shanghai",
        color_scheme="dark" if one.dark else "light",
    )  # fmt: skip
    if cookie:
        window.add_cookies([{"name": "gridcase", "value": cookie, "url": address}])
    page = window.new_page()
    answer = page.goto(address + one.path)
    if answer is None or answer.status >= 500:
        sys.exit(f"{one.path} cannot be shown: {answer and answer.status}")
    full = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(int(full), height * SCREENS)})
    taken = page.screenshot()
    window.close()
    return taken


def in_few_colours(page: Page, png: bytes) -> bytes:
    """The same picture as a PNG with a palette."""
    width, height, colours, rows = page.evaluate(FEW_COLOURS, base64.b64encode(png).decode())
    pixels = base64.b64decode(rows)
    lines = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
    palette = b"".join(colour.to_bytes(3, "big") for colour in colours)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def main() -> None:
    wanted = sys.argv[1:]
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{Path(folder) / 'demo.db'}", worker_inside=True, sweep_every_seconds=3600,
            read_wait_seconds=60, cursor_key=SecretStr(secrets.token_hex(32)), master_key=SecretStr(secrets.token_hex(32)),
        )  # fmt: skip
        keys = settings.master_keys()
        load_demo(
            lambda clock: open_log(settings.database_url, clock=clock, keys=keys),
            ends_on=LAST_DAY,
            scale=SCALE,
        )
        with opened(settings, lambda: NOW, watched=True) as context:
            context.wait_for(context.service.log.head(), 60)
            cookies = sessions(context)
            with Workbench(context).served() as address, chromium() as browser:
                maker = browser.new_page()
                for one in pictures(context):
                    for kind, size in SIZES.items():
                        if not wanted or one.name in wanted:
                            taken = take(browser, address, cookies.get(str(one.post), ""), one, size)
                            (FOLDER / f"{one.file}-{kind}.png").write_bytes(in_few_colours(maker, taken))


if __name__ == "__main__":
    main()
