"""What jobs, workers and queues look like."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core.api.fields import IdField, WireTimeField
from apps.scheduling.selectors.signatures import Kind
from apps.scheduling.selectors.workers import WorkerState

Plain = serializers.Serializer[Any]


class ParameterSerializer(Plain):
    """One parameter of a job."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    required = serializers.BooleanField(source="is_required")  # type: ignore[assignment] # its name on the wire
    nullable = serializers.BooleanField(source="is_nullable")
    default = serializers.JSONField(allow_null=True)
    choices = serializers.ListField(child=serializers.JSONField())


class JobSerializer(Plain):
    """A job that can be scheduled and started; `name` is what people call it."""

    name = serializers.CharField(source="label")
    task = serializers.CharField(source="name")
    doc = serializers.CharField()
    queue = serializers.CharField()
    parameters = ParameterSerializer(many=True)
    repeatable = serializers.BooleanField(source="is_repeatable")


class WorkerSerializer(Plain):
    """A worker: `running` jobs are in hand, `processed` ones were taken up since it began."""

    name = serializers.CharField()
    state = serializers.ChoiceField(choices=[state.value for state in WorkerState])
    queues = serializers.ListField(child=serializers.CharField())
    pool_size = serializers.IntegerField()
    running = serializers.IntegerField()
    processed = serializers.IntegerField()
    since = WireTimeField(allow_null=True)


class QueueSerializer(Plain):
    """A queue; `depth` is null where the broker does not say."""

    name = serializers.CharField()
    depth = serializers.IntegerField(allow_null=True)


class StartedSerializer(Plain):
    """A run that was queued."""

    id = IdField()
    task_id = serializers.CharField()


class HaltStateSerializer(Plain):
    """Whether all schedules are paused, by whom and since when; null while they are not."""

    halted = serializers.BooleanField()
    by = serializers.CharField(allow_null=True)
    since = WireTimeField(allow_null=True)
