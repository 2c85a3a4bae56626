"""Who is let in, as whom, and in which office: tokens over the API. Sessions: tests/pages/test_sign_in.py."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from api.access.signed import Signed
from api.examples import GRID, MEDIATOR, REPORTER, TOWNSHIP, VILLAGE, by
from api.openapi import document
from api.stream import Stream
from domain.account import Office, Reach
from domain.terms import Role
from tests.api.conftest import body_of
from workflows.accounts import CONSOLE

OFFER = {"facts": {"unit": VILLAGE}}


def issued(web: Any, user: str, reach: Reach = Reach.ACT, days: int = 1, office: str = "") -> dict[str, str]:
    """A new token of an account that is there, as a header."""
    accounts = web.people.accounts
    expires = accounts.clock() + timedelta(days=days)
    secret, _ = accounts.issue(user, reach=reach, expires=expires, office=office, by=CONSOLE)
    return {"Authorization": f"Bearer {secret}"}


def offer(web: Any, code: str, headers: dict[str, str], **body: Any) -> Any:
    said = {"If-Match": "*"} | headers
    answer = web.client.post(f"/api/v1/disputes/{code}/offer", json=OFFER | body, headers=said)
    web.position = max(web.position, int(answer.headers.get("Gridcase-Position", 0)))
    return answer


def test_nothing_of_the_api_is_answered_to_nobody_and_the_document_says_so(web):
    del web.client.headers["Authorization"]
    told = json.loads(document())
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            if operation.get("security") == []:
                continue
            address = path.replace("{code}", "X").replace("{name}", "X").replace("{type}", "X")
            address = address.replace("{id}", "X").replace("{version}", "1")
            answer = web.client.request(method, address, json={"facts": {}} if method == "post" else None)
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.json()["type"] == "urn:gridcase:problem:not-signed-in" and answer.json()["remedy"]
            assert "401" in operation["responses"]
    assert set(told["components"]["securitySchemes"]) == {"token", "session"}
    for path in ("/healthz", "/readyz", "/metrics", "/docs", "/api/v1/openapi.json"):
        assert web.client.get(path).status_code == 200


@pytest.mark.parametrize(
    "said", ["Bearer wrong", "Bearer ", "Basic YTpi", "Bearer gct_", "bearer 中".encode()]
)
def test_a_token_that_was_not_issued_opens_nothing(web, said):
    assert web.client.get("/api/v1/units", headers={"Authorization": said}).status_code == 401


def test_a_token_opens_until_it_ends_is_revoked_or_its_account_is_suspended(web, context, now):
    accounts, user = web.people.accounts, REPORTER["user"]
    headers = issued(web, user, days=1)

    def status() -> int:
        return web.client.get("/api/v1/units", headers=headers).status_code

    assert status() == 200
    now.instant += timedelta(days=1)
    assert status() == 401
    headers = issued(web, user, days=1)
    assert status() == 200
    accounts.suspend(user, by=CONSOLE)
    now.instant += timedelta(seconds=5)  # what another server has in memory is asked for again
    assert status() == 401
    accounts.restore(user, by=CONSOLE)
    assert status() == 200
    account = accounts.account(user)
    accounts.revoke(user, list(account.tokens)[-1], by=CONSOLE)
    now.instant += timedelta(seconds=5)
    assert status() == 401


def test_a_token_for_reading_changes_nothing(web):
    code = web.report()
    headers = issued(web, REPORTER["user"], Reach.READ)
    assert web.client.get(f"/api/v1/cases/{code}", headers=headers).status_code == 200
    refused = offer(web, code, headers)
    assert (refused.status_code, refused.json()["rule"]) == (403, "token_acts")
    assert web.get(f"/cases/{code}")["version"] == 1


def test_a_token_for_reading_that_is_forgotten_while_it_is_asked_for_changes_nothing(
    web, context, monkeypatch
):
    code = web.report()
    headers = issued(web, REPORTER["user"], Reach.READ)
    door, check = context.door, context.door.check

    async def forgotten(request, said, signed):
        door.forget()  # as another request does, between the look-up and the check
        await check(request, said, signed)

    monkeypatch.setattr(door, "check", forgotten)
    assert offer(web, code, headers).status_code == 403
    assert offer(web, code, web.people.bearer(REPORTER)).status_code == 200


def test_who_holds_one_office_acts_in_it_without_saying_so(web):
    code = web.report()
    assert offer(web, code, web.people.bearer(REPORTER)).status_code == 200
    last = web.get(f"/cases/{code}/history")["items"][-1]
    assert (last["user"], last["post"], last["unit"]) == tuple(REPORTER.values())


def test_who_holds_several_offices_chooses_one(web, context):
    code = web.report()
    two = by("gu", "reporter", GRID)
    web.people.bearer(two | {"post": "intake", "unit": TOWNSHIP})
    headers = web.people.bearer(two)
    unsaid = offer(web, code, headers)
    assert (unsaid.status_code, unsaid.json()["rule"]) == (403, "office_chosen")
    assert f"reporter@{GRID}" in unsaid.json()["remedy"]
    assert web.client.get(f"/api/v1/cases/{code}", headers=headers).json()["allowed"] is None
    office = {"Gridcase-Office": f"reporter@{GRID}"}
    allowed = web.client.get(f"/api/v1/cases/{code}", headers=headers | office).json()["allowed"]
    assert "offer" in {one["trigger"] for one in allowed}
    assert offer(web, code, headers | {"Gridcase-Office": f"handler@{GRID}"}).json()["rule"] == "office_held"
    assert offer(web, code, headers, actor={"post": "reporter"}).status_code == 200
    history = web.get(f"/cases/{code}/history")["items"]
    assert [row["user"] for row in history] == ["chen.reporter", "gu"]


def test_a_token_for_one_office_acts_in_no_other(web):
    code = web.report()
    two = by("gu", "reporter", GRID)
    web.people.bearer(two)
    web.people.bearer(two | {"post": "intake", "unit": TOWNSHIP})
    headers = issued(web, "gu", office=f"intake@{TOWNSHIP}")
    refused = offer(web, code, headers, actor={"post": "reporter"})
    assert (refused.status_code, refused.json()["rule"]) == (403, "office_held")
    assert offer(web, code, headers).json()["guard"] in ("right_post", "right_unit")


@pytest.mark.parametrize(
    ("actor", "rule"),
    [
        ({"user": "li.mediator"}, "own_user"),
        ({"user": " chen.reporter"}, "own_user"),
        ({"post": "mediator"}, "office_held"),
        ({"unit": VILLAGE}, "office_held"),
        ({"unit": "nowhere"}, "office_held"),
    ],
)
def test_nobody_acts_as_somebody_else_or_in_an_office_that_they_do_not_hold(web, actor, rule):
    code = web.report()
    refused = offer(web, code, web.people.bearer(REPORTER), actor=actor)
    assert (refused.status_code, refused.json()["rule"]) == (403, rule), refused.text
    assert refused.json()["sentence_zh"] and refused.json()["sentence_en"] and refused.json()["remedy"]
    assert web.get(f"/cases/{code}")["version"] == 1


def test_an_office_counts_on_the_day_of_acting(web, now):
    code = web.report()
    accounts, today = web.people.accounts, now().date()
    accounts.open("new", "New", by=CONSOLE)
    accounts.fill("new", Role.REPORTER, GRID, since=today + timedelta(days=1), by=CONSOLE)
    accounts.vacate("new", Role.REPORTER, GRID, until=today + timedelta(days=2), by=CONSOLE)
    headers, statuses = issued(web, "new", days=9), []
    for _ in range(3):
        statuses.append(offer(web, code, headers).status_code)
        now.instant += timedelta(days=1)
    assert statuses == [403, 200, 403]


def test_a_citizen_acts_through_a_desk_in_a_matter_of_their_own(web):
    code = web.report()
    for trigger in ("offer", "accept"):
        web.fire(code, trigger)
    path, facts = f"/disputes/{code}/consent", {"facts": {"party": "S-1001"}}
    desk = MEDIATOR | {"post": "citizen"}
    nobody = web.send("POST", path, {"actor": desk} | facts)
    assert (nobody.status_code, nobody.json()["field"]) == (422, "actor.on_behalf_of")
    stranger = web.send("POST", path, {"actor": desk | {"on_behalf_of": "S-9"}} | facts)
    assert (stranger.status_code, stranger.json()["guard"]) == (403, "own_matter")
    web.fire(code, "assign_mediator")
    web.fire(code, "explain_rights")
    done = web.send("POST", path, {"actor": desk | {"on_behalf_of": "S-1001"}} | facts)
    assert done.status_code == 200, done.text
    last = web.get(f"/cases/{code}/history")["items"][-1]
    told = (last["user"], last["post"], last["unit"], last["on_behalf_of"])
    assert told == ("li.mediator", "citizen", VILLAGE, "S-1001")
    aloof = by("yan", "auditor", VILLAGE) | {"post": "citizen", "on_behalf_of": "S-1001"}
    web.people.bearer(by("yan", "auditor", VILLAGE))
    assert web.send("POST", path, {"actor": aloof} | facts).json()["rule"] == "office_held"


def test_a_citizen_opens_a_matter_to_which_they_are_a_party(web):
    desk = by("zhou.window", "citizen", TOWNSHIP)
    for reference, status in (("S-2001", 201), ("S-9", 403)):
        body = body_of("petition_receive", actor=desk | {"on_behalf_of": reference})
        assert web.send("POST", "/petitions/receive", body).status_code == status


def test_a_session_cookie_that_was_made_up_opens_nothing(web):
    del web.client.headers["Authorization"]
    web.client.cookies.set("gridcase", "x" * 43)
    assert web.client.get("/api/v1/units").status_code == 401


def test_accounts_are_not_told_to_whoever_follows_the_log(web, context):
    admin = Signed("admin", (Office(Role.ORG_ADMIN, "", date(2000, 1, 1)),), None, "token")
    stream = Stream(
        context, admin, None, 0, lambda events: " ".join(one.event.TOPIC for one in events).encode()
    )
    told, _ = stream.next_told(admin, None)
    assert b"unit.created" in told and b"account." not in told
