"""What one may not see cannot be felt out either: not by a taken code, a known reference, or the time it takes."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import Any

import pytest

from api.examples import GRID, MEDIATOR, REPORTER, by
from tests.api.conftest import ADMIN, COUNTY, body_of

ELSEWHERE = "330604-200"
STRANGER = by("he.neighbour", "unit_head", ELSEWHERE)
NEIGHBOUR = by("yu.neighbour", "reporter", f"{ELSEWHERE}-01")


@pytest.fixture
def town(web: Any) -> Any:
    """Another town beside the one of the examples, where people know nothing of it."""
    for code, kind, parent in ((ELSEWHERE, "town", COUNTY), (f"{ELSEWHERE}-01", "village", ELSEWHERE)):
        body = {
            "actor": ADMIN,
            "effective": "2000-01-01",
            "code": code,
            "name": code,
            "kind": kind,
            "parent": parent,
        }
        assert web.send("POST", "/units", body).status_code == 201
    web.people.bearer(STRANGER)
    return web


def opened(web: Any, actor: Any, subjects: list[str], people: list[Any], **more: Any) -> Any:
    body = body_of("dispute_report", actor=actor, people=people, origin=actor["unit"],
                   parties=[{"subject": one} for one in subjects])  # fmt: skip
    return web.send("POST", "/disputes/report", body | more)


def test_a_code_that_is_taken_elsewhere_is_free_here(town: Any) -> None:
    made = town.report()
    assert opened(town, REPORTER, ["S-1001"], [], code="A-1").json()["case"] == f"{GRID}.A-1"
    mine = opened(town, NEIGHBOUR, [], [], code="A-1")
    assert (mine.status_code, mine.json()["case"]) == (201, f"{ELSEWHERE}-01.A-1")
    again = opened(town, NEIGHBOUR, [], [], code="A-1")
    assert (again.status_code, again.json()["field"]) == (422, "code")
    assert opened(town, NEIGHBOUR, [], [], code=made).json()["case"] == f"{ELSEWHERE}-01.{made}"


def test_nobody_is_revealed_or_renamed_through_a_case_of_one_s_own(town: Any, context: Any) -> None:
    code = town.report()
    town.position = 0  # right away: who was entered just now is known already
    for subject in ("S-1001", "official:admin"):
        for people in ([], [{"subject_id": subject, "name": "别人"}]):
            refused = opened(town, NEIGHBOUR, [subject], people)
            assert (refused.status_code, refused.json()["field"]) == (422, "facts.parties.0.subject" if not people else
                                                                      "people.0.subject_id"), refused.text  # fmt: skip
            assert refused.json()["remedy_zh"]
    mine = opened(town, NEIGHBOUR, ["N-1"], [{"subject_id": "N-1", "name": "孙八"}]).json()["case"]
    renamed = {
        "actor": NEIGHBOUR,
        "people": [{"subject_id": "S-1001", "name": "别人"}],
        "facts": {"text": "x"},
    }
    assert town.send("POST", f"/disputes/{mine}/note_progress", renamed).status_code == 422
    known = context.service.log.subjects.get(["S-1001", "official:admin"])
    assert [one.name for one in known.values() if one.subject_id == "S-1001"] == ["张三"]
    hidden = {
        "actor": NEIGHBOUR,
        "people": [{"subject_id": "S-1001", "name": "别人"}],
        "facts": {"text": "x"},
    }
    assert town.send("POST", f"/disputes/{code}/note_progress", hidden).status_code == 404
    # Who has met them goes on as always, in this case and in the next.
    corrected = {"people": [{"subject_id": "S-1001", "name": "张三丰"}]}
    assert town.fire(code, "offer", **corrected).status_code == 200
    assert context.service.log.subjects.get(["S-1001"])["S-1001"].name == "张三丰"
    assert opened(town, REPORTER, ["S-1001", "S-1002"], []).status_code == 201
    assert opened(town, NEIGHBOUR, ["N-1", "N-2"], [{"subject_id": "N-2", "name": "周九"}]).status_code == 201


def test_what_is_hidden_takes_no_longer_than_what_is_not_there(town: Any) -> None:
    """The median of pairs that are asked in turn, so that whatever else the machine does falls on both."""
    code = town.report()
    town.get(f"/cases/{code}", MEDIATOR)
    said = town.people.bearer(STRANGER)

    def ask(asked: str) -> float:
        began = perf_counter()
        answer = town.client.get(f"/api/v1/cases/{asked}", headers=said)
        assert answer.status_code == 404 and answer.text.replace(asked, "CODE") == told
        return perf_counter() - began

    told = town.client.get(f"/api/v1/cases/{code}", headers=said).text.replace(code, "CODE")
    other = code[:-5] + "00000"
    pairs = [(ask(code), ask(other)) for _ in range(41)][1:]
    assert abs(median(one - two for one, two in pairs)) < 0.005, pairs
