"""Lines of a CSV file in its encoding, each with the number of its first line: a quoted cell may span several."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from api.imports.files import EVERY, FileForm, Tell, open_bytes
from domain.errors import Invalid

SAMPLE = 1 << 20  # bytes looked at to tell an encoding
CELL = 1 << 20  # characters; a longer cell is a quotation mark that was never closed
LINE = 1 << 22  # characters; a longer line is no line of a table


def csv_lines(path: Path, form: FileForm, tell: Tell) -> Iterator[tuple[int, list[str] | str]]:
    """(line, its cells, or what is wrong with it). Raises Invalid when the encoding does not fit."""
    with ExitStack() as stack:
        packed, content = open_bytes(path, stack)
        encoding = _encoding(path, form.encoding)
        text = stack.enter_context(io.TextIOWrapper(content, encoding, newline=""))
        stack.callback(csv.field_size_limit, csv.field_size_limit(CELL))
        reader = csv.reader(_lines(text, path.name), delimiter=form.delimiter, strict=True)
        line = 1
        for number in count(1):
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as problem:
                yield line, str(problem)
            except UnicodeDecodeError:
                raise _undecodable(path, encoding) from None
            else:
                yield line, cells
            if number % EVERY == 0:
                tell(packed.tell())
            line = reader.line_num + 1


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    """The lines of a file, none of which fills memory. Raises Invalid for one that would."""
    while line := text.readline(LINE):
        if len(line) == LINE and line[-1] not in "\r\n":
            raise Invalid(
                "file",
                name,
                f"It has a line of more than {LINE} characters: is it a table?",
                f"有一行超过 {LINE} 个字符：这是表格吗？",
            )
        yield line


def _encoding(path: Path, named: str) -> str:
    if named != "auto":
        return "utf-8-sig" if codecs.lookup(named).name == "utf-8" else named
    with ExitStack() as stack:
        sample = open_bytes(path, stack)[1].read(SAMPLE)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=len(sample) < SAMPLE)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _undecodable(path: Path, encoding: str) -> Invalid:
    """Says on which line the encoding does not fit."""
    with ExitStack() as stack:
        for number, line in enumerate(open_bytes(path, stack)[1], 1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as problem:
                bad = line[problem.start : problem.end].hex(" ")
                return Invalid(
                    "file.encoding",
                    encoding,
                    f"Line {number} has bytes {bad}: name the file's encoding.",
                    f"第 {number} 行有字节 {bad}：请写明文件的编码。",
                )
    return Invalid(
        "file.encoding",
        encoding,
        "The file is not written in it: name the file's encoding.",
        "文件不是用这种编码写的，请写明文件的编码。",
    )
