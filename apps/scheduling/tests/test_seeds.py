from __future__ import annotations

import json

import pytest
from django_celery_beat.models import PeriodicTask

from apps.core.sealing import is_sealed
from apps.scheduling.seeds import seed
from apps.scheduling.tests.factories import make_schedule

pytestmark = pytest.mark.django_db


def test_a_start_seals_the_secrets_that_an_earlier_version_kept_in_clear() -> None:
    made = make_schedule()
    PeriodicTask.objects.update(kwargs='{"name": "Ann", "password": "hunter2"}')
    assert seed(demo=False) == []
    made.refresh_from_db()
    kept = json.loads(made.kwargs)
    assert (kept["name"], is_sealed(kept["password"])) == ("Ann", True)
