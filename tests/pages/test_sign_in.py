"""Signing in: who gets in, for how long, and all the ways in which somebody else does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.setup import setup_code
from api.access.sign_in import MOST_FROM_ADDRESS, MOST_HERE, WINDOW
from api.access.signed import BY_ITSELF, COOKIE, SECURE_COOKIE
from api.app import create_app
from api.context import Context
from api.examples import GRID, TOWNSHIP
from domain.account import Reach
from domain.terms import Role
from eventlog.credentials import digest
from tests.support.township import Now
from tests.support.workbench import Workbench, form_in, text_of
from workflows.accounts import CONSOLE

USER, PASSWORD = "li.mediator", "three-herons-5"
HTML = {"Accept": "text/html", "Accept-Language": "zh"}


@pytest.fixture
def guest(bench: Workbench) -> Iterator[TestClient]:
    """Somebody's guest; li.mediator has a password."""
    bench.context.accounts.set_password(USER, PASSWORD, by=CONSOLE, temporary=False)
    yield from opened(bench.app)


def opened(app: Any, address: str = "http://testserver") -> Iterator[TestClient]:
    with TestClient(app, base_url=address, headers=HTML, follow_redirects=False) as client:
        yield client


def sign_in(guest: TestClient, user: str = USER, password: str = PASSWORD, **more: str) -> Any:
    return guest.post("/sign-in", data={"user": user, "password": password} | more)


def is_in(guest: TestClient) -> bool:
    answer = guest.get("/me")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


def csrf_of(guest: TestClient, path: str = "/me/password") -> str:
    return form_in(guest.get(path).text, path).fields["csrf"].values[0]


# Getting in.


def test_a_password_opens_and_leads_where_somebody_wanted_to_go(guest):
    away = guest.get("/units?on=2026-01-01")
    assert (away.status_code, away.headers["Location"]) == (303, "/sign-in?next=/units%3Fon%3D2026-01-01")
    page = guest.get(away.headers["Location"])
    assert form_in(page.text, "/sign-in").fields["next"].values == ["/units?on=2026-01-01"]
    answer = sign_in(guest, next="/units?on=2026-01-01")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/units?on=2026-01-01")
    assert guest.get(answer.headers["Location"]).status_code == 200
    assert guest.get("/sign-in").headers["Location"] == "/work"


def test_the_name_may_be_typed_in_capitals_and_with_blanks(guest):
    assert sign_in(guest, " Li.Mediator ").status_code == 303


@pytest.mark.parametrize(
    ("user", "password"),
    [
        (USER, "wrong"),
        (USER, ""),
        (USER, PASSWORD + " "),
        ("nobody", PASSWORD),
        ("", ""),
        ("wang.head", ""),
        (USER, "x\0"),
    ],
)
def test_a_wrong_password_is_told_the_same_whatever_was_wrong(guest, user, password):
    answer = sign_in(guest, user, password)
    assert answer.status_code == 422 and "set-cookie" not in answer.headers
    assert "账号或密码不正确" in text_of(answer.text)
    assert not password or password not in answer.text
    assert not is_in(guest)


def test_a_suspended_account_gets_in_no_more_and_is_out_at_once(guest, bench):
    sign_in(guest)
    bench.context.accounts.suspend(USER, by=CONSOLE)
    bench.context.door.forget()
    assert not is_in(guest)
    assert sign_in(guest).status_code == 422


# Guessing.


def test_after_some_wrong_passwords_the_right_one_opens_only_later(guest, now):
    for _ in range(MOST_HERE):
        assert sign_in(guest, password="wrong").status_code == 422
    slowed = sign_in(guest)
    assert slowed.status_code == 429 and int(slowed.headers["Retry-After"]) > 0
    assert "15分钟" in text_of(slowed.text)
    now.instant += WINDOW
    assert sign_in(guest).status_code == 303


