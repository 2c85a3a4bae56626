"""Accounts and posts as an administrator keeps them: only their own units', never their own, never on cases; no secret twice."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from api.examples import TOWNSHIP, VILLAGE
from domain.account import Reach
from domain.actor import Actor
from domain.terms import Role
from eventlog import passwords
from tests.pages.test_case import CHINESE, filled
from tests.support.browser import PHONE, Visitors, sideways
from tests.support.workbench import PEOPLE, PageClient, Workbench, text_of
from workflows.accounts import CONSOLE

TOWN = "town.admin"  # administers the township and what stands under it
SECRET = re.compile(r'<p class="code secret"[^>]*>([^<]+)</p>')


@pytest.fixture(scope="module")
def house(module_bench: Workbench) -> Workbench:
    accounts = module_bench.context.accounts
    accounts.open(TOWN, "滕镇", by=CONSOLE)
    accounts.fill(TOWN, Role.ORG_ADMIN, TOWNSHIP, by=CONSOLE)
    module_bench.context.wait_for(module_bench.service.log.head(), 20)
    return module_bench


def send(client: PageClient, user: str, deed: str, **typed: str) -> Any:
    """A form of an account's page as a browser sends it."""
    fields = [("csrf", client.csrf), *((f"{deed}.{name}", value) for name, value in typed.items())]
    return client.post(f"/accounts/{user}/{deed}", fields)


def opened(client: PageClient, user: str, name: str, **typed: str) -> Any:
    page = client.get("/accounts/_new")
    told = {"post": "handler", "unit": TOWNSHIP, "user": user, "name": name} | typed
    return client.post("/accounts", filled(page, "/accounts", **{f"open.{k}": v for k, v in told.items()}))


def test_the_list_shows_the_accounts_of_ones_own_units_and_is_searched_and_filtered(house: Workbench) -> None:
    def shown(client: PageClient, query: str = "") -> set[str]:
        return set(re.findall(r'href="/accounts/([a-z][^"?]*)"', client.get(f"/accounts?{query}")))

    with house.client("admin") as client:
        assert shown(client) >= set(PEOPLE) | {TOWN}
        assert f'href="/accounts?unit={VILLAGE}"' in client.get(f"/units/{VILLAGE}")
    with house.client(TOWN) as client:
        own = shown(client)
        assert {"li.mediator", "wu.handler", TOWN} <= own and not {"sun.supervisor", "admin"} & own
        assert shown(client, "q=李和") == {"li.mediator"} == shown(client, "q=LI.MED")
        assert (
            shown(client, f"unit={VILLAGE}&post=unit_head")
            == {"wang.head"}
            == shown(client, "q=wang.h&unit=白沙村")
        )
        assert "sun.supervisor" not in shown(client, "post=supervisor&unit=330604")
        assert shown(client, "q=nobody") == set() and "没有符合条件" in client.get("/accounts?q=nobody")
        assert "没有这个单位" in client.get("/accounts?unit=nowhere", status=422)


