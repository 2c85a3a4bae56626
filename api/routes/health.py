"""Is it alive, and can it work. Asked by machines every few seconds: cheap, and true."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Response

from api.context import Context
from api.headers import answer
from api.here import Here
from api.openapi import problems, shows
from domain.errors import NotFound
from eventlog.recorder import SCHEMA_VERSION

router = APIRouter(tags=["operations"])

UNKNOWN, ELSEWHERE = "unknown", "runs elsewhere"
SIGNING = "checkpoints"  # the part of the worker without which people can go on
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Health(msgspec.Struct):
    """The process answers."""

    status: str


class Readiness(msgspec.Struct):
    """Whether it can work, and if not, what is wrong: `database`, `schema`, `worker`, `reading` are "ok" or say it.

    So does `signing`: when the log is not what was recorded no checkpoint is made, and people go on working.
    `lag` is the number of events that are not in every read table yet, `lag_seconds` the age of the oldest of them.
    """

    ready: bool
    database: str
    schema: str
    worker: str
    reading: str
    signing: str
    position: int | None = None
    lag: int | None = None
    lag_seconds: float | None = None


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
    """Whether the database answers with tables that this program knows, the worker works, the read side keeps up."""
    found = readiness(context)
    return answer(found, 200 if found.ready else 503)


def readiness(context: Context) -> Readiness:
    found = Readiness(False, UNKNOWN, UNKNOWN, of_worker(context), UNKNOWN, of_signing(context))
    try:
        schema = context.service.log.recorder.schema_version()
        standing = context.seen.standing(context.now())
    except Exception as error:  # whatever the driver says: it is not ready
        found.database = f"{type(error).__name__}: the database does not answer"
        return found
    found.database, found.schema, found.reading = "ok", "ok", "ok"
    if schema != SCHEMA_VERSION:
        found.schema = (
            f"the tables have version {schema}, this program knows {SCHEMA_VERSION}: upgrade the program"
        )
    found.position, (found.lag, seconds) = min(standing.positions.values()), standing.slowest
    found.lag_seconds = round(seconds, 1)
    most = context.settings.ready_lag_seconds
    if seconds > most:
        found.reading = f"what was recorded {seconds:.0f} s ago is not readable yet (at most {most:g} s): is a worker running?"
    states = (found.database, found.schema, found.reading)
    found.ready = all(state == "ok" for state in states) and found.worker in ("ok", ELSEWHERE)
    return found


def of_worker(context: Context) -> str:
    worker = context.worker
    if worker is None:
        return ELSEWHERE
    troubles = [f"{what}: {trouble}" for what, trouble in worker.failures.items() if what != SIGNING]
    if not worker.alive:
        troubles.append("its thread has ended")
    return "; ".join(troubles) or "ok"


def of_signing(context: Context) -> str:
    return ELSEWHERE if context.worker is None else context.worker.failures.get(SIGNING, "ok")


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="监控指标 · Metrics",
    response_class=Response,
    responses={
        200: {
            "description": "In Prometheus' text format.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **problems(404),
    },
)
def metrics(context: Here) -> Response:
    """Counters of this process and the state of the house, without codes and people."""
    if context.metrics is None:
        raise NotFound("page", "/metrics", "This installation tells no metrics (GRIDCASE_METRICS).")
    return Response(context.metrics.text(), media_type=CONTENT_TYPE)
