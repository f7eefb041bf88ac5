from __future__ import annotations

from typing import Any

import pytest

from apps.scheduling.api.serializers.bodies import PolicySerializer, QueueField, ScheduleSerializer
from apps.scheduling.models import SchedulePolicy
from apps.scheduling.tests.factories import NAME


def test_a_policy_takes_every_column_that_is_for_people_to_set() -> None:
    kept = {"id", "schedule", "declared_by", "ran_at", "created_at", "updated_at"}
    kept |= {"created_by_id", "updated_by_id"}
    columns = {column.name for column in SchedulePolicy._meta.fields}
    assert set(PolicySerializer().fields) == columns - kept


@pytest.mark.parametrize(
    ("name", "values"),
    [("retries", (0, 100)), ("missed_limit", (1, 1000)), ("limit_seconds", (1, 86_400))],
)
def test_numbers_are_bounded(name: str, values: tuple[int, int]) -> None:
    field: Any = PolicySerializer().fields[name]
    assert (field.min_value, field.max_value) == values


def test_the_queues_are_those_of_the_platform() -> None:
    assert set(QueueField().choices) == {"quick", "slow", "scheduled"}


def test_what_is_not_sent_is_not_there() -> None:
    body = {"name": "x", "task": NAME, "type": "1", "unknown": 7}
    serializer = ScheduleSerializer(data=body)
    assert serializer.is_valid(), serializer.errors
    assert serializer.validated_data == {"name": "x", "task": NAME, "kind": 1}