def test_a_long_list_comes_by_pages(house: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.accounts.listed.LIMIT", 3)
    with house.client(TOWN) as client:
        seen, path = [], "/accounts?q=.h"  # wang.head, wu.handler, zheng.head …
        while path:
            page = client.get(path)
            seen += re.findall(r'class="title" href="/accounts/([^"]+)"', page)
            following = re.search(r'href="([^"]+)" rel="next"', page)
            path = following[1].replace("&amp;", "&") if following else ""
        assert len(seen) >= 3 and seen == sorted(set(seen))


@pytest.mark.parametrize("user", ["zheng.head", "tang.rules", "xu.auditor"])
def test_only_who_administers_accounts_comes_here(house: Workbench, user: str) -> None:
    with house.client(user) as client:
        assert 'href="/accounts"' not in client.get("/help")
        for path in ("/accounts", "/accounts/_new", "/accounts/li.mediator"):
            assert "机构管理员管理" in text_of(client.get(path, status=403))
        assert client.post("/accounts", [("csrf", client.csrf), ("open.user", "x")]).status_code == 403
        assert send(client, "li.mediator", "suspend", reason="x").status_code == 403
    assert not house.context.accounts.account("li.mediator").suspended


def test_an_account_is_opened_with_a_first_password_that_is_shown_once(house: Workbench) -> None:
    with house.client(TOWN) as client:
        assert 'href="/accounts"' in client.get("/help")
        wrong = opened(client, "Mei Li!", "梅丽", unit="330604-102", basis="柳组〔2026〕3号")
        assert wrong.status_code == 422 and "小写字母" in wrong.text
        for typed in ("mei li!", "梅丽", "330604-102", "柳组〔2026〕3号"):
            assert typed in wrong.text.lower()
        answer = opened(
            client,
            "mei.li",
            "梅丽",
            unit="白沙村",
            until="2026-09-01",
            basis="柳组〔2026〕3号",
            reason="新录用",
        )
        assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
        (password,) = SECRET.findall(answer.text)
        page = client.get("/accounts/mei.li")
        assert password not in page and "待本人更换" in page
        text = text_of(page)
        assert "承办人 · 白沙村" in text and "2026年9月1日" in text
        assert "理由：新录用" in text and "文号：柳组〔2026〕3号" in text and "滕镇（机构管理员" in text
        assert opened(client, "mei.li", "梅丽").status_code == 422
    hash = house.context.accounts.credentials.password("mei.li")
    assert passwords.matches(hash, password) and house.context.accounts.account("mei.li").password_temporary
    with house.client("mei.li") as client:
        answer = client.client.get("/work")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/me/password")


def test_nobody_gives_themselves_a_post(house: Workbench) -> None:
    with house.client(TOWN) as client:
        page = client.get(f"/accounts/{TOWN}")
        assert "这是您自己的账号" in page and f'action="/accounts/{TOWN}/' not in page
        own = send(client, TOWN, "fill", post="handler", unit=TOWNSHIP)
        assert own.status_code == 403 and "不能管理自己的账号" in own.text
        other = opened(client, "teng.too", "滕 镇")
        assert other.status_code == 403 and "与本人同名" in other.text and "teng.too" in other.text
        apart = opened(client, "teng.aide", "滕助")
        assert apart.status_code == 200
        refused = send(client, "teng.aide", "fill", post="org_admin", unit=TOWNSHIP, reason="兼任")
        assert refused.status_code == 409 and "不办理案件" in refused.text and 'value="兼任"' in refused.text
    with house.client(TOWN) as client:  # and on a case an administrator finds nothing to do
        assert client.client.get("/cases/D-1/void").status_code == 404
    assert [office.name for office in house.context.accounts.account(TOWN).offices] == [
        f"org_admin@{TOWNSHIP}"
    ]


def test_posts_are_filled_and_ended_with_dates_in_ones_own_units_alone(house: Workbench) -> None:
    with house.client(TOWN) as client:
        assert opened(client, "gao.feng", "高峰").status_code == 200
        outside = send(client, "gao.feng", "fill", post="handler", unit="330604", since="2026-03-02")
        assert outside.status_code == 403 and "只能管理本单位及下级单位的岗位" in outside.text
        for typed, said in (
            ({"post": "", "unit": VILLAGE}, "请选择岗位"),
            ({"post": "mediator", "unit": "nowhere"}, "没有这个单位"),
            ({"post": "mediator", "unit": VILLAGE, "since": "soon"}, "例如 2026-03-02"),
            (
                {"post": "mediator", "unit": VILLAGE, "since": "2026-03-02", "until": "2026-03-01"},
                "离任日须晚于",
            ),
            ({"post": "handler", "unit": TOWNSHIP, "since": "2026-03-02"}, "已在该单位任此岗位"),
            ({"post": "policy_admin", "unit": TOWNSHIP}, "请选择岗位"),
        ):
            wrong = send(client, "gao.feng", "fill", **typed)
            assert wrong.status_code == 422 and said in wrong.text, said
        done = send(
            client, "gao.feng", "fill", post="mediator", unit=VILLAGE, since="2026-04-01", until="2027-04-01"
        )
        assert (done.status_code, done.headers["Location"]) == (303, "/accounts/gao.feng?done=fill")
        page = text_of(client.get("/accounts/gao.feng?done=fill"))
        assert "已办理：安排任职" in page and "尚未到任" in page
        left = send(
            client, "gao.feng", "vacate", office=f"handler@{TOWNSHIP}", until="2026-03-20", reason="借调"
        )
        assert left.status_code == 303
        again = send(client, "gao.feng", "vacate", office=f"handler@{TOWNSHIP}", until="2026-03-25")
        assert again.status_code == 422 and "未任此岗位" in again.text
    with house.client("sun.supervisor") as client:
        assert client.client.get("/accounts/gao.feng").status_code == 403


def test_another_units_account_is_not_there_and_a_shared_one_is_kept_for_ones_own_part(
    house: Workbench,
) -> None:
    accounts = house.context.accounts
    accounts.open("shared", "尚同", by=CONSOLE)
    accounts.fill("shared", Role.MEDIATOR, VILLAGE, by=CONSOLE)
    accounts.fill("shared", Role.REVIEWER, "330604", by=Actor("admin", Role.ORG_ADMIN, "330604"))
    with house.client(TOWN) as client:
        assert client.client.get("/accounts/sun.supervisor").status_code == 404
        assert send(client, "sun.supervisor", "suspend", reason="x").status_code == 404
        page = client.get("/accounts/shared")
        assert "此人在其他单位也有岗位" in page and "/accounts/shared/vacate" in page
        assert "/accounts/shared/suspend" not in page and "上虞县" not in text_of(page)
        refused = send(client, "shared", "password", reason="x")
        assert refused.status_code == 403 and not SECRET.search(refused.text)
        assert accounts.credentials.password("shared") is None


def test_an_account_is_suspended_restored_signed_out_and_given_a_new_password(house: Workbench) -> None:
    accounts, user = house.context.accounts, "zhou.window"
    with house.client(TOWN) as client, house.client(user) as theirs:
        assert theirs.client.get("/work").status_code == 200
        bare = send(client, user, "suspend")
        assert bare.status_code == 422 and "请填写理由" in bare.text
        assert send(client, user, "suspend", reason="手机遗失").status_code == 303
        assert theirs.client.get("/work").status_code == 303  # at once: to the sign-in
        page = text_of(client.get(f"/accounts/{user}"))
        assert "已停用" in page and "理由：手机遗失" in page and "恢复账号" in page
        assert user in client.get("/accounts?standing=suspended")
        assert send(client, user, "restore", reason="已补办").status_code == 303
        house.sessions.pop(user)
        theirs.client.cookies.set("gridcase", house.session(user))
        assert theirs.client.get("/work").status_code == 200
        assert "登录中的设备 1" in text_of(client.get(f"/accounts/{user}"))
        assert send(client, user, "sign-out", reason="离岗").status_code == 303
        assert theirs.client.get("/work").status_code == 303
        answer = send(client, user, "password", reason="忘记密码")
        (password,) = SECRET.findall(answer.text)
        assert passwords.matches(accounts.credentials.password(user), password)
        assert send(client, user, "rename", name=" ").status_code == 422
        assert send(client, user, "rename", name="周敏敏").status_code == 303
    assert accounts.names([user]) == {user: "周敏敏"}
    told = b"".join(row[5] for row in house.service.log.recorder.rows_after(0, None))
    assert password.encode() not in told
    house.sessions.pop(user)
    accounts.change_password(user, password, "herons-stand-still", by=Actor(user, Role.INTAKE, TOWNSHIP))
    house.context.door.forget()
    with house.client(user) as theirs:  # and whose account it is sees who did what
        own = text_of(theirs.get("/me"))
        assert "停用账号" in own and "滕镇（机构管理员" in own


def test_a_token_is_revoked_and_never_shown(house: Workbench) -> None:
    accounts, user = house.context.accounts, "wu.handler"
    secret, token = accounts.issue(
        user, reach=Reach.READ, expires=house.context.now() + timedelta(days=9), label="台账程序", by=CONSOLE
    )
    with house.client(TOWN) as client:
        page = client.get(f"/accounts/{user}")
        assert "台账程序" in page and secret not in page
        assert send(client, user, "revoke", token="another").status_code == 422
        assert send(client, user, "revoke", token=token.id).status_code == 303
        assert "撤销令牌" in text_of(client.get(f"/accounts/{user}"))
        bearer = {"Authorization": f"Bearer {secret}", "Accept": "application/json"}
        client.client.cookies.clear()
        assert client.client.get("/api/v1/worklist", headers=bearer).status_code == 401


def test_pages_are_in_english_too(house: Workbench) -> None:
    with house.client("admin", "en") as client:
        for path in ("/accounts?q=wu.handler", "/accounts/_new", "/accounts/wu.handler"):
            text = text_of(client.get(path))
            ours = [
                *(name for name, *_ in PEOPLE.values()),
                "[\u4e00-\u9fff]+(中心|网格|村|镇|县|市)",
                "台账程序|中文|滕镇",
            ]
            own = re.sub("|".join(ours), "", text)
            assert not CHINESE.search(own), (path, CHINESE.search(own))


def test_in_a_browser_an_administrator_opens_an_account_and_gives_a_post(visit: Visitors) -> None:
    page = visit("admin", "/accounts", size=PHONE, scripts=False)
    page.get_by_role("link", name="开立账号").click()
    page.get_by_label("姓名").fill("方圆")
    page.get_by_label("账号名").fill("fang.yuan")
    page.get_by_label("岗位").select_option("mediator")
    page.get_by_label("任职单位").fill(VILLAGE)
    page.get_by_role("button", name="开立账号").click()
    assert len(page.locator(".secret").inner_text()) == 19 and not sideways(page)
    page.get_by_role("link", name="已转交，返回").click()
    page.get_by_text("停用账号").first.click()
    page.locator("[id='suspend.reason']").fill("试用")
    page.get_by_role("button", name="停用账号").click()
    assert "已办理：停用账号" in page.inner_text("main")
