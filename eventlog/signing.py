"""Who vouches for a checkpoint: signing keys, public keys, and texts with signatures below (C2SP signed notes).

A key file holds one key per line, the newest first: 64 hexadecimal digits are the secret of an Ed25519 key, and
`name+id+base64` is a public key, for whoever may check and not sign. The first secret signs; all of them check. Whoever
has a secret can vouch for another log: keep the file away from those who keep the database.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from eventlog.errors import BadSigningKey, NotVouchedFor
from eventlog.master import made_once

SUITE = "ed25519"  # of new signatures, as a checkpoint names it
_ALGORITHM = (
    b"\x01"  # Ed25519 among signed notes; it stands in front of a public key, so that others can follow
)
_DASH = "— "


class Key:
    """One key, with its secret or without. `name` is whose it is, "" when it goes by the name of what it signs."""

    def __init__(self, public: bytes, secret: bytes | None = None, name: str = "") -> None:
        self.name, self.public = name, public
        self._public = Ed25519PublicKey.from_public_bytes(public)
        self._secret = None if secret is None else Ed25519PrivateKey.from_private_bytes(secret)

    @classmethod
    def of_secret(cls, secret: bytes) -> Self:
        return cls(Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw(), secret)

    @classmethod
    def of_line(cls, line: str) -> Self:
        """From `name+id+base64`. ValueError for anything else."""
        name, _, rest = line.partition("+")
        key_id, _, encoded = rest.partition("+")
        key = of_base64(encoded)
        if not name or key[:1] != _ALGORITHM or len(key) != 33:
            raise ValueError("not an Ed25519 public key")
        found = cls(key[1:], name=name)
        if found.id(name).hex() != key_id:
            raise ValueError("its id is not that of the key")
        return found

    @property
    def signs(self) -> bool:
        return self._secret is not None

    def id(self, name: str) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(name.encode() + b"\n" + _ALGORITHM + self.public).digest()[:4]

    def line(self, name: str) -> str:
        """The public key as it is given to others."""
        return f"{name}+{self.id(name).hex()}+{base64_of(_ALGORITHM + self.public)}"

    def sign(self, text: str) -> bytes:
        if self._secret is None:
            raise ValueError("A public key signs nothing.")
        return self._secret.sign(text.encode())

    def fits(self, signature: bytes, text: str) -> bool:
        try:
            self._public.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    def __repr__(self) -> str:
        return f"Key({self.public.hex()[:16]})"  # never the secret


class SigningKeys:
    """The keys that this process has; `where` names their place in messages."""

    def __init__(
        self, where: str, keys: Sequence[Key] = (), path: Path | None = None, may_make: bool = False
    ) -> None:
        self.where, self._keys, self._path, self._may_make = where, tuple(keys), path, may_make

    @classmethod
    def of(cls, text: str, where: str) -> Self:
        """The keys in a text. Raises BadSigningKey; no message repeats a secret."""
        return cls(where, parsed(text, where))

    @classmethod
    def in_file(cls, path: Path, where: str = "", *, may_make: bool = False) -> Self:
        """The keys in a file, read when one is needed; with `may_make` the first signature makes a missing one."""
        return cls(where or str(path), path=path, may_make=may_make)

    @property
    def all(self) -> tuple[Key, ...]:
        """Those that check; empty where there is no file. Raises BadSigningKey."""
        if self._path is not None and not self._keys and self._path.exists():
            try:
                text = self._path.read_text(encoding="ascii")
            except (OSError, UnicodeDecodeError) as error:
                raise BadSigningKey(self.where, 0, str(error)) from None
            self._keys = parsed(text, self.where)
        return self._keys

    @property
    def first(self) -> Key:
        """The one that signs; made where that is allowed. Raises BadSigningKey without one."""
        if self._path is not None and self._may_make and not self._path.exists():
            made_once(self._path)
        for key in self.all:
            if key.signs:
                return key
        raise BadSigningKey(
            self.where, 0, "there is no secret in it" if self.all else "there is no such file"
        )

    def sign(self, name: str, text: str) -> str:
        """The text with a signature below it."""
        key = self.first
        return f"{text}\n{_DASH}{name} {base64_of(key.id(name) + key.sign(text))}\n"

    def opened(self, note: str) -> Signed:
        """The text of a note that one of these keys vouches for. Raises NotVouchedFor, saying why."""
        text, signatures = split(note)
        for name, key_id, signature in signatures:
            for key in self.all:
                if key.name in ("", name) and key.id(name) == key_id:
                    if not key.fits(signature, text):
                        raise NotVouchedFor(f"the signature of key {key_id.hex()} does not fit its text")
                    return Signed(text, name, key_id.hex())
        ids = ", ".join(key_id.hex() for _, key_id, _ in signatures)
        raise NotVouchedFor(f"it is signed by key {ids}, which is not among those of {self.where}")


@dataclass(frozen=True, slots=True)
class Signed:
    """A text, and by whom it is vouched for."""

    text: str
    name: str
    key_id: str


def split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """The text, and of each signature its name, key id and bytes. Raises NotVouchedFor for what is no signed note."""
    text, gap, below = note.rpartition("\n\n")
    signatures = []
    try:
        for line in below.splitlines():
            if not line.startswith(_DASH):
                raise ValueError("a line below the text is no signature")
            name, encoded = line.removeprefix(_DASH).split(" ")
            raw = of_base64(encoded)
            signatures.append((name, raw[:4], raw[4:]))
    except ValueError as error:
        raise NotVouchedFor(f"it is no signed note ({error})") from None
    if not gap or not signatures:
        raise NotVouchedFor("it is no signed note (there is no signature below a text)")
    return text + "\n", signatures


def parsed(text: str, where: str) -> tuple[Key, ...]:
    """The keys of a text, one per line, `#` begins a remark. Raises BadSigningKey."""
    keys = []
    for number, line in enumerate(text.splitlines(), 1):
        said = line.partition("#")[0].strip()
        if not said:
            continue
        try:
            keys.append(Key.of_line(said) if "+" in said else Key.of_secret(bytes.fromhex(said)))
        except ValueError:
            raise BadSigningKey(where, number) from None
    if not keys:
        raise BadSigningKey(where, 0)
    return tuple(keys)


def lines(keys: Iterable[Key], name: str) -> list[str]:
    """The public keys as they are given to others, of whatever signs under this name."""
    return [key.line(key.name or name) for key in keys]


def base64_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def of_base64(text: str) -> bytes:
    """ValueError for anything else."""
    return base64.b64decode(text, validate=True)
