"""A history is kept as bytes for who asks again, and told anew as soon as anything in it changes."""

from __future__ import annotations

import pytest

from api import histories
from api.examples import VILLAGE, by
from tests.api.conftest import ADMIN, COUNTY


@pytest.fixture
def told_anew(context, monkeypatch):
    """How often a history was worked out."""
    times: list[str] = []
    before = context.histories._told

    def told(case, organisation):
        times.append(case.code)
        return before(case, organisation)

    monkeypatch.setattr(context.histories, "_told", told)
    return times


def history(web, code):
    return web.get(f"/cases/{code}/history")["items"]


def test_asked_again_it_is_the_same_and_not_worked_out_again(web, told_anew):
    code = web.report()
    first = history(web, code)
    assert history(web, code) == first and len(told_anew) == 1


def test_a_new_event_is_in_it(web, told_anew):
    code = web.report()
    history(web, code)
    web.fire(code, "offer")
    assert [row["version"] for row in history(web, code)] == [1, 2]
    assert len(told_anew) == 2


def test_a_unit_renamed_with_effect_before_the_event_is_called_by_its_new_name(web):
    code = web.report()
    web.fire(code, "offer")
    before = history(web, code)[-1]
    body = {"actor": ADMIN, "name": "石桥村", "effective": "2026-03-01"}
    answer = web.send("POST", f"/units/{VILLAGE}/rename", body)
    assert answer.status_code == 200, answer.text
    after = history(web, code)[-1]
    assert (before["holder_name"], after["holder_name"]) == ("村", "石桥村")


def test_memory_is_bounded_and_who_was_asked_for_last_stays(web, context, told_anew, monkeypatch):
    codes = [web.report() for _ in range(3)]
    for code in codes:
        history(web, code)
    size = sum(kept.size for kept in context.histories._kept.values())
    monkeypatch.setattr(histories, "KEPT_BYTES", size - 1)
    for code in codes:
        web.fire(code, "offer")
    for code in (*codes, codes[-1]):
        history(web, code)
    assert len(told_anew) == 6
    kept = context.histories._kept
    assert context.histories._size == sum(one.size for one in kept.values()) < size
    assert codes[-1] in kept and codes[0] not in kept


def test_who_may_not_see_the_case_gets_nothing_of_what_others_asked_for(web):
    code = web.report()
    history(web, code)
    town = {"actor": ADMIN, "effective": "2000-01-01", "code": "330604-200", "name": "邻镇", "kind": "town"}
    assert web.send("POST", "/units", town | {"parent": COUNTY}).status_code == 201
    stranger = web.people.bearer(by("stranger", "handler", "330604-200"))
    for asked, said in ((code, stranger), ("D2026-99999", {})):
        answer = web.client.get(f"/api/v1/cases/{asked}/history", headers=said)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:gridcase:problem:not-found")
