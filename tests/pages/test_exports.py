"""Lists as files: what is in them, what a spreadsheet makes of them, and that whoever took one is known."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import datetime

import pytest
from python_calamine import CalamineWorkbook

from api.examples import GRID
from api.exports.columns import CASES, Seen
from api.exports.files import harmless, written
from domain.export import ExportMade
from eventlog.identity import Identity
from tests.support.workbench import Workbench

EVIL = '=HYPERLINK("http://evil.example","点此")'
PEOPLE = [Identity("S-1001", "person", "张三", phone="13800000001"), Identity("S-1002", "person", "李四")]


@pytest.fixture
def reported(bench: Workbench) -> list[str]:
    return [
        bench.do(
            "report", "", "chen.reporter", PEOPLE, "dispute", origin=GRID, channel="visit", category="neighbour",
            title=title, parties=[{"subject": "S-1001"}, {"subject": "S-1002"}],
        ).case
        for title in ("张三家院墙", EVIL)
    ]  # fmt: skip


def made(bench: Workbench) -> list[ExportMade]:
    return [one.event for one in bench.service.log.read(0) if isinstance(one.event, ExportMade)]


def test_a_list_as_csv_is_for_excel_and_holds_no_formula_and_no_name(
    bench: Workbench, reported: list[str]
) -> None:
    with bench.client("li.mediator") as client:
        answer = client.client.get("/api/v1/worklist/export", params={"sort": "code"})
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf# ")
    assert (
        "attachment; filename=gridcase.csv; filename*=UTF-8''%E6%A1%88"
        in answer.headers["Content-Disposition"]
    )
    about, head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert "数据截至: 2026-03-02 09:00" in about[0]
    assert [row[0] for row in rows] == sorted(reported)
    told = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    first, second = (told[code] for code in reported)
    assert (first["标题"], first["状态"], first["渠道"]) == ("当事人家院墙", "已上报", "走访")
    assert first["上报时间"] == "2026-03-02 09:00"
    assert second["标题"] == f"'{EVIL}"
    assert "张三" not in answer.text and "138" not in answer.text
    assert not set(head) & {"承办人", "当事人", "姓名"}


def test_a_list_as_xlsx_has_dates_and_texts_and_says_what_it_is(
    bench: Workbench, reported: list[str]
) -> None:
    with bench.client("li.mediator") as client:
        answer = client.client.get(
            "/api/v1/worklist/export", params={"form": "xlsx", "lang": "en", "q": "院墙"}
        )
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["List", "About"]
    head, row = book.get_sheet_by_name("List").to_python()
    assert row[head.index("Reported at")] == datetime.fromisoformat("2026-03-02 09:00")
    assert row[head.index("Code")] == reported[0]
    about = {str(row[0]): row[1] for row in book.get_sheet_by_name("About").to_python()}
    assert about["Exported by"] == "li.mediator @ 330604-101" and about["Filters"] == "q=…"


def test_whoever_takes_a_list_is_recorded_with_what_it_was(bench: Workbench, reported: list[str]) -> None:
    with bench.client("li.mediator") as client:
        client.client.get("/api/v1/worklist/export", params={"q": "张三", "severity": "minor"})
        client.client.get("/api/v1/deadlines/export", params={"kind": "late", "form": "xlsx"})
        assert bench.client().__enter__().client.get("/api/v1/worklist/export").status_code == 401
    first, second = made(bench)
    assert (first.entry.actor.user, first.listed, first.form, first.rows) == (
        "li.mediator",
        "cases",
        "csv",
        0,
    )
    assert first.filters["severity"] == "minor"
    assert "张三" not in str(first) and len(first.filters["q"]) == 64
    assert (second.listed, second.form, second.filters) == ("deadlines", "xlsx", {"kind": "late"})
    assert second.known_to >= bench.service.log.read(0)[-3].position


def test_what_begins_like_a_formula_is_text_whatever_unseen_stands_before_it() -> None:
    formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1", "\n1", "\u00a0=1", "\u200b=1", "\u3000=1",
                "\ufeff=1", "\u2060@x", "\x0b-1", "\u202e=1"]  # fmt: skip
    for text in formulas:
        assert harmless(text) == f"'{text}"
        assert harmless(f"一{text}") == f"一{text}"
    for text in ("", " ", "第1组-2", "'=1"):
        assert harmless(text) == text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(bench: Workbench, reported: list[str], form: str) -> None:
    with bench.context.reads.connect() as connection:
        from domain.scope import EVERYTHING
        from projections.worklist import one

        row = one(connection, reported[0], EVERYTHING, bench.context.now().date())
    service = bench.service
    seen = Seen(
        "zh",
        bench.context.now(),
        service.reference.organisation(),
        service.policies.in_force("CN", bench.context.now()),
    )
    peaks = []
    for count in (200, 4_000):
        tracemalloc.start()
        with written(form, CASES, (row for _ in range(count)), seen, []) as (_, rows):  # type: ignore[arg-type, misc]
            assert rows == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 3_000_000
