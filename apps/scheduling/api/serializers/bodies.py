"""What bodies about schedules and jobs may hold."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core.api.fields import TextField
from apps.scheduling.api.serializers.fields import (
    FlagField,
    JobField,
    ListField,
    MomentField,
    NamedField,
    NumberField,
    WordField,
)
from apps.scheduling.choices import Missed, Period, ScheduleKind
from apps.scheduling.services.policies import BOUNDS, MOST_MAILS
from apps.scheduling.services.times import MOST_EVERY
from apps.scheduling.services.values import QUEUES

Plain = serializers.Serializer[Any]
MOST_CRON = 600
"""Characters of five fields."""


def _number(name: str) -> serializers.IntegerField:
    least, most = BOUNDS[name]
    return serializers.IntegerField(required=False, min_value=least, max_value=most)


class QueueField(serializers.ChoiceField):
    """One of the queues; null and "" mean that of the job."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=QUEUES, required=False, allow_null=True, allow_blank=True, **kwargs
        )


class PolicySerializer(Plain):
    """What a schedule does beyond its times; what is not sent stays."""

    missed = serializers.ChoiceField(choices=Missed.choices, required=False)
    missed_limit = _number("missed_limit")
    may_overlap = serializers.BooleanField(required=False)
    retries = _number("retries")
    retry_seconds = _number("retry_seconds")
    limit_seconds = NumberField(
        min_value=BOUNDS["limit_seconds"][0], max_value=BOUNDS["limit_seconds"][1]
    )
    alert_mails = serializers.ListField(
        child=serializers.EmailField(), max_length=MOST_MAILS, required=False
    )
    alert_webhook = TextField(max_length=64)
    alert_robot = TextField(max_length=64)


class TimesSerializer(Plain):
    """When a schedule runs."""

    type = serializers.ChoiceField(
        choices=ScheduleKind.choices, source="kind", help_text="0 interval, 1 crontab"
    )
    interval_every = NumberField(source="every", min_value=1, max_value=MOST_EVERY)
    interval_period = WordField(choices=Period.choices, source="period")
    crontab = TextField(
        source="cron", max_length=MOST_CRON, help_text="Minute, hour, day, month, day of week"
    )
    start_time = MomentField(source="start_at")
    expire_time = MomentField(source="expires_at")


class ScheduleSerializer(TimesSerializer):
    """A schedule. Source: the contract, 1.19."""

    name = serializers.CharField(max_length=200)
    task = JobField()
    args = ListField()
    kwargs = NamedField()
    queue = QueueField()
    exchange = TextField(max_length=200, help_text="That of the queue; better left out")
    routing_key = TextField(max_length=200, help_text="That of the queue; better left out")
    expire_seconds = NumberField(
        min_value=1,
        max_value=2**31 - 1,
        help_text="How long a run may wait in its queue; not together with expire_time",
    )
    one_off = FlagField()
    remark = TextField(max_length=2000)
    enabled = serializers.BooleanField(source="is_enabled", required=False, allow_null=True)
    policy = PolicySerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take a switch that is null for one that was left out."""
        if attrs.get("is_enabled") is None:
            attrs.pop("is_enabled", None)
        return attrs


class SwitchSerializer(Plain):
    """To what to switch; without a value, to the other of what it is."""

    enabled = serializers.BooleanField(required=False, allow_null=True)


class HaltSerializer(Plain):
    """Whether all schedules are to be paused."""

    halted = serializers.BooleanField()


class StartSerializer(Plain):
    """A job to run now, with what it takes."""

    task = JobField()
    args = ListField()
    kwargs = NamedField()
    queue = QueueField()


class LinesQuerySerializer(Plain):
    """Which lines to show."""

    after = serializers.IntegerField(required=False, min_value=0, max_value=2**63 - 1, default=0)
