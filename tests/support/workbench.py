"""A small township with its people signed in, for tests of pages: by client, and served for a browser.

Nobody types a password here: a session is put where the sign-in would have put it. The sign-in has tests of its own.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

import uvicorn
from fastapi.testclient import TestClient

from api.access.signed import COOKIE
from api.app import create_app
from api.context import Context
from api.examples import GRID, TOWNSHIP, VILLAGE
from domain.actor import Actor
from domain.case import Entry
from domain.terms import Role, UnitKind
from eventlog.credentials import Credentials, SessionRow, digest
from eventlog.identity import Identity
from tests.support.postgres import free_port
from workflows.accounts import CONSOLE, Accounts
from workflows.command import Answer, Command

CITY, COUNTY = "330600", "330604"
UNITS = (
    (CITY, "澄江市", UnitKind.CITY, ""),
    (COUNTY, "上虞县", UnitKind.COUNTY, CITY),
    (TOWNSHIP, "柳溪镇", UnitKind.TOWN, COUNTY),
    ("330604-100-C", "柳溪镇社会治理中心", UnitKind.CENTRE, TOWNSHIP),
    (VILLAGE, "白沙村", UnitKind.VILLAGE, TOWNSHIP),
    ("330604-102", "东岸村", UnitKind.VILLAGE, TOWNSHIP),
    (GRID, "第一网格", UnitKind.GRID, VILLAGE),
    ("330604-101-02", "第二网格", UnitKind.GRID, VILLAGE),
)

# user -> name, post, unit: those of api/examples.py, and one for every other post
PEOPLE: Mapping[str, tuple[str, Role, str]] = {
    "chen.reporter": ("陈小满", Role.REPORTER, GRID),
    "li.mediator": ("李和", Role.MEDIATOR, VILLAGE),
    "wang.head": ("王立新", Role.UNIT_HEAD, VILLAGE),
    "zhou.window": ("周敏", Role.INTAKE, TOWNSHIP),
    "wu.handler": ("吴承", Role.HANDLER, TOWNSHIP),
    "zheng.head": ("郑远", Role.UNIT_HEAD, TOWNSHIP),
    "sun.supervisor": ("孙察", Role.SUPERVISOR, COUNTY),
    "qian.reviewer": ("钱复", Role.REVIEWER, COUNTY),
    "feng.sponsor": ("冯岭", Role.SPONSOR, COUNTY),
    "he.county": ("何川", Role.UNIT_HEAD, COUNTY),
    "xu.auditor": ("徐审", Role.AUDITOR, COUNTY),
    "lu.privacy": ("陆隐", Role.PRIVACY_OFFICER, COUNTY),
    "tang.rules": ("唐则", Role.POLICY_ADMIN, COUNTY),
    "admin": ("管理员", Role.ORG_ADMIN, COUNTY),
}


def actor(user: str) -> Actor:
    _, post, unit = PEOPLE[user]
    return Actor(user, post, unit)


@dataclass
class Workbench:
    """The township, its cases, and clients for its people."""

    context: Context
    sessions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = create_app(context=self.context)
        self.service = self.context.service

    def founded(self) -> Workbench:
        """Create units and accounts."""
        entry = Entry(Actor("admin", Role.ORG_ADMIN, COUNTY), self.context.now())
        for code, name, kind, parent in UNITS:
            self.service.reference.create_unit(
                code, name, kind, effective=date(2000, 1, 1), entry=entry, parent=parent
            )
        accounts = Accounts(self.service.log, self.service.reference, self.context.now)
        for user, (name, post, unit) in PEOPLE.items():
            accounts.open(user, name, by=CONSOLE)
            accounts.fill(user, post, unit, since=date(2000, 1, 1), by=CONSOLE)
        return self

    def session(self, user: str) -> str:
        """The cookie of somebody signed in."""
        if user not in self.sessions:
            secret, now = secrets.token_urlsafe(32), self.context.now()
            later = now + timedelta(days=3650)  # a test moves its clock as it likes: the session goes on
            row = SessionRow(digest(secret), user, f"csrf-of-{user}", now, later, later)
            Credentials(self.service.log.recorder).put_session(row)
            self.sessions[user] = secret
        return self.sessions[user]

    @contextlib.contextmanager
    def client(self, user: str = "", lang: str = "zh") -> Iterator[PageClient]:
        """A client that asks for pages as a browser of this person does."""
        headers = {"Accept": "text/html", "Accept-Language": lang}
        with TestClient(
            self.app, headers=headers, raise_server_exceptions=True, follow_redirects=False
        ) as client:
            if user:
                client.cookies.set(COOKIE, self.session(user))
            yield PageClient(client, f"csrf-of-{user}")

    def do(
        self, trigger: str, case: str, user: str, people: Any = (), type: str = "", **facts: Any
    ) -> Answer:
        """Fire a trigger as the service does it, and let the read side follow."""
        done = self.service.do(Command(trigger, case, actor(user), facts, people=people, type=type))
        self.context.wait_for(done.position, 20)
        return done

    @contextlib.contextmanager
    def served(self) -> Iterator[str]:
        """The address at which the app is served for a browser, until the end of the block."""
        port = free_port()
        config = uvicorn.Config(
            self.app,
            host="127.0.0.1",
            port=port,
            log_level="warning",
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, name="workbench")
        thread.start()
        try:
            for _ in range(200):
                if server.started:
                    break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(20)


@dataclass
class PageClient:
    """Gets pages and sends their forms with what stands in them, as a browser without JavaScript does."""

    client: TestClient
    csrf: str

    def get(self, path: str, status: int = 200, **headers: str) -> str:
        answer = self.client.get(path, headers=headers)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:2000]}"
        return answer.text

    def post(self, path: str, fields: Any) -> Any:
        return self.client.post(path, data=as_form(fields))


def as_form(pairs: Any) -> dict[str, list[str]]:
    """Fields as httpx sends them; names may come again."""
    form: dict[str, list[str]] = {}
    for name, value in pairs.items() if isinstance(pairs, Mapping) else pairs:
        form.setdefault(name, []).append(value)
    return form


@dataclass
class Field:
    """A field of a form as it stands in the page. `choices` of a select, a radio or a checkbox."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)


