"""Reading: pages by signed cursors, units through time, rules that explain themselves, figures, no name anywhere."""

from __future__ import annotations

import base64
from urllib.parse import parse_qsl, urlsplit

from api.examples import HEAD, MEDIATOR, TOWNSHIP, VILLAGE, by
from tests.api.conftest import ADMIN, COUNTY
from tests.support.township import at

NAME, PHONE = "欧阳独一无二", "13987654321"


def test_the_worklist_is_read_page_by_page_by_following_links(web):
    codes = [web.report() for _ in range(5)]
    found, address = [], "/api/v1/worklist?limit=2&sort=opened&q=宅基地"
    web.get("/worklist")
    while address:
        answer = web.client.get(address)
        found += [row["code"] for row in answer.json()["items"]]
        link = answer.headers.get("Link", "")
        address = link.partition(">")[0].removeprefix("<")
    assert sorted(found) == sorted(codes)
    assert len(found) == 5
    assert web.get("/worklist", count=True, limit=1)["total"] == 5


def test_a_cursor_that_was_changed_or_belongs_to_another_question_is_refused(web):
    for _ in range(3):
        web.report()
    mark = web.get("/worklist", limit=1)["next"]
    raw = bytearray(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
    raw[-3] ^= 1
    forged = base64.urlsafe_b64encode(raw).decode()
    for query in (
        {"cursor": forged},
        {"cursor": "abc"},
        {"cursor": "é"},
        {"cursor": mark, "type": "petition"},
    ):
        answer = web.client.get("/api/v1/worklist", params={"limit": 1} | query)
        assert answer.status_code == 400, query
        assert (answer.json()["type"], answer.json()["field"]) == (
            "urn:gridcase:problem:bad-cursor",
            "cursor",
        )
        assert "Link header" in answer.json()["remedy"]
    assert web.client.get("/api/v1/deadlines", params={"limit": 1, "cursor": mark}).status_code == 400


def test_a_history_is_paged_and_each_event_tells_who_why_and_what_changed(web):
    code = web.report()
    web.fire(code, "offer")
    web.fire(code, "accept")
    first = web.client.get(
        f"/api/v1/cases/{code}/history?limit=2", headers={"Gridcase-Position": str(web.position)}
    )
    assert [row["version"] for row in first.json()["items"]] == [1, 2]
    query = dict(parse_qsl(urlsplit(first.headers["Link"].partition(">")[0][1:]).query))
    last = web.get(f"/cases/{code}/history", **query)
    assert ([row["version"] for row in last["items"]], last["next"]) == ([3], None)
    assert last["items"][0]["holder_name"] == "村"
    assert "受理" in last["items"][0]["sentence_zh"]


def test_a_case_can_be_read_as_it_was(web):
    code = web.report()
    web.fire(code, "offer")
    was = web.client.get(f"/api/v1/cases/{code}?version=1")
    assert (was.json()["state"], was.headers["ETag"]) == ("reported", '"1"')


def test_units_change_by_the_administrator_and_are_read_as_of_a_day(web):
    path, change = f"/units/{VILLAGE}/rename", {"actor": ADMIN, "effective": "2026-02-01", "name": "新村"}
    assert web.send("POST", path, {**change, "actor": HEAD}).status_code == 403
    assert web.send("POST", path, change).status_code == 200
    assert web.get(f"/units/{VILLAGE}", on="2026-01-31")["unit"]["name"] == "村"
    now = web.get(f"/units/{VILLAGE}")
    assert (now["unit"]["name"], now["ancestors"], now["children"]) == (
        "新村",
        [TOWNSHIP, COUNTY],
        ["330604-101-01"],
    )
    into = {"actor": ADMIN, "effective": "2026-03-01", "into": "nobody"}
    assert web.send("POST", f"/units/{VILLAGE}/merge_into", into).status_code == 404
    assert len(web.get("/units", under=TOWNSHIP)["items"]) == 4
    same = {"actor": ADMIN, "effective": "2000-01-01", "code": COUNTY, "name": "县", "kind": "county"}
    assert web.send("POST", "/units", same).json()["created"] is False


def test_policies_tell_their_rules_and_how_a_due_date_comes_about(web):
    assert [one["ref"] for one in web.get("/policies")] == ["CN-2005/1", "ZJ-2016/1", "CN-2022/1"]
    rules = {rule["code"]: rule for rule in web.get("/policies/CN-2022/1")["rules"]}
    assert rules["P-HANDLE"]["length"] == "60 CD"
    told = web.get("/policies/explain", rule="P-HANDLE", start="2025-01-02T09:00:00+08:00")
    assert (told["policy"], told["due_on"]) == ("CN-2022/1", "2025-03-03")
    assert all(step["sentence_zh"] and step["sentence_en"] for step in told["steps"])


def test_a_workflow_is_told_as_data_and_as_a_picture(web):
    for type_, state in (
        ("dispute", "village_mediation.mediating"),
        ("petition", "township_coordination.handling"),
    ):
        told = web.get(f"/workflows/{type_}")
        assert state in {one["name"] for one in told["states"]}
        assert told["mermaid"].startswith("stateDiagram-v2")
        assert {row["trigger"] for row in told["rows"]} == set(told["asks"])


def test_a_figure_answers_for_the_whole_district_unless_asked_otherwise(web, now):
    code = web.report()
    now.instant = at(3, 3)
    told = web.get("/figures/containment")
    assert (told["figure"], told["unit"], told["from"], told["to"]) == (
        "containment",
        COUNTY,
        "2026-03-02",
        "2026-03-04",
    )
    assert all(row["value"] is None or row["denominator"] for row in told["rows"])
    assert web.get("/figures/backlog", unit=VILLAGE)["unit"] == VILLAGE
    assert code in web.get("/figures/backlog/cases")["cases"]
    names = {figure["name"] for figure in web.get("/figures")}
    for name in names:
        told = web.get(
            f"/figures/{name}",
            known_at="2026-03-02T12:00:00+08:00",
            **{"from": "2026-01-01", "to": "2027-01-01"},
        )
        assert (told["from"], told["to"]) == ("2026-01-01", "2027-01-01")


def test_a_name_is_in_no_answer_but_the_one_whose_reading_is_recorded(web):
    people = [{"subject_id": "S-77", "name": NAME, "phone": PHONE, "address": "独一路 7 号"}]
    report = {
        "title": f"{NAME}的围墙",
        "summary": f"电话{PHONE}",
        "parties": [{"subject": "S-77"}, {"subject": "S-78"}],
    }
    code = web.report(people=people, **report)
    web.fire(code, "offer", reason=f"{NAME}要求村里处理")
    refused = web.fire(code, "resolve")
    assert NAME not in refused.text

    values = {
        "code": code, "name": "containment", "type": "dispute", "id": "CN-2022", "version": "1",
    }  # fmt: skip
    seen = 0
    for path, operations in web.client.get("/api/v1/openapi.json").json()["paths"].items():
        if "get" not in operations or path.endswith("/events"):
            continue
        parts = values | ({"code": VILLAGE} if path.startswith("/api/v1/units") else {})
        query = "?rule=P-HANDLE&start=2026-01-01T00:00:00Z" if path.endswith("explain") else ""
        answer = web.client.get(
            path.format(**parts) + query, headers={"Gridcase-Position": str(web.position)}
        )
        assert answer.status_code == 200, (path, answer.text)
        assert NAME not in answer.text and PHONE not in answer.text and "独一路" not in answer.text, path
        seen += code in answer.text
    assert seen >= 4  # the case itself, its history, the worklist, the deadlines

    denied = web.send(
        "POST",
        f"/cases/{code}/reveal",
        {"actor": by("yan", "auditor", COUNTY), "subject": "S-77", "purpose": "?"},
    )
    assert denied.status_code == 403 and NAME not in denied.text
    told = web.send(
        "POST", f"/cases/{code}/reveal", {"actor": MEDIATOR, "subject": "S-77", "purpose": "通知到场"}
    )
    assert (told.json()["subject"]["name"], told.headers["Cache-Control"]) == (NAME, "no-store")
    last = web.get(f"/cases/{code}/history")["items"][-1]
    assert (last["topic"], last["user"]) == ("case.identity_revealed", "li.mediator")


def test_the_worklist_is_filtered_by_day_and_term(web, now):
    """Reported on the second of March: to be taken within the next working day."""
    code = web.report()
    assert (
        web.get("/worklist", opened_from="2026-03-02", opened_upto="2026-03-02")["items"][0]["code"] == code
    )
    assert web.get("/worklist", opened_upto="2026-03-01")["items"] == []
    assert web.get("/worklist", due_within=0)["items"] == []
    (row,) = web.get("/worklist", due_within=7, reporter="chen.reporter", sort="-code")["items"]
    now.instant = at(3, 30)
    assert web.get("/worklist", due_within=7)["items"] == []
    assert [one["code"] for one in web.get("/worklist", late=True)["items"]] == [row["code"]]
    assert web.get("/worklist", closed="only")["items"] == []
