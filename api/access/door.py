"""Whether a cookie or a token opens the door, and for whom. What was found is kept in memory for some seconds.

So a session or a token that was ended in another process is good for at most `KEPT_SECONDS` more; in this one it ends at
once. Do not keep anything longer: this is the bound that docs/access.md promises.
"""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from eventsourcing.persistence import PersistenceError
from fastapi import Request

from api.access.refusals import Forged, OfficeNotHeld, ReadOnly
from api.access.signed import Said, Signed
from domain.account import Account, Office, Reach, account_id
from domain.organisation import local_date
from eventlog.credentials import Credentials, SessionRow, TokenRow
from eventlog.log import EventLog

KEPT_SECONDS = 5
KEPT_AT_MOST = 10_000  # sessions and tokens in memory
SEEN_EVERY = timedelta(seconds=60)  # how exactly it is kept when a session was last used
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF, CSRF_HEADER = "csrf", "gridcase-csrf"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(slots=True)
class Known:
    """What a digest stands for, as it was at `asked`."""

    user: str
    offices: tuple[Office, ...]
    asked: datetime
    ends: datetime
    office: str
    password_due: bool = False
    session: SessionRow | None = None
    token: TokenRow | None = None


class Door:
    """Opens for sessions and tokens of one log. Thread-safe."""

    def __init__(self, log: EventLog, clock: Callable[[], datetime], idle: timedelta) -> None:
        self.log, self.clock, self.idle = log, clock, idle
        self.credentials = Credentials(log.recorder)
        self._kept: dict[bytes, Known] = {}

    def known(self, said: Said) -> Signed | None:
        """Who it is, where it is in memory."""
        kept, now = self._kept.get(said.digest), self.clock()
        if kept is None or not kept.asked <= now < kept.asked + timedelta(seconds=KEPT_SECONDS):
            return None
        return self._signed(said, kept, now)

    def look_up(self, said: Said, *, use: bool = True) -> Signed | None:
        """Who it is, asking the database; None for nobody (any more).

        Without `use` a session goes on being idle; what was found is then not kept in memory, where it would answer for
        somebody who does use it.
        """
        now = self.clock()
        found = self._token(said, now) if said.how == "token" else self._session(said, now, use)
        if found is None:
            self.forget(said.digest)
            return None
        if use:
            if len(self._kept) >= KEPT_AT_MOST:
                self._kept.clear()
            self._kept[said.digest] = found
        return self._signed(said, found, now)

    def forget(self, *digests: bytes) -> None:
        """Ask again for these; for all when none is given."""
        if not digests:
            self._kept.clear()
        for one in digests:
            self._kept.pop(one, None)

    async def check(self, request: Request, said: Said, signed: Signed) -> None:
        """Whether this request may change something. Raises ReadOnly or Forged."""
        if request.method in SAFE:
            return
        if said.how == "token":
            if not signed.may_act:
                raise ReadOnly
            return
        sent = request.headers.get(CSRF_HEADER, "")
        if not sent and request.headers.get("content-type", "").startswith(FORMS):
            sent = str((await request.form()).get(CSRF, ""))
        if not hmac.compare_digest(sent.encode(), signed.csrf.encode()):
            raise Forged

    def _signed(self, said: Said, kept: Known, now: datetime) -> Signed | None:
        """Raises OfficeNotHeld."""
        if now >= kept.ends:
            return None
        if kept.session is not None and now >= kept.session.seen + self.idle:
            return None
        on = local_date(now)
        offices = tuple(office for office in kept.offices if office.held(on))
        if kept.token is not None and kept.token.office:
            offices = tuple(office for office in offices if office.name == kept.token.office)
        acting = offices[0] if len(offices) == 1 else None
        if wanted := said.office or kept.office:
            chosen = next((office for office in offices if office.name == wanted), None)
            if chosen is None and said.office:
                raise OfficeNotHeld(said.office, [office.name for office in offices])
            acting = chosen or acting
        if kept.token is not None:
            may_act = kept.token.reach == Reach.ACT
            return Signed(kept.user, offices, acting, "token", may_act=may_act)
        row = kept.session
        assert row is not None
        return Signed(kept.user, offices, acting, "session", row.csrf, row.language, kept.password_due)

    def _token(self, said: Said, now: datetime) -> Known | None:
        row = self.credentials.token(said.digest)
        account = self._account(row.account) if row else None
        if row is None or account is None:
            return None
        return Known(row.account, account.offices, now, row.expires, row.office, token=row)

    def _session(self, said: Said, now: datetime, use: bool) -> Known | None:
        row = self.credentials.session(said.digest)
        account = self._account(row.account) if row else None
        if row is None or account is None or now >= min(row.ends, row.seen + self.idle):
            return None
        if use and now - row.seen >= SEEN_EVERY:
            with contextlib.suppress(PersistenceError):  # who only reads is not turned away by a full disk
                self.credentials.seen(row.digest, now)
            row = replace(row, seen=now)
        due = account.password_temporary
        return Known(row.account, account.offices, now, row.ends, row.office, due, session=row)

    def _account(self, user: str) -> Account | None:
        """The account as it is now; None for one that is suspended."""
        try:
            account: Account = self.log.load(account_id(user))
        except LookupError:
            return None
        return None if account.suspended else account
