"""A stream of what is recorded, for whoever may see it: read once for all streams, told in the form that a route wants.

A stream ends when the server wants to stop, and when its session or token does. Never tell a stream of a case that its
reader does not see: only `_seen` decides that.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.access.sight import scope_of
from api.access.signed import Said, Signed
from api.context import Context
from domain.case import CaseEvent, case_id
from domain.errors import Invalid
from domain.organisation import local_date
from eventlog.log import Logged
from projections.scoped import visible
from projections.worklist import READ_WORKLIST

HEARTBEAT = 15.0  # seconds: shorter than what proxies take for silence
AT_ONCE = 200  # events
PATIENCE = (
    0.25  # seconds for the read side: to load a case for each stream costs more than to wait for it once
)
FOR_EVERYBODY = ("unit.", "calendar.")  # beside the events of the cases that somebody sees
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Tell = Callable[[Sequence[Logged]], bytes]  # what a stream says of some events; it may ask the database


@dataclass
class Stream:
    """One reader's way through the log, from `position` on: events of topics that begin so, of this case alone.

    `pause`: seconds between two looks, for who would rather hear of several events at once.
    """

    context: Context
    me: Signed | None
    said: Said | None
    position: int
    tell: Tell
    topic: str = ""
    case: str | None = None
    pause: float = 0.0

    def answer(self) -> StreamingResponse:
        return StreamingResponse(self._told(), media_type="text/event-stream", headers=HEADERS)

    async def _told(self) -> AsyncIterator[bytes]:
        context, tail = self.context, self.context.tail
        news, forget = tail.listen()
        looked = monotonic()
        try:
            yield b": Gridcase\n\n"
            while not tail.stopping:
                if monotonic() - looked >= HEARTBEAT:
                    looked = monotonic()
                    said = self.said
                    self.me = await run_in_threadpool(context.door.look_up, said, use=False) if said else None
                if self.me is None:
                    return  # signed out meanwhile
                news.clear()
                events, told, more = tail.after(self.position), b"", False
                if events is None or any(map(self._asked, events)):
                    told, more = await run_in_threadpool(self.next_told, self.me, events)
                elif events:
                    self.position = events[-1].position
                if told:
                    yield told
                    await asyncio.sleep(self.pause)
                if more:
                    continue
                try:
                    await asyncio.wait_for(news.wait(), HEARTBEAT)
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            forget()

    def next_told(self, me: Signed, events: Sequence[Logged] | None) -> tuple[bytes, bool]:
        """What is told of the next events, and whether more may be there already. None: they are in the log only."""
        log = self.context.service.log
        logged = log.read(self.position, AT_ONCE) if events is None else events
        asked = [one for one in logged if self._asked(one)]
        cases = {one.event.originator_id for one in asked if isinstance(one.event, CaseEvent)}
        seen = self._seen(me, cases, logged[-1].position) if cases else set()
        told = [one for one in asked if one.event.originator_id in seen or _for_everybody(one)]
        if logged:
            self.position = logged[-1].position
        return self.tell(told) if told else b"", events is None and len(logged) == AT_ONCE

    def _asked(self, one: Logged) -> bool:
        """Whether the reader wants to hear of it, if they may; this asks nobody."""
        event = one.event
        if self.case is not None and event.originator_id != case_id(self.case):
            return False
        topic: str = event.TOPIC
        return topic.startswith(self.topic) and (isinstance(event, CaseEvent) or _for_everybody(one))

    def _seen(self, me: Signed, cases: set[UUID], upto: int) -> set[UUID]:
        """Those of the cases that they see now. Asked of the log itself where the read side is behind: nothing is missed."""
        context = self.context
        scope, service = scope_of(context, me), context.service
        if not context.seen.wait_for(upto, PATIENCE):
            return {id for id in cases if service.covers(scope, service.log.load(id))}
        c, on = READ_WORKLIST.c, local_date(context.now())
        query = sa.select(c.case_id).where(c.case_id.in_(map(str, cases)), visible(scope, c.case_id, on))
        with context.reads.connect() as connection:
            return set(map(UUID, connection.execute(query).scalars()))


def _for_everybody(one: Logged) -> bool:
    topic: str = one.event.TOPIC
    return topic.startswith(FOR_EVERYBODY)


def place(said: str, field: str = "Last-Event-ID") -> int:
    """A place in the log as a header says it. Raises Invalid."""
    if not (said.isascii() and said.isdigit() and len(said) < 19):
        raise Invalid(
            field, said, "Send the id of the last event that you got.", "请发送您收到的最后一个事件的编号。"
        )
    return int(said)
