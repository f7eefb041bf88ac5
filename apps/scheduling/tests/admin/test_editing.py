import json
from collections.abc import Callable
from typing import Any

import pytest
from django_celery_beat.models import PeriodicTask

from apps.scheduling.models import SchedulePolicy
from apps.scheduling.services.arguments import arguments_of
from apps.scheduling.tests.admin.conftest import REPORT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("report")]
LIST = "/admin/scheduling/schedule/"
CODES = ("sys:task:list", "sys:task:add", "sys:task:edit")
TYPED = {
    "name": "Often",
    "task": REPORT,
    "kind": "0",
    "every": "10",
    "period": "seconds",
    "arg_title": "A title",
    "arg_copies": "3",
    "arg_columns": '["a", "b"]',
    "arg_is_loud": "true",
    "arg_day": "2030-01-31",
    "missed": "all",
    "missed_limit": "5",
    "retries": "2",
    "retry_seconds": "30",
    "alert_mails": "a@example.com\nb@example.com",
}


def test_a_schedule_is_made_with_arguments_and_a_policy(console_with: Any) -> None:
    answer = console_with(*CODES).post(f"{LIST}add/", TYPED)
    assert answer["Location"] == LIST
    schedule = PeriodicTask.objects.get(name="Often")
    assert json.loads(schedule.kwargs) == {
        "title": "A title",
        "copies": 3,
        "is_loud": True,
        "columns": ["a", "b"],
        "day": "2030-01-31",
    }
    assert (schedule.interval.every, schedule.interval.period) == (10, "seconds")
    policy = schedule.policy
    assert (policy.missed, policy.missed_limit, policy.retries) == ("all", 5, 2)
    assert policy.alert_mails == ["a@example.com", "b@example.com"]


