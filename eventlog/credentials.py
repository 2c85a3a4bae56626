"""What opens an account: hashes of passwords, digests of tokens and sessions, attempts that failed.

Not history: rows may be replaced and deleted, and no secret is kept that could be used. What was done about somebody's
access is told by the events of domain/account.py; record it in the same `log.batch()`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eventlog.recorder import LogRecorder


def digest(secret: str) -> bytes:
    """How a random secret of full strength is kept. (A password is not one: it takes argon2.)"""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session by the digest of its cookie. `seen` is when it was last used, `ends` when it ends whatever happens."""

    digest: bytes
    account: str
    csrf: str
    started: datetime
    seen: datetime
    ends: datetime
    office: str = ""  # the one chosen, as Office.name
    language: str = ""
    device: str = ""  # what its browser calls itself


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token by its digest. `office` is the only one it acts in; "" for any."""

    id: str
    digest: bytes
    account: str
    reach: str
    office: str
    expires: datetime


class Credentials:
    """The tables of one log. Thread-safe; what is written inside `log.batch()` is part of that batch."""

    def __init__(self, recorder: LogRecorder) -> None:
        self._recorder = recorder

    def _run(self, sql: str, *parameters: object) -> int:
        with self._recorder.joined():
            return self._recorder.run(sql, parameters)

    def _rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self._recorder.query(sql, parameters)

    # Passwords.

    def password(self, account: str) -> str | None:
        """The hash; None where none was set."""
        rows = self._rows("SELECT hash FROM passwords WHERE account = ?", account)
        return str(rows[0][0]) if rows else None

    def any_password(self) -> bool:
        return bool(self._rows("SELECT 1 FROM passwords LIMIT 1"))

    def set_password(self, account: str, hash: str, at: datetime) -> None:
        self._run(
            "INSERT INTO passwords (account, hash, set_at) VALUES (?, ?, ?) "
            "ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at",
            account, hash, _seconds(at),
        )  # fmt: skip

    # Tokens.

    def token(self, digest: bytes) -> TokenRow | None:
        rows = self._rows(f"SELECT {_TOKEN} FROM tokens WHERE digest = ?", digest)
        return _token(rows[0]) if rows else None

    def put_token(self, row: TokenRow) -> None:
        self._run(
            f"INSERT INTO tokens ({_TOKEN}) VALUES (?, ?, ?, ?, ?, ?)",
            row.id, row.digest, row.account, row.reach, row.office, _seconds(row.expires),
        )  # fmt: skip

    def drop_token(self, id: str) -> None:
        self._run("DELETE FROM tokens WHERE id = ?", id)

    # Sessions.

    def session(self, digest: bytes) -> SessionRow | None:
        rows = self._rows(f"SELECT {_SESSION} FROM sessions WHERE digest = ?", digest)
        return _session(rows[0]) if rows else None

    def sessions_of(self, account: str) -> list[SessionRow]:
        """The last used first."""
        rows = self._rows(
            f"SELECT {_SESSION} FROM sessions WHERE account = ? ORDER BY seen_at DESC, started_at DESC",
            account,
        )
        return [_session(row) for row in rows]

    def put_session(self, row: SessionRow) -> None:
        self._run(
            f"INSERT INTO sessions ({_SESSION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row.digest, row.account, row.csrf, _seconds(row.started), _seconds(row.seen), _seconds(row.ends),
            row.office, row.language, row.device,
        )  # fmt: skip

    def seen(self, digest: bytes, at: datetime) -> None:
        self._run("UPDATE sessions SET seen_at = ? WHERE digest = ?", _seconds(at), digest)

    def choose(self, digest: bytes, *, office: str, language: str) -> None:
        self._run("UPDATE sessions SET office = ?, language = ? WHERE digest = ?", office, language, digest)

    def drop_session(self, digest: bytes) -> None:
        self._run("DELETE FROM sessions WHERE digest = ?", digest)

    def drop_sessions_of(self, account: str, but: bytes = b"") -> int:
        """Ends all of an account, but perhaps one. Answers how many."""
        return self._run("DELETE FROM sessions WHERE account = ? AND digest <> ?", account, but)

    # Attempts.

    def failed(self, places: Sequence[str], at: datetime) -> None:
        """Note a failed attempt at these places (an account, an address)."""
        with self._recorder.joined():
            for place in places:
                self._recorder.run(
                    "INSERT INTO attempts (place, tried_at) VALUES (?, ?)", (place, _seconds(at))
                )

    def failures(self, place: str, since: datetime) -> tuple[int, datetime]:
        """How many attempts failed at this place since then, and when the first of them did (`since` for none)."""
        ((count, first),) = self._rows(
            "SELECT count(*), min(tried_at) FROM attempts WHERE place = ? AND tried_at > ?",
            place,
            _seconds(since),
        )
        return int(count), since if first is None else _instant(first)

    def forgive(self, place: str) -> None:
        self._run("DELETE FROM attempts WHERE place = ?", place)

    def sweep(self, now: datetime, attempts_before: datetime) -> None:
        """Take away what is over: sessions, tokens, old attempts."""
        with self._recorder.joined():
            for sql, at in (
                ("DELETE FROM sessions WHERE ends_at <= ?", now),
                ("DELETE FROM tokens WHERE expires_at <= ?", now),
                ("DELETE FROM attempts WHERE tried_at <= ?", attempts_before),
            ):
                self._recorder.run(sql, (_seconds(at),))


_TOKEN = "id, digest, account, reach, office, expires_at"
_SESSION = "digest, account, csrf, started_at, seen_at, ends_at, office, language, device"


def _token(row: Sequence[Any]) -> TokenRow:
    id, digest, account, reach, office, expires = row
    return TokenRow(id, bytes(digest), account, reach, office, _instant(expires))


def _session(row: Sequence[Any]) -> SessionRow:
    digest, account, csrf, started, seen, ends, office, language, device = row
    return SessionRow(
        bytes(digest),
        account,
        csrf,
        _instant(started),
        _instant(seen),
        _instant(ends),
        office,
        language,
        device,
    )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