def test_whoever_gets_in_begins_to_count_anew(guest):
    for _ in range(2):
        for _ in range(MOST_HERE - 1):
            sign_in(guest, password="wrong")
        assert sign_in(guest).status_code == 303


def test_a_guesser_at_another_address_does_not_lock_somebody_out(guest, bench, monkeypatch):
    monkeypatch.setattr("starlette.requests.Request.client", type("Address", (), {"host": "10.9.9.9"}))
    for _ in range(MOST_HERE + 1):
        sign_in(guest, password="wrong")
    monkeypatch.undo()
    assert sign_in(guest).status_code == 303


def test_one_address_tries_only_so_many_accounts(guest, monkeypatch):
    monkeypatch.setattr(
        "eventlog.passwords.matches", lambda hash, password: False
    )  # it costs memory each time
    statuses = [sign_in(guest, f"user{n}").status_code for n in range(MOST_FROM_ADDRESS + 1)]
    assert statuses == [422] * MOST_FROM_ADDRESS + [429]


# The cookie.


def test_the_cookie_is_for_the_server_alone_and_over_https_for_this_host_alone(guest, bench):
    plain = sign_in(guest).headers["set-cookie"]
    assert plain.startswith(f"{COOKIE}=") and "HttpOnly" in plain and "samesite=lax" in plain.lower()
    assert "secure" not in plain.lower() and "max-age" not in plain.lower()
    for secured in opened(bench.app, "https://testserver"):
        cookie = sign_in(secured).headers["set-cookie"]
        assert cookie.startswith(f"{SECURE_COOKIE}=") and "Secure" in cookie and "Path=/" in cookie
        assert "Domain" not in cookie and is_in(secured)
        secured.cookies.clear()
        secured.cookies.set(COOKIE, plain.partition("=")[2].partition(";")[0])
        assert not is_in(secured)  # one that was set over http opens nothing here


def test_signing_in_gives_a_new_session_and_ends_the_one_that_was_brought(guest, bench):
    planted = {"Cookie": f"{COOKIE}=planted-by-somebody"}
    guest.post("/sign-in", data={"user": USER, "password": PASSWORD}, headers=planted)
    first = guest.cookies.get(COOKIE)
    assert first != "planted-by-somebody" and is_in(guest)
    sign_in(guest)
    second = guest.cookies.get(COOKIE)
    assert second != first
    kept = [row.digest for row in bench.context.accounts.credentials.sessions_of(USER)]
    assert kept == [digest(second)]


def test_a_session_is_kept_as_a_digest(guest, bench):
    sign_in(guest)
    secret = guest.cookies.get(COOKIE)
    (row,) = bench.context.service.log.recorder.query("SELECT * FROM sessions")
    assert secret.encode() not in repr(row).encode()


# Its end.


def test_a_session_ends_when_it_is_not_used(guest, now, context):
    sign_in(guest)
    idle = timedelta(minutes=context.settings.session_idle_minutes)
    for _ in range(3):  # in use it goes on
        now.instant += idle - timedelta(minutes=1)
        assert is_in(guest)
    for _ in range(2):  # what a page fetches by itself is no use
        now.instant += idle / 2
        live = guest.get("/me", headers={BY_ITSELF: "1"})
    assert live.status_code == 303 and not is_in(guest)


def test_a_session_ends_in_any_case_after_a_day_of_work(guest, now, context):
    sign_in(guest)
    begun, step = now(), timedelta(minutes=30)
    while now() + step < begun + timedelta(hours=context.settings.session_hours):
        now.instant += step
        assert is_in(guest)
    now.instant += step
    assert not is_in(guest)


def test_an_open_stream_does_not_keep_a_session_alive(guest, now, context):
    sign_in(guest)
    from api.access.signed import Said

    said = Said("session", digest(guest.cookies.get(COOKIE)), "")
    for _ in range(70):
        now.instant += timedelta(minutes=1)
        still = context.door.look_up(said, use=False)
    assert still is None


