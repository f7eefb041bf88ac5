from collections.abc import Callable
from typing import Any

import pytest
from django_celery_beat.models import PeriodicTask

from apps.scheduling.models import Run, SchedulePolicy

pytestmark = pytest.mark.django_db
LIST = "/admin/scheduling/schedule/"


def test_a_schedule_is_listed_with_its_times_and_what_became_of_it(
    console_with: Any, make_schedule: Callable[..., Any], make_run: Callable[..., Run]
) -> None:
    schedule = make_schedule("<b>Nightly</b>", kind=1, cron="0 2 * * *")
    make_run(schedule=schedule, state="failed")
    make_run(schedule=schedule)
    text = console_with("sys:task:list").get(LIST).content.decode()
    assert "&lt;b&gt;Nightly&lt;/b&gt;" in text
    assert "<b>Nightly" not in text
    assert "&lt;i&gt;Report" in text
    assert "At 02:00" in text
    assert "2 runs, 1 failed" in text
    assert 'aria-checked="true"' in text
    assert "succeeded" in text


def test_an_empty_list_says_what_to_do(console_with: Any) -> None:
    PeriodicTask.objects.all().delete()
    text = console_with("sys:task:list", "sys:task:add").get(LIST).content.decode()
    assert "Add the first one" in text


def test_the_list_asks_for_as_much_whatever_it_holds(
    console_with: Any,
    make_schedule: Callable[..., Any],
    make_run: Callable[..., Run],
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(12):
        make_run(schedule=make_schedule(f"S{number}"))
    browser = console_with("sys:task:list")
    browser.get(LIST)
    with django_assert_max_num_queries(12) as asked:
        browser.get(LIST)
    ours = [query for query in asked if "periodictask" in query["sql"] or "_run" in query["sql"]]
    assert len(ours) <= 5


@pytest.mark.parametrize("path", ["", "add/", "preview/?cron=*", "arguments/", "1/run/"])
def test_the_pages_need_their_codes(console_with: Any, path: str) -> None:
    assert console_with("sys:dept:list").get(f"{LIST}{path}").status_code == 403


def test_the_switch_pauses_and_resumes(
    console_with: Any, make_schedule: Callable[..., Any]
) -> None:
    schedule = make_schedule()
    browser = console_with("sys:task:list", "sys:task:edit")
    path = f"{LIST}{schedule.pk}/switch/"
    assert browser.get(path).status_code == 404
    referer = f"http://testserver{LIST}?q=Weekly"
    answer = browser.post(path, headers={"referer": referer})
    assert answer["Location"] == f"{LIST}?q=Weekly"
    schedule.refresh_from_db()
    assert not schedule.enabled
    browser.post(path)
    schedule.refresh_from_db()
    assert schedule.enabled
    assert console_with("sys:task:list").post(path).status_code == 403


def test_several_are_disabled_once_that_is_confirmed(
    console_with: Any, make_schedule: Callable[..., Any]
) -> None:
    schedule = make_schedule()
    browser = console_with("sys:task:list", "sys:task:edit")
    chosen = {"action": "disable", "_selected_action": [schedule.pk]}
    assert "Disable these" in browser.post(LIST, chosen).content.decode()
    browser.post(LIST, chosen | {"confirmed": "yes"})
    schedule.refresh_from_db()
    assert not schedule.enabled


def test_running_now_asks_with_the_arguments_in_sight(
    console_with: Any, make_schedule: Callable[..., Any], sent: list[Any]
) -> None:
    schedule = make_schedule(kwargs={"title": "<script>"})
    browser = console_with("sys:task:list", "sys:task:exec")
    path = f"{LIST}{schedule.pk}/run/"
    text = browser.get(path).content.decode()
    assert "&lt;script&gt;" in text
    assert not Run.objects.exists()
    answer = browser.post(path)
    run = Run.objects.get()
    assert answer["Location"] == f"/admin/scheduling/run/{run.pk}/change/"
    assert run.kwargs == {"title": "<script>"}
    assert run.schedule == schedule
    assert sent == [run]


def test_what_cannot_be_run_is_refused_with_a_reason(
    console_with: Any, make_schedule: Callable[..., Any]
) -> None:
    schedule = make_schedule()
    PeriodicTask.objects.filter(pk=schedule.pk).update(task="gone.job")
    browser = console_with("sys:task:list", "sys:task:exec")
    answer = browser.post(f"{LIST}{schedule.pk}/run/", follow=True)
    assert "There is no job" in answer.content.decode()


def test_deleting_asks_and_what_code_declares_stays(
    console_with: Any, make_schedule: Callable[..., Any]
) -> None:
    mine, declared = make_schedule("Mine"), make_schedule("Declared")
    SchedulePolicy.objects.filter(schedule=declared).update(declared_by="files")
    browser = console_with("sys:task:list", "sys:task:del", "sys:task:edit")
    assert "Mine" in browser.get(f"{LIST}{mine.pk}/delete/").content.decode()
    browser.post(f"{LIST}{mine.pk}/delete/", {"post": "yes"})
    answer = browser.post(f"{LIST}{declared.pk}/delete/", {"post": "yes"}, follow=True)
    assert "declared in code" in answer.content.decode()
    assert list(PeriodicTask.objects.filter(name__in=["Mine", "Declared"])) == [declared]


def test_the_list_follows_the_runs(console_with: Any) -> None:
    text = console_with("sys:task:list").get(LIST).content.decode()
    assert 'data-runs="follow"' in text
    assert "scheduling/runs.js" in text


def test_filters_have_the_words_of_the_page(console_with: Any) -> None:
    text = console_with("sys:task:list").get(LIST).content.decode()
    assert "By switched on" in text
    assert "By run only once" in text
