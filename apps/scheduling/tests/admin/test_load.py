from typing import Any

import pytest
from django.utils import timezone

from apps.scheduling.selectors.workers import QueueDepth, WorkerInfo, WorkerState

pytestmark = pytest.mark.django_db
PAGE = "/admin/scheduling/workers/"


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr("apps.scheduling.selectors.loads.workers", lambda: found)
    monkeypatch.setattr(
        "apps.scheduling.selectors.loads.queue_depths", lambda: [QueueDepth(name="quick", depth=7)]
    )
    return found


def test_workers_and_queues_are_shown(console_with: Any, crew: list[Any]) -> None:
    crew.append(
        WorkerInfo(
            name="<b>w1",
            state=WorkerState.IDLE,
            queues=("quick", "slow"),
            pool_size=4,
            running=2,
            processed=99,
            since=timezone.now(),
        )
    )
    browser = console_with("sys:task:list")
    text = browser.get(PAGE).content.decode()
    assert "&lt;b&gt;w1" in text
    assert "2 / 4" in text
    assert '<span class="at-chip at-chip-good">idle</span>' in text
    told = browser.get(f"{PAGE}?sample").json()
    assert told["queues"] == {"quick": 7}
    assert told["workers"][0]["processed"] == 99


@pytest.mark.usefixtures("crew")
def test_without_workers_the_page_says_what_to_do(console_with: Any) -> None:
    assert "No worker answers" in console_with("sys:task:list").get(PAGE).content.decode()


@pytest.mark.usefixtures("crew")
def test_the_page_needs_its_code(console_with: Any) -> None:
    assert console_with("sys:dept:list").get(PAGE).status_code == 403