class FormReader(HTMLParser):
    """Reads the form of a page: what a browser would send if nobody touched it."""

    def __init__(self, action: str = "") -> None:
        super().__init__()
        self.fields: dict[str, Field] = {}
        self.buttons: list[tuple[str, str]] = []
        self._wanted, self._inside = action, False
        self._select: Field | None = None
        self._area: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = said.get("method") == "post" and said.get("action", "").endswith(self._wanted)
        if not self._inside:
            return
        name = said.get("name", "")
        if tag == "input" and name:
            kind = said.get("type", "text")
            known = self.fields.setdefault(name, Field(name, kind))
            if kind in ("radio", "checkbox"):
                known.choices.append(said.get("value", "on"))
                known.values += [said.get("value", "on")] if "checked" in said else []
            else:
                known.values.append(said.get("value", ""))
        elif tag == "select":
            self._select = self.fields.setdefault(name, Field(name, "select"))
        elif tag == "option" and self._select is not None:
            self._select.choices.append(said.get("value", ""))
            if "selected" in said:
                self._select.values = [said.get("value", "")]
        elif tag == "textarea":
            self._area = self.fields.setdefault(name, Field(name, "textarea", [""]))
        elif tag == "button" and name:
            self.buttons.append((name, said.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select" and self._select is not None:
            if not self._select.values and self._select.choices:
                self._select.values = [self._select.choices[0]]
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            before = self._area.values[0]
            self._area.values = [before + (data.removeprefix("\n") if not before else data)]


def form_in(page: str, action: str = "") -> FormReader:
    """The form of a page that is sent to an address with this end."""
    reader = FormReader(action)
    reader.feed(page)
    return reader


def text_of(page: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))


def two_cases(bench: Workbench) -> tuple[str, str]:
    """A dispute and a petition that just came in, each with people of its own: their codes."""
    mark = secrets.token_hex(4)
    one, other, third = (f"S-{mark}-{n}" for n in range(3))
    dispute = bench.do(
        "report", "", "chen.reporter", [Identity(one, "person", "张三"), Identity(other, "person", "李四")], "dispute",
        origin=GRID, channel="visit", category="neighbour", title="宅基地边界起争执",
        parties=[{"subject": one}, {"subject": other}],
    ).case  # fmt: skip
    petition = bench.do(
        "receive", "", "zhou.window", [Identity(third, "person", "王五")], "petition", origin=TOWNSHIP,
        channel="visit", title="补偿未发放", by_office=False, record="来访",
        parties=[{"subject": third, "part": "petitioner"}],
    ).case  # fmt: skip
    return dispute, petition
