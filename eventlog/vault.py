"""How what is known of a person becomes bytes that only this house can read. Never write a key anywhere unwrapped.

Each subject has a random key of its own. It seals the content, a master key wraps it, and both lie in one value, so
that a person is erased by one UPDATE and can never be half there. A correction makes a new key.

    Sealed = [suite, id of the master key, nonce + wrapped key, nonce + content]      (MessagePack)

The suite's name is in the data: another cipher (SM4) is one more line in SUITES. Associated data binds the content
to subject and suite, and the wrapped key to the master key as well: what was copied to another row does not open.
Opening costs about 4 µs with the unwrapping, so no unwrapped key is kept in memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.errors import SealBroken
from eventlog.master import MasterKey, MasterKeys

NONCE = 12  # bytes, as every GCM suite has them


class Cipher(Protocol):
    """Authenticated encryption with one key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher by the name under which it stands in the data. Never change one that was ever used: add another."""

    name: str
    key_bytes: int
    cipher: Callable[[bytes], Cipher]


SUITES = {suite.name: suite for suite in (Suite("aes256gcm-v1", 32, AESGCM),)}
NEWEST = "aes256gcm-v1"


class Sealed(msgspec.Struct, array_like=True, frozen=True):
    """What stands in the table: see the head of this file."""

    suite: str
    master: str
    key: bytes
    content: bytes


_decode = msgspec.msgpack.Decoder(Sealed).decode
_encode = msgspec.msgpack.Encoder().encode


def seal(subject_id: str, content: bytes, master: MasterKey, suite: str = NEWEST) -> bytes:
    """The content under a fresh key, and that key under the master key."""
    used = SUITES[suite]
    key = os.urandom(used.key_bytes)
    wrapped = _locked(_kek(master, used), key, _bound("key", suite, master.id, subject_id))
    locked = _locked(used.cipher(key), content, _bound("content", suite, subject_id))
    return _encode(Sealed(suite, master.id, wrapped, locked))


def unseal(subject_id: str, sealed: bytes, keys: MasterKeys) -> bytes:
    """The content. Raises MasterKeyMissing, and SealBroken for what was changed or belongs to another subject."""
    found = read(subject_id, sealed)
    return _opened(
        subject_id,
        _cipher(subject_id, found, keys),
        found.content,
        _bound("content", found.suite, subject_id),
    )


def rewrap(subject_id: str, sealed: bytes, keys: MasterKeys, master: MasterKey) -> bytes:
    """The same content under the same key, wrapped by another master key. The content is not opened."""
    found = read(subject_id, sealed)
    suite = _suite(subject_id, found)
    key = _key(subject_id, found, keys)
    wrapped = _locked(_kek(master, suite), key, _bound("key", suite.name, master.id, subject_id))
    return _encode(Sealed(suite.name, master.id, wrapped, found.content))


def read(subject_id: str, sealed: bytes) -> Sealed:
    """The parts, still sealed. Raises SealBroken."""
    try:
        return _decode(sealed)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise SealBroken(subject_id, "is not in a form that this program knows") from None


def _suite(subject_id: str, found: Sealed) -> Suite:
    suite = SUITES.get(found.suite)
    if suite is None:
        raise SealBroken(subject_id, f"is sealed by {found.suite!r}, which this program does not know")
    return suite


def _key(subject_id: str, found: Sealed, keys: MasterKeys) -> bytes:
    master = keys.get(found.master)
    bound = _bound("key", found.suite, found.master, subject_id)
    return _opened(subject_id, _kek(master, _suite(subject_id, found)), found.key, bound)


def _cipher(subject_id: str, found: Sealed, keys: MasterKeys) -> Cipher:
    key = _key(subject_id, found, keys)
    return _suite(subject_id, found).cipher(key)


def _kek(master: MasterKey, suite: Suite) -> Cipher:
    """What wraps keys: derived, so that no key serves two ciphers."""
    kek = master.ciphers.get(suite.name)
    if kek is None:
        kek = master.ciphers[suite.name] = suite.cipher(master.derived(f"wrap {suite.name}", suite.key_bytes))
    return kek


def _locked(cipher: Cipher, data: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, data, bound)


def _opened(subject_id: str, cipher: Cipher, data: bytes, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(data[:NONCE], data[NONCE:], bound)
    except (InvalidTag, ValueError):
        raise SealBroken(subject_id, "was changed, or was sealed for another subject") from None


def _bound(*parts: str) -> bytes:
    return _encode(("gridcase subject", *parts))
