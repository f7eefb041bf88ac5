import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from celery import current_app, shared_task
from django.test import Client

from apps.core.testing.fixtures import GrantedClient
from apps.monitor import receivers
from apps.monitor.services import traces
from apps.monitor.services.traces import provider, traces_flush
from apps.monitor.tests.collector import Collector, attributes, collecting

pytestmark = pytest.mark.django_db
NAME = "apps.monitor.tests.traced"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
Begin = Callable[[str], None]


@shared_task(name=NAME)
def traced(how: str = "") -> None:
    if how:
        raise LookupError


@pytest.fixture
def begin(settings: Any) -> Iterator[Begin]:
    def start(endpoint: str) -> None:
        settings.ATRIUM = replace(
            settings.ATRIUM, otlp_endpoint=endpoint, service_name="atrium-under-test"
        )

    provider.cache_clear()
    yield start
    if provider.cache_info().currsize:
        provider().shutdown()
    provider.cache_clear()


@pytest.fixture
def collector(begin: Begin) -> Iterator[Collector]:
    with collecting() as found:
        begin(f"http://127.0.0.1:{found.port}")
        yield found
        provider().shutdown()
        provider.cache_clear()


def _server_span(collector: Collector) -> Any:
    traces_flush()
    return next(span for span in collector.spans() if span.kind == span.SPAN_KIND_SERVER)


def test_a_request_is_a_span_named_by_its_route(
    collector: Collector, client_with: GrantedClient
) -> None:
    client = client_with("sys:role:list")
    answer = client.get("/api/v1/sys/roles/987654321")
    span = _server_span(collector)
    told = attributes(span.attributes)
    assert span.name == "GET /api/v1/sys/roles/<pk>"
    assert told["http.response.status_code"] == 404
    assert told["atrium.request_id"] == answer["X-Request-ID"]
    assert told["enduser.id"] == str(client.user.pk)  # type: ignore[attr-defined] # the fixture's
    assert collector.service() == "atrium-under-test"
    assert collector.paths == {"/v1/traces"}


def test_each_statement_is_a_span_below_without_its_values(
    collector: Collector, client_with: GrantedClient
) -> None:
    client_with("sys:role:list").get("/api/v1/sys/roles?name=very-private")
    server = _server_span(collector)
    statements = [s for s in collector.spans() if s.parent_span_id == server.span_id]
    assert statements
    assert {s.name for s in statements} <= {"SELECT", "SAVEPOINT", "RELEASE", "INSERT", "UPDATE"}
    assert "very-private" not in str(collector.requests)


def test_a_caller_that_traces_is_followed(collector: Collector) -> None:
    Client().get("/api/v1/nowhere", headers={"traceparent": CALLER})
    span = _server_span(collector)
    assert span.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    assert span.parent_span_id.hex() == "b7ad6b7169203331"


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nonsense",
        f"ff{CALLER[2:]}",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
        CALLER.upper(),
        f"{CALLER}-more",
    ],
)
def test_a_malformed_traceparent_starts_a_trace_of_our_own(
    collector: Collector, given: str
) -> None:
    Client().get("/api/v1/nowhere", headers={"traceparent": given})
    span = _server_span(collector)
    assert span.parent_span_id == b""
    assert span.trace_id.hex() != "0af7651916cd43dd8448eb211c80319c"


def test_a_task_goes_on_with_the_trace_of_its_request(collector: Collector) -> None:
    current_app.finalize()
    headers: dict[str, Any] = {}
    with traces.request_span(_request()) as request:
        receivers.mark_task(headers=headers)
        request.finish("/x", 200)
    traced.apply(headers=headers)
    traces_flush()
    task = next(span for span in collector.spans() if span.kind == span.SPAN_KIND_CONSUMER)
    server = _server_span(collector)
    assert headers["traceparent"].split("-")[1] == server.trace_id.hex()
    assert task.name == NAME
    assert (task.trace_id, task.parent_span_id) == (server.trace_id, server.span_id)
    assert attributes(task.attributes)["atrium.task_state"] == "SUCCESS"


def test_a_task_that_fails_says_so(collector: Collector) -> None:
    traced.apply(kwargs={"how": "fail"}, throw=False)
    traces_flush()
    span = collector.spans()[0]
    assert span.status.code == span.status.STATUS_CODE_ERROR


def test_a_fault_of_ours_marks_the_span(collector: Collector) -> None:
    with traces.request_span(_request()) as request:
        request.finish("/x", 500)
    span = _server_span(collector)
    assert span.status.code == span.status.STATUS_CODE_ERROR


def test_a_collector_that_is_gone_slows_nobody(begin: Begin) -> None:
    begin("http://127.0.0.1:1/v1/traces")
    started = time.monotonic()
    for _each in range(50):
        assert Client().get("/health/live").status_code == 200
    assert time.monotonic() - started < 5


def test_without_an_endpoint_nothing_is_flushed_or_loaded() -> None:
    # redis-py loads OpenTelemetry's API and SDK by itself where they are installed.
    traces_flush()
    code = (
        "import django, sys; django.setup(); from django.test import Client;"
        "Client().get('/health/live');"
        "ours = ('opentelemetry.exporter', 'prometheus_client');"
        "sys.exit(any(name.startswith(ours) for name in sys.modules))"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=Path(__file__).resolve().parents[4],
        env={"DJANGO_SETTINGS_MODULE": "config.settings.test", "PATH": ""},
        check=False,
    )
    assert done.returncode == 0


def _request() -> Any:
    from django.test import RequestFactory  # noqa: PLC0415

    return RequestFactory().get("/x")
