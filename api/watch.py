"""Around every request: its correlation in and out, one line in the log, its time in the metrics, its span.

The line tells method, route, status and milliseconds. Never tell the address itself, a header, a body or a query: they
hold codes, search words and names.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors
from api.context import Context
from api.correlation import CURRENT, of

logger = logging.getLogger("gridcase.request")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ASKED_BY_MACHINES = frozenset(
    {"/healthz", "/readyz", "/metrics"}
)  # every few seconds: told at level debug only
GONE = 499  # the caller went away before there was an answer


async def as_it_is(request: Request, problem: Response) -> Response:
    return problem


class Watched:
    """The outermost layer. What nobody below answered becomes a problem document here."""

    def __init__(
        self,
        app: ASGIApp,
        prefix: str = "",
        seen: Callable[[Request, Response], Awaitable[Response]] = as_it_is,
    ) -> None:
        """`prefix` is under which the app includes its routers: FastAPI's routes do not know it. `seen` makes of a
        problem what the client wants to see."""
        self.app, self.prefix, self.seen = app, prefix, seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        context = cast("Context | None", getattr(scope["app"].state, "context", None))
        began, status = perf_counter(), 0
        correlation = of(scope["headers"])

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *correlation.headers()]
            await send(message)

        with contextlib.ExitStack() as stack:
            span: Any = None
            if context is not None and context.tracer is not None:
                span, correlation = stack.enter_context(context.tracer.request(correlation))
            token = CURRENT.set(correlation)
            try:
                await self.app(scope, receive, answered)
            except Exception as error:
                if status:  # half of an answer is out: the server cuts the connection
                    raise
                problem = errors.answer_to(error)
                await (await self.seen(Request(scope, receive), problem))(scope, receive, answered)
            finally:
                seconds, status = perf_counter() - began, status or GONE
                method = scope["method"] if scope["method"] in METHODS else "other"
                route = template(scope, self.prefix)
                if span is not None:
                    context.tracer.answered(span, method, route, status)  # type: ignore[union-attr]
                if context is not None and context.metrics is not None:
                    context.metrics.request(method, route, status, seconds)
                told = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
                level = logging.DEBUG if route in ASKED_BY_MACHINES else logging.INFO
                if logger.isEnabledFor(level):
                    # Made by hand: to look for the calling line would cost more than the rest.
                    line = logging.LogRecord(logger.name, level, __file__, 0, "request", (), None)
                    line.told = told
                    logger.handle(line)
                CURRENT.reset(token)


def template(scope: Scope, prefix: str) -> str:
    """The route as it is written in the program: `/api/v1/cases/{code}`; "none" where there is none."""
    path: str = getattr(scope.get("route"), "path", "")
    if path and scope["path"].startswith(prefix) and not path.startswith(prefix):
        return prefix + path
    return path or "none"
