"""Who is signed in, as every route and page learns it: `me: Me` in its signature, or `visitor: Visitor`.

A request says it by the session cookie or by `Authorization: Bearer TOKEN`, and by `Gridcase-Office` in which of several
offices it acts. Never take a user, a post or a unit from anywhere else (docs/decisions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.access.refusals import NoOffice, NotSignedIn, PasswordDue
from domain.account import Office
from domain.actor import Actor
from eventlog.credentials import digest

if TYPE_CHECKING:
    from api.access.door import Door

OFFICE = "Gridcase-Office"  # a header such as `handler@330604-100`
BY_ITSELF = "Gridcase-Live"  # a page fetches something by itself: that is no use of the session
PASSWORD_PAGE = "/me/password"
COOKIE, SECURE_COOKIE = "gridcase", "__Host-gridcase"


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody signed in. `offices` are those held today; `acting` is the chosen one, or the only one there is."""

    user: str
    offices: tuple[Office, ...]
    acting: Office | None
    how: Literal["session", "token"]
    csrf: str = ""
    language: str = ""
    password_due: bool = False  # somebody else has set it: first of all it is changed
    may_act: bool = True  # a token may be for reading alone

    def actor(self, on_behalf_of: str = "") -> Actor:
        """Who acts. Raises NoOffice for somebody who holds none, or several and has not chosen."""
        if self.acting is None:
            raise NoOffice(self.user, [office.name for office in self.offices])
        return Actor(self.user, self.acting.post, self.acting.unit, on_behalf_of)


@dataclass(frozen=True, slots=True)
class Said:
    """What a request says of who it is."""

    how: Literal["session", "token"]
    digest: bytes
    office: str


def heard(request: Request) -> Said | None:
    """The token of the header, else the session of the cookie. Asks nobody."""
    office = request.headers.get(OFFICE, "").strip()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return Said("token", digest(token.strip()), office)
    cookie = request.cookies.get(cookie_name(request))
    return Said("session", digest(cookie), office) if cookie else None


def cookie_name(request: Request) -> str:
    """Over https the name alone makes the browser refuse a cookie that another host or plain http has set."""
    return SECURE_COOKIE if request.url.scheme == "https" else COOKIE


async def visitor(request: Request) -> Signed | None:
    said = heard(request)
    if said is None:
        return None
    door: Door = request.app.state.context.door
    signed = door.known(said)
    if signed is None:  # not in memory: ask the database, and not in the thread that serves everybody
        by_itself = request.method == "GET" and BY_ITSELF in request.headers
        signed = await run_in_threadpool(door.look_up, said, use=not by_itself)
    if signed is not None:
        request.state.signed = signed  # for who shows an error, where no dependency reaches
        await door.check(request, said, signed)
    return signed


Visitor = Annotated[Signed | None, Depends(visitor)]


async def me(request: Request, found: Visitor) -> Signed:
    """Raises NotSignedIn, and PasswordDue everywhere but where the password is changed."""
    if found is None:
        raise NotSignedIn
    if found.password_due and request.url.path != PASSWORD_PAGE:
        raise PasswordDue
    return found


Me = Annotated[Signed, Depends(me)]