def test_bad_input_keeps_what_was_typed(console_with: Any) -> None:
    typed = TYPED | {"kind": "1", "cron": "61 * * <b>", "arg_title": "<script>alert(1)</script>"}
    text = console_with(*CODES).post(f"{LIST}add/", typed).content.decode()
    assert "Give five fields" in text
    assert "61 * * &lt;b&gt;" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert(1)" not in text
    assert not PeriodicTask.objects.filter(name="Often").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"arg_columns": "[1,"}, "This is no JSON"),
        ({"arg_options": "[]"}, "takes an object"),
        ({"arg_title": ""}, "This field is required"),
        ({"alert_mails": "nobody"}, "is no address"),
        ({"alert_mails": "a@example.com," * 21}, "20 addresses at most"),
        ({"every": "0"}, "greater than or equal to 1"),
        ({"every": "5", "period": "microseconds"}, "between a second and ten years"),
        ({"start_at": "2030-01-02T00:00", "expires_at": "2030-01-01T00:00"}, "after the start"),
        ({"task": "os.system"}, "Select a valid choice"),
        ({"alert_robot": "nobody"}, "Select a valid choice"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(
    console_with: Any, changed: dict[str, str], said: str
) -> None:
    text = console_with(*CODES).post(f"{LIST}add/", TYPED | changed).content.decode()
    assert said in text
    assert not PeriodicTask.objects.filter(name="Often").exists()


def test_a_name_that_is_taken_is_refused_beside_it(
    console_with: Any, make_schedule: Callable[..., Any]
) -> None:
    make_schedule("Often")
    text = console_with(*CODES).post(f"{LIST}add/", TYPED).content.decode()
    assert "exists already" in text


def test_a_schedule_is_changed_and_arguments_unknown_to_the_form_stay(
    console_with: Any, make_schedule: Callable[..., Any]
) -> None:
    schedule = make_schedule(kwargs={"title": "Old", "share": 0.5})
    browser = console_with(*CODES)
    path = f"{LIST}{schedule.pk}/change/"
    text = browser.get(path).content.decode()
    assert 'value="Old"' in text
    assert 'value="0.5"' in text
    typed = TYPED | {"kind": "1", "cron": "*/5 8-18 * * 1-5", "one_off": "on", "queue": "slow"}
    assert browser.post(path, typed).status_code == 302
    schedule.refresh_from_db()
    assert schedule.name == "Often"
    assert schedule.interval is None
    assert (schedule.crontab.minute, schedule.crontab.day_of_week) == ("*/5", "1-5")
    assert (schedule.one_off, schedule.queue) == (True, "slow")


def test_what_code_declares_shows_its_times_and_takes_a_policy_alone(
    console_with: Any, make_schedule: Callable[..., Any]
) -> None:
    schedule = make_schedule()
    SchedulePolicy.objects.filter(schedule=schedule).update(declared_by="files")
    browser = console_with(*CODES)
    path = f"{LIST}{schedule.pk}/change/"
    text = browser.get(path).content.decode()
    assert "every 10 seconds" in text
    assert 'name="every"' not in text
    assert browser.post(path, TYPED).status_code == 302
    schedule.refresh_from_db()
    assert schedule.name == "Weekly"
    assert schedule.policy.retries == 2


def test_another_job_is_asked_for_without_a_script(console_with: Any) -> None:
    browser = console_with(*CODES)
    text = browser.post(f"{LIST}add/", TYPED | {"arg_title": "", "_job": "1"}).content.decode()
    assert 'value="Often"' in text
    assert 'name="arg_size"' in text
    assert "This field is required" not in text


def test_who_may_only_look_sees_the_form_and_changes_nothing(
    console_with: Any, make_schedule: Callable[..., Any]
) -> None:
    schedule = make_schedule()
    browser = console_with("sys:task:list")
    path = f"{LIST}{schedule.pk}/change/"
    text = browser.get(path).content.decode()
    assert "disabled" in text
    assert ">Save<" not in text
    assert browser.post(path, TYPED).status_code == 403
    assert browser.get(f"{LIST}987654/change/").status_code == 302


def test_the_preview_speaks_both_languages_and_knows_the_next_times(console_with: Any) -> None:
    browser = console_with("sys:task:list", "sys:task:add")
    told = browser.get(f"{LIST}preview/", {"cron": "*/5 * * * *"}).json()
    assert told["is_valid"]
    assert [words["language"] for words in told["texts"]] == ["en", "zh-hans"]
    assert told["texts"][0]["text"] == "Every 5 minutes"
    assert "5" in told["texts"][1]["text"]
    assert len(told["times"]) == 5
    told = browser.get(f"{LIST}preview/", {"every": "10", "period": "seconds"}).json()
    assert told["texts"][0]["text"] == "every 10 seconds"


@pytest.mark.parametrize(
    "given",
    [
        {"cron": "nonsense"},
        {"cron": "0 0 31 2 *"},
        {"every": "x", "period": "seconds"},
        {"every": "0", "period": "seconds"},
        {"every": "9" * 30, "period": "days"},
        {"every": "1", "period": "years"},
        {},
    ],
)
def test_the_preview_says_what_cannot_be_read(console_with: Any, given: dict[str, str]) -> None:
    told = console_with("sys:task:add").get(f"{LIST}preview/", given).json()
    assert not told["is_valid"]
    assert told["text"]


def test_the_part_for_a_job_tells_what_it_does_and_takes(console_with: Any) -> None:
    browser = console_with("sys:task:add")
    text = browser.get(f"{LIST}arguments/", {"task": REPORT}).content.decode()
    assert "Make a &lt;b&gt;report&lt;/b&gt;." in text
    assert 'name="arg_columns"' in text
    text = browser.get(f"{LIST}arguments/", {"task": "<script>"}).content.decode()
    assert "Choose a job" in text


def test_a_secret_is_kept_without_being_shown(
    console_with: Any, make_schedule: Callable[..., Any]
) -> None:
    inner = {"url": "https://a.example", "token": "tief"}
    schedule = make_schedule(kwargs={"title": "T", "password": "geheim", "options": inner})
    browser = console_with(*CODES)
    path = f"{LIST}{schedule.pk}/change/"
    page = browser.get(path)
    assert "geheim" not in page.content.decode()
    assert "tief" not in page.content.decode()
    shown = page.context["form"]["arg_options"].value()
    browser.post(path, TYPED | {"arg_options": shown.replace("a.example", "b.example")})
    kept = _given(schedule)
    assert kept["password"] == "geheim"
    assert kept["options"] == {"url": "https://b.example", "token": "tief"}
    browser.post(path, TYPED | {"arg_password": "anders"})
    assert _given(schedule)["password"] == "anders"


def _given(schedule: Any) -> Any:
    schedule.refresh_from_db()
    return arguments_of(schedule, "kwargs")


def test_secrets_of_every_kind_are_kept_where_nothing_is_typed(
    console_with: Any, make_schedule: Callable[..., Any], keys: Any
) -> None:
    whole = {"pin_token": 7, "has_secret": True, "secret_kind": "b", "token_day": "2026-01-02"}
    schedule = make_schedule(task=keys.name, kwargs=whole)
    browser = console_with(*CODES)
    path = f"{LIST}{schedule.pk}/change/"
    form = browser.get(path).context["form"]
    assert [form[f"arg_{name}"].value() for name in whole] == [None] * 4
    assert "as it is" in str(form["arg_has_secret"])
    typed = TYPED | {"task": keys.name}
    browser.post(path, typed)
    assert _given(schedule) == whole
    browser.post(path, typed | {"arg_has_secret": "false", "arg_secret_kind": "a"})
    assert _given(schedule) == whole | {"has_secret": False, "secret_kind": "a"}
