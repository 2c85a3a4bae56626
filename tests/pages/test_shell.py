"""What all pages share: languages, headers, files, errors."""

from __future__ import annotations

import re
from typing import Any

import pytest
from babel.messages.extract import extract_python
from fastapi import Request
from fastapi.testclient import TestClient
from jinja2.ext import babel_extract
from starlette.exceptions import HTTPException

from api.app import create_app
from api.pages import PAGES
from api.pages.assets import assets
from api.pages.languages import accepted, english, entries
from api.pages.shell import environment, own_path

CHINESE = re.compile(r"[\u3400-\u9fff]")
HTML = {"Accept": "text/html"}


@pytest.fixture
def client():
    app = create_app()

    @app.post("/form-of-a-test")
    def form(request: Request) -> None:
        raise HTTPException(401)

    @app.get("/broken-page-of-a-test")
    def broken() -> None:
        raise RuntimeError("a template has a mistake")

    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def test_every_message_of_the_pages_has_its_english():
    known = {message.id for message in english() if message.id}
    missing = []
    for file in sorted([*PAGES.rglob("*.html"), *PAGES.rglob("*.py")]):
        with file.open("rb") as opened:
            found = (
                babel_extract(opened, ("_", "ngettext"), [], {"trimmed": "true"})
                if file.suffix == ".html"
                else extract_python(opened, {"_": None, "said": None}, [], {})
            )
            for line, _, message, _ in list(found):
                said = message if isinstance(message, str) else (message or [""])[0]
                if said and said not in known:
                    missing.append(f"{file.name}:{line} {said}")
    assert missing == [], "write their English into api/pages/locale/en/AREA.po"


def test_no_message_has_two_englishes():
    said: dict[Any, set[tuple[str, str]]] = {}
    for area, message in entries():
        said.setdefault((message.id, message.context), set()).add((str(message.string), area))
    assert [(key, both) for key, both in said.items() if len({string for string, _ in both}) > 1] == []


def test_no_template_says_anything_in_chinese_outside_of_its_messages():
    strangers = []
    for file in sorted(PAGES.rglob("*.html")):
        source = re.sub(r"{#.*?#}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        source = re.sub(r"{%-?\s*trans.*?endtrans\s*-?%}", "", source, flags=re.DOTALL)
        source = re.sub(
            r'\b(?:_|ngettext)\(\s*("[^"]*"|\'[^\']*\')(\s*,\s*("[^"]*"|\'[^\']*\'))?', "", source
        )
        source = source.replace(">中文</a>", "")
        strangers += [f"{file.name}: {line.strip()}" for line in source.splitlines() if CHINESE.search(line)]
    assert strangers == []


def test_every_template_compiles_in_both_languages():
    for code in ("zh", "en"):
        for name in environment(code).list_templates(["html"]):
            environment(code).get_template(name)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr, zh-CN;q=0.5, en;q=0.4", "zh"),
        ("en;q=x", "zh"),
        ("fr", "zh"),
    ],
)
def test_the_browser_says_which_language(header, code):
    assert accepted(header) == code


def test_the_address_says_it_first_and_is_remembered(client):
    answer = client.get("/nowhere?lang=en", headers={**HTML, "Accept-Language": "zh"})
    assert '<html lang="en">' in answer.text
    assert answer.headers["Content-Language"] == "en"
    assert '<html lang="en">' in client.get("/nowhere", headers={**HTML, "Accept-Language": "zh"}).text
    client.cookies.clear()
    assert '<html lang="zh-CN">' in client.get("/nowhere", headers=HTML).text


def test_pages_have_strict_headers_and_the_docs_page_keeps_its_own(client):
    headers = client.get("/nowhere", headers=HTML).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ") and "; script-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self' 'unsafe-inline'" in client.get("/docs").headers["Content-Security-Policy"]


def test_no_template_holds_a_style_or_a_script_of_its_own():
    for file in PAGES.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text), file
        assert not re.search(r"<script(?! src=)", text), file


def test_files_are_kept_for_ever_under_a_name_with_their_hash(client):
    for name, asset in assets().items():
        answer = client.get(f"/static/{asset.name}")
        assert answer.content == asset.plain
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert client.get(f"/static/{name}").status_code == 404
    assert client.get("/static/%2e%2e/shell.py").status_code == 404


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/", 405)])
def test_errors_are_pages_for_browsers_and_problems_for_everybody_else(client, method, path, status):
    shown = client.request(method, path, headers=HTML)
    assert (shown.status_code, shown.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    told = client.request(method, path, headers={"Accept": "*/*"})
    assert (told.status_code, told.headers["Content-Type"]) == (status, "application/problem+json")
    api = client.get("/api/v1/nowhere", headers=HTML)
    assert (api.status_code, api.headers["Content-Type"]) == (404, "application/problem+json")


def test_what_nobody_expected_is_a_page_too_with_its_headers(client):
    answer = client.get("/broken-page-of-a-test", headers=HTML)
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "系统出错了" in answer.text and "mistake" not in answer.text
    assert "Content-Security-Policy" in answer.headers
    told = client.get("/broken-page-of-a-test", headers={"Accept": "application/json"})
    assert (told.status_code, told.headers["Content-Type"]) == (500, "application/problem+json")


def test_who_is_signed_out_while_typing_keeps_every_word(client):
    said = '"><script>alert(1)</script> 张三'
    answer = client.post("/form-of-a-test", data={"facts.title": said, "csrf": "stale-token"}, headers=HTML)
    assert answer.status_code == 401
    assert 'name="facts.title" value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt; 张三"' in answer.text
    assert "<script>alert" not in answer.text and "stale-token" not in answer.text


def test_no_password_is_repeated_on_a_page(client):
    answer = client.post("/form-of-a-test", data={"user": "wu", "password": "geheim"}, headers=HTML)
    assert answer.status_code == 303
    assert "geheim" not in answer.text


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/cases/D-1?x=1", "/cases/D-1?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
    ],
)
def test_nobody_is_led_to_another_site(asked, leads_to):
    assert own_path(asked) == leads_to


def test_the_files_of_every_page_weigh_little():
    assert sum(len(asset.packed) for asset in assets().values()) < 20_000
