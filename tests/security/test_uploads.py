"""Files that were made to harm: what swells, what is spread out, what is nested, what is called oddly. None of them does."""

from __future__ import annotations

import gzip
import io
import json
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from api import app
from api.imports import csv_lines, files, report
from api.imports.files import FileForm
from api.imports.reading import read_rows
from api.imports.work import plain_name
from domain.errors import Invalid
from tests.imports.test_units import MAPPING
from tests.pages.test_imports import ended
from tests.support.workbench import PageClient, Workbench, text_of

MIB = 1 << 20


def spread_out() -> bytes:
    """Two cells in opposite corners of a sheet: five kilobytes that ask for room for 17 thousand million cells."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "code")
        sheet.write_string(1_048_575, 16_383, "x")
    return made.getvalue()


def repacked(change: Callable[[bytes], bytes], part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A small workbook with one part changed."""
    made, changed = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet().write_row(0, 0, ["code", "name"])
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, change(content) if name == part else content)
    return changed.getvalue()


def spread_with_other_quotes() -> bytes:
    return repacked(lambda xml: xml.replace(b'r="B1"', b"r = 'XFD1048576'"))


def billion_laughs(root: str = "log") -> bytes:
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10)
    )
    return f'<?xml version="1.0"?><!DOCTYPE {root} [{entities}]><{root}>&l9;</{root}>'.encode()


def laughing_workbook() -> bytes:
    def laugh(xml: bytes) -> bytes:
        entities = billion_laughs("worksheet").partition(b"<!DOCTYPE")[2].partition(b"]>")[0]
        head, mark, rest = xml.partition(b"<worksheet")
        return head + b"<!DOCTYPE" + entities + b"]>" + mark + rest.replace(b"</v>", b"&l9;</v>", 1)

    return repacked(laugh)


def outside_entity() -> bytes:
    return b'<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]><log><trace><event>&x;</event></trace></log>'


HARMFUL = [
    ("far.xlsx", spread_out(), "16384 columns"),
    ("far.xlsx", spread_with_other_quotes(), "16384 columns"),
    (
        "utf16.xlsx",
        repacked(lambda xml: xml.decode().replace('r="B1"', 'r="XFD1048576"').encode("utf-16")),
        "header",
    ),
    ("laughing.xes", billion_laughs(), "DTD"),
    ("outside.xes", outside_entity(), "DTD"),
    ("deep.xes", b"<log>" + b"<a>" * 200_000, "XML"),
    ("zeros.csv.gz", gzip.compress(b"code\n" + (b"0" * 4095 + b"\n") * 20_000), "200 times"),
    ("zeros.xes.gz", gzip.compress(b"<log>" + b" " * 80 * MIB), "200 times"),
    ("line.csv", b"code,name\n" + b"a" * 5 * MIB, "line of more than"),
    ("no.xlsx", b"PK\x03\x04 and nothing", "workbook"),
]


@pytest.mark.parametrize(
    ("name", "content", "said"), HARMFUL, ids=[f"{n}-{c[0]}" for n, c in enumerate(HARMFUL)]
)
def test_a_harmful_file_is_refused_before_it_harms(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(Invalid) as refused:
        list(read_rows(file, FileForm(), [("code",)]))
    assert said in str(refused.value)
    assert "root:" not in str(refused.value)


def test_entities_of_a_workbook_stay_what_they_are(tmp_path: Path) -> None:
    file = tmp_path / "laughing.xlsx"
    file.write_bytes(laughing_workbook())
    try:
        cells = [
            cell for row in read_rows(file, FileForm(), []) for cell in getattr(row, "cells", {}).values()
        ]
    except Invalid:
        return
    assert sum(map(len, cells)) < 1000


def test_what_people_keep_is_still_read(tmp_path: Path) -> None:
    """Rows that say the same over and over pack well, and a sheet may be wide or long."""
    file = tmp_path / "long.csv.gz"
    row = b"330604-101,\xe7\x99\xbd\xe6\xb2\x99\xe6\x9d\x91," + b"same words again and again," * 20 + b"\n"
    file.write_bytes(gzip.compress(b"code,name," + b"a," * 20 + b"\n" + row * 2000))
    assert len(list(read_rows(file, FileForm(), [("code",)]))) == 2000
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for n in range(500):
            sheet.write_row(n, 0, ["code", "name"] if n == 0 else [f"C{n}", "x"])
    (tmp_path / "long.xlsx").write_bytes(made.getvalue())
    assert len(list(read_rows(tmp_path / "long.xlsx", FileForm(), [("code",)]))) == 499


def test_a_file_of_nothing_but_bad_rows_does_not_fill_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module_bench: Workbench
) -> None:
    monkeypatch.setattr(report, "MOST_REJECTED", 50)
    with module_bench.client("admin") as client:
        where = sent(
            client, "units", "bad.csv", ("code,name,above,class,people\n" + ",,,,\n,x,,,\n" * 60).encode()
        )
        assert "50 rows" in text_of(ended(client, where.headers["Location"]))


