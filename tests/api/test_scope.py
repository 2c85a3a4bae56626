"""What somebody may not see is nowhere: no route of the API tells of it, in whatever way one asks.

Who may see which case is written down here by hand; that random histories are judged alike by log, lists and plain Python
is tests/projections/test_scoped.py.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from api.access.signed import Said
from api.examples import GRID, MEDIATOR, REPORTER, TOWNSHIP, VILLAGE, by
from api.routes.events import teller
from api.stream import Stream
from eventlog.credentials import digest
from tests.api.conftest import COUNTY, body_of

OTHER_TOWN, OTHER_VILLAGE, BUREAU = "330604-200", "330604-201", "330604-NY"
MORE = (
    (OTHER_TOWN, "乡", "rural_township", COUNTY),
    (OTHER_VILLAGE, "邻村", "village", OTHER_TOWN),
    (BUREAU, "农业农村局", "bureau", COUNTY),
    ("999999", "邻县", "county", ""),
)
HERE, GONE_UP, LENT = (f"{GRID}.D-{name}" for name in ("HERE", "UP", "LENT"))  # their grid's own numbers
THERE = f"{OTHER_VILLAGE}.D-THERE"
ALL = {HERE, THERE, GONE_UP, LENT}
NEIGHBOUR = by("he.neighbour", "unit_head", OTHER_VILLAGE)

SEEN: tuple[tuple[dict[str, str], set[str]], ...] = (
    # who                                            the cases they see, and why
    (
        by("chen.reporter", "reporter", GRID),
        {HERE, GONE_UP, LENT},
    ),  # their grid: all but what the neighbours reported
    (by("li.mediator", "mediator", VILLAGE), {HERE, GONE_UP, LENT}),
    (by("zheng.head", "unit_head", TOWNSHIP), {HERE, GONE_UP, LENT}),
    (NEIGHBOUR, {THERE, LENT}),  # asked to help with one
    (by("gao.supervisor", "supervisor", COUNTY), ALL),
    (by("reader", "auditor", COUNTY), ALL),
    (by("ren.privacy", "privacy_officer", COUNTY), ALL),
    (by("nong.handler", "handler", BUREAU), set()),
    (by("nong.window", "intake", BUREAU), ALL),  # finds what was raised before
    (by("gui.rules", "policy_admin", COUNTY), set()),
    (by("zu.units", "org_admin", COUNTY), set()),
    (by("lin.head", "unit_head", "999999"), set()),
    (by("bao.sponsor", "sponsor", "999999"), {HERE}),  # leads it
)


@pytest.fixture
def county(web):
    """A county with four disputes."""
    web.create(MORE)
    for who, _ in SEEN:
        web.people.bearer(who)  # whom a plan names has to be there
    for code in (HERE, GONE_UP, LENT):
        report(web, code, REPORTER, GRID)
    report(web, THERE, NEIGHBOUR, OTHER_VILLAGE)
    head = by("wang.head", "unit_head", VILLAGE)
    plan = {"leader": "bao.sponsor", "person": "li.mediator", "term": "2026-04-01", "guarantee": "包化解"}
    fired(web, HERE, "set_plan", head, plan)
    fired(web, LENT, "form_joint", head, {"lead": VILLAGE, "members": [VILLAGE, OTHER_VILLAGE]})
    fired(
        web,
        GONE_UP,
        "report_danger",
        MEDIATOR,
        {"rule": "mass_incident", "facts": "人数增加", "police_told": True},
    )
    up = {"unit": TOWNSHIP, "rule": "mass_incident", "told": [VILLAGE]}
    fired(web, GONE_UP, "skip_level", head, up)
    return web


def report(web: Any, code: str, actor: dict[str, str], origin: str) -> None:
    body = body_of("dispute_report", actor=actor, origin=origin, title=f"边界纠纷 {code}")
    if origin != GRID:  # other people
        body |= {"people": [{"subject_id": "S-9001", "name": "钱七"}]}
        body["facts"]["parties"] = [{"subject": "S-9001"}]
    answer = web.send("POST", "/disputes/report", body | {"code": code.rpartition(".")[2]})
    assert (answer.status_code, answer.json().get("case")) == (201, code), answer.text


def fired(web: Any, code: str, trigger: str, actor: dict[str, str], facts: dict[str, Any]) -> None:
    answer = web.send("POST", f"/disputes/{code}/{trigger}", {"actor": actor, "facts": facts})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("who", "seen"), SEEN, ids=[f"{who['post']}@{who['unit']}" for who, _ in SEEN])
def test_every_route_shows_what_its_reader_may_see(county, context, who, seen):
    get = lambda path, **asked: county.get(path, by=who, **asked)  # noqa: E731
    listed = get("/worklist", closed=True, count=True)
    assert {row["code"] for row in listed["items"]} == seen and listed["total"] == len(seen)
    for text, found in (("边界", seen), ("d-there", seen & {THERE}), ("d-here 边界", seen & {HERE})):
        told = get("/worklist", q=text, count=True)
        assert ({row["code"] for row in told["items"]}, told["total"]) == (found, len(found))
    narrowed = get("/worklist", unit=OTHER_TOWN, count=True)
    assert {row["code"] for row in narrowed["items"]} == seen & {THERE}
    assert {row["code"] for row in get("/deadlines", kind="all")["items"]} == seen
    for path in ("/worklist/export", "/deadlines/export"):
        assert exported(county, path, who) == seen
    for code in ALL:
        statuses = {
            ask(county, who, path)
            for path in (f"/cases/{code}", f"/cases/{code}/history", f"/cases/{code}/deadlines")
        }
        assert statuses == {200 if code in seen else 404}, code
    assert streamed(county, context, who) == seen


def ask(web: Any, who: dict[str, str], path: str) -> int:
    status: int = web.client.get(f"/api/v1{path}", headers=web.people.bearer(who)).status_code
    return status


def exported(web: Any, path: str, who: dict[str, str]) -> set[str]:
    asked = {"closed": "true"} if "worklist" in path else {"kind": "all"}
    headers = {"Gridcase-Position": str(web.position)} | web.people.bearer(who)
    answer = web.client.get(f"/api/v1{path}", params=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    return {row[0] for row in rows[2:]}


def streamed(web: Any, context: Any, who: dict[str, str]) -> set[str]:
    """The cases of which the stream tells, from the beginning of the log on: ahead of the read side, and after it."""
    signed = context.door.look_up(said(web, who))
    found = set()
    for behind in (True, False):
        if behind:
            real, context.seen.wait_for = context.seen.wait_for, lambda position, seconds: False
        try:
            told = Stream(context, signed, None, 0, teller(context)).next_told(signed, None)[0].decode()
        finally:
            if behind:
                context.seen.wait_for = real
        lines = [json.loads(line[6:]) for line in told.splitlines() if line.startswith("data: ")]
        assert {one["type"] for one in lines} <= {"unit", "calendar", "dispute"}
        found.add(frozenset(one["code"] for one in lines if one["type"] == "dispute"))
    assert len(found) == 1
    return set(found.pop())


def said(web: Any, who: dict[str, str]) -> Any:
    return Said("token", digest(web.people.token(who["user"], who["post"], who["unit"])), "")


def test_a_case_that_one_may_not_see_answers_like_one_that_is_not_there(county):
    """Whatever is asked, and whatever else is wrong with the question."""
    web = county

    def answers(code: str) -> list[Any]:
        paths: list[Any] = [
            ("GET", f"/cases/{code}{more}", None, None)
            for more in ("", "?version=1", "/history", "/deadlines")
        ]
        reveal = {"actor": NEIGHBOUR, "subject": "S-1001", "purpose": "联系"}
        paths += [("POST", f"/cases/{code}/reveal", reveal, None)]
        paths += [
            ("POST", f"/disputes/{code}/{trigger}", {"actor": NEIGHBOUR, "facts": facts}, version)
            for trigger, facts in (("link", {"other": THERE}), ("offer", {"unit": OTHER_VILLAGE}))
            for version in (None, "*", '"7"', "seven")
        ]
        citizen = NEIGHBOUR | {"post": "citizen", "on_behalf_of": "S-1001"}
        paths += [
            ("POST", f"/disputes/{code}/consent", {"actor": citizen, "facts": {"party": "S-1001"}}, "*")
        ]
        paths += [("POST", f"/petitions/{code}/register", {"actor": NEIGHBOUR, "facts": {}}, "*")]
        told = []
        for method, path, body, version in paths:
            headers = web.people.bearer(NEIGHBOUR) | ({"If-Match": version} if version else {})
            answer = web.client.request(method, f"/api/v1{path}", json=body, headers=headers)
            told.append((answer.status_code, answer.text.replace(code, "CODE")))
        return told

    hidden, nowhere = answers(HERE), answers("D-NOWHERE")
    assert hidden == nowhere
    assert {status for status, _ in hidden} <= {404, 422}
    for lead in (HERE, "D-NOWHERE"):  # named beside a case of one's own
        body = {"actor": NEIGHBOUR, "facts": {"lead": lead, "same_facts": True, "same_parties": True}}
        hidden.append(web.send("POST", f"/disputes/{THERE}/merge", body).text.replace(lead, "CODE"))
    assert hidden[-1] == hidden[-2]


def test_the_cases_behind_a_figure_are_those_that_its_reader_may_see(county):
    web = county
    for code, actor in ((HERE, MEDIATOR), (THERE, NEIGHBOUR)):
        told = {"party": "S-1001" if code == HERE else "S-9001", "statement": "不愿调解", "ways_told": "诉讼"}
        fired(web, code, "refuse", actor, told)
    asked = {"part": "excluded", "from": "2026-01-01", "unit": COUNTY}
    for who, seen in SEEN:
        if who["unit"] == "999999":
            answer = web.client.get(
                "/api/v1/figures/containment/cases", params=asked, headers=web.people.bearer(who)
            )
            assert (answer.status_code, answer.json()["guard"]) == (403, "figures_of_the_county")
            continue
        cases = web.get("/figures/containment/cases", by=who, **asked)["cases"]
        assert set(cases) == seen & {HERE, THERE}, who
        headers, by_unit = web.people.bearer(who), {"from": "2026-01-01", "unit": COUNTY, "by": "unit"}
        whole = web.client.get("/api/v1/figures/containment", params=by_unit, headers=headers).json()
        assert sum(sum(row["excluded"].values()) for row in whole["rows"]) == 2, "the sum is the county's"


def test_a_step_counts_for_the_office_in_which_somebody_acts(county):
    web = county
    web.people.bearer(by("duo.two", "unit_head", VILLAGE))
    both = by("duo.two", "supervisor", OTHER_TOWN)
    web.people.bearer(both)
    urge = {"actor": both, "facts": {"colour": "yellow", "duty": "尽快办理"}}
    assert ask(web, both, f"/cases/{HERE}") == 200
    answer = web.send("POST", f"/disputes/{HERE}/supervise", urge)
    assert (answer.status_code, answer.json()["guard"]) == (403, "in_scope")
    assert web.send("POST", f"/disputes/{THERE}/supervise", urge).status_code == 200
