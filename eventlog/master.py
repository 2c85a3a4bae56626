"""The master keys of an installation: where they come from, and which one is which. They never stand in the database.

A key is 32 random bytes, written as 64 hexadecimal digits (`openssl rand -hex 32`). A file or variable holds one per
line, the newest first: the first one seals, all of them open. A file is read again when it has changed, so a key can
be added while servers run. Whoever loses the last copy of a key has lost every person sealed under it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from eventlog.errors import BadMasterKey, MasterKeyMissing

KEY_BYTES = 32


class MasterKey:
    """One key. `id` tells it from others and tells nothing about it; it stands in the data that it seals."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.id = hashlib.sha256(b"gridcase master key id\0" + secret).hexdigest()[:16]
        self.ciphers: dict[str, Any] = {}  # by suite, so that each is derived once

    def derived(self, purpose: str, length: int) -> bytes:
        """A key for one purpose, at most 32 bytes long: one step of HKDF-Expand (RFC 5869), the secret being random."""
        return hmac.digest(self._secret, b"gridcase " + purpose.encode() + b"\x01", "sha256")[:length]

    def __repr__(self) -> str:
        return f"MasterKey({self.id})"  # never the secret


class MasterKeys:
    """The keys that this process has. `where` names their place in messages; thread-safe, as it only replaces."""

    def __init__(
        self, where: str, keys: Sequence[MasterKey] = (), path: Path | None = None, may_make: bool = False
    ) -> None:
        self.where, self._keys, self._path, self._may_make = where, tuple(keys), path, may_make
        self._seen: tuple[int, int] | None = None

    @classmethod
    def of(cls, text: str, where: str) -> Self:
        """The keys in a text, newest first. Raises BadMasterKey; no message repeats a key."""
        return cls(where, parsed(text, where))

    @classmethod
    def in_file(cls, path: Path, where: str = "", *, may_make: bool = False) -> Self:
        """The keys in a file, read when one is needed. With `may_make` a database without people gets a new one."""
        return cls(where or str(path), path=path, may_make=may_make)

    @classmethod
    def for_this_process(cls) -> Self:
        """A key that ends with the process, for a database that does so too."""
        return cls("memory", [MasterKey(secrets.token_bytes(KEY_BYTES))])

    @property
    def first(self) -> MasterKey:
        """The key that seals. Raises MasterKeyMissing where there is none."""
        keys = self._current()
        if not keys:
            raise MasterKeyMissing("", self.where)
        return keys[0]

    @property
    def ids(self) -> list[str]:
        """Which keys there are, newest first."""
        return [key.id for key in self._current()]

    @property
    def file(self) -> Path:
        """Where the keys are written. Raises BadMasterKey when they are in no file."""
        if self._path is None:
            raise BadMasterKey(self.where, 0, "it is no file that can be written")
        return self._path

    def get(self, key_id: str) -> MasterKey:
        """The key with this id. Raises MasterKeyMissing."""
        for key in self._keys:  # what is in memory will do, until it does not
            if key.id == key_id:
                return key
        for key in self._current():
            if key.id == key_id:
                return key
        raise MasterKeyMissing(key_id, self.where, self.ids)

    def make_if_missing(self) -> None:
        """Makes the first key of an installation where that is allowed. Two processes at once make one."""
        if self._path is not None and self._may_make and not self._path.exists():
            made_once(self._path)

    def _current(self) -> tuple[MasterKey, ...]:
        if self._path is not None:
            try:
                found = self._path.stat()
            except OSError:
                return self._keys  # what a running process has read stays good while the file is away
            seen = (found.st_mtime_ns, found.st_ino)
            if seen != self._seen:
                self._keys = parsed(_text_of(self._path), self.where)
                self._seen = seen
        return self._keys


def parsed(text: str, where: str) -> tuple[MasterKey, ...]:
    """The keys of a text, one per line (or separated by commas), `#` begins a remark. Raises BadMasterKey."""
    keys = []
    for number, line in enumerate(text.replace(",", "\n").splitlines(), 1):
        said = line.partition("#")[0].strip()
        if not said:
            continue
        try:
            secret = bytes.fromhex(said)
        except ValueError:
            secret = b""
        if len(secret) != KEY_BYTES or len(set(secret)) < 8:
            raise BadMasterKey(where, number)
        keys.append(MasterKey(secret))
    if not keys:
        raise BadMasterKey(where, 0)
    return tuple(keys)


def new_key() -> str:
    """A key as it is written down."""
    return secrets.token_hex(KEY_BYTES)


def put_first(path: Path) -> str:
    """Writes a new key over the ones in the file, which stay below it. Answers its id. Whole or not at all."""
    before = _text_of(path) if path.exists() else ""
    if before:
        parsed(before, str(path))
    written = new_key()
    _replace(path, f"{written}\n{before}")
    return parsed(written, str(path))[0].id


def keep_first(path: Path) -> list[str]:
    """Drops every key but the first one from the file: only after nothing is wrapped by them. Answers their ids."""
    lines = [
        line for line in _text_of(path).replace(",", "\n").splitlines() if line.partition("#")[0].strip()
    ]
    dropped = [key.id for key in parsed("\n".join(lines), str(path))[1:]]
    if dropped:
        _replace(path, lines[0] + "\n")
    return dropped


def made_once(path: Path) -> bytes:
    """The line in `path`, made of new randomness by the first process that asks; all who ask at once get the same."""
    if not path.exists():
        with _beside(path, new_key() + "\n") as own, contextlib.suppress(FileExistsError):
            os.link(own, path)  # whole or not at all, and never over another's
    return path.read_bytes().strip()


def _replace(path: Path, text: str) -> None:
    with _beside(path, text) as own:
        os.replace(own, path)


@contextlib.contextmanager
def _beside(path: Path, text: str) -> Iterator[str]:
    """A file with this text in the same folder, readable by its owner only and on the disk, for a moment."""
    handle, own = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    try:
        with open(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield own
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(own)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BadMasterKey(str(path), 0, str(error)) from None
