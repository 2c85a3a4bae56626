"""Rows of every kind of file come with the line on which they begin; a file that is not what it says is refused."""

from __future__ import annotations

import gzip
from datetime import date, datetime

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from api.imports.files import FileForm
from api.imports.reading import read_rows
from api.imports.report import Rejected
from domain.errors import Invalid, NotFound


def rows(path, form=None, wanted=()):
    return list(read_rows(path, form or FileForm(), wanted))


def cells(path, form=None):
    return [(row.line, *row.cells.values()) for row in rows(path, form)]


def test_a_row_begins_on_its_first_line_although_quoted_cells_span_lines(write):
    path = write("a.csv", 'no,text\n1,"one\ntwo\nthree"\n\n2,four\n')
    assert cells(path) == [(2, "1", "one\ntwo\nthree"), (6, "2", "four")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found_out_and_a_byte_order_mark_is_no_part_of_a_name(write, encoding):
    path = write("a.csv", "编号,名称\n1,百官街道\n".encode(encoding))
    assert [row.cells for row in rows(path, wanted=[("编号",)])] == [{"编号": "1", "名称": "百官街道"}]


def test_a_wrong_encoding_is_refused_with_the_line(write):
    path = write("a.csv", "no,名称\n1,ok\n".encode() + "2,百官\n".encode("gb18030"))
    with pytest.raises(Invalid, match=r"utf-8.*Line 3") as refused:
        rows(path, FileForm(encoding="utf-8"))
    assert refused.value.field == "file.encoding"


def test_packed_files_and_other_delimiters_and_title_lines_are_read(write):
    path = write("a.csv.gz", gzip.compress(b"a title\nno;text\n1;x\n"))
    assert cells(path, FileForm(delimiter=";", header=2)) == [(3, "1", "x")]


@pytest.mark.parametrize("name", ["a.csv.gz", "a.xes.gz"])
def test_a_packed_file_that_is_not_whole_is_refused(write, name):
    whole = gzip.compress(XES.encode() if "xes" in name else b"no,text\n" + b"1,x\n" * 1000)
    with pytest.raises(Invalid, match="not whole"):
        rows(write(name, whole[:-20]))


def test_a_line_that_is_no_row_is_rejected_and_the_others_go_on(write):
    path = write("a.csv", 'no,text\n1\n2,"x"y\n3,z,surplus\n4,fine,\n')
    bad = [(row.line, row.field, row.value) for row in rows(path) if isinstance(row, Rejected)]
    assert bad == [(2, "row", "1 cells"), (3, "row", "',' expected after '\"'"), (4, "row", "3 cells")]
    assert rows(path)[-1].line == 5


def test_a_mapping_for_another_file_is_refused_with_the_columns_that_are_there(write):
    path = write("a.csv", "no,text\n1,x\n")
    with pytest.raises(Invalid, match=r"number.*The file has no, text"):
        rows(path, wanted=[("number",)])
    with pytest.raises(Invalid, match="Two columns"):
        rows(write("b.csv", "no,no\n1,x\n"), wanted=[("no",)])
    with pytest.raises(Invalid, match="line 1"):
        rows(write("c.csv", ""))
    with pytest.raises(NotFound):
        rows(path.with_name("nowhere.csv"))


def test_a_sheet_keeps_its_row_numbers_and_gives_dates_as_iso(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("other")
        sheet = book.add_worksheet("案件")
        day, instant = (
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        )
        sheet.write_row("A3", ["no", "at", "day", "share", "note"])
        sheet.write("A5", 101004143000)
        sheet.write_datetime("B5", datetime.fromisoformat("2024-03-05 09:30"), instant)
        sheet.write_datetime("C5", date(2024, 3, 5), day)
        sheet.write("D5", 0.5)
    told = rows(path, FileForm(sheet="案件", header=3), [("no",)])
    assert [row.line for row in told] == [5]
    assert told[0].cells["no"] == "101004143000" and told[0].cells["at"] == "2024-03-05T09:30:00"
    assert told[0].cells["day"].startswith("2024-03-05") and told[0].cells["share"] == "0.5"
    assert told[0].cells["note"] == ""
    with pytest.raises(Invalid, match="other, 案件"):
        rows(path, FileForm(sheet="gone"))


def test_what_is_no_workbook_is_refused(write):
    with pytest.raises(Invalid, match="save it again"):
        rows(write("a.xlsx", b"PK\x03\x04 nothing"))


XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <global scope="event"><string key="concept:name" value="__INVALID__"/></global>
  <trace>
    <string key="concept:name" value="A1"/>
    <event>
      <string key="concept:name" value="Create Fine"/>
      <date key="time:timestamp" value="2006-07-24T00:00:00.000+02:00"/>
      <list key="notes"><values><string key="note" value="not an attribute of the event"/></values></list>
    </event>
    <event><string key="concept:name" value="Payment"/></event>
  </trace>
  <trace/>
</log>
"""


@pytest.mark.parametrize("packed", [False, True])
def test_a_trace_gives_a_row_per_event_with_its_own_attributes(write, packed):
    path = write("a.xes.gz", gzip.compress(XES.encode())) if packed else write("a.xes", XES)
    first, second = rows(path, wanted=[("case:concept:name",), ("time:timestamp",)])
    assert (first.line, second.line) == (6, 11)
    assert first.cells == {
        "case:concept:name": "A1",
        "concept:name": "Create Fine",
        "time:timestamp": "2006-07-24T00:00:00.000+02:00",
    }
    assert second.cells == {"case:concept:name": "A1", "concept:name": "Payment"}
    with pytest.raises(Invalid, match=r"org:resource.*case:concept:name"):
        rows(path, wanted=[("org:resource",)])


BOMB = (
    '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><log><trace><event>&b;</event></trace></log>'
)


@pytest.mark.parametrize(
    ("text", "why"), [(BOMB, "DTD"), (XES[:-20], "no XML"), ("<log/>", "no event"), ("no xml", "no XML")]
)
def test_a_document_that_is_no_safe_log_is_refused(write, text, why):
    with pytest.raises(Invalid, match=why):
        rows(write("a.xes", text))
