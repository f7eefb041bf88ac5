"""The API, the console and beat tell the same moments of a schedule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
)

from apps.core.jobs import Job
from apps.core.times import wire_time
from apps.scheduling.api.serializers.rows import ScheduleRow
from apps.scheduling.api.views.schedules import ScheduleViewSet
from apps.scheduling.choices import Missed
from apps.scheduling.models import Schedule, SchedulePolicy
from apps.scheduling.services.firings import BrokenScheduleError, schedule_due, schedule_fire
from apps.scheduling.tests.factories import SILENT

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TEN = {"every": 10, "period": "minutes"}
TENS: dict[str, Any] = {"minute": "*/10"}

CASES: dict[str, tuple[dict[str, Any], list[timedelta]]] = {
    "overdue": (
        {"interval": TEN, "last_run_at": NOW - 35 * MINUTE},
        [5 * MINUTE, 15 * MINUTE, 25 * MINUTE],
    ),
    "overdue and never run": ({"interval": TEN}, [7 * MINUTE, 17 * MINUTE, 27 * MINUTE]),
    "changed since it ran": (
        {"interval": TEN, "last_run_at": NOW - 60 * MINUTE},
        [10 * MINUTE, 20 * MINUTE, 30 * MINUTE],
    ),
    "overdue crontab": (
        {"crontab": TENS, "last_run_at": NOW - 95 * MINUTE},
        [9.5 * MINUTE, 19.5 * MINUTE, 29.5 * MINUTE],
    ),
    "crontab of another zone": (  # UTC + 5:45
        {"crontab": {"minute": "55", "timezone": "Asia/Kathmandu"}},
        [9.5 * MINUTE, 69.5 * MINUTE, 129.5 * MINUTE],
    ),
    "crontab with blanks": (
        {"crontab": {"minute": "5, 20"}},
        [4.5 * MINUTE, 19.5 * MINUTE, 64.5 * MINUTE],
    ),
    "start to come": (
        {"interval": TEN, "start_time": NOW + 3 * MINUTE},
        [3 * MINUTE, 13 * MINUTE, 23 * MINUTE],
    ),
    "crontab with a start to come": (
        {"crontab": TENS, "start_time": NOW + 12 * MINUTE},
        [19.5 * MINUTE, 29.5 * MINUTE, 39.5 * MINUTE],
    ),
    "start gone by, never run": (
        {"interval": TEN, "start_time": NOW - 64 * MINUTE},
        [6 * MINUTE, 16 * MINUTE, 26 * MINUTE],
    ),
    "end": (
        {"interval": TEN, "last_run_at": NOW - 35 * MINUTE, "expires": NOW + 12 * MINUTE},
        [5 * MINUTE],
    ),
    "ended": ({"interval": TEN, "expires": NOW - MINUTE}, []),
    "one-off": ({"interval": TEN, "one_off": True}, [7 * MINUTE]),
    "one-off that ran before it was one": (
        {"crontab": TENS, "one_off": True, "total_run_count": 3},
        [9.5 * MINUTE],
    ),
    "off": ({"interval": TEN, "enabled": False}, []),
    "no times that can be read": ({"crontab": {"minute": "99"}}, []),
    "interval past the calendar": ({"interval": {"every": 2**31 - 1, "period": "days"}}, []),
    "another kind of times": ({"clocked": {"clocked_time": NOW + MINUTE}}, []),
}
CHANGED = NOW - 33 * MINUTE
KINDS: Mapping[str, Any] = {
    "interval": IntervalSchedule,
    "crontab": CrontabSchedule,
    "clocked": ClockedSchedule,
}


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def _save(case: str, policy: Mapping[str, Any] | None = None) -> PeriodicTask:
    columns = dict(CASES[case][0])
    for name, kind in KINDS.items():
        if name in columns:
            columns[name] = kind.objects.create(**columns[name])
    row = PeriodicTask.objects.bulk_create([PeriodicTask(name=case, task=SILENT, **columns)])[0]
    PeriodicTask.objects.filter(pk=row.pk).update(date_changed=CHANGED)
    SchedulePolicy.objects.create(schedule=row, **(policy or {}))
    return _fresh(row)


def _fresh(row: PeriodicTask) -> PeriodicTask:
    return PeriodicTask.objects.select_related("interval", "crontab").get(pk=row.pk)


def _console(row: PeriodicTask) -> list[str]:
    """Return what the cell of the list points at."""
    cell = admin.site._registry[Schedule].next_run(Schedule.objects.get(pk=row.pk))  # type: ignore[attr-defined]
    return re.findall(r'datetime="([^"]+)"', cell)


def _wire(moments: list[datetime]) -> list[str | None]:
    return [wire_time(moment) for moment in moments]


@pytest.mark.parametrize("case", CASES)
def test_the_console_the_api_and_beat_agree(case: str) -> None:
    row = _save(case)
    moments = [NOW + wait for wait in CASES[case][1]]
    [shown] = ScheduleRow.read(ScheduleViewSet.queryset.filter(pk=row.pk))
    assert shown["next_times"] == _wire(moments)
    assert _console(row) == [moment.isoformat() for moment in moments[:1]]
    if not row.enabled:
        return
    try:
        due = schedule_due(schedule=row, after=NOW)
    except BrokenScheduleError:
        due = None
    assert due == next(iter(moments), None)


@pytest.mark.parametrize("missed", Missed.values)
@pytest.mark.parametrize(
    "case",
    [case for case, (columns, _waits) in CASES.items() if "one_off" not in columns and _waits],
)
def test_beat_follows_what_was_shown_once_it_settled_what_is_overdue(
    case: str, missed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Job, "apply_async", lambda _self, **_options: None)
    row = _save(case, {"missed": missed})
    first = NOW + CASES[case][1][0]
    schedule_fire(schedule=row, now=NOW, kept_since=NOW)
    assert schedule_due(schedule=_fresh(row), after=NOW) == first
    settled = NOW + timedelta(milliseconds=300)
    assert schedule_fire(schedule=_fresh(row), now=first, kept_since=NOW, after=settled) == 1
    assert PeriodicTask.objects.get(pk=row.pk).last_run_at == first


def test_the_rows_are_read_without_making_schedules(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any) -> None:
        raise AssertionError

    for case in CASES:
        _save(case)
    monkeypatch.setattr(PeriodicTask, "from_db", refuse)
    with CaptureQueriesContext(connection) as asked:
        rows = ScheduleRow.read(ScheduleViewSet.queryset.all())
    assert {row["name"] for row in rows} >= set(CASES)
    assert len(asked) == 1
