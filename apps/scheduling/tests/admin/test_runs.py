from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.scheduling.models import Alert, Run, RunLine
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


def test_a_run_shows_all_of_it_escaped(console_with: Any, make_run: Callable[..., Run]) -> None:
    run = make_run(
        state="failed",
        error=EVIL,
        traceback=EVIL,
        kwargs={"password": "***", "x": EVIL},
        result=EVIL,
    )
    RunLine.objects.create(run=run, at=timezone.now(), level="error", text=EVIL)
    text = console_with("sys:task:list").get(f"{LIST}{run.pk}/change/").content.decode()
    assert EVIL not in text
    assert text.count(ESCAPED) == 5
    assert "***" in text
    assert 'role="progressbar"' in text


def test_who_was_told_of_a_failure_is_shown(
    console_with: Any, make_run: Callable[..., Run]
) -> None:
    run = make_run(state="failed")
    Alert.objects.create(run=run, channel="mail", sent_at=timezone.now())
    Alert.objects.create(run=run, channel="robot", error=EVIL)
    text = console_with("sys:task:list").get(f"{LIST}{run.pk}/change/").content.decode()
    assert "Alert by mail" in text
    assert "not sent" in text
    assert EVIL not in text


def test_a_run_is_neither_added_nor_changed(
    console_with: Any, make_run: Callable[..., Run]
) -> None:
    run = make_run()
    browser = console_with(is_superuser=True)
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.post(f"{LIST}{run.pk}/change/", {"name": "x"}).status_code == 403


@pytest.mark.parametrize("page", ["change", "lines", "log", "cancel", "again", "delete"])
def test_the_pages_of_a_run_need_their_codes(
    console_with: Any, make_run: Callable[..., Run], page: str
) -> None:
    browser = console_with("sys:dept:list")
    assert browser.get(f"{LIST}{make_run().pk}/{page}/").status_code == 403


def test_lines_are_told_after_the_one_that_is_known(
    console_with: Any, make_run: Callable[..., Run]
) -> None:
    run = make_run(state="running", percent=10, text="reading")
    lines = [
        RunLine.objects.create(run=run, at=timezone.now(), text=f"line {number}")
        for number in range(3)
    ]
    browser = console_with("sys:task:list")
    told = browser.get(f"{LIST}{run.pk}/lines/", {"after": lines[0].pk}).json()
    assert [line["text"] for line in told["lines"]] == ["line 1", "line 2"]
    assert told["is_live"]
    assert (told["percent"], told["text"]) == (10, "reading")
    told = browser.get(f"{LIST}{run.pk}/lines/", {"after": "x"}).json()
    assert len(told["lines"]) == 3
    log = browser.get(f"{LIST}{run.pk}/log/")
    assert "INFO line 2" in log.content.decode()
    assert log["Content-Type"].startswith("text/plain")


def test_cancelling_asks_first(
    console_with: Any, make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("celery.current_app.control.revoke", lambda _task_id: None)
    run = make_run(state="queued")
    browser = console_with("sys:task:list", "sys:task:revoke")
    path = f"{LIST}{run.pk}/cancel/"
    assert "Cancel this run?" in browser.get(path).content.decode()
    run.refresh_from_db()
    assert run.state == "queued"
    assert browser.post(path)["Location"] == f"{LIST}{run.pk}/change/"
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert "over already" in browser.post(path, follow=True).content.decode()


def test_a_run_is_started_again_with_the_same_arguments(
    console_with: Any, make_run: Callable[..., Run], sent: list[Any]
) -> None:
    run = make_run(kwargs={"title": "T"}, queue="slow")
    browser = console_with("sys:task:list", "sys:task:exec")
    browser.post(f"{LIST}{run.pk}/again/")
    again = Run.objects.latest("pk")
    assert (again.kwargs, again.queue) == ({"title": "T"}, "slow")
    assert sent == [again]


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
