"""The ASGI app: routes, errors, a docs page that needs no CDN. What it holds is opened and closed by the context."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from fastapi import APIRouter, Depends, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors, pages
from api.access.signed import me
from api.context import Context, Settings, opened
from api.imports.work import Works
from api.known_query import only_known
from api.openapi import described
from api.pages.failures import seen
from api.pages.live import caught_up
from api.pages.security import Secured
from api.routes import (
    cases,
    commands,
    events,
    exports,
    figures,
    health,
    identities,
    letters,
    policies,
    units,
    workflows,
    worklist,
)
from api.watch import Watched

PREFIX = "/api/v1"
UPLOADS = "/imports"  # the one page that takes files
LONGEST_BODY = 1_000_000  # bytes of one command
LONGEST_UPLOAD = 500_000_000  # … of a file that an administrator imports; it goes to disk as it comes

DESCRIPTION = """
Disputes (矛盾纠纷) and petitions (信访事项) through grid, village, township and county.

A request says who it is: `Authorization: Bearer TOKEN`, or the session of a browser. Who holds several offices chooses one
by `Gridcase-Office` or by `actor` in the body. Every command says what is known (`facts`) and, on an existing case, which
version was looked at (`If-Match`). A refusal is a problem document (RFC 9457) that names the rule in Chinese and English,
and what is allowed.
Commands, their forms, conditions and deadlines are generated from the workflow tables.
"""

TAGS = [
    {"name": "disputes", "description": "矛盾纠纷: one command for every step of a dispute."},
    {"name": "petitions", "description": "信访事项: one command for every step of a petition."},
    {
        "name": "cases",
        "description": "案件: a case as it is, its history, its deadlines, who stands behind a reference.",
    },
    {"name": "work", "description": "工作: open cases, coming and late deadlines, what happens now."},
    {"name": "figures", "description": "指标: with numerator, denominator, exclusions and formula version."},
    {
        "name": "rules",
        "description": "规则: policies and how a due date comes about; workflows as tables and pictures.",
    },
    {"name": "units", "description": "单位: the organisation through time."},
    {"name": "operations", "description": "运行: is it alive, can it work."},
]


def create_app(settings: Settings | None = None, context: Context | None = None) -> FastAPI:
    """The app of an installation. With a `context` it serves that one and leaves closing it to whoever opened it.

    Without either it can tell its API document, and nothing else.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if context is not None:
            app.state.context = context
            with contextlib.closing(Works(context.service)) as app.state.imports:
                yield
        elif settings is not None:
            with opened(settings, watched=True) as mine:
                app.state.context = mine
                with contextlib.closing(Works(mine.service)) as app.state.imports:
                    yield
        else:
            raise RuntimeError("This app was made to tell its document only. Give settings to serve.")

    app = FastAPIOffline(
        docs_url="/docs",
        redoc_url=None,
        title="Gridcase",
        version="1",
        summary="小事不出网格, 大事不出村, 重大矛盾不出镇",
        description=DESCRIPTION.strip(),
        openapi_url=f"{PREFIX}/openapi.json",
        openapi_tags=TAGS,
        lifespan=lifespan,
        routes=list(_routes()),
    )
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    app.add_middleware(Bounds)
    app.add_middleware(Watched, prefix=PREFIX, seen=seen)
    app.add_middleware(Secured)  # the last one added is the outermost
    errors.install(app, seen)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Every route. None belongs to one app, and to make them takes longer than all the rest: made once for all apps."""
    whole = APIRouter()
    for router in (cases.router, *commands.routers(), identities.router, letters.router, worklist.router,
                   exports.router, events.router, figures.router, policies.router, workflows.router, units.router):  # fmt: skip
        whole.include_router(router, prefix=PREFIX, dependencies=[Depends(me), Depends(only_known)])
    whole.include_router(health.router)
    for router in pages.ROUTERS:
        whole.include_router(router, include_in_schema=False, dependencies=[Depends(caught_up)])
    return whole.routes


class Bounds:
    """Turns away what no handler should see: a NUL in the address, a body that is too long."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            answer = errors.problem(
                400, "unreadable-address", "The address holds the character NUL", scope["path"].replace("\0", "␀"),
                remedy="Leave out %00.",
            )  # fmt: skip
            return await answer(scope, receive, send)
        taken, most = 0, LONGEST_UPLOAD if scope["path"] == UPLOADS else LONGEST_BODY

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise errors.TooLarge(most)
            return message

        return await self.app(scope, bounded, send)
