from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.api.renderers import dumps
from apps.core.times import wire_time
from apps.scheduling.selectors import loads
from apps.scheduling.selectors.workers import QueueDepth, WorkerInfo, WorkerState

pytestmark = pytest.mark.django_db


def test_a_sample_is_json_and_adds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    since = timezone.now() - timedelta(hours=25, minutes=2, seconds=3)
    crew = [
        WorkerInfo(
            name=name,
            state=WorkerState.WORKING,
            queues=("quick",),
            pool_size=4,
            running=1,
            processed=3,
            since=since if name == "a" else None,
        )
        for name in ("a", "b")
    ]
    depths = [QueueDepth(name="quick", depth=2), QueueDepth(name="slow", depth=3)]
    monkeypatch.setattr(loads, "workers", lambda: crew)
    monkeypatch.setattr(loads, "queue_depths", lambda: depths)
    sample = loads.load_sample()
    assert dumps(sample)
    assert (sample["online"], sample["capacity"], sample["running"]) == (2, 8, 2)
    assert sample["waiting"] == 5
    assert sample["workers"][0]["up"].startswith("25:02:0")
    assert sample["workers"][1]["up"] == ""
    assert [worker["since"] for worker in sample["workers"]] == [wire_time(since), None]
    assert len(sample["minutes"]) == 15
