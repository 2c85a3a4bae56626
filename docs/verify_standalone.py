"""Checks an exported log, or a proof about one event, without Gridcase: Python 3.11 and the package `cryptography`.

    python verify_standalone.py log.jsonl keys      a file of `gridcase checkpoint export --events`
    python verify_standalone.py proof.json keys     what `gridcase proof POSITION --json` printed

`keys` holds lines of `gridcase checkpoint keys`, got by another way than the file. The form of everything is written down
in docs/operations/verification.md; this is the whole of it as a program, so read it and do not believe it.
"""

import base64
import hashlib
import json
import struct
import sys
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def leaf(hash_: bytes) -> bytes:
    return sha256(b"\x00" + hash_)


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def signed_text(note: str, keys: Iterable[str]) -> list[str]:
    """The lines of a checkpoint that one of the keys has signed."""
    text, _, signatures = note.rpartition("\n\n")
    for line in signatures.splitlines():
        name, encoded = line.removeprefix("— ").split(" ")
        raw = base64.b64decode(encoded)
        for key in keys:
            key_name, key_id, public = key.strip().split("+", 2)
            if (key_name, key_id) == (name, raw[:4].hex()):
                Ed25519PublicKey.from_public_bytes(base64.b64decode(public)[1:]).verify(
                    raw[4:], f"{text}\n".encode()
                )
                return text.split("\n")
    raise ValueError("signed by none of the keys")


def meaning(lines: list[str]) -> tuple[int, bytes, bytes]:
    """Of a checkpoint: how many events, the root over their hashes, the hash of the last."""
    if lines[5] != "suites sha256-v1 rfc6962-sha256 ed25519":
        raise ValueError(f"made by other {lines[5]}")
    return int(lines[1]), base64.b64decode(lines[2]), base64.b64decode(lines[3].removeprefix("head "))


def root(peaks: list[bytes]) -> bytes:
    """Of the complete subtrees, from the left."""
    *left, top = peaks
    for peak in reversed(left):
        top = node(peak, top)
    return top


def check_log(lines: Iterable[str], keys: list[str]) -> str:
    lines = iter(lines)
    head = json.loads(next(lines))
    position, upto, previous = head["after"], head["upto"], base64.b64decode(head["previous"])
    frontier = base64.b64decode(head["frontier"])
    peaks = [frontier[n : n + 32] for n in range(0, len(frontier), 32)]
    checkpoints, agreed, instant = {}, 0, -(1 << 63)
    for number, text in enumerate(lines, 2):
        line = json.loads(text)
        if "checkpoint" in line:
            size, top, last = meaning(signed_text(line["checkpoint"], keys))
            checkpoints[size] = (top, last)
        else:
            event, hash_ = base64.b64decode(line["event"]), base64.b64decode(line["hash"])
            said, _id, _version, recorded_at, length = struct.unpack_from(">Q16sQqI", event)
            (state,) = struct.unpack_from(">I", event, 44 + length)
            whole = len(event) == 48 + length + state
            if (
                not whole
                or said != position + 1
                or recorded_at < instant
                or sha256(previous + event) != hash_
            ):
                raise ValueError(
                    f"line {number}: what stands there is not event {position + 1} as it was recorded"
                )
            top, left = leaf(hash_), position
            while left & 1:
                top, left = node(peaks.pop(), top), left >> 1
            peaks.append(top)
            position, previous, instant = position + 1, hash_, recorded_at
        if position in checkpoints:
            if checkpoints[position] != (root(peaks), previous):
                raise ValueError(f"the first {position} events are not those that were signed")
            agreed = position
    if head["after"] and head["after"] not in checkpoints:
        raise ValueError(f"nobody vouches for what is before event {head['after'] + 1}")
    if position != upto or max(checkpoints, default=0) > position:
        raise ValueError(f"the log was cut off behind event {position}")
    return f"events {head['after'] + 1} to {position} are what was recorded; signed up to {agreed}"


def check_proof(proof: dict[str, Any], keys: list[str]) -> str:
    size, top, _ = meaning(signed_text(proof["checkpoint"], keys))
    event, position = base64.b64decode(proof["event"]), proof["position"]
    if struct.unpack_from(">Q", event) != (position,):
        raise ValueError("the event says that it stands elsewhere")
    found = leaf(sha256(base64.b64decode(proof["previous"]) + event))
    here, last = position - 1, size - 1
    for beside in map(base64.b64decode, proof["path"]):
        if here & 1 or here == last:
            found = node(beside, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = node(found, beside)
        here, last = here >> 1, last >> 1
    if last or found != top:
        raise ValueError(f"event {position} is not in the log that was signed")
    return f"event {position} is one of the {size} that were signed"


def main(path: str, keys_path: str) -> int:
    with open(keys_path, encoding="ascii") as file:
        keys = [line for line in file if line.strip()]
    try:
        with open(path, encoding="utf-8") as file:
            first = json.loads(file.readline())
            file.seek(0)
            log = first["form"] == "gridcase-log-1"
            print("good:", check_log(file, keys) if log else check_proof(first, keys))
    except Exception as problem:  # whatever does not fit is no proof of anything
        print("NOT GOOD:", str(problem) or type(problem).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