NAMES = [
    ("../../etc/passwd.csv", "passwd.csv"),
    ("..\\..\\windows\\x.csv", "x.csv"),
    ("/etc/cron.d/x.csv", "x.csv"),
    ("..", "file"),
    ("", "file"),
    (".csv", "csv"),
    ("a\0b\r\nc.csv", "abc.csv"),
    ("长" * 300 + ".csv", "长" * 80 + ".csv"),
    ("x." + "y" * 300, "x." + "y" * 20),
    ("<img src=x onerror=alert(1)>.csv", "<img src=x onerror=alert(1)>.csv"),
]


@pytest.mark.parametrize(("said", "kept"), NAMES)
def test_a_file_is_kept_under_a_name_that_leads_nowhere(said: str, kept: str) -> None:
    assert plain_name(said) == kept
    assert "/" not in plain_name(said) and len(plain_name(said).encode()) < 255


def sent(client: PageClient, kind: str, name: str, content: bytes, mapping: bytes = MAPPING.encode()) -> Any:
    files = {"file": (name, content), "mapping": ("m.toml", mapping)}
    return client.client.post("/imports", data={"csrf": client.csrf, "kind": kind}, files=files)


def test_odd_files_are_told_on_the_page_and_the_server_goes_on(
    module_bench: Workbench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    nested = b'{"year": 2026, "days": ' + b"[" * 100_000
    with module_bench.client("admin") as client:
        for kind, name, content, mapping, said in (
            ("units", "far.xlsx", spread_out(), MAPPING.encode(), "16384 columns"),
            ("units", "../../../etc/passwd\0.csv", b"code\n1\n", MAPPING.encode(), "没有导入"),
            ("units", "x.csv", b"code\n1\n", b"a = " + b"[" * 5_000, "TOML"),
            ("units", "x.csv", b"code\n1\n", b"\xff\xfe\x00", "没有导入"),
            ("calendar", "2026.json", nested, b"", "JSON"),
            ("calendar", "2026.toml", b"a = " + b"[" * 5_000, b"", "TOML"),
            ("calendar", "2026.json", b" " * 1_100_000, b"", "calendar"),
        ):
            answer = sent(client, kind, name, content, mapping)
            assert answer.status_code == 303, answer.text
            page = text_of(ended(client, answer.headers["Location"]))
            assert said in page and "意外的错误" not in page, (kind, name, page[-900:])
        large = sent(client, "units", "x.csv", b"code\n", b"#" * 1_000_001)
        assert large.status_code == 422
        # What nobody foresaw is told by its kind and place alone: the file's words are no log's.
        monkeypatch.setattr("api.imports.units.read_unit_mapping", lambda path: int("张三的名字"))
        with caplog.at_level(logging.ERROR, "gridcase"):
            page = ended(client, sent(client, "units", "x.csv", b"code\n").headers["Location"])
        assert "意外的错误" in page and "张三" not in page
        assert [line.told["error"] for line in caplog.records] == ["ValueError"]  # type: ignore[attr-defined]
        assert "张三" not in caplog.text
    assert not Path("/etc/passwd.csv").exists()


def test_a_body_that_is_too_long_is_cut_off_on_every_way_in(
    module_bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "LONGEST_UPLOAD", 100_000)
    with module_bench.client("admin") as client:
        assert sent(client, "units", "x.csv", b"x" * 100_001).status_code == 413
        for path in ("/report", "/sign-in", "/status", "/units/new", "/searches"):
            answer = client.post(path, {"csrf": client.csrf, "x": "a" * app.LONGEST_BODY})
            assert answer.status_code == 413, path
        many = client.post("/report", [("csrf", client.csrf), *((f"f{n}", "x") for n in range(2000))])
        assert many.status_code in (400, 413), "more fields than any form has"
        deep = json.dumps({"facts": {}}).encode().replace(b"{}", b"[" * 50_000 + b"]" * 50_000)
        headers = {"Gridcase-CSRF": client.csrf, "Content-Type": "application/json"}
        assert client.client.post("/api/v1/units", content=deep, headers=headers).status_code in (400, 422)


def test_the_bounds_are_those_that_the_documents_tell() -> None:
    told = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")
    assert f"{files.SWELLS} times" in told and "20,000,000 cells" in told
    assert f"{csv_lines.LINE:,}" in told
