"""The mediator's day through HTTP: from the report in the grid to the resolution, and what is read meanwhile."""

from __future__ import annotations

from api.examples import EXAMPLES, GRID, REPORTER, VILLAGE
from tests.api.conftest import body_of
from tests.support.township import at
from tests.support.waiting import eventually


def test_a_dispute_goes_from_report_to_resolved_with_the_bodies_of_the_api_document(web, now):
    code = web.report()
    for trigger, changes in (
        ("offer", {}),
        ("accept", {}),
        ("assign_mediator", {}),
        ("explain_rights", {}),
        ("consent", {"party": "S-1001"}),
        ("consent", {"party": "S-1002"}),
        ("open_mediation", {}),
        ("hold_session", {}),
        ("agree", {}),
    ):
        answer = web.fire(code, trigger, "*", **changes)
        assert answer.status_code == 200, (trigger, answer.text)
    now.instant = at(3, 20)
    for trigger in ("fulfil", "visit", "resolve"):
        answer = web.fire(code, trigger, "*")
        assert answer.status_code == 200, (trigger, answer.text)

    case = web.get(f"/cases/{code}")
    assert (case["state"], case["outcome"], case["version"]) == ("closed", "resolved", 13)
    assert case["parties"] == [{"subject": "S-1001", "part": "party"}, {"subject": "S-1002", "part": "party"}]

    history = web.get(f"/cases/{code}/history")["items"]
    assert [row["version"] for row in history] == list(range(1, 14))
    assert all(row["sentence_zh"] and row["sentence_en"] for row in history)
    assert "当事人甲与当事人乙因宅基地" in history[0]["sentence_zh"]
    assert "Party A" in history[0]["sentence_en"] and case["title"].startswith("当事人甲与当事人乙")
    (listed,) = web.get("/worklist", q="宅基地", closed="true")["items"]
    (due, *_) = web.get("/deadlines", kind="all")["items"]
    assert "⟦" not in repr([case, history, listed, due]), "tokens are for programs that keep names"


def test_a_petition_goes_from_the_window_to_the_delivered_opinion_with_the_bodies_of_the_api_document(web):
    code = web.send("POST", "/petitions/receive", body_of("petition_receive")).json()["case"]
    assert code.startswith("P-20260302-")
    steps = [name for name in EXAMPLES if name.startswith("petition_") and name != "petition_receive"]
    for version, name in enumerate(steps, 1):
        answer = web.send(
            "POST", f"/petitions/{code}/{name.removeprefix('petition_')}", body_of(name), version
        )
        assert answer.status_code == 200, (name, answer.text)
    case = web.get(f"/cases/{code}")
    assert case["state"] == "township_coordination.review_open"
    assert case["details"]["opinion"]["result"] == "support"
    assert {c["name"]: c["status"] for c in case["clocks"]}["P-REV-REQ"] == "running"


def test_a_mediator_sees_their_own_change_at_once(web):
    code = web.report()
    answer = web.send(
        "POST", f"/disputes/{code}/offer", {"actor": REPORTER, "facts": {"unit": VILLAGE}}, 1, Prefer="wait=2"
    )
    assert answer.headers["Preference-Applied"] == "wait"
    assert answer.headers["ETag"] == '"2"'

    accepted = web.fire(code, "accept", 2)
    (row,) = web.get("/worklist", q="宅基地")["items"]  # waits for the position that the client was told
    assert row["state"] == "village_mediation.accepted"
    assert row["position"] == int(accepted.headers["Gridcase-Position"])


def test_what_may_be_done_next_comes_with_address_and_form(web):
    code = web.report()
    allowed = {one["trigger"]: one for one in web.get(f"/cases/{code}", REPORTER)["allowed"]}
    offer = allowed["offer"]
    assert (offer["zh"], offer["en"]) == ("提交村级调解", "Offer to the village")
    assert offer["href"] == f"/api/v1/disputes/{code}/offer"
    (unit,) = offer["asks"]
    assert unit == {
        "name": "unit", "zh": "单位", "en": "unit", "required": True, "type": "text", "stands_for": "unit"
    }  # fmt: skip
    assert "resolve" not in allowed and "miss_deadline" not in allowed
    assert web.get(f"/cases/{code}")["allowed"] == []  # an auditor only reads
    (row,) = web.get("/worklist", REPORTER, allowed=True)["items"]
    assert set(row["allowed"]) == set(allowed)


def test_a_new_case_gets_a_code_that_tells_its_day_unless_it_brings_one(web):
    assert web.report().startswith("D-20260302-")
    body = {**body_of("dispute_report"), "code": "村-1"}
    assert web.send("POST", "/disputes/report", body).json()["field"] == "code"
    body["code"] = "OLD.17"
    assert "40 characters" in web.send("POST", "/disputes/report", body).json()["remedy"]
    body["code"] = "OLD-17"
    first = web.send("POST", "/disputes/report", body)
    assert (first.status_code, first.headers["Location"]) == (201, f"/api/v1/cases/{GRID}.OLD-17")
    again = web.send("POST", "/disputes/report", body)
    assert (again.status_code, again.json()["field"]) == (422, "code")


def test_the_deadlines_of_a_case_explain_themselves(web):
    code = web.report()
    (accept,) = web.get(f"/cases/{code}/deadlines")
    assert accept["clock"]["name"] == "D-ACCEPT"
    assert accept["clock"]["due_on"] < accept["clock"]["due"]
    assert [accept["steps"][n]["what"] for n in (0, -1)] == ["base", "result"]
    (listed,) = web.get("/deadlines", kind="coming", unit="330604")["items"]
    assert (listed["code"], listed["name"]) == (code, "D-ACCEPT")


def test_what_became_late_is_recorded_by_the_worker(web, context, now):
    code = web.report()
    now.instant = at(3, 20)
    assert [row["code"] for row in web.get("/deadlines", kind="late")["items"]] == [code]
    context.worker.sweep_soon()
    assert eventually(
        lambda: web.get(f"/cases/{code}/history")["items"][-1]["topic"] == "case.deadline_missed"
    )


def test_a_case_of_another_type_is_not_found_under_this_one(web):
    answer = web.send("POST", f"/petitions/{web.report()}/supervise", supervision())
    assert answer.status_code == 404
    assert "/disputes" in answer.json()["remedy"]


def supervision():
    return {
        "actor": {"user": "checker", "post": "supervisor", "unit": "330604"},
        "facts": {"colour": "red", "duty": "限期受理"},
    }
