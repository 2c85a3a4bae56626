"""What the readers of all kinds of files share: how a file is written, its bytes, and the check of its columns."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from domain.errors import Invalid

GZIP = b"\x1f\x8b"
EVERY = 1000  # rows between two words about the progress
SWELLS = 200  # times its packed size: no table or log that people keep comes near
ALWAYS = 1 << 26  # bytes that any packed file may hold

Tell = Callable[[int], None]
"""Called with the bytes of the file that are read so far."""


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a file is written: encoding ("auto" tells UTF-8, UTF-16 and GB18030 apart), delimiter, sheet, header line."""

    encoding: str = "auto"
    delimiter: str = ","
    sheet: str = ""
    header: int = 1


def open_bytes(path: Path, stack: ExitStack) -> tuple[BinaryIO, BinaryIO]:
    """(the file as it is on disk, its content unpacked where it is gzip). Reading raises Invalid when it swells too much."""
    packed = stack.enter_context(path.open("rb"))
    if packed.peek(2)[:2] != GZIP:
        return packed, packed
    content = Unpacked(packed, stack.enter_context(gzip.GzipFile(fileobj=packed)), path.name)
    return packed, cast(BinaryIO, stack.enter_context(io.BufferedReader(content, 1 << 16)))


class Unpacked(io.RawIOBase):
    """What a packed file holds. A small one that holds gigabytes was made to fill memory or time: it is refused."""

    def __init__(self, packed: BinaryIO, content: Any, name: str) -> None:
        self._packed, self._content, self._name, self._size = packed, content, name, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size: int = self._content.readinto(buffer)
        self._size += size
        if self._size > max(ALWAYS, SWELLS * self._packed.tell()):
            raise Invalid(
                "file",
                self._name,
                f"Unpacked it is more than {SWELLS} times as large: unpack it first.",
                f"解压后超过 {SWELLS} 倍：请先解压。",
            )
        return size


def check_columns(there: Sequence[str], wanted: Iterable[tuple[str, ...]]) -> None:
    """Raises Invalid when a column that the mapping names is not there, or is there twice."""
    for choice in wanted:
        found = [column for column in choice if column in there]
        if not found:
            columns = ", ".join(column for column in there if column)
            raise Invalid(
                "column",
                " or ".join(choice),
                f"The file has {columns}: correct the mapping.",
                f"文件中的列有：{columns}。请更正映射。",
            )
        if twice := [column for column in found if there.count(column) > 1]:
            raise Invalid(
                "column",
                twice[0],
                "Two columns have this name: rename one of them.",
                "有两列同名，请改其中一列的名称。",
            )
