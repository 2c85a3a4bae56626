"""The service as a running program uses it: commands are counted, timed, traced, and get the request's correlation.

It decides nothing and changes nothing else.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from api.correlation import current
from domain.errors import Invalid, KeyReused, NotFound, Refused, VersionConflict
from workflows.command import Answer, Command
from workflows.service import Service

if TYPE_CHECKING:
    from api.metrics import Metrics
    from api.tracing import Tracer

OUTCOMES: tuple[tuple[type[Exception], str], ...] = (
    (Refused, "refused"),
    (VersionConflict, "conflict"),
    (Invalid, "invalid"),
    (NotFound, "invalid"),
    (KeyReused, "invalid"),
)


class WatchedService(Service):
    """`Service`, watched."""

    def __init__(
        self, *args: Any, metrics: Metrics | None = None, tracer: Tracer | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self._metrics, self._tracer = metrics, tracer
        self._triggers = frozenset(t for engine in self.engines.values() for t in engine.table.rows)

    def do(self, command: Command) -> Answer:
        if not command.correlation and (correlation := current()):
            command = replace(command, correlation=correlation)
        trigger = command.trigger if command.trigger in self._triggers else "unknown"
        outcome, began = "failed", perf_counter()
        with self._tracer.command(trigger) if self._tracer else contextlib.nullcontext() as span:
            try:
                answer = super().do(command)
                outcome = "repeated" if answer.repeated else "recorded"
                return answer
            except Exception as error:
                outcome = next((name for kind, name in OUTCOMES if isinstance(error, kind)), "failed")
                raise
            finally:
                if self._metrics is not None:
                    self._metrics.command(trigger, outcome, perf_counter() - began)
                if span is not None:
                    span.set_attribute("gridcase.outcome", outcome)
