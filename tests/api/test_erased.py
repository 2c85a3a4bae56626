"""After a person is erased, nothing that is asked over HTTP brings them back: not reading, not searching, not revealing."""

from __future__ import annotations

import json
from datetime import date

from api.examples import REPORTER, by
from domain.actor import Actor
from domain.terms import Role
from tests.api.conftest import COUNTY
from tests.support.township import at
from workflows.shredding import Shredding

NAME = "单守礼"
PERSON = {
    "subject_id": "S-1001",
    "kind": "person",
    "name": NAME,
    "phone": "13800007788",
    "address": "独一路1号",
}
OFFICER = Actor("shen", Role.PRIVACY_OFFICER, COUNTY)
CHIEF = Actor("qian", Role.UNIT_HEAD, COUNTY)


def test_an_erased_party_is_found_by_nobody(web, context, now):
    code = web.report(people=[PERSON], title=f"{NAME}家院墙", severity="minor")
    done = {"terms": "退让半米", "agreed_by": ["S-1001", "S-1002"], "fulfilled": True}
    assert web.send("POST", f"/disputes/{code}/settle", {"actor": REPORTER, "facts": done}).status_code == 200
    asked = {"actor": by("shen", "privacy_officer", COUNTY), "subject": "S-1001", "purpose": "核对"}
    before = web.send("POST", f"/cases/{code}/reveal", asked)
    assert (before.status_code, before.json()["subject"]["name"]) == (200, NAME)

    now.instant = at(4, 1)
    shredding = Shredding(context.service.log, now)
    shredding.request("S-1001", actor=OFFICER, reason="保管期限届满", retained_until=date(2026, 3, 31))
    shredding.approve("S-1001", actor=OFFICER)
    web.position = shredding.approve("S-1001", actor=CHIEF).position

    after = web.send("POST", f"/cases/{code}/reveal", asked)
    assert (after.status_code, after.json()["kind"]) == (404, "person")
    assert web.get("/worklist", q=NAME)["items"] == []
    for path in (f"/cases/{code}", f"/cases/{code}/history", "/worklist"):
        assert NAME not in json.dumps(web.get(path), ensure_ascii=False)
    assert context.names.of(context.service.log.read(web.position - 1)[0].event.originator_id) == (
        "subject",
        "S-1001",
    )
