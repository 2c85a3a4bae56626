"""The server: the app of this installation for uvicorn, and a shutdown that does not wait for event streams.

    uvicorn --factory gridcase.asgi:app --timeout-graceful-shutdown 5

`serve` is what `gridcase serve` runs. It ends event streams as soon as it is told to stop; a server that others start
ends them by uvicorn's limit, so never start one without it (an open stream keeps it alive for ever).
"""

from __future__ import annotations

import gc
from socket import socket
from types import FrameType

import uvicorn
from anyio import to_thread
from fastapi import FastAPI

from api.app import create_app
from eventlog.postgres import POOL_SIZE
from gridcase import logs
from gridcase.settings import Settings

# Of gc.set_threshold: a case in memory is many objects, and few of them are ever garbage.
SELDOM = (10_000, 20, 100)
GRACE = 5  # seconds that answers under way get after a signal


def app() -> FastAPI:
    """The app of the installation that the environment describes."""
    settings = Settings.read()
    logs.begin(settings.log_level, settings.log_format)
    return create_app(settings)


class Server(uvicorn.Server):
    """Ends event streams at the first signal; then uvicorn waits for what else is under way."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        context = getattr(self.served.state, "context", None)
        if context is not None:
            context.tail.stop()
        super().handle_exit(sig, frame)

    def __init__(self, config: uvicorn.Config, served: FastAPI) -> None:
        super().__init__(config)
        self.served = served

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Sees to it that nobody waits long where many ask at once.

        What is there for good is left out of every collection of garbage: all requests wait while one looks around.
        There are as many threads as connections to the log: more take each other's turns, and who waits for one of
        these comes on in order.
        """
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*SELDOM)
        to_thread.current_default_thread_limiter().total_tokens = POOL_SIZE


def serve(settings: Settings, here: socket) -> None:
    """Serve on this socket until SIGINT or SIGTERM."""
    logs.begin(settings.log_level, settings.log_format)
    served = create_app(settings)
    config = uvicorn.Config(
        served,
        log_level=settings.log_level,
        timeout_graceful_shutdown=GRACE,
        log_config=None,  # its lines go where ours go, in the same form
        access_log=False,  # api/watch.py tells each request once, without its address
    )
    Server(config, served).run([here])
