from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.scheduling.models import Run
from apps.scheduling.tests.admin.conftest import REPORT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("report")]
LIST = "/admin/scheduling/run/"
EVIL = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


def test_runs_are_listed_with_state_progress_and_duration(
    console_with: Any, make_run: Callable[..., Run]
) -> None:
    began = timezone.now() - timedelta(seconds=90)
    make_run(started_at=began, worker="worker-7")
    live = make_run(state="running", percent=42, text=EVIL, schedule_name=EVIL)
    text = console_with("sys:task:list").get(LIST).content.decode()
    assert "1 min 30 s" in text
    assert "worker-7" in text
    assert f'data-run="{live.task_id}"' in text
    assert 'value="42"' in text
    assert ESCAPED in text
    assert EVIL not in text


def test_runs_are_filtered_by_state_job_and_schedule(
    console_with: Any, make_run: Callable[..., Run], make_schedule: Callable[..., Any]
) -> None:
    schedule = make_schedule()
    make_run(worker="worker-one", state="failed", schedule=schedule)
    make_run(worker="worker-two", name="other.job")
    browser = console_with("sys:task:list")
    queries = ("state__exact=failed", f"name={REPORT}", f"schedule__id__exact={schedule.pk}")
    for query in queries:
        text = browser.get(f"{LIST}?{query}").content.decode()
        assert "worker-one" in text
        assert "worker-two" not in text


def test_an_empty_list_says_so(console_with: Any) -> None:
    text = console_with("sys:task:list").get(LIST).content.decode()
    assert "No run ended in the last 24 hours." in text
    assert "nothing to see" in text


def test_a_run_is_neither_added_nor_changed(
    console_with: Any, make_run: Callable[..., Run]
) -> None:
    run = make_run()
    browser = console_with(is_superuser=True)
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.post(f"{LIST}{run.pk}/change/", {"name": "x"}).status_code == 403


def test_a_run_is_deleted_only_when_it_is_over(
    console_with: Any, make_run: Callable[..., Run]
) -> None:
    over, live = make_run(), make_run(state="running")
    browser = console_with("sys:task:list", "sys:task:del")
    assert browser.post(f"{LIST}{live.pk}/delete/", {"post": "yes"}).status_code == 403
    browser.post(f"{LIST}{over.pk}/delete/", {"post": "yes"})
    assert list(Run.objects.all()) == [live]
    chosen = {"action": "delete_selected", "_selected_action": [live.pk], "post": "yes"}
    assert "not over yet" in browser.post(LIST, chosen, follow=True).content.decode()
    assert Run.objects.filter(pk=live.pk).exists()


def test_only_the_first_page_of_runs_follows_what_is_new(
    console_with: Any, make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.scheduling.admin.runs.RunAdmin.list_per_page", 1)
    for _number in range(2):
        make_run()
    browser = console_with("sys:task:list")
    assert 'data-runs="follow"' in browser.get(LIST).content.decode()
    assert 'data-runs="tell"' in browser.get(LIST, {"p": 2}).content.decode()


def test_schedules_to_filter_by_are_told_by_their_names(
    console_with: Any, make_run: Callable[..., Run], make_schedule: Callable[..., Any]
) -> None:
    for name in ("Weekly", "Nightly"):
        make_run(schedule=make_schedule(name, kind=1, cron="0 2 * * *"))
    text = console_with("sys:task:list").get(LIST).content.decode()
    assert "Nightly" in text
    assert "0 2 * * *" not in text
    assert text.index(">Nightly</option>") < text.index(">Weekly</option>")
