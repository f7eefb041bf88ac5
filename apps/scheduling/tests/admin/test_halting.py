from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apps.scheduling.models import Halt

pytestmark = pytest.mark.django_db
LIST = "/admin/scheduling/schedule/"
PAGE = f"{LIST}halt/"


def test_all_schedules_are_paused_and_go_on_after_a_question(
    console_with: Any, make_schedule: Callable[..., Any]
) -> None:
    make_schedule()
    browser = console_with("sys:task:list", "sys:task:edit")
    assert "Pause all schedules" in browser.get(LIST).content.decode()
    assert "Pause all schedules?" in browser.get(PAGE).content.decode()
    assert not Halt.objects.exists()
    assert browser.post(PAGE)["Location"] == LIST
    halt = Halt.objects.get()
    shown = browser.get(LIST).content.decode()
    assert f"All schedules are paused by {halt.by} since" in shown
    assert "Pause all schedules" not in shown
    assert "Let the schedules go on?" in browser.get(PAGE).content.decode()
    assert browser.post(PAGE)["Location"] == LIST
    assert not Halt.objects.exists()


def test_who_may_not_change_schedules_sees_the_pause_alone(console_with: Any) -> None:
    browser = console_with("sys:task:list")
    assert "halt/" not in browser.get(LIST).content.decode()
    assert browser.get(PAGE).status_code == 403
    assert browser.post(PAGE).status_code == 403
    assert not Halt.objects.exists()