def test_signing_out_ends_this_session_and_no_other(guest, bench):
    sign_in(guest)
    for other in opened(bench.app):
        sign_in(other)
        answer = guest.post("/sign-out", data={"csrf": csrf_of(guest)})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert not is_in(guest) and is_in(other)


def test_signing_out_everywhere_ends_all(guest, bench):
    sign_in(guest)
    for other in opened(bench.app):
        sign_in(other)
        assert guest.post("/me/sign-out-everywhere", data={"csrf": csrf_of(guest)}).status_code == 303
        assert not is_in(guest) and not is_in(other)


def test_another_server_learns_of_it_within_seconds(guest, bench, now):
    """What is in this server's memory; the rows are gone."""
    sign_in(guest)
    assert is_in(guest)
    bench.context.accounts.sign_out_everywhere(USER, by=CONSOLE)
    now.instant += timedelta(seconds=4)
    assert is_in(guest)
    now.instant += timedelta(seconds=1)
    assert not is_in(guest)


# Other sites.


def test_what_a_session_changes_carries_its_own_token(guest):
    sign_in(guest)
    for sent in ({}, {"csrf": ""}, {"csrf": "wrong"}):
        answer = guest.post("/me/sign-out-everywhere", data=sent)
        assert answer.status_code == 403 and is_in(guest)
    body = {"facts": {"unit": "330604-101"}}
    said = {"If-Match": "*"}
    assert guest.post("/api/v1/disputes/D-1/offer", json=body, headers=said).json()["rule"] == "csrf"
    said["Gridcase-CSRF"] = csrf_of(guest)
    assert guest.post("/api/v1/disputes/D-1/offer", json=body, headers=said).status_code == 404
    assert guest.get("/api/v1/units").status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_another_site_signs_nobody_in(guest, headers):
    answer = guest.post("/sign-in", data={"user": USER, "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert sign_in(guest).status_code == 303


@pytest.mark.parametrize(
    "next",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "evil", "/\t/evil.example",
     "javascript:alert(1)", "/sign-in?next=/sign-in", "/sign-out", "", "/%0d%0aSet-Cookie:x=1\r\nX: y"],
)  # fmt: skip
def test_nobody_is_led_away_to_another_site(guest, next):
    assert sign_in(guest, next=next).headers["Location"] == "/work"
    assert guest.get("/sign-in", params={"next": next}).headers["Location"] == "/work"


# Offices and passwords.


def test_who_holds_several_offices_begins_in_the_first_and_chooses_another(guest, bench):
    bench.context.accounts.fill(USER, Role.INTAKE, TOWNSHIP, by=CONSOLE)
    sign_in(guest)
    page = guest.get("/me").text
    form = form_in(page, "/me/office")
    assert form.fields["office"].choices == ["mediator@330604-101", f"intake@{TOWNSHIP}"]
    assert form.fields["office"].values == ["mediator@330604-101"]
    chosen = {"csrf": form.fields["csrf"].values[0], "office": f"intake@{TOWNSHIP}", "next": "//evil.example"}
    assert guest.post("/me/office", data=chosen).headers["Location"] == "/work"
    assert form_in(guest.get("/me").text, "/me/office").fields["office"].values == [f"intake@{TOWNSHIP}"]
    guest.post("/me/office", data=chosen | {"office": f"reporter@{GRID}"})  # not one of theirs
    assert form_in(guest.get("/me").text, "/me/office").fields["office"].values == [f"intake@{TOWNSHIP}"]


def test_a_password_that_somebody_else_has_set_is_changed_first(guest, bench):
    bench.context.accounts.set_password(USER, PASSWORD, by=CONSOLE, temporary=True)
    sign_in(guest)
    for path in ("/units", "/me"):
        assert guest.get(path).headers["Location"] == "/me/password"
    assert guest.get("/api/v1/units", headers={"Accept": "application/json"}).json()["rule"] == "password_due"
    page = guest.get("/me/password")
    assert page.status_code == 200 and "请先设置自己的密码" in text_of(page.text)
    new = {"old_password": PASSWORD, "new_password": "four-herons-6", "password_again": "four-herons-6"}
    assert guest.post("/me/password", data=new | {"csrf": csrf_of(guest)}).status_code == 303
    assert is_in(guest)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"old_password": "not-the-old-1"}, "原密码不正确"),
        ({"password_again": "other-herons-6"}, "两次输入的密码不一致"),
        ({"new_password": "short", "password_again": "short"}, "至少10个字符"),
    ],
)
def test_a_change_of_password_says_what_is_wrong_and_repeats_none(guest, change, said):
    sign_in(guest)
    new = {
        "old_password": PASSWORD,
        "new_password": "four-herons-6",
        "password_again": "four-herons-6",
    } | change
    answer = guest.post("/me/password", data=new | {"csrf": csrf_of(guest)})
    assert answer.status_code == 422 and said in text_of(answer.text)
    assert not any(value in answer.text for value in new.values() if value != "short")


