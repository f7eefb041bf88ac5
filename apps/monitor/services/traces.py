"""Spans of requests, statements and tasks, sent by OTLP where an endpoint is set.

Nothing of OpenTelemetry is loaded otherwise. Spans wait in a bounded queue and are sent from a
thread; what the collector does not take in time is dropped, never waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from apps.core.context import current_context

QUEUE_SPANS = 2048
BATCH_SPANS = 256
SEND_SECONDS = 2.0
EVERY_MILLISECONDS = 1000
SERVER_FAULT = 500
MAX_SQL = 2000


class RequestSpan:
    """The span of one request."""

    def __init__(self, span: Any, method: str) -> None:
        self._span = span
        self._method = method

    def finish(self, route: str, status: int) -> None:
        """Say how the request ended and close the span."""
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - loaded where traces are sent

        self._span.update_name(f"{self._method} {route}")
        self._span.set_attribute("http.route", route)
        self._span.set_attribute("http.response.status_code", status)
        context = current_context()
        if context is not None and context.user_id is not None:
            self._span.set_attribute("enduser.id", str(context.user_id))
        if status >= SERVER_FAULT:
            self._span.set_status(StatusCode.ERROR)
        self._span.end()


@cache
def provider() -> Any:
    """Return what makes this process' spans."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    endpoint = settings.ATRIUM.otlp_endpoint.rstrip("/")
    if not endpoint.endswith("/v1/traces"):
        endpoint += "/v1/traces"
    made = TracerProvider(resource=Resource.create({"service.name": settings.ATRIUM.service_name}))
    made.add_span_processor(
        BatchSpanProcessor(
            OTLPSpanExporter(endpoint=endpoint, timeout=SEND_SECONDS),
            max_queue_size=QUEUE_SPANS,
            max_export_batch_size=BATCH_SPANS,
            schedule_delay_millis=EVERY_MILLISECONDS,
        )
    )
    return made


def traces_flush() -> None:
    """Send what waits, for a process that is about to end."""
    if settings.ATRIUM.otlp_endpoint and provider.cache_info().currsize:
        provider().force_flush(int(SEND_SECONDS * 1000))


@contextmanager
def request_span(request: HttpRequest) -> Iterator[RequestSpan]:
    """Open the span of a request, below the caller's if it sent a `traceparent`. Source: W3C."""
    from opentelemetry import trace  # noqa: PLC0415
    from opentelemetry.trace import SpanKind  # noqa: PLC0415

    context = current_context()
    span = _tracer().start_span(
        str(request.method),
        context=_from({"traceparent": request.META.get("HTTP_TRACEPARENT", "")}),
        kind=SpanKind.SERVER,
        attributes={
            "http.request.method": str(request.method),
            "url.path": request.path[:512],
            "client.address": context.address if context else "",
            "atrium.request_id": context.request_id if context else "",
        },
    )
    with trace.use_span(span), connection.execute_wrapper(_statement):
        yield RequestSpan(span, str(request.method))


def traceparent_add(headers: MutableMapping[str, Any]) -> None:
    """Put the current span into the headers of a task that is being queued."""
    _propagator().inject(headers)


def task_span_begin(*, name: str, task_id: str, traceparent: str) -> Callable[[str], None]:
    """Open the span of a task, and return what closes it: call it with the task's end state."""
    from opentelemetry import trace  # noqa: PLC0415
    from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415

    span = _tracer().start_span(
        name,
        context=_from({"traceparent": traceparent}),
        kind=SpanKind.CONSUMER,
        attributes={"messaging.message.id": task_id},
    )
    around = trace.use_span(span)
    around.__enter__()

    def end(state: str) -> None:
        around.__exit__(None, None, None)
        span.set_attribute("atrium.task_state", state)
        if state == "FAILURE":
            span.set_status(StatusCode.ERROR)
        span.end()

    return end


def _statement(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
    """Give a statement its span; its values are not told."""
    from opentelemetry.trace import SpanKind  # noqa: PLC0415

    text = str(sql)
    with _tracer().start_as_current_span(
        text.split(maxsplit=1)[0] if text.strip() else "SQL",
        kind=SpanKind.CLIENT,
        attributes={
            "db.system.name": context["connection"].vendor,
            "db.query.text": text[:MAX_SQL],
        },
    ):
        return execute(sql, params, many, context)


def _tracer() -> Any:
    return provider().get_tracer("atrium")


@cache
def _propagator() -> Any:
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
        TraceContextTextMapPropagator,
    )

    return TraceContextTextMapPropagator()


def _from(headers: dict[str, str]) -> Any:
    """Return the caller's context; a malformed `traceparent` gives an empty one, so a new trace."""
    from opentelemetry.context import Context  # noqa: PLC0415

    return _propagator().extract(headers, context=Context())
