"""What jobs, schedules and runs look like."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from apps.core.api.fields import ChangedTimeField, IdField, TextField, WireTimeField
from apps.core.api.rows import Computed, RowSerializer
from apps.core.times import wire_time
from apps.scheduling.api.serializers.bodies import PolicySerializer
from apps.scheduling.choices import Level, RunState, ScheduleKind, Trigger, Why
from apps.scheduling.constants import EACH_MINUTE
from apps.scheduling.models import SchedulePolicy
from apps.scheduling.selectors.arguments import shown_text
from apps.scheduling.selectors.plans import (
    COLUMNS,
    CRON_PATHS,
    cron_joined,
    times_ahead,
    times_from,
)
from apps.scheduling.selectors.runs import STATUSES, result_of

Plain = serializers.Serializer[Any]
AHEAD = 3
"""Moments that a row of a schedule looks ahead."""

POLICY = tuple(PolicySerializer().fields)


class PreviewSerializer(Plain):
    """The next times of a schedule, and all of them in words."""

    next_times = serializers.ListField(child=WireTimeField())
    text_en = serializers.CharField()
    text_zh = serializers.CharField()


def args_text(task: str, text: str | None) -> str | None:
    """Return the arguments by position, with what is secret masked."""
    return shown_text(task, "args", text)


def kwargs_text(task: str, text: str | None) -> str | None:
    """Return the arguments by name, with what is secret masked."""
    return shown_text(task, "kwargs", text)


def cron_text(*fields: str | None) -> str:
    """Return five fields as one text; that of each minute where there is no crontab."""
    return cron_joined(*fields) or EACH_MINUTE


def ahead(*columns: Any) -> list[str | None]:
    """Return the next moments on the wire, from the columns of `selectors.plans`."""
    return [wire_time(moment) for moment in times_ahead(times_from(*columns), count=AHEAD)]


def said_or_none(text: str) -> str | None:
    """Return what became of a run, in the reader's language where the platform words it."""
    return Why.said(text) or None


def policy_values(*values: Any) -> dict[str, Any]:
    """Return a policy; a schedule that has none yet follows the usual one."""
    if values[0] is None:
        usual = SchedulePolicy()
        values = tuple(getattr(usual, name) for name in POLICY)
    told = dict(zip(POLICY, values, strict=True))
    return told | {name: told[name] or None for name in ("alert_webhook", "alert_robot")}


class ScheduleRow(RowSerializer):
    """A schedule. Source: the contract, 1.19, and what follows `updated_time`."""

    id = IdField()
    name = serializers.CharField()
    task = serializers.CharField()
    args = Computed("task", "args", make=args_text, shape=serializers.CharField(allow_null=True))
    kwargs = Computed(
        "task", "kwargs", make=kwargs_text, shape=serializers.CharField(allow_null=True)
    )
    queue = TextField(read_only=True)
    exchange = TextField(read_only=True)
    routing_key = TextField(read_only=True)
    start_time = WireTimeField(allow_null=True)
    expire_time = WireTimeField(source="expires", allow_null=True)
    expire_seconds = serializers.IntegerField(allow_null=True)
    type = Computed(
        "interval__every",
        make=lambda every: int(ScheduleKind.CRONTAB if every is None else ScheduleKind.INTERVAL),
        shape=serializers.ChoiceField(choices=ScheduleKind.choices),
    )
    interval_every = serializers.IntegerField(source="interval.every", allow_null=True)
    interval_period = TextField(source="interval.period", read_only=True)
    crontab = Computed(*CRON_PATHS, make=cron_text, shape=serializers.CharField())
    one_off = serializers.BooleanField()
    remark = TextField(source="description", read_only=True)
    enabled = serializers.BooleanField()
    total_run_count = serializers.IntegerField()
    last_run_time = Computed(
        "policy__ran_at",
        "last_run_at",
        make=lambda ran, last: wire_time(ran or last),
        shape=WireTimeField(allow_null=True),
    )
    created_time = Computed(
        "policy__created_at",
        "date_changed",
        make=lambda made, changed: wire_time(made or changed),
        shape=WireTimeField(),
    )
    updated_time = ChangedTimeField(source="policy.updated_at")
    declared = Computed("policy__declared_by", make=bool, shape=serializers.BooleanField())
    policy = Computed(
        *(f"policy__{name}" for name in POLICY), make=policy_values, shape=PolicySerializer()
    )
    next_times = Computed(*COLUMNS, make=ahead, shape=serializers.ListField(child=WireTimeField()))


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    """Return how long a run took; None while it is not over or if it never began."""
    return None if start is None or end is None else (end - start).total_seconds()


class RunRow(RowSerializer):
    """A run. Source: the contract, 1.18, and what follows `queue`."""

    id = IdField()
    task_id = serializers.CharField()
    status = Computed(
        "state",
        make=STATUSES.get,
        shape=serializers.ChoiceField(choices=sorted(set(STATUSES.values()))),
    )
    result = Computed(
        "state",
        "result",
        "error",
        "fault",
        make=result_of,
        shape=serializers.JSONField(allow_null=True),
    )
    date_done = WireTimeField(source="ended_at", allow_null=True)
    traceback = TextField(read_only=True)
    name = serializers.CharField()
    args = serializers.JSONField()
    kwargs = serializers.JSONField()
    worker = TextField(read_only=True)
    retries = Computed(
        "attempt", make=lambda number: max(number - 1, 0), shape=serializers.IntegerField()
    )
    queue = TextField(read_only=True)
    state = serializers.ChoiceField(choices=RunState.choices)
    percent = serializers.FloatField()
    text = Computed("text", make=said_or_none, shape=TextField())
    error = Computed("error", make=said_or_none, shape=TextField())
    schedule = IdField(source="schedule_id", allow_null=True)
    schedule_name = TextField(read_only=True)
    trigger = serializers.ChoiceField(choices=Trigger.choices)
    user_id = IdField(source="actor_id", allow_null=True)
    trace_id = TextField(source="request_id", read_only=True)
    due_time = WireTimeField(source="due_at", allow_null=True)
    queued_time = WireTimeField(source="queued_at")
    started_time = WireTimeField(source="started_at", allow_null=True)
    seconds = Computed(
        "started_at",
        "ended_at",
        make=seconds_between,
        shape=serializers.FloatField(allow_null=True),
    )
    cancel_time = WireTimeField(source="cancel_asked_at", allow_null=True)


class LineRow(RowSerializer):
    """A line that a run wrote to its log."""

    id = IdField()
    time = WireTimeField(source="at")
    level = serializers.ChoiceField(choices=Level.choices)
    text = serializers.CharField()


class LinesSerializer(Plain):
    """Some lines of a run; `after` asks for the next ones, `live` tells that more may come."""

    items = LineRow(many=True)
    after = IdField(min_value=0)
    live = serializers.BooleanField()
