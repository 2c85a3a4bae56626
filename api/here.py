"""How a route gets at what the process holds: `context: Here` in its signature. The context itself knows no web framework."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from api.context import Context


async def _here(request: Request) -> Context:
    return cast(Context, request.app.state.context)


Here = Annotated[Context, Depends(_here)]
