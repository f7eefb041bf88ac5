"""Lists and pages of jobs that follow their runs, in a real browser; skipped without chromium."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, WebSocketRoute, expect, sync_playwright

from apps.core.testing.fixtures import PASSWORD
from apps.scheduling.models import Run
from apps.scheduling.tests.admin.conftest import REPORT

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.usefixtures("report"),
]
OPTIONS = ["--no-sandbox", "--disable-background-networking"]
LIST = "/admin/scheduling/run/"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; the rows we read belong to the test alone.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def sockets() -> list[WebSocketRoute]:
    """The sockets that pages opened; the test is what stands behind them."""
    return []


@pytest.fixture
def page(
    chromium: Browser,
    live_server: Any,
    make_user: Callable[..., Any],
    sockets: list[WebSocketRoute],
) -> Iterator[Page]:
    """A page of somebody who may do everything; what its scripts complain of fails the test."""
    make_user(username="admin", is_staff=True, is_superuser=True)
    context = chromium.new_context(base_url=live_server.url, locale="en-US")
    context.set_default_timeout(10_000)
    found = context.new_page()
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.route_web_socket("**/ws/events", lambda socket: sockets.append(socket))  # noqa: PLW0108
    found.goto("/admin/")
    found.fill("#id_username", "admin")
    found.fill("#id_password", PASSWORD)
    found.click("#login-form button[type=submit]")
    found.wait_for_url("**/admin/")
    yield found
    context.close()
    assert complaints == []


def _ready(socket: WebSocketRoute) -> None:
    socket.send(json.dumps({"type": "ready", "session": "s", "latest": 0}))


def _told(socket: WebSocketRoute, run: Run) -> None:
    data = {"id": run.pk, "task_id": run.task_id, "state": run.state, "percent": run.percent}
    data["text"] = run.text
    event = {"type": "event", "event": "run.changed", "topic": "scheduling.runs", "data": data}
    socket.send(json.dumps(event))


def test_new_runs_appear_in_the_list_and_old_ones_are_completed(
    page: Page, sockets: list[WebSocketRoute], make_run: Callable[..., Run]
) -> None:
    page.goto(LIST)
    expect(page.locator("#changelist-form")).to_be_attached()
    _ready(sockets[-1])
    first = make_run(state="running", worker="")
    _told(sockets[-1], first)
    rows = page.locator("tr.data-row")
    expect(rows).to_have_count(1)
    Run.objects.filter(pk=first.pk).update(
        state="failed", worker="worker-7", ended_at=timezone.now()
    )
    first.refresh_from_db()
    _told(sockets[-1], first)
    expect(rows.first).to_contain_text("worker-7")
    expect(page.locator("[data-part-of-runs=failed]")).to_contain_text("1")
    page.check("#action-toggle")
    expect(page.locator(".action-select:checked")).to_have_count(1)


def test_a_list_in_use_stays_and_tells_of_new_runs(
    page: Page, sockets: list[WebSocketRoute], make_run: Callable[..., Run]
) -> None:
    make_run()
    page.goto(LIST)
    _ready(sockets[-1])
    page.check(".action-select")
    _told(sockets[-1], make_run())
    expect(page.locator("[data-runs-news]")).to_have_text("1 new run - show it")
    expect(page.locator(".action-select:checked")).to_have_count(1)
    expect(page.locator("tr.data-row")).to_have_count(1)


def test_the_list_of_schedules_shows_the_run_that_just_began(
    page: Page,
    sockets: list[WebSocketRoute],
    make_schedule: Callable[..., Any],
    make_run: Callable[..., Run],
) -> None:
    schedule = make_schedule()
    page.goto("/admin/scheduling/schedule/?q=Weekly")
    expect(page.locator(".field-last_run")).to_have_text("never")
    _ready(sockets[-1])
    _told(sockets[-1], make_run(state="running", schedule_id=schedule.pk))
    expect(page.locator(".field-last_run")).to_contain_text("running")


def test_the_page_of_a_run_does_not_ask_for_what_the_socket_tells(
    page: Page, sockets: list[WebSocketRoute], make_run: Callable[..., Run]
) -> None:
    run = make_run(state="running", percent=20)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{LIST}{run.pk}/change/")
    _ready(sockets[-1])
    expect(page.locator("html")).to_have_attribute("data-live", "on")
    page.wait_for_timeout(2_500)  # a question that was due before is over
    asked.clear()
    run.percent = 70
    _told(sockets[-1], run)
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "70")
    expect(page.locator("[data-said]")).to_have_text("70 %")
    page.wait_for_timeout(2_500)  # longer than the pause where there is no socket
    assert asked == []


def test_the_focus_stays_on_the_page_of_a_run_that_ends(
    page: Page, make_run: Callable[..., Run]
) -> None:
    run = make_run(state="running", name=REPORT)
    page.goto(f"{LIST}{run.pk}/change/")
    page.get_by_text("Cancel", exact=True).focus()
    Run.objects.filter(pk=run.pk).update(state="succeeded", ended_at=run.queued_at)
    expect(page.get_by_text("Run again")).to_be_focused()
    expect(page.locator("[data-log-empty]")).to_have_text("It wrote nothing to its log.")


def test_a_refused_form_leads_to_what_was_refused_and_says_why(page: Page) -> None:
    page.goto("/admin/scheduling/schedule/add/")
    page.fill("#id_name", "Nightly")
    page.click("text=Save")
    job = page.locator("#id_task")
    expect(job).to_be_focused()
    expect(job).to_have_attribute("aria-describedby", "id_task_error")
    expect(page.locator("#id_task_error")).to_have_text("This field is required.")
    described = page.locator("#id_start_at").get_attribute("aria-describedby")
    expect(page.locator(f"#{described}")).to_contain_text("Empty: at once.")
