"""Commands over HTTP: the version that was looked at, once and only once, and refusals that say what would be right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from api.examples import MEDIATOR, REPORTER, VILLAGE, by
from tests.api.conftest import body_of

OFFER = {"actor": REPORTER, "facts": {"unit": VILLAGE}}


def test_a_command_on_a_case_says_which_version_it_looked_at(web):
    code = web.report()
    answer = web.send("POST", f"/disputes/{code}/offer", OFFER, version=None)
    assert answer.status_code == 428
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert 'If-Match: "7"' in answer.json()["remedy"] and "If-Match: *" in answer.json()["remedy"]
    assert web.get(f"/cases/{code}")["version"] == 1

    answer = web.send("POST", f"/disputes/{code}/offer", OFFER, version="seven")
    assert (answer.status_code, answer.json()["field"], answer.json()["value"]) == (422, "If-Match", "seven")


def test_two_people_fire_on_the_same_version_and_the_second_is_told_what_changed(web):
    code = web.report()
    note = {"actor": REPORTER, "facts": {"other": web.report(), "relation": "related"}}
    with ThreadPoolExecutor(2) as people:
        asked = [("offer", OFFER), ("link", note)]
        answers = list(
            people.map(lambda one: web.send("POST", f"/disputes/{code}/{one[0]}", one[1], 1), asked)
        )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 412)
    problem = lost.json()
    assert (problem["expected"], problem["actual"]) == (1, 2)
    (change,) = problem["changes"]
    assert (change["event"], change["user"]) == (won.json()["event"], "chen.reporter")
    assert web.get(f"/cases/{code}")["version"] == 2


def test_an_idempotency_key_gives_the_first_answer_and_is_recorded_once(web):
    code = web.report()
    first = web.send("POST", f"/disputes/{code}/offer", OFFER, 1, Idempotency_Key="k-1")
    again = web.send("POST", f"/disputes/{code}/offer", OFFER, 1, Idempotency_Key="k-1")
    assert "Idempotency-Replayed" not in first.headers
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert {**again.json(), "repeated": None} == {**first.json(), "repeated": None}
    assert again.headers["Gridcase-Position"] == first.headers["Gridcase-Position"]
    assert web.get(f"/cases/{code}")["version"] == 2

    other = web.send("POST", f"/disputes/{code}/offer", {**OFFER, "reason": "x"}, 1, Idempotency_Key="k-1")
    assert (other.status_code, other.json()["type"]) == (422, "urn:gridcase:problem:key-reused")
    own = web.send("POST", f"/disputes/{code}/offer", OFFER, 1, Idempotency_Key="sweep:D-1")
    assert (own.status_code, own.json()["field"]) == (422, "header.Idempotency-Key")


def test_the_same_report_sent_by_eight_threads_opens_one_case(web):
    body = body_of("dispute_report")
    with ThreadPoolExecutor(8) as threads:
        sent = threads.map(
            lambda _: web.send("POST", "/disputes/report", body, Idempotency_Key="one"), range(8)
        )
        answers = list(sent)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["case"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 7


def test_a_refusal_names_the_guard_in_two_languages_and_what_is_allowed(web):
    code = web.report()
    refused = web.fire(code, "offer", 1, unit="330604-100")
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["type"] == "urn:gridcase:problem:refused"
    assert problem["guard"] and problem["sentence_zh"] and problem["sentence_en"]
    assert "offer" in problem["allowed"]

    early = web.fire(code, "resolve", 1)
    assert (early.status_code, early.json()["guard"]) == (409, "no_such_step")
    assert "accept" in early.json()["allowed"]  # what the head may do instead

    foreign = web.fire(code, "offer", 1, actor=by("yan", "auditor", VILLAGE))
    assert (foreign.status_code, foreign.json()["guard"]) == (403, "right_post")
    elsewhere = web.fire(code, "offer", 1, actor={**REPORTER, "unit": "330604-100-C"})
    assert (elsewhere.status_code, elsewhere.json()["guard"]) == (403, "right_unit")
    assert web.get(f"/cases/{code}")["version"] == 1


WRONG: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"facts": {}}, "facts.unit", "give it"),
    ({"facts": {"unit": VILLAGE, "untis": 1}}, "facts.untis", "leave it out"),
    ({"actor": {**REPORTER, "post": "boss"}}, "actor.post", "mediator"),
    ({"actor": {**REPORTER, "post": "system"}}, "actor.post", "No person acts as the system"),
    ({"actor": {**REPORTER, "on_behalf_of": "张三"}}, "actor.on_behalf_of", ""),
    ({"occurred_at": "2026-03-01T09:00:00"}, "occurred_at", "with its zone"),
    ({"occurred_at": "2026-03-09T09:00:00+08:00"}, "occurred_at", "has not happened yet"),
    ({"occurred_at": "1990-01-01T09:00:00+08:00"}, "occurred_at", "in force then"),
    ({"occurred_at": "2026-01-09T09:00:00+08:00"}, "reason", "say why"),
    ({"reason": "a\0b"}, "reason", "NUL"),
)


def test_a_wrong_field_is_told_with_its_value_and_a_remedy(web):
    code = web.report()
    for change, field, remedy in WRONG:
        answer = web.send("POST", f"/disputes/{code}/offer", {**OFFER, **change}, 1)
        assert answer.status_code == 422, change
        problem = answer.json()
        assert problem["field"].startswith(field)
        assert remedy in problem["remedy"]
        assert "value" in problem and problem["remedy_zh"]


def test_all_wrong_fields_are_told_together(web):
    answer = web.send(
        "POST", "/disputes/report", {"actor": REPORTER, "facts": {"origin": 7, "channel": "dream"}}
    )
    wrong = {one["field"]: one for one in answer.json()["errors"]}
    assert set(wrong) == {"facts.origin", "facts.channel", "facts.title", "facts.category"}
    assert wrong["facts.channel"]["value"] == "dream"
    assert (
        "visit" in wrong["facts.channel"]["remedy"] and "visit（走访）" in wrong["facts.channel"]["remedy_zh"]
    )


def test_people_act_in_their_own_posts_and_the_case_knows_who(web):
    code = web.report()
    web.fire(code, "offer", 1)
    web.fire(code, "accept", 2, actor=MEDIATOR)
    rows = web.get(f"/cases/{code}/history")["items"]
    assert [(row["user"], row["post"], row["unit"]) for row in rows][-1] == (
        "li.mediator",
        "mediator",
        VILLAGE,
    )


def test_an_unknown_case_or_command_is_not_found(web):
    missing = web.send("POST", "/disputes/D-NO/offer", OFFER)
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:gridcase:problem:not-found")
    assert web.send("POST", f"/disputes/{web.report()}/vanish", OFFER).status_code == 404
    assert web.send("POST", f"/disputes/{web.report()}/miss_deadline", OFFER).status_code == 404
    assert web.send("GET", "/disputes/report").status_code == 405
