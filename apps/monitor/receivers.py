"""Hear of sign-ins, faults and tasks: for the metrics and the traces."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun, task_retry
from django.conf import settings
from django.core.signals import got_request_exception
from django.dispatch import receiver

from apps.accounts.signals import sign_in_failed, signed_in
from apps.core.cached import two_level
from apps.monitor.services.metrics import metrics
from apps.monitor.services.traces import task_span_begin, traceparent_add

UID = "monitor"


def count_cache_reads() -> None:
    """Let the two-level cache say where its reads end; only where somebody collects that."""
    if settings.ATRIUM.metrics_token:
        two_level.observe = lambda level: metrics().cache.labels(level).inc()


@receiver(signed_in, dispatch_uid=UID)
def count_sign_in(**_kwargs: Any) -> None:
    """Count a sign-in."""
    if settings.ATRIUM.metrics_token:
        metrics().sign_ins.labels("ok").inc()


@receiver(sign_in_failed, dispatch_uid=UID)
def count_refusal(**_kwargs: Any) -> None:
    """Count an attempt that was refused."""
    if settings.ATRIUM.metrics_token:
        metrics().sign_ins.labels("failed").inc()


@receiver(got_request_exception, dispatch_uid=UID)
def count_exception(**_kwargs: Any) -> None:
    """Count a fault of ours by its kind."""
    if settings.ATRIUM.metrics_token:
        kind = sys.exc_info()[0]
        metrics().exceptions.labels(kind.__name__ if kind else "unknown").inc()


@before_task_publish.connect(dispatch_uid=UID)
def mark_task(headers: Any = None, **_kwargs: Any) -> None:
    """Let a task know the span it was queued from."""
    if settings.ATRIUM.otlp_endpoint and isinstance(headers, dict):
        traceparent_add(headers)


@task_prerun.connect(dispatch_uid=UID)
def begin_task(task: Any, task_id: str, **_kwargs: Any) -> None:
    """Count a task that starts, and open its span."""
    task.request.figures_began = perf_counter()
    if settings.ATRIUM.metrics_token:
        metrics().tasks.labels(task.name, "started").inc()
    if settings.ATRIUM.otlp_endpoint:
        # Where it stands depends on whether the task came by a queue.
        headers = task.request.headers or {}
        told = headers.get("traceparent") or getattr(task.request, "traceparent", None) or ""
        task.request.atrium_span_end = task_span_begin(
            name=task.name, task_id=task_id, traceparent=str(told)
        )


@task_postrun.connect(dispatch_uid=UID)
def end_task(task: Any, state: str | None = None, **_kwargs: Any) -> None:
    """Count how a task ended, and close its span."""
    started = getattr(task.request, "figures_began", None)
    if settings.ATRIUM.metrics_token and started is not None:
        outcome = "succeeded" if state == "SUCCESS" else "failed"
        if state in {"SUCCESS", "FAILURE"}:
            metrics().tasks.labels(task.name, outcome).inc()
        metrics().task_latency.labels(task.name).observe(perf_counter() - started)
    end = getattr(task.request, "atrium_span_end", None)
    if end is not None:
        end(state or "")


@task_retry.connect(dispatch_uid=UID)
def count_retry(sender: Any, **_kwargs: Any) -> None:
    """Count a task that will be tried again."""
    if settings.ATRIUM.metrics_token:
        metrics().tasks.labels(sender.name, "retried").inc()