def test_a_person_issues_a_token_and_revokes_it(guest, bench):
    sign_in(guest)
    asked = {"csrf": csrf_of(guest), "label": "报表", "reach": "read", "days": "7", "office": ""}
    page = guest.post("/me/tokens", data=asked)
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
    secret = page.text.partition("gct_")[2].partition("<")[0]
    headers = {"Authorization": f"Bearer gct_{secret}", "Accept": "application/json"}
    guest.cookies.delete(COOKIE)
    assert guest.get("/api/v1/units", headers=headers).status_code == 200
    (token,) = bench.context.accounts.account(USER).tokens.values()
    assert (token.reach, token.label) == (Reach.READ, "报表")
    sign_in(guest)
    assert secret not in guest.get("/me").text
    guest.post(f"/me/tokens/{token.id}/revoke", data={"csrf": csrf_of(guest)})
    guest.cookies.delete(COOKIE)
    assert guest.get("/api/v1/units", headers=headers).status_code == 401


# The first administrator.


def test_the_first_administrator_begins_with_the_code_and_nobody_after(context: Context, now: Now) -> None:
    code = setup_code(context.settings.cursor_secret())
    asked = {
        "code": code,
        "user": "Admin",
        "name": "管理员",
        "password": PASSWORD,
        "password_again": PASSWORD,
    }
    for guest in opened(create_app(context=context)):
        assert "首次启用" in guest.get("/sign-in").text
        for change, said in (({"code": "AAAA-BBBB-CCCC-DDDD"}, "启用码不正确"), ({"password": "x"}, "不一致"),
                             ({"user": "李"}, "小写字母"), ({"password": "short", "password_again": "short"}, "10")):  # fmt: skip
            wrong = guest.post("/sign-in/set-up", data=asked | change)
            assert wrong.status_code == 422 and said in text_of(wrong.text), said
            assert PASSWORD not in wrong.text
        answer = guest.post("/sign-in/set-up", data=asked | {"code": code.lower().replace("-", " ")})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/units")
        account = context.accounts.account("admin")
        assert [office.name for office in account.offices] == ["org_admin@"] and is_in(guest)
        guest.cookies.clear()
        again = guest.post("/sign-in/set-up", data=asked | {"user": "second"})
        assert again.headers["Location"] == "/sign-in"
        assert "首次启用" not in guest.get("/sign-in").text


def test_the_set_up_code_is_tried_only_so_often(context: Context) -> None:
    for guest in opened(create_app(context=context)):
        asked = {
            "code": "wrong",
            "user": "admin",
            "name": "x",
            "password": PASSWORD,
            "password_again": PASSWORD,
        }
        for _ in range(MOST_HERE):
            assert "启用码不正确" in guest.post("/sign-in/set-up", data=asked).text
        right = asked | {"code": setup_code(context.settings.cursor_secret())}
        assert "尝试次数过多" in guest.post("/sign-in/set-up", data=right).text
