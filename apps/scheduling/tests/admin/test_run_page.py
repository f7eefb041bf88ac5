from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from apps.scheduling.models import Alert, Run, RunLine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("report")]
LIST = "/admin/scheduling/run/"
EVIL = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


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


def test_what_a_run_does_not_have_is_said_in_words(
    console_with: Any, make_run: Callable[..., Run], settings: Any
) -> None:
    browser = console_with("sys:task:list")
    text = browser.get(f"{LIST}{make_run().pk}/change/").content.decode()
    assert "It was given none." in text
    assert "It left no result." in text
    assert "It wrote nothing to its log." in text
    assert settings.TIME_ZONE in text
    live = browser.get(f"{LIST}{make_run(state='queued').pk}/change/").content.decode()
    assert "Nothing so far." in live
    assert '<tr><th scope="row">Attempt</th><td>-</td></tr>' in live


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


def test_a_run_that_ended_meanwhile_is_not_asked_about(
    console_with: Any, make_run: Callable[..., Run]
) -> None:
    run = make_run(state="succeeded")
    browser = console_with("sys:task:list", "sys:task:revoke")
    text = browser.get(f"{LIST}{run.pk}/cancel/", follow=True).content.decode()
    assert "The run is over already." in text
    assert "Cancel this run?" not in text
