"""Is it alive, and can it work. Asked by machines every few seconds: cheap, and true."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Response

from api.context import Context
from api.headers import answer
from api.here import Here
from api.openapi import shows

router = APIRouter(tags=["operations"])


class Health(msgspec.Struct):
    """The process answers."""

    status: str


class Readiness(msgspec.Struct):
    """Whether it can work: `database` and `worker` are "ok" or say what is wrong; `lag` is events not yet readable."""

    ready: bool
    database: str
    worker: str
    position: int | None
    lag: int | None


@router.get(
    "/healthz", operation_id="healthz", summary="存活 · Alive", responses={200: shows(Health, "Alive.")}
)
async def healthz() -> Response:
    """200 as long as the process answers."""
    return answer(Health("ok"))


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="就绪 · Ready",
    responses={200: shows(Readiness, "It can work."), 503: shows(Readiness, "It cannot, and why.")},
)
def readyz(context: Here) -> Response:
    """Whether the database answers and the worker works; how far the read side is behind."""
    found = readiness(context)
    return answer(found, 200 if found.ready else 503)


def readiness(context: Context) -> Readiness:
    worker = context.worker
    troubles = [] if worker is None else [f"{what}: {trouble}" for what, trouble in worker.failures.items()]
    if worker is not None and not worker.alive:
        troubles.append("its thread has ended")
    works = "; ".join(troubles) or ("ok" if worker else "runs elsewhere")
    try:
        head, position = context.service.log.head(), context.runner.position()
    except Exception as error:  # whatever the driver says: it is not ready
        return Readiness(False, f"{type(error).__name__}: the database does not answer", works, None, None)
    return Readiness(not troubles, "ok", works, position, max(0, head - position))
