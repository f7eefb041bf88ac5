from dataclasses import replace
from typing import Any

import pytest
from celery import current_app, shared_task
from django.test import Client

from apps.accounts.signals import sign_in_failed, signed_in
from apps.core.cached import two_level
from apps.monitor import receivers
from apps.monitor.services.metrics import metrics_text

pytestmark = pytest.mark.django_db
NAME = "apps.monitor.tests.counted"


@shared_task(name=NAME, bind=True, max_retries=1)
def counted(self: Any, how: str = "") -> None:
    if how == "fail":
        raise LookupError
    if how == "again" and not self.request.retries:
        raise self.retry(countdown=0)


@pytest.fixture
def collected(settings: Any) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, metrics_token="sesame")
    current_app.finalize()


def _value(name: str) -> float:
    lines = metrics_text()[0].decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def _step(state: str) -> float:
    return _value(f'atrium_tasks_total{{state="{state}",task="{NAME}"}}')


@pytest.mark.usefixtures("collected")
def test_tasks_are_counted_by_name_and_end() -> None:
    before = {s: _step(s) for s in ("started", "succeeded", "failed", "retried")}
    counted.apply()
    counted.apply(kwargs={"how": "fail"}, throw=False)
    counted.apply(kwargs={"how": "again"}, throw=False)
    came = {state: _step(state) - times for state, times in before.items()}
    assert came == {"started": 4, "succeeded": 2, "failed": 1, "retried": 1}
    assert _value(f'atrium_task_seconds_count{{task="{NAME}"}}') >= 3


@pytest.mark.usefixtures("collected")
def test_sign_ins_are_counted_by_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    ok, failed = 'atrium_sign_ins_total{outcome="ok"}', 'atrium_sign_ins_total{outcome="failed"}'
    before = _value(ok), _value(failed)
    receivers.count_sign_in()
    answer = Client().post(
        "/api/v1/auth/login",
        {"username": "nobody", "password": "wrong-1"},
        content_type="application/json",
    )
    assert answer.status_code < 500
    assert (_value(ok) - before[0], _value(failed) - before[1]) == (1, 1)
    uids = [uid for uid, *_rest in (*signed_in.receivers, *sign_in_failed.receivers)]
    assert sum("monitor" in str(uid) for uid in uids) == 2


@pytest.mark.usefixtures("collected")
def test_faults_of_ours_are_counted_by_kind() -> None:
    name = 'atrium_http_exceptions_total{type="ZeroDivisionError"}'
    before = _value(name)
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        receivers.count_exception()
    assert _value(name) == before + 1


@pytest.mark.usefixtures("collected")
def test_reads_of_the_cache_are_counted_by_where_they_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_level, "observe", two_level.observe)
    receivers.count_cache_reads()
    names = {level: f'atrium_cache_reads_total{{level="{level}"}}' for level in LEVELS}
    before = {level: _value(name) for level, name in names.items()}
    for _each in range(2):
        two_level.get("monitor-test", lambda: 1, tags=["monitor-test"])
    two_level.drop(None)
    two_level.get("monitor-test", lambda: 1, tags=["monitor-test"])
    assert {level: _value(name) - before[level] for level, name in names.items()} == {
        "made": 1,
        "process": 1,
        "shared": 1,
    }


LEVELS = ("made", "process", "shared")


def test_nothing_is_counted_where_nobody_collects(settings: Any) -> None:
    before = two_level.observe
    receivers.count_cache_reads()
    receivers.count_sign_in()
    receivers.count_refusal()
    receivers.count_exception()
    receivers.count_retry(counted)
    assert two_level.observe is before
