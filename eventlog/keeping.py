"""Keeping the vault: which master key seals, wrapping anew under another one, scrubbing what was erased.

The table `vault` holds what a start must know: the id of the master key that seals, the sealed key of fingerprints, and
whether something erased has yet to be overwritten. Do not keep a secret in it that is not sealed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

from eventlog import vault
from eventlog.errors import Unavailable
from eventlog.master import MasterKeys
from eventlog.recorder import LogRecorder

MASTER = "master"  # id of the master key that seals, as of the first start or the last complete rotation
FINGERPRINTS = "fingerprints"  # the key of fingerprints, sealed like a subject of this name
TO_SCRUB = "to_scrub"  # there while something erased may still stand in the database's files
WHOLE = "whole"  # … anywhere in them, because content stood there unsealed
AT_ONCE = 500  # rows in one transaction: others wait some hundredths of a second at most
PASSES = 20  # of a rotation over rows that servers with the old key put meanwhile


def prepare(recorder: LogRecorder, keys: MasterKeys) -> None:
    """Makes the table, and the first master key where that is allowed; finishes what was interrupted.

    Raises MasterKeyMissing when the database was sealed with a key that is not among these.
    """
    make_table(recorder)
    if noted(recorder, MASTER) is None:
        keys.make_if_missing()
        if not keys.ids:
            return  # a log without people needs no key; whoever brings the first person is told
        with recorder.transaction():
            if noted(recorder, MASTER) is None:
                _seal_what_is_not(recorder, keys)
                _keep_key(recorder, vault.seal(FINGERPRINTS, os.urandom(32), keys.first))
                note(recorder, MASTER, keys.first.id)
    keys.get(noted(recorder, MASTER) or "")
    if noted(recorder, TO_SCRUB) is not None:
        scrub(recorder)


def rotate(recorder: LogRecorder, keys: MasterKeys, progress: Callable[[int], None] | None = None) -> int:
    """Wraps every subject's key by the first master key. Contents are not opened. Answers how many were rewrapped.

    In transactions of some hundred rows, so that commands go on; both keys open everything meanwhile, and after an
    interruption the same call goes on. Only when none is left, the first key becomes the one that a start asks for:
    then the others may be taken away. `progress` is told how many were looked at. Raises MasterKeyMissing for a row
    whose key is gone.
    """
    total = 0
    for _ in range(PASSES):  # a server that has not seen the new key yet may have put somebody behind us
        rewrapped = _rewrap(recorder, keys, progress or (lambda seen: None))
        total += rewrapped
        if not rewrapped:
            with recorder.transaction():
                if (sealed := _kept_key(recorder)) is not None:
                    _keep_key(recorder, vault.rewrap(FINGERPRINTS, sealed, keys, keys.first))
                note(recorder, MASTER, keys.first.id)
            return total
    raise Unavailable(
        "Servers keep sealing people with an old master key. Give all of them the new one, then rotate."
    )


def pending(recorder: LogRecorder, keys: MasterKeys) -> bool:
    """Whether a new first key was given and not everything is wrapped by it yet."""
    return noted(recorder, MASTER) not in (None, keys.first.id)


def masters(recorder: LogRecorder) -> Counter[str]:
    """How many subjects are sealed under which master key."""
    found: Counter[str] = Counter()
    after = ""
    while rows := _page(recorder, after):
        found.update(vault.read(subject_id, content).master for subject_id, content in rows)
        after = rows[-1][0]
    return found


def scrub(recorder: LogRecorder) -> bool:
    """Overwrites what was erased. What others erase meanwhile stays noted. False: try again later."""
    due = noted(recorder, TO_SCRUB) or ""
    done = recorder.scrub(whole=due == WHOLE)
    if done:
        with recorder.transaction():
            recorder.run("DELETE FROM vault WHERE name = ? AND value = ?", (TO_SCRUB, due))
    return done


def fingerprint_key(recorder: LogRecorder, keys: MasterKeys) -> bytes | None:
    """The key of fingerprints, the same before and after a rotation; None where there is no master key."""
    sealed = _kept_key(recorder)
    return None if sealed is None else vault.unseal(FINGERPRINTS, sealed, keys)


def note(recorder: LogRecorder, name: str, value: str) -> None:
    """Keeps a value under a name, inside this thread's transaction."""
    recorder.run(
        "INSERT INTO vault (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def noted(recorder: LogRecorder, name: str) -> str | None:
    """The value under a name."""
    rows = recorder.query("SELECT value FROM vault WHERE name = ?", (name,))
    return rows[0][0] if rows else None


def _keep_key(recorder: LogRecorder, sealed: bytes) -> None:
    note(recorder, FINGERPRINTS, sealed.hex())


def _kept_key(recorder: LogRecorder) -> bytes | None:
    sealed = noted(recorder, FINGERPRINTS)
    return None if sealed is None else bytes.fromhex(sealed)


def make_table(recorder: LogRecorder) -> None:
    """Makes the vault's own table where it is missing."""
    try:
        noted(recorder, MASTER)
    except (
        Unavailable
    ):  # not asked for with IF NOT EXISTS: a role that may not create tables could not start then
        with recorder.transaction():
            recorder.run("CREATE TABLE IF NOT EXISTS vault (name TEXT PRIMARY KEY, value TEXT NOT NULL)")


def _rewrap(recorder: LogRecorder, keys: MasterKeys, progress: Callable[[int], None]) -> int:
    first, after, seen, rewrapped = keys.first, "", 0, 0
    while True:
        with recorder.transaction():
            rows = _page(recorder, after)
            for subject_id, content in rows:
                if vault.read(subject_id, content).master != first.id:
                    _put(recorder, subject_id, vault.rewrap(subject_id, content, keys, first))
                    rewrapped += 1
        if not rows:
            return rewrapped
        after, seen = rows[-1][0], seen + len(rows)
        progress(seen)


def _seal_what_is_not(recorder: LogRecorder, keys: MasterKeys) -> None:
    """The first version kept people as plain JSON."""
    after, found = "", False
    while rows := _page(recorder, after):
        for subject_id, content in rows:
            if content.startswith(b"{"):
                _put(recorder, subject_id, vault.seal(subject_id, content, keys.first))
                found = True
        after = rows[-1][0]
    if found:
        note(recorder, TO_SCRUB, WHOLE)


def _page(recorder: LogRecorder, after: str) -> list[tuple[str, bytes]]:
    sql = "SELECT subject_id, content FROM subjects WHERE content IS NOT NULL AND subject_id > ? ORDER BY 1 LIMIT ?"
    return [(row[0], bytes(row[1])) for row in recorder.query(sql, (after, AT_ONCE))]


def _put(recorder: LogRecorder, subject_id: str, content: bytes) -> None:
    recorder.run("UPDATE subjects SET content = ? WHERE subject_id = ?", (content, subject_id))
