"""Where a case begins: the report, the petition window with its receipt, and what a query code shows."""

from __future__ import annotations

import re

import pytest

from api.examples import GRID, TOWNSHIP
from api.pages.receipts import TRIES, query_code
from tests.pages.test_case import filled
from tests.support.workbench import Workbench, form_in, text_of


def test_a_grid_worker_reports_with_few_fields_and_lands_on_the_case(bench: Workbench) -> None:
    with bench.client("chen.reporter") as client:
        page = client.get("/report")
        fields = form_in(page, "/report").fields
        assert fields["facts.origin"].values == [GRID] and fields["facts.channel"].values == ["visit"]
        typed = filled(page, "/report", title="两家为晒谷场争执", category="neighbour", summary="已劝开")
        answer = client.post("/report", typed)
        assert answer.status_code == 303, text_of(answer.text)
        where = answer.headers["Location"]
        code = re.fullmatch(r"/cases/(D-[0-9A-Z-]+)\?done=report", where)
        assert code is not None
        assert "就地化解" in text_of(client.get(where))
        again = client.post("/report", typed)  # a weak network sent it twice
        assert again.headers["Location"] == where
    assert bench.service.case(code[1]).version == 1


def test_a_wrong_report_comes_back_with_everything_that_was_typed(bench: Workbench) -> None:
    with bench.client("chen.reporter") as client:
        typed = filled(client.get("/report"), "/report", title="", summary="东边的围墙倒了", category="")
        answer = client.post("/report", typed)
        assert answer.status_code == 422
        assert form_in(answer.text, "/report").fields["facts.summary"].values == ["东边的围墙倒了"]


@pytest.fixture
def petition(bench: Workbench) -> str:
    with bench.client("zhou.window") as client:
        page = client.get("/register")
        added = client.post("/register", [*filled(page, "/register"), ("add", "facts.parties")]).text
        typed = filled(
            added, "/register", title="反映村道积水", record="信访人称下雨后道路积水",
            **{"facts.parties.0.name": "赵六", "facts.parties.0.phone": "13900000000"},
        )  # fmt: skip
        answer = client.post("/register", typed)
        assert answer.status_code == 303, text_of(answer.text)
        code = re.fullmatch(r"/cases/(P-[0-9A-Z-]+)/receipt\?done=receive", answer.headers["Location"])
        assert code is not None
        receipt = text_of(client.get(answer.headers["Location"]))
    assert code[1] in receipt and query_code(bench.context, code[1]) in receipt
    assert "赵六" not in receipt and "139" not in receipt
    assert bench.service.case(code[1]).origin == TOWNSHIP
    return code[1]


def test_a_petitioner_asks_with_the_query_code_and_sees_nothing_about_people(
    bench: Workbench, petition: str
) -> None:
    query = query_code(bench.context, petition)
    with bench.client() as client:
        answer = client.post(
            "/status", [("case", petition.lower()), ("query", query.lower().replace("-", " "))]
        )
        said = text_of(answer.text)
        assert answer.status_code == 200
        assert "已收件" in said or "待登记" in said or "收件" in said
        assert "赵六" not in said and "积水" not in said
        wrong = client.post("/status", [("case", petition), ("query", "0000-0000")])
        missing = client.post("/status", [("case", "P-20200101-00000"), ("query", query)])
        assert (wrong.status_code, missing.status_code) == (404, 404)
        assert text_of(wrong.text).replace(petition, "") == text_of(missing.text).replace(
            "P-20200101-00000", ""
        )


def test_query_codes_cannot_be_tried_out(bench: Workbench, petition: str) -> None:
    with bench.client() as client:
        answers = [
            client.post("/status", [("case", petition), ("query", f"0000-{n:04}")]) for n in range(TRIES)
        ]
        assert {one.status_code for one in answers} == {404}
        right = client.post("/status", [("case", petition), ("query", query_code(bench.context, petition))])
    assert right.status_code == 429
