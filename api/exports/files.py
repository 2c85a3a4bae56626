"""Rows as CSV or XLSX in a temporary file, a row at a time: memory does not grow with them.

A cell that a spreadsheet would take for a formula is written as text. Never write a cell past `harmless`.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import IO, Any, Final, Literal

import xlsxwriter  # type: ignore[import-untyped]

from api.exports.columns import Cell, Column, Row, Seen

Form = Literal["csv", "xlsx"]
MEDIA: Final[dict[Form, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
IN_MEMORY = 2**20  # bytes; more goes to the disk
FORMULA = "=+-@＝＋－＠"  # what a spreadsheet begins to calculate at
UNSEEN = re.compile(
    r"[\s\x00-\x1f\x7f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
)  # what it passes over


def harmless(text: str) -> str:
    """The text as CSV may hold it: an apostrophe in front says that it is text."""
    seen = text[UNSEEN.match(text).end() :]  # type: ignore[union-attr]
    return f"'{text}" if seen and (seen[0] in FORMULA or text[0] in "\t\r\n") else text


@contextmanager
def written(
    form: Form, columns: Sequence[Column], rows: Iterable[Row], seen: Seen, about: Sequence[tuple[str, str]]
) -> Iterator[tuple[IO[bytes], int]]:
    """The file, from its beginning, and how many rows are in it. `about`: what is said of the list as a whole."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        cells = ([column.cell(row, seen) for column in columns] for row in rows)
        write = _csv if form == "csv" else _xlsx
        count = write(file, columns, cells, seen, about)
        file.seek(0)
        yield file, count


def _csv(
    file: Any,
    columns: Sequence[Column],
    rows: Iterable[list[Cell]],
    seen: Seen,
    about: Sequence[tuple[str, str]],
) -> int:
    """UTF-8 with the mark that Excel asks for. The first line, after #, says what the list is."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    out, count = csv.writer(text), 0
    out.writerow(["# " + " · ".join(f"{name}: {value}" for name, value in about if value)])
    out.writerow([seen.say(column.head) for column in columns])
    for row in rows:
        out.writerow([_text(cell) for cell in row])
        count += 1
    text.detach()
    return count


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    return cell.isoformat() if isinstance(cell, date) else harmless(cell or "")


def _xlsx(
    file: Any,
    columns: Sequence[Column],
    rows: Iterable[list[Cell]],
    seen: Seen,
    about: Sequence[tuple[str, str]],
) -> int:
    """A sheet with the list and one that says what it is. Texts stay texts: no formula, no link."""
    told = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "in_memory": False,
    }
    count = 0
    with xlsxwriter.Workbook(file, told) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        day, minute = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        sheet = book.add_worksheet("清单" if seen.code == "zh" else "List")
        sheet.freeze_panes(1, 1)
        for n, column in enumerate(columns):
            sheet.set_column(n, n, column.width)
            sheet.write_string(0, n, seen.say(column.head), head)
        for row in rows:
            count += 1
            for n, cell in enumerate(row):
                if isinstance(cell, (date, datetime)):
                    sheet.write_datetime(count, n, cell, minute if isinstance(cell, datetime) else day)
                elif cell:
                    sheet.write_string(count, n, cell)
        sheet.autofilter(0, 0, count, len(columns) - 1)
        notes = book.add_worksheet("说明" if seen.code == "zh" else "About")
        notes.set_column(0, 0, 20)
        notes.set_column(1, 1, 80)
        for n, (name, value) in enumerate(about):
            notes.write_string(n, 0, name, head)
            notes.write_string(n, 1, value)
    return count
