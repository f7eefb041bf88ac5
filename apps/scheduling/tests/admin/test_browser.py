"""The pages of jobs in a real browser; skipped without chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django_celery_beat.models import PeriodicTask
from playwright.sync_api import Page, WebSocketRoute, expect

from apps.core.testing.browsers import IN_BROWSER
from apps.scheduling.models import Run, RunLine
from apps.scheduling.selectors.loads import load_sample
from apps.scheduling.tests.admin.conftest import REPORT

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("report")]


@pytest.fixture
def page(admin_page: Page, complaints: list[str]) -> Iterator[Page]:
    """A page of the console; what the browser complains of fails the test."""
    yield admin_page
    assert complaints == []


def test_a_schedule_is_made_by_the_form(page: Page) -> None:
    page.goto("/admin/scheduling/schedule/add/")
    page.fill("#id_name", "Every ten seconds")
    page.select_option("#id_task", REPORT)
    page.fill("#id_arg_title", "From the form")
    page.select_option("#id_arg_size", "large")
    page.fill("#id_every", "10")
    page.select_option("#id_period", "seconds")
    expect(page.locator("[data-preview-place]")).to_contain_text("every 10 seconds")
    page.click("text=Save")
    page.wait_for_url("**/admin/scheduling/schedule/")
    expect(page.locator("table")).to_contain_text("every 10 seconds")
    schedule = PeriodicTask.objects.get(name="Every ten seconds")
    assert json.loads(schedule.kwargs) == {"title": "From the form", "size": "large"}


def test_the_cron_editor_shows_words_and_times(page: Page) -> None:
    page.goto("/admin/scheduling/schedule/add/")
    page.click("text=At set times (cron)")
    preview = page.locator("[data-preview-place]")
    expect(preview).to_contain_text("At 02:00")
    page.fill("#cron-part-1", "*/5")
    page.fill("#cron-part-2", "*")
    expect(page.locator("#id_cron")).to_have_value("*/5 * * * *")
    expect(preview.locator("[lang=en]")).to_have_text("Every 5 minutes")
    expect(preview.locator("[lang=zh-hans]")).to_contain_text("5")
    expect(preview.locator("li")).to_have_count(5)
    page.fill("#id_cron", "nonsense")
    expect(preview).to_contain_text("Give five fields")
    page.click('[data-preset="0 8 * * 1-5"]')
    expect(page.locator("#cron-part-5")).to_have_value("1-5")
    expect(preview).to_contain_text("Monday through Friday")


def test_the_switch_is_worked_with_the_keyboard(
    page: Page, make_schedule: Callable[..., Any]
) -> None:
    schedule = make_schedule()
    page.goto("/admin/scheduling/schedule/?q=Weekly")
    switch = page.get_by_role("switch", name="Weekly is switched on")
    expect(switch).to_be_checked()
    switch.focus()
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("is paused")
    expect(page.get_by_role("switch", name="Weekly is switched on")).not_to_be_checked()
    schedule.refresh_from_db()
    assert not schedule.enabled


def test_running_now_leads_to_the_page_of_the_run(page: Page, sent: list[Any]) -> None:
    page.goto("/admin/scheduling/start/")
    page.click("text=Report")
    page.fill("#id_arg_title", "By hand")
    page.click("button:has-text('Run now')")
    page.wait_for_url(re.compile(r"/admin/scheduling/run/\d+/change/"))
    expect(page.locator("body")).to_contain_text("By hand")
    assert len(sent) == 1


def test_cancelling_asks_first_and_the_page_follows_the_run(
    page: Page, make_run: Callable[..., Run]
) -> None:
    run = make_run(state="running", percent=20)
    page.goto(f"/admin/scheduling/run/{run.pk}/change/")
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "20")
    Run.objects.filter(pk=run.pk).update(percent=70, text="nearly there")
    RunLine.objects.create(run=run, at=run.queued_at, text="<b>a line</b>")
    expect(bar).to_have_attribute("aria-valuenow", "70")
    expect(page.locator("[data-log]")).to_contain_text("<b>a line</b>")
    Run.objects.filter(pk=run.pk).update(state="retrying", worker="worker-7")
    expect(page.locator("[data-part-of-run=facts]")).to_contain_text("worker-7")
    page.click("text=Cancel")
    expect(page.locator("#question")).to_have_text("Cancel this run?")
    assert not Run.objects.filter(cancel_asked_at__isnull=False).exists()
    page.click("text=No, take me back")
    Run.objects.filter(pk=run.pk).update(state="succeeded", result='"done"', ended_at=run.queued_at)
    expect(page.locator("[data-part-of-run=outcome]")).to_contain_text('"done"')
    expect(page.get_by_text("Run again")).to_be_visible()


def test_the_board_of_workers_follows_the_socket_and_asks_while_it_is_cut(
    page: Page, sockets: list[WebSocketRoute]
) -> None:
    page.goto("/admin/scheduling/workers/")
    waiting, chip = page.locator("[data-show=waiting]"), page.locator("[data-load-state]")
    expect(chip).to_have_text("live")
    sample = load_sample()
    for told in (
        {"type": "ready", "session": "s", "latest": 0},
        {"type": "sample", "topic": "scheduling.workers", "data": sample | {"waiting": 4321}},
    ):
        sockets[-1].send(json.dumps(told))
    expect(waiting).to_have_text("4321")
    sockets[-1].close()
    expect(waiting).not_to_have_text("4321")
    expect(chip).to_have_text("live")
