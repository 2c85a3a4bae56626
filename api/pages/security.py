"""The headers that tell a browser what an answer may do: nothing that does not come from here, and no inline script.

They go on every answer, errors and files too. Only the documentation page of the API, which is Swagger's, writes script
into itself; it gets a policy of its own. What is not ours to keep is kept by nobody: `no-store` unless a route says else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What is no page: told apart by the beginning of the address.
MACHINES: Final = ("/api/", "/docs", "/static-offline-docs", "/healthz", "/readyz", "/metrics")
DOCS: Final = "/docs"
LIBRARY: Final = "/static-offline-docs/"  # files that are the same for everybody

NOWHERE: Final = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
POLICY: Final = "; ".join(
    (
        *NOWHERE,
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
    )
)
DOCS_POLICY: Final = "; ".join(
    (
        *NOWHERE,
        "style-src 'self' 'unsafe-inline'",
        "script-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'none'",
    )
)
DATA_POLICY: Final = "; ".join((*NOWHERE, "form-action 'none'"))
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KEPT_BY_NOBODY: Final = {"Cache-Control": "no-store"}
OVER_HTTPS: Final = {
    "Strict-Transport-Security": "max-age=31536000"
}  # from then on the browser comes by https

Raw = list[tuple[bytes, bytes]]


def is_page(path: str) -> bool:
    """Whether people, not machines, come to this address."""
    return not path.startswith(MACHINES)


def _raw(*told: Mapping[str, str]) -> Raw:
    return [
        (name.lower().encode(), value.encode())
        for headers in (*told, HEADERS)
        for name, value in headers.items()
    ]


def _policy(policy: str) -> dict[str, str]:
    return {"Content-Security-Policy": policy}


FOR_PAGES: Final = _raw(_policy(POLICY), KEPT_BY_NOBODY)
FOR_DATA: Final = _raw(_policy(DATA_POLICY), KEPT_BY_NOBODY)
FOR_DOCS: Final = _raw(_policy(DOCS_POLICY), KEPT_BY_NOBODY)
FOR_LIBRARY: Final = _raw(_policy(DATA_POLICY))
SECURE: Final = _raw(OVER_HTTPS)[: len(OVER_HTTPS)]


def headers_for(scheme: str, path: str) -> Raw:
    """What belongs on an answer from this address, where the answer does not say it itself."""
    if is_page(path):
        found = FOR_PAGES
    elif path.startswith(LIBRARY):
        found = FOR_LIBRARY
    else:
        found = FOR_DOCS if path.startswith(DOCS) else FOR_DATA
    return [*found, *SECURE] if scheme == "https" else found


class Secured:
    """Puts the headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                said: Iterable[tuple[bytes, bytes]] = message.get("headers", ())
                there = {name.lower() for name, _ in said}
                mine = headers_for(scope.get("scheme", "http"), scope["path"])
                message["headers"] = [*said, *(one for one in mine if one[0] not in there)]
            await send(message)

        await self.app(scope, receive, secured)
