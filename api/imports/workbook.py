"""Lines of a sheet in a workbook (.xlsx, .xls, .ods). It is opened whole: a sheet has 1,048,576 rows at most."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

from python_calamine import CalamineError, CalamineWorkbook

from api.imports.files import EVERY, FileForm, Tell
from domain.errors import Invalid

UNPACKED = 1 << 30  # bytes
MOST_CELLS = 20_000_000  # a sheet is opened with room for every cell between its first and its last
PIECE = 1 << 20
_PLACE = re.compile(rb"""[\s"']r\s*=\s*["']\s*([A-Za-z]{0,3})(\d{1,7})["']""")  # of a cell or a row: r="AB12"


def workbook_lines(path: Path, form: FileForm, tell: Tell) -> Iterator[tuple[int, list[str]]]:
    """(row number in the sheet, its cells as text). Raises Invalid for a workbook that does not open."""
    if is_zipfile(path):
        try:
            with ZipFile(path) as packed:
                _check_size(packed)
        except (BadZipFile, NotImplementedError, RuntimeError, zlib.error):
            pass  # calamine says what is wrong with it
    try:
        workbook = CalamineWorkbook.from_path(path)
        if form.sheet and form.sheet not in workbook.sheet_names:
            raise Invalid(
                "file.sheet",
                form.sheet,
                f"The workbook has {', '.join(workbook.sheet_names)}.",
                f"工作簿中有：{'、'.join(workbook.sheet_names)}。",
            )
        sheet = workbook.get_sheet_by_name(form.sheet) if form.sheet else workbook.get_sheet_by_index(0)
    except CalamineError as problem:
        zh = f"无法作为工作簿打开（{problem}）：请重新保存，或者另存为 CSV。"
        remedy = f"It does not open as a workbook ({problem}): save it again, or as CSV."
        raise Invalid("file", path.name, remedy, zh) from None
    size, height = path.stat().st_size, max(sheet.total_height, 1)
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield number, [_as_text(cell) for cell in cells]
        if number % EVERY == 0:
            tell(size * number // height)


def _check_size(packed: ZipFile) -> None:
    """Raises Invalid for a workbook that would fill memory: by what is packed in it, or by two cells far apart."""
    size = sum(part.file_size for part in packed.infolist())
    if size > UNPACKED:
        raise Invalid(
            "file",
            f"{size} bytes unpacked",
            "Save the sheet as CSV: a workbook is opened whole.",
            "请把工作表另存为 CSV：工作簿须整个打开，太大了。",
        )
    for name in packed.namelist():
        columns, rows = _corner(packed, name)
        if columns * rows > MOST_CELLS:
            raise Invalid(
                "file",
                f"{rows} rows, {columns} columns",
                "Delete what stands far from the table, or save it as CSV.",
                "请删去远离表格的内容，或者另存为 CSV。",
            )


def _corner(packed: ZipFile, name: str) -> tuple[int, int]:
    """(columns, rows) up to the last cell that a part tells the place of."""
    columns, rows, rest = set[bytes](), 0, b""
    with packed.open(name) as part:
        while piece := part.read(PIECE):
            found = _PLACE.findall(rest + piece)
            rest = piece[-64:]
            columns.update(column for column, _ in found)
            rows = max(rows, max((int(row) for _, row in found), default=0))
    return max(map(_number, columns), default=0), rows


def _number(letters: bytes) -> int:
    """AB -> 28."""
    number = 0
    for one in letters.upper():
        number = number * 26 + one - 64
    return number


def _as_text(cell: object) -> str:
    """A cell as it would stand in a CSV file: whole numbers without a point, instants and days in ISO 8601."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    return str(cell)
