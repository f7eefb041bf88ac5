from __future__ import annotations

import pytest
from django_celery_beat.models import PeriodicTask

from apps.core.errors import InvalidInputError
from apps.scheduling.services.values import (
    queue_verify,
    schedule_fill,
    state_of,
)
from apps.scheduling.tests.factories import NAME, make_schedule

pytestmark = pytest.mark.django_db


def test_values_are_set_and_nothing_is_saved() -> None:
    made = make_schedule(name="one")
    schedule_fill(schedule=made, values={"name": "two", "kwargs": {"name": "Bob"}, "every": 3})
    assert (made.name, made.kwargs, made.interval.every) == ("two", '{"name":"Bob"}', 3)
    assert PeriodicTask.objects.get(pk=made.pk).name == "one"


def test_what_means_the_same_is_the_same_state() -> None:
    made = make_schedule(kwargs={"name": "Ann", "times": 2})
    before = state_of(made)
    made.kwargs, made.args, made.queue = '{"times": 2, "name": "Ann"}', "", ""
    assert state_of(made) == before
    made.kwargs = "{broken"
    assert state_of(made) != before


def test_an_unknown_queue_is_refused() -> None:
    with pytest.raises(InvalidInputError) as caught:
        queue_verify(task=NAME, queue="celery")
    assert caught.value.field == "queue"


def test_a_job_waits_in_its_own_queue_or_another_one() -> None:
    assert queue_verify(task=NAME, queue=None) == "slow"
    assert queue_verify(task=NAME, queue="quick") == "quick"
    assert queue_verify(task="nobody.knows.it", queue="") == "quick"
