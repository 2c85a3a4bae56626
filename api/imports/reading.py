"""The rows of a file, one at a time, whatever kind of file it is. Nothing here knows what a column means.

Do not read a whole file into a list: files may be larger than memory.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from gzip import BadGzipFile
from pathlib import Path

from api.imports.csv_lines import csv_lines
from api.imports.files import FileForm, Tell, check_columns
from api.imports.report import SHOWN, Rejected
from api.imports.values import Row
from api.imports.workbook import workbook_lines
from api.imports.xes import read_xes
from domain.errors import Invalid, NotFound

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


def read_rows(
    path: Path, form: FileForm, wanted: Iterable[tuple[str, ...]], tell: Tell = lambda done: None
) -> Iterator[Row | Rejected]:
    """The rows of a file. `wanted` are the columns that must be there (of several in a tuple, one).

    A line that is no row comes as Rejected. Raises Invalid when the whole file is not usable.
    """
    if not path.is_file():
        raise NotFound("file", str(path), "Look at the path again.")
    suffix = path.with_suffix("").suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    try:
        if suffix == ".xes":
            yield from read_xes(path, wanted, tell)
        else:
            lines = workbook_lines(path, form, tell) if suffix in WORKBOOKS else csv_lines(path, form, tell)
            yield from _rows(lines, form, list(wanted))
    except (EOFError, BadGzipFile, zlib.error) as problem:
        raise Invalid(
            "file",
            path.name,
            f"It is packed, but not whole ({problem}): fetch it again.",
            f"压缩文件不完整（{problem}）：请重新下载。",
        ) from None


def _rows(
    lines: Iterator[tuple[int, list[str] | str]], form: FileForm, wanted: list[tuple[str, ...]]
) -> Iterator[Row | Rejected]:
    header: list[str] | None = None
    for line, cells in lines:
        if line < form.header or not any(cells):
            continue
        if isinstance(cells, str):  # what the CSV reader complained of
            yield Rejected(
                line,
                "row",
                cells,
                "Put quotation marks around the cell, and double those inside it.",
                "请给单元格加上引号，其中的引号写两遍。",
            )
        elif header is None:
            header = [cell.strip() for cell in cells]
            check_columns(header, wanted)
            columns = tuple(header)
        elif len(cells) < len(columns) or any(cells[len(columns) :]):
            told = f"{len(cells)} cells"
            yield Rejected(
                line,
                "row",
                told,
                f"The header has {len(columns)} columns: look for a delimiter in a cell.",
                f"表头有 {len(columns)} 列：请检查单元格中是否有分隔符。",
            )
        elif (broken := next((n for n, cell in enumerate(cells) if "\0" in cell), None)) is not None:
            yield Rejected(
                line,
                columns[broken],
                cells[broken].replace("\0", "␀")[:SHOWN],
                "Leave out the character NUL; if every row has it, name the file's encoding.",
                "请删去空字符（NUL）；如各行都有，请写明文件编码。",
            )
        else:
            yield Row(line, dict(zip(columns, map(str.strip, cells), strict=False)))
    if header is None:
        raise Invalid(
            "file",
            "no header",
            f"The names of the columns belong into line {form.header}.",
            f"列名应写在第 {form.header} 行。",
        )
