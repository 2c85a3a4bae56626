"""Spans of requests and commands for OpenTelemetry: an extra, and imported only where an endpoint is set.

    pip install 'gridcase[otel]'        GRIDCASE_OTEL_ENDPOINT=http://localhost:4318

A span carries method, route, status, trigger and outcome. Never set an attribute to a code, a name or an address.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.correlation import Correlation
from domain.errors import Invalid

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter


class Tracer:
    """Sends spans in the background; what cannot be sent is dropped, never waited for."""

    def __init__(self, exporter: SpanExporter) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "gridcase"}), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("gridcase")

    @classmethod
    def to(cls, endpoint: str) -> Tracer:
        """Spans go to a collector by OTLP over HTTP. Raises Invalid where the extra is not installed."""
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        except ImportError:
            raise Invalid(
                "GRIDCASE_OTEL_ENDPOINT",
                endpoint,
                "Install the extra: pip install 'gridcase[otel]'.",
                "请安装附加组件：pip install 'gridcase[otel]'。",
            ) from None
        return cls(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=5))

    @contextlib.contextmanager
    def request(self, correlation: Correlation) -> Iterator[tuple[Any, Correlation]]:
        """A span below the caller's, and the correlation with its ids."""
        from opentelemetry import trace

        parent = None
        if correlation.parent:
            there = trace.SpanContext(
                int(correlation.trace, 16), int(correlation.parent, 16), is_remote=True,
                trace_flags=trace.TraceFlags(int(correlation.flags, 16)),
            )  # fmt: skip
            parent = trace.set_span_in_context(trace.NonRecordingSpan(there))
        with self._tracer.start_as_current_span(
            "request", parent, trace.SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            mine = span.get_span_context()
            trace_id = f"{mine.trace_id:032x}"
            made = correlation.id == correlation.trace  # nobody gave another id: it is the trace's
            yield (
                span,
                replace(
                    correlation,
                    id=trace_id if made else correlation.id,
                    trace=trace_id,
                    span=f"{mine.span_id:016x}",
                    flags=f"{mine.trace_flags:02x}",
                ),
            )

    def answered(self, span: Any, method: str, route: str, status: int) -> None:
        from opentelemetry.trace import StatusCode

        span.update_name(f"{method} {route}")
        span.set_attributes(
            {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        )
        if status >= 500:
            span.set_status(StatusCode.ERROR)

    @contextlib.contextmanager
    def command(self, trigger: str) -> Iterator[Any]:
        """A span of a command, inside of the request's where there is one."""
        with self._tracer.start_as_current_span(
            f"command {trigger}", record_exception=False, set_status_on_exception=False
        ) as span:
            span.set_attribute("gridcase.trigger", trigger)
            yield span

    def close(self) -> None:
        """Send what is left, a few seconds at most."""
        self._provider.force_flush(3000)
        self._provider.shutdown()
