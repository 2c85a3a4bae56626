"""What happens now, as server-sent events: which event, of which case, where in the log. No facts, no names.

A client comes back with `Last-Event-ID` where it left off. Who may hear of what is decided in api/stream.py.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.access.signed import Me, heard
from api.context import Context
from api.fields import Line
from api.here import Here
from api.openapi import problems
from api.stream import Stream, Tell, place
from domain.case import CaseEvent
from eventlog.log import Logged

router = APIRouter(tags=["work"])


class Happened(msgspec.Struct, omit_defaults=True):
    """One event, as a stream tells it."""

    position: int
    topic: str
    zh: str
    en: str
    type: str
    code: str
    version: int
    recorded_at: str
    state: str = ""
    level: int | None = None
    holder: str = ""


@router.get(
    "/events",
    operation_id="events",
    summary="事件流 · Event stream",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "`id` is the place in the log, `event` the topic, `data` JSON with code and state.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **problems(422),
    },
)
async def events(
    request: Request,
    context: Here,
    me: Me,
    last_event_id: Annotated[
        str | None, Header(alias="Last-Event-ID", description="Go on after this place.")
    ] = None,
    after: Annotated[
        int | None, Query(ge=0, le=2**62, description="The same, for clients that cannot send it.")
    ] = None,
    topic: Annotated[Line | None, Query(description="Only topics that begin so: `dispute.`")] = None,
    case: Annotated[Line | None, Query(description="Only this case.")] = None,
) -> Response:
    """Follow the log. Without `Last-Event-ID` it begins with what is recorded from now on."""
    begin = place(last_event_id) if last_event_id else after
    position = await run_in_threadpool(context.service.log.head) if begin is None else begin
    return Stream(context, me, heard(request), position, teller(context), topic or "", case).answer()


def teller(context: Context) -> Tell:
    """How this stream tells of events."""
    return lambda events: b"".join(_told(one, _happened(context, one)) for one in events)


def _happened(context: Context, one: Logged) -> Happened:
    event = one.event
    type_, code = context.names.of(event.originator_id)
    told = Happened(
        one.position, event.TOPIC, getattr(event, "ZH", ""), getattr(event, "EN", ""), type_, code,
        event.originator_version, one.recorded_at.isoformat(),
    )  # fmt: skip
    if isinstance(event, CaseEvent):
        standing = event.standing
        told.state, told.holder = standing.state, standing.holder
        told.level = None if standing.level is None else int(standing.level)
    return told


def _told(one: Logged, happened: Happened) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (
        one.position,
        happened.topic.encode(),
        msgspec.json.encode(happened),
    )
