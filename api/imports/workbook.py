"""Lines of a sheet in a workbook (.xlsx, .xls, .ods). It is opened whole: a sheet has 1,048,576 rows at most."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

from python_calamine import CalamineError, CalamineWorkbook

from api.imports.files import EVERY, FileForm, Tell
from domain.errors import Invalid

UNPACKED = 1 << 30  # bytes


def workbook_lines(path: Path, form: FileForm, tell: Tell) -> Iterator[tuple[int, list[str]]]:
    """(row number in the sheet, its cells as text). Raises Invalid for a workbook that does not open."""
    if is_zipfile(path):
        try:
            size = sum(part.file_size for part in ZipFile(path).infolist())
        except BadZipFile:
            size = 0  # calamine says what is wrong with it
        if size > UNPACKED:
            raise Invalid(
                "file", f"{size} bytes unpacked", "Save the sheet as CSV: a workbook is opened whole."
            )
    try:
        workbook = CalamineWorkbook.from_path(path)
        if form.sheet and form.sheet not in workbook.sheet_names:
            raise Invalid("file.sheet", form.sheet, f"The workbook has {', '.join(workbook.sheet_names)}.")
        sheet = workbook.get_sheet_by_name(form.sheet) if form.sheet else workbook.get_sheet_by_index(0)
    except CalamineError as problem:
        remedy = f"It does not open as a workbook ({problem}): save it again, or as CSV."
        raise Invalid("file", path.name, remedy) from None
    size, height = path.stat().st_size, max(sheet.total_height, 1)
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield number, [_as_text(cell) for cell in cells]
        if number % EVERY == 0:
            tell(size * number // height)


def _as_text(cell: object) -> str:
    """A cell as it would stand in a CSV file: whole numbers without a point, instants and days in ISO 8601."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    return str(cell)
