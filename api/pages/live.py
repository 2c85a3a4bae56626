"""Live pages: what a page tells its script to follow (live.js), the stream that the script listens to, and waiting.

A page needs three things: `live=Live.of(context)` before it reads anything, the mark `data-live="name"` on every part that
may be replaced, and, for parts that keep their state, an `id` on each row. Do not put forms that are typed into inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access.signed import Visitor, heard
from api.context import Context
from api.fields import Line
from api.headers import POSITION
from api.here import Here
from api.pages.shell import words
from api.stream import Stream, place
from domain.case import CaseEvent
from domain.rule import Title
from eventlog.log import Logged

router = APIRouter()

SOON: Final = 1  # seconds between two looks at a page: a case
OFTEN: Final = 3  # a list
SELDOM: Final = 30  # figures
PAUSE: Final = 0.5  # seconds in which a stream about many cases gathers what happens


@dataclass(frozen=True, slots=True)
class Live:
    """What the script follows: one case, or all that the reader sees; from where on; how often it looks at most.

    `after` is None where nothing is followed, and a part of the page says how often it wants to be looked at. `version` is
    the one that the page shows of a case, for its form.
    """

    after: int | None = None
    case: str = ""
    every: int = OFTEN
    version: int = 0

    @classmethod
    def of(cls, context: Context, case: str = "", every: int = OFTEN) -> Live:
        """Ask for it before the page reads: what is recorded while it does is then told, perhaps once too often."""
        return cls(context.seen.position(), case, every)


@router.get("/live")
async def live(
    request: Request,
    context: Here,
    me: Visitor,
    after: Annotated[int, Query(ge=0, le=2**62)],
    case: Annotated[Line | None, Query()] = None,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """Server-sent events for live.js: that something happened, in the reader's language. 204 ends it: signed out."""
    if me is None or me.password_due:
        return Response(status_code=204)
    said = words(request)

    def tell(events: Sequence[Logged]) -> bytes:
        last = events[-1]
        told: dict[str, str | int] = {
            "what": said.say(Title(getattr(last.event, "ZH", ""), getattr(last.event, "EN", ""))),
            "count": len(events),
        }
        if isinstance(last.event, CaseEvent):
            told["case"] = context.names.of(last.event.originator_id).code
        return b"id: %d\ndata: %s\n\n" % (last.position, msgspec.json.encode(told))

    begin = place(last_event_id) if last_event_id else after
    pause = 0.0 if case else PAUSE
    return Stream(context, me, heard(request), begin, tell, case=case or None, pause=pause).answer()


async def caught_up(request: Request) -> None:
    """A page that is fetched because something happened waits, bounded, until the read side shows it."""
    since = request.headers.get(POSITION)
    if since is not None:
        context: Context = request.app.state.context
        await run_in_threadpool(context.wait_until, place(since, POSITION))
