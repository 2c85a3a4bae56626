"""What happens now, as server-sent events: which event, of which case, where in the log. No facts, no names.

A stream ends when the server wants to stop, and when its session or token does; a client comes back with `Last-Event-ID`
where it left off.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated
from uuid import UUID

import msgspec
import sqlalchemy as sa
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.access.sight import scope_of
from api.access.signed import Me, Said, Signed, heard
from api.context import Context
from api.fields import Line
from api.here import Here
from api.openapi import problems
from domain.case import CaseEvent
from domain.errors import Invalid
from domain.organisation import local_date
from eventlog.log import Logged
from projections.scoped import visible
from projections.worklist import READ_WORKLIST

router = APIRouter(tags=["work"])

HEARTBEAT = 15.0  # seconds: shorter than what proxies take for silence
AT_ONCE = 200  # events
FOR_EVERYBODY = ("unit.", "calendar.")  # beside the events of the cases that somebody sees


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
    begin = _place(last_event_id) if last_event_id else after
    position = await run_in_threadpool(context.service.log.head) if begin is None else begin
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _stream(context, me, heard(request), position, topic or "", case),
        media_type="text/event-stream",
        headers=headers,
    )


def _place(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 19):
        raise Invalid("Last-Event-ID", said, "Send the id of the last event that you got.")
    return int(said)


async def _stream(
    context: Context, me: Signed | None, said: Said | None, position: int, topic: str, case: str | None
) -> AsyncIterator[bytes]:
    news, forget = context.tail.listen()
    looked = monotonic()
    try:
        yield b": Gridcase\n\n"
        while not context.tail.stopping:
            if monotonic() - looked >= HEARTBEAT:
                looked = monotonic()
                me = await run_in_threadpool(context.door.look_up, said, use=False) if said else None
            if me is None:
                return  # signed out meanwhile
            news.clear()
            position, told, full = await run_in_threadpool(_next, context, me, position, topic, case)
            for one in told:
                yield one
            if full:
                continue
            try:
                await asyncio.wait_for(news.wait(), HEARTBEAT)
            except TimeoutError:
                yield b": still here\n\n"
    finally:
        forget()


def _next(
    context: Context, me: Signed, position: int, topic: str, case: str | None
) -> tuple[int, list[bytes], bool]:
    """Where the stream stands after the next events, what it tells of them, and whether more may be there already."""
    logged = context.service.log.read(position, AT_ONCE)
    asked = [one for one in logged if one.event.TOPIC.startswith(topic)]
    cases = {one.event.originator_id for one in asked if isinstance(one.event, CaseEvent)}
    seen = _seen(context, me, cases, logged[-1].position) if cases else set()
    told = [
        _told(one, happened)
        for one in asked
        if (one.event.originator_id in seen or one.event.TOPIC.startswith(FOR_EVERYBODY))
        and case in (None, (happened := _happened(context, one)).code)
    ]
    return (logged[-1].position if logged else position), told, len(logged) == AT_ONCE


def _seen(context: Context, me: Signed, cases: set[UUID], upto: int) -> set[UUID]:
    """Those of the cases that they see now. Asked of the log itself where the read side is behind: nothing is missed."""
    scope, service = scope_of(context, me), context.service
    if context.seen.position() < upto:
        return {id for id in cases if service.covers(scope, service.log.load(id))}
    c, on = READ_WORKLIST.c, local_date(context.now())
    query = sa.select(c.case_id).where(c.case_id.in_(map(str, cases)), visible(scope, c.case_id, on))
    with context.reads.connect() as connection:
        return set(map(UUID, connection.execute(query).scalars()))


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
