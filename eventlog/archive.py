"""The file of a backup: a tar of packed JSON lines and, as its last member, a manifest that says what must be there.

    events/000001.jsonl.gz …    rows as JSON arrays, columns as the manifest names them
    manifest.json               counts, digests, head of the log, version of the tables

A row is the same text whatever database it came from, so a table's digest is, too. Bytes stand as text where they are
UTF-8 (an event's JSON is readable), else as {"base64": …}. A file without a manifest was cut: never read it in part.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from eventlog.errors import BadBackup
from eventlog.learned import decoder

FORMAT = "gridcase-backup/1"
MANIFEST = "manifest.json"
LONGEST_PART = 1 << 30  # bytes, unpacked: more is no part of ours

Row = Sequence[Any]


class Part(msgspec.Struct, frozen=True):
    """One member: how many rows, and the digest of its unpacked bytes."""

    name: str
    rows: int
    sha256: str


class Table(msgspec.Struct, frozen=True):
    """One table: its columns in order, its rows in the order of its key, the digest over all of them."""

    columns: list[str]
    rows: int
    sha256: str
    parts: list[Part]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. `head` is the last event: position, recorded_at and, where there is a chain, its hash."""

    format: str
    made_at: str
    made_from: str  # sqlite or postgresql
    schema: int  # version of the log's tables
    master_key: str  # id of the key without which nobody's name can be read; it is not in here
    head: dict[str, Any]
    tables: dict[str, Table]


class Lines:
    """Rows as lines, and the digest over them."""

    def __init__(self) -> None:
        self.rows, self._digest = 0, hashlib.sha256()

    def add(self, rows: Sequence[Row]) -> bytes:
        text = _encode_lines([[packed(value) for value in row] for row in rows])
        self.rows += len(rows)
        self._digest.update(text)
        return text

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class Writer:
    """Writes one. Nothing stands under the final name before `finish`."""

    def __init__(self, path: Path) -> None:
        self.path, self._beside = path, path.with_name(path.name + ".part")
        if path.exists():
            raise BadBackup(path, "is there already. Nothing is written over: give another name.")
        try:
            handle = os.open(self._beside, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)
        except OSError as error:
            raise BadBackup(path, f"cannot be written: {error.strerror}.") from None
        self._file = os.fdopen(handle, "w+b")
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115 - closed by finish

    def table(self, name: str, columns: list[str], rows: Iterator[list[Row]]) -> Table:
        """Writes a table. `rows` come in lists."""
        whole, parts = Lines(), []  # type: Lines, list[Part]
        for some in rows:
            text = whole.add(some)
            parts.append(
                Part(f"{name}/{len(parts) + 1:06}.jsonl.gz", len(some), hashlib.sha256(text).hexdigest())
            )
            self._member(parts[-1].name, gzip.compress(text, 6, mtime=0))
        return Table(columns, whole.rows, whole.sha256, parts)

    def finish(self, manifest: Manifest) -> None:
        """Writes the manifest and gives the file its name, on the disk."""
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        self._member(MANIFEST, text)
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.link(self._beside, self.path)  # not over another that came meanwhile
        os.unlink(self._beside)

    def give_up(self) -> None:
        self._file.close()
        self._beside.unlink(missing_ok=True)

    def _member(self, name: str, data: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(data), 0o600
        self._tar.addfile(info, io.BytesIO(data))


class Reader:
    """Reads one, checking every part against the manifest. Raises BadBackup naming what is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file: BinaryIO = open(path, "rb")  # noqa: SIM115 - closed by close
        except OSError as error:
            raise BadBackup(path, f"cannot be read: {error.strerror}.") from None
        try:
            self._tar = tarfile.open(fileobj=self._file, mode="r:")  # noqa: SIM115
            self._members = {member.name: member for member in self._tar.getmembers()}
        except (tarfile.TarError, OSError, EOFError) as error:
            self._file.close()
            raise BadBackup(path, f"is no backup, or was cut ({error}).") from None
        self.manifest = self._manifest()

    def close(self) -> None:
        self._tar.close()
        self._file.close()

    def rows(self, table: str) -> Iterator[list[list[Any]]]:
        """The rows of a table, part by part."""
        for part in self.manifest.tables[table].parts:
            text = self._text(part)
            try:
                rows = _decode_lines(text)
                yield [[unpacked(value) for value in row] for row in rows]
            except (msgspec.DecodeError, binascii.Error, KeyError, TypeError) as error:
                raise BadBackup(self.path, f"is damaged: {part.name} cannot be read ({error}).") from None

    def check(self) -> None:
        """Reads all of it and compares every count and digest."""
        for name, table in self.manifest.tables.items():
            rows, digest = 0, hashlib.sha256()
            for part in table.parts:
                text = self._text(part)
                rows += text.count(b"\n")
                digest.update(text)
            if (rows, digest.hexdigest()) != (table.rows, table.sha256):
                said = f"{rows} rows of {name}, not the {table.rows} that the manifest says"
                raise BadBackup(self.path, f"is damaged: it holds {said}, or others.")

    def _text(self, part: Part) -> bytes:
        text = self._unpacked(part.name)
        if hashlib.sha256(text).hexdigest() != part.sha256:
            raise BadBackup(self.path, f"is damaged: {part.name} is not what the manifest says.")
        return text

    def _manifest(self) -> Manifest:
        if MANIFEST not in self._members:
            raise BadBackup(self.path, f"ends without its {MANIFEST}: it was cut, or is no backup.")
        try:
            format_ = decoder(dict[str, Any]).decode(self._read(MANIFEST)).get("format")
            if format_ != FORMAT:
                said = (
                    f"has the form {format_!r}; this program reads {FORMAT}. Take the version that made it."
                )
                raise BadBackup(self.path, said)
            return decoder(Manifest).decode(self._read(MANIFEST))
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise BadBackup(self.path, f"is damaged: {MANIFEST} cannot be read ({error}).") from None

    def _unpacked(self, name: str) -> bytes:
        try:
            with gzip.open(io.BytesIO(self._read(name))) as packed_:
                text = packed_.read(LONGEST_PART + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise BadBackup(self.path, f"is damaged: {name} does not unpack ({error}).") from None
        if len(text) > LONGEST_PART:
            raise BadBackup(self.path, f"is damaged: {name} is longer than any part.")
        return text

    def _read(self, name: str) -> bytes:
        if name not in self._members:
            raise BadBackup(self.path, f"is damaged: {name} is missing.")
        member = self._members[name]
        file = self._tar.extractfile(member)
        data = file.read() if file is not None else b""
        if len(data) != member.size:
            raise BadBackup(self.path, f"is damaged: {name} was cut.")
        return data


def packed(value: Any) -> Any:
    """A value as it stands in a line."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode()}
    return value


def unpacked(value: Any) -> Any:
    """A line's value: text stays text, whether it was bytes is for the table to know."""
    return base64.b64decode(value["base64"], validate=True) if isinstance(value, dict) else value


_encode_lines = msgspec.json.Encoder().encode_lines
_decode_lines = msgspec.json.Decoder(list[Any]).decode_lines
