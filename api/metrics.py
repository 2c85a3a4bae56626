"""What a monitoring system may know of this process, in Prometheus' format (docs/operations/monitoring.md explains each).

Counters are told by whoever does the work; what is a state is asked for when somebody scrapes. Labels are routes,
triggers, outcomes and projections: never a case's code, a person, a unit.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.worker import PARTS

if TYPE_CHECKING:
    from api.context import Context

logger = logging.getLogger("gridcase.api")

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
COMMANDS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """One per context: two apps in one process do not count for each other."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Histogram(
            "gridcase_request_seconds", "Requests by route and status, and how long they took.",
            ("method", "route", "status"), registry=registry, buckets=SECONDS,
        )  # fmt: skip
        self._commands = Counter(
            "gridcase_commands", "Commands on cases: recorded, repeated, refused, conflict, invalid, failed.",
            ("trigger", "outcome"), registry=registry,
        )  # fmt: skip
        self._command_seconds = Histogram(
            "gridcase_command_seconds", "How long commands took, from the decision until it was on disk.",
            ("outcome",), registry=registry, buckets=SECONDS,
        )  # fmt: skip
        self._append_seconds = Histogram(
            "gridcase_append_seconds", "Transactions of the log's writer, from the lock until the commit.",
            registry=registry, buckets=SECONDS,
        )  # fmt: skip
        self._append_commands = Histogram(
            "gridcase_append_commands", "Commands in one transaction of the log's writer.",
            registry=registry, buckets=COMMANDS,
        )  # fmt: skip

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is the template."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def command(self, trigger: str, outcome: str, seconds: float) -> None:
        self._commands.labels(trigger, outcome).inc()
        self._command_seconds.labels(outcome).observe(seconds)

    def appended(self, commands: int, seconds: float) -> None:
        """The log's writer committed (or refused) this many commands together."""
        self._append_commands.observe(commands)
        self._append_seconds.observe(seconds)

    def ask(self, context: Context) -> None:
        """From now on a scrape also tells the state of this house."""
        self.registry.register(State(context))
        context.service.log.recorder.watcher = self.appended

    def text(self) -> bytes:
        """What a scrape gets."""
        return generate_latest(self.registry)


class State(Collector):
    """What is asked for at the moment of a scrape. A database that does not answer is told as such."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def describe(self) -> Iterable[Metric]:
        return ()  # registering asks nothing of the database

    def collect(self) -> Iterator[Metric]:
        context = self._context
        yield gauge("gridcase_event_streams", "Open event streams.", context.tail.listening)
        yield from self._worker()
        yield from self._connections()
        try:
            head, positions, lags = context.seen.standing(context.now())
        except Exception as error:
            logger.error("metrics: the database does not answer: %s", type(error).__name__)
            yield gauge("gridcase_database_up", "Whether the database answers.", 0)
            return
        yield gauge("gridcase_database_up", "Whether the database answers.", 1)
        yield gauge("gridcase_log_position", "Position of the last recorded event.", head)
        read = GaugeMetricFamily(
            "gridcase_read_position", "How far each projection is in the log.", labels=["projection"]
        )
        for name, position in positions.items():
            read.add_metric([name], position)
        yield read
        events = GaugeMetricFamily(
            "gridcase_lag_events", "Events that a projection has not folded yet.", labels=["projection"]
        )
        seconds = GaugeMetricFamily(
            "gridcase_lag_seconds", "Age of the oldest event that a projection has not folded yet.", labels=["projection"]
        )  # fmt: skip
        for name, lag in lags.items():
            events.add_metric([name], lag.events)
            seconds.add_metric([name], lag.seconds)
        yield from (events, seconds)

    def _worker(self) -> Iterator[Metric]:
        worker = self._context.worker
        if worker is None:
            return
        yield gauge("gridcase_worker_up", "Whether the worker runs in this process.", int(worker.alive))
        yield gauge("gridcase_worker_leads", "Whether it works; the others stand by.", int(worker.leads))
        failing = GaugeMetricFamily(
            "gridcase_worker_failing", "1 while this part of the worker fails.", labels=["part"]
        )
        for part in PARTS:
            failing.add_metric([part], int(part in worker.failures))
        yield failing
        swept = CounterMetricFamily(
            "gridcase_sweep", "What sweeps did: looked (cases), missed (deadlines), fired (triggers).", labels=["result"]
        )  # fmt: skip
        for result, count in worker.swept.items():
            swept.add_metric([result], count)
        yield swept
        if worker.swept_at is not None:
            at = worker.swept_at.timestamp()
            yield gauge("gridcase_sweep_last_seconds", "When the last sweep ended well (Unix time).", at)

    def _connections(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "gridcase_database_connections", "Connections of this process.", labels=["of", "state"]
        )
        for of, states in self._context.connections().items():
            for state, count in states.items():
                family.add_metric([of, state], count)
        yield family


def gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
