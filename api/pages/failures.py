"""Errors as pages, for who came with a browser; every other client keeps the problem document of api/errors.py.

The status and the kind are those of the problem: nothing is decided here. Who is not signed in is led to the sign-in; what
they had typed stays on the page until it is sent.
"""

from __future__ import annotations

import contextlib
from typing import Any, Final
from urllib.parse import quote

import msgspec
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from api.access.refusals import PasswordDue
from api.access.signed import PASSWORD_PAGE, Signed, heard
from api.pages.security import is_page
from api.pages.shell import kept_fields, page, rendered

FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
MAY_BE_SENT_AGAIN: Final = frozenset({401, 403, 429, 500, 503})


def wants_page(request: Request) -> bool:
    """Whether this is a person with a browser at a page's address."""
    return is_page(request.url.path) and "text/html" in request.headers.get("accept", "")


async def seen(request: Request, problem: Response) -> Response:
    """A problem that was worked out already, as the client wants to see it."""
    if not wants_page(request):
        return problem
    told: dict[str, Any] = msgspec.json.decode(bytes(problem.body))
    posted = await typed(request) if problem.status_code in MAY_BE_SENT_AGAIN else []
    if problem.status_code == 401 and not posted:
        return see_sign_in(request)
    if told.get("rule") == PasswordDue.rule:
        return Response(status_code=303, headers={"Location": PASSWORD_PAGE, "Cache-Control": "no-store"})
    answer = await run_in_threadpool(
        shown,
        request,
        await who(request),
        status=problem.status_code,
        kind=told["type"].rpartition(":")[2],
        problem=told,
        posted=posted,
    )
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in problem.headers:
            answer.headers[name] = problem.headers[name]
    return answer


def shown(request: Request, me: Signed | None, **values: Any) -> HTMLResponse:
    """The page, with the names of who looks and where; with their codes where those cannot be read."""
    context = getattr(request.app.state, "context", None)
    if context is not None and values["status"] < 500:
        with contextlib.suppress(Exception):
            return page(request, context, me, "failure.html", **values)
    return rendered(request, me, "failure.html", **values)


async def who(request: Request) -> Signed | None:
    """Who is signed in, also where no dependency asked for it; nobody, when even that cannot be told."""
    signed: Signed | None = getattr(request.state, "signed", None)
    context = getattr(request.app.state, "context", None)
    said = heard(request)
    if signed is not None or said is None or context is None:
        return signed
    with contextlib.suppress(Exception):  # the database may be what failed
        signed = context.door.known(said) or await run_in_threadpool(context.door.look_up, said)
    return signed


def see_sign_in(request: Request) -> Response:
    """To the sign-in, and back here after it."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    there = f"/sign-in?next={quote(here, safe='/')}" if request.method in ("GET", "HEAD") else "/sign-in"
    return Response(status_code=303, headers={"Location": there, "Cache-Control": "no-store"})


async def typed(request: Request) -> list[tuple[str, str]]:
    """What somebody had typed into the form that failed; passwords are never repeated."""
    if request.method != "POST" or not request.headers.get("content-type", "").startswith(FORMS):
        return []
    try:
        fields = kept_fields(await request.form())
    except Exception:  # the body is gone or broken: there is nothing that we could give back
        return []
    return [] if any("password" in name for name, _ in fields) else fields
