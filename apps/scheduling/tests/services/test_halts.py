from __future__ import annotations

from collections.abc import Iterator

import pytest
from django_celery_beat.models import PeriodicTasks

from apps.core.context import RequestContext, enter_context, leave_context
from apps.scheduling.models import Halt
from apps.scheduling.selectors.halts import halt_now
from apps.scheduling.services.halts import schedules_halt, schedules_resume

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_ann() -> Iterator[None]:
    before = enter_context(RequestContext(request_id="r", user_id=1, username="ann"))
    yield
    leave_context(before)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what beat was told."""
    found: list[str] = []
    monkeypatch.setattr(PeriodicTasks, "update_changed", lambda: found.append("look again"))
    return found


@pytest.mark.usefixtures("by_ann")
def test_a_pause_stays_with_whoever_was_first_and_beat_hears_of_it(told: list[str]) -> None:
    assert halt_now() is None
    first = schedules_halt()
    assert (first.by, len(told)) == ("ann", 1)
    assert schedules_halt() == first
    assert len(told) == 1
    assert halt_now() == first


def test_they_go_on_once(told: list[str]) -> None:
    assert schedules_halt().by == ""
    schedules_resume()
    schedules_resume()
    assert len(told) == 2
    assert not Halt.objects.exists()
