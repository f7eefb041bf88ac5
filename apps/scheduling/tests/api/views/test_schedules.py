from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from apps.core.testing.fixtures import GrantedClient
from apps.scheduling.choices import ScheduleKind
from apps.scheduling.models import Run, SchedulePolicy
from apps.scheduling.services.arguments import arguments_of
from apps.scheduling.tests.factories import NAME, SILENT, greet, heard, make_run, make_schedule
from apps.scheduling.tests.sample import echo, job_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/schedulers"
CODES = ("add", "edit", "del", "exec")


@pytest.fixture
def client(client_with: GrantedClient) -> Any:
    return client_with(*(f"sys:task:{verb}" for verb in ("list", *CODES)))


def _data(response: Any) -> Any:
    assert response.status_code == 200, response.content
    assert response.json()["code"] == 200
    return response.json()["data"]


def _field(response: Any) -> Any:
    assert response.status_code == 422, response.content
    return response.json()["data"]["errors"][0]["loc"][1:]


def _body(**values: Any) -> dict[str, Any]:
    usual = {"name": "morning", "task": NAME, "type": 1, "kwargs": '{"name":"Ann"}'}
    return {**usual, **values}


def test_a_schedule_is_made_as_the_front_end_asks_and_read_as_it_expects(client: Any) -> None:
    body = _body(
        interval_period="seconds",
        one_off=False,
        start_time="2030-01-02T03:04:05.000Z",
        expire_time="2030-01-03 03:04:05",
        crontab="0 0 1 1 *",
    )
    row = _data(client.post(URL, body))
    assert row == {
        **row,
        "name": "morning",
        "task": NAME,
        "args": None,
        "kwargs": '{"name":"Ann"}',
        "queue": None,
        "exchange": None,
        "routing_key": None,
        "start_time": "2030-01-02 11:04:05",
        "expire_time": "2030-01-03 03:04:05",
        "expire_seconds": None,
        "type": 1,
        "interval_every": None,
        "interval_period": None,
        "crontab": "0 0 1 1 *",
        "one_off": False,
        "remark": None,
        "enabled": True,
        "total_run_count": 0,
        "last_run_time": None,
        "declared": False,
        "next_times": [],
    }
    assert _data(client.get(f"{URL}/{row['id']}"))["created_time"] == row["created_time"]


def test_an_interval_reads_with_a_crontab_of_five_fields(client: Any) -> None:
    row = _data(client.post(URL, _body(type=0, interval_every=90, interval_period="minutes")))
    assert (row["type"], row["interval_every"], row["interval_period"]) == (0, 90, "minutes")
    assert row["crontab"] == "* * * * *"
    assert len(row["next_times"]) == 3


def test_a_crontab_that_is_not_sent_is_that_of_each_minute(client: Any) -> None:
    for body in (_body(), _body(name="two", crontab=""), _body(name="three", crontab=None)):
        assert _data(client.post(URL, body))["crontab"] == "* * * * *"


@pytest.mark.parametrize("args", ['["Ann", 2]', ["Ann", 2]])
def test_arguments_come_as_text_or_as_they_are(args: Any, client: Any) -> None:
    row = _data(client.post(URL, _body(args=args, kwargs={"tone": "gruff"})))
    assert json.loads(row["args"]) == ["Ann", 2]
    assert json.loads(row["kwargs"]) == {"tone": "gruff"}


@pytest.mark.parametrize("nothing", [None, "", " ", "null", "[]"])
def test_no_arguments_are_null(nothing: Any, client: Any) -> None:
    row = _data(client.post(URL, _body(task=SILENT, args=nothing, kwargs=None)))
    assert (row["args"], row["kwargs"]) == (None, None)


@pytest.mark.parametrize(
    ("loc", "values"),
    [
        (["name"], {"name": ""}),
        (["name"], {"name": "x" * 201}),
        (["task"], {"task": "nobody.knows.it"}),
        (["type"], {"type": 2}),
        (["crontab"], {"crontab": "61 * * * *"}),
        (["crontab"], {"crontab": "0 0 31 2 *"}),
        (["interval_every"], {"type": 0, "interval_period": "days"}),
        (["interval_every"], {"type": 0, "interval_every": 0, "interval_period": "days"}),
        (["interval_period"], {"type": 0, "interval_every": 1}),
        (["interval_period"], {"type": 0, "interval_every": 1, "interval_period": "weeks"}),
        (["args"], {"args": "{"}),
        (["args"], {"args": '{"a": 1}'}),
        (["args"], {"args": ["Ann", 2, "kind", 4], "kwargs": None}),
        (["args"], {"args": "[" * 3000}),
        (["kwargs"], {"kwargs": "[1]"}),
        (["kwargs"], {"kwargs": {"name": "Ann", "age": 3}}),
        (["kwargs"], {"kwargs": {"name": 3}}),
        (["kwargs"], {"kwargs": None}),
        (["queue"], {"queue": "celery"}),
        (["exchange"], {"exchange": "celery"}),
        (["routing_key"], {"queue": "quick", "routing_key": "slow"}),
        (["expire_seconds"], {"expire_seconds": 0}),
        (
            ["expire_time"],
            {"start_time": "2030-01-01T00:00:00Z", "expire_time": "2030-01-01 07:00:00"},
        ),
        (["start_time"], {"start_time": "soon"}),
        (["start_time"], {"start_time": "0001-01-01T00:00:00Z"}),
        (["start_time"], {"start_time": "0001-01-01 00:00:00"}),
        (["expire_time"], {"expire_time": "0001-01-01 00:00:00"}),
        (["expire_time"], {"expire_time": "9999-12-31 23:59:59"}),
        (["expire_time"], {"expire_time": "9999-12-31T23:59:59Z"}),
        (["policy", "missed"], {"policy": {"missed": "never"}}),
        (["policy", "retries"], {"policy": {"retries": 101}}),
        (["policy", "alert_mails", "0"], {"policy": {"alert_mails": ["ann"]}}),
        (["policy", "alert_webhook"], {"policy": {"alert_webhook": "nowhere"}}),
        (["policy", "alert_robot"], {"policy": {"alert_robot": "nowhere"}}),
    ],
)
def test_a_bad_value_is_named_and_nothing_is_made(
    loc: list[str], values: dict[str, Any], client: Any
) -> None:
    found = _field(client.post(URL, _body(**values)))
    assert [str(step) for step in found] == loc
    assert not PeriodicTask.objects.filter(name="morning").exists()


def test_both_ends_are_a_conflict_that_names_them(client: Any) -> None:
    ends = {"expire_time": "2030-01-01 00:00:00", "expire_seconds": 5}
    response = client.post(URL, _body(**ends))
    assert (response.status_code, response.json()["reason"]) == (409, "scheduling.both_ends")
    assert "expire_seconds" in response.json()["msg"]


def test_what_was_cleared_is_taken_for_none(client: Any) -> None:
    cleared = dict.fromkeys(
        ("start_time", "expire_time", "expire_seconds", "interval_every", "interval_period"), ""
    )
    body = _body(**cleared, one_off=None, enabled=None, policy={"limit_seconds": ""})
    row = _data(client.post(URL, body))
    assert (row["start_time"], row["expire_time"], row["expire_seconds"]) == (None, None, None)
    assert (row["one_off"], row["enabled"]) == (False, True)
    url = f"{URL}/{row['id']}"
    _data(client.patch(url, {"enabled": False, "expire_time": "2030-01-01 00:00:00"}))
    row = _data(client.put(url, body))
    assert (row["expire_time"], row["enabled"]) == (None, False)


def test_a_part_of_other_times_is_refused(client: Any) -> None:
    url = f"{URL}/{make_schedule().pk}"
    assert _field(client.patch(url, {"crontab": "1 1 1 1 *"})) == ["crontab"]
    assert _field(client.patch(url, {"type": 1})) == ["crontab"]
    assert _data(client.patch(url, {"type": 1, "crontab": "1 1 1 1 *"}))["type"] == 1
    assert _field(client.patch(url, {"interval_every": 3})) == ["interval_every"]
    assert _field(client.patch(url, {"type": 0})) == ["interval_every"]
    body = {"name": "new", "task": NAME, "type": 1, "interval_period": "seconds"}
    assert _data(client.put(url, body))["crontab"] == "1 1 1 1 *"


def test_a_start_beyond_the_end_is_named(client: Any) -> None:
    made = make_schedule(expires_at=timezone.now() + timedelta(days=2))
    body = {"start_time": "2999-01-01 00:00:00"}
    assert _field(client.patch(f"{URL}/{made.pk}", body)) == ["start_time"]


def test_a_name_is_taken_once(client: Any) -> None:
    _data(client.post(URL, _body()))
    response = client.post(URL, _body())
    assert (response.status_code, response.json()["reason"]) == (409, "scheduling.name_taken")


def test_a_policy_is_written_and_read(client: Any) -> None:
    policy = {
        "missed": "all",
        "missed_limit": 4,
        "may_overlap": True,
        "retries": 2,
        "retry_seconds": 30,
        "limit_seconds": 60,
        "alert_mails": ["ops@example.com"],
        "alert_webhook": None,
        "alert_robot": None,
    }
    row = _data(client.post(URL, _body(policy=policy)))
    assert row["policy"] == policy
    url = f"{URL}/{row['id']}"
    row = _data(client.patch(url, {"policy": {"limit_seconds": None}}))
    assert row["policy"] == {**policy, "limit_seconds": None}
    PeriodicTask.objects.get(pk=row["id"]).policy.delete()
    row = _data(client.get(url))
    assert (row["policy"]["missed"], row["policy"]["alert_mails"]) == ("drop", [])
    assert (row["updated_time"], row["declared"]) == (None, False)
    assert row["created_time"]


def test_an_update_writes_what_is_sent_and_keeps_the_rest(client: Any) -> None:
    made = make_schedule(remark="old", queue="quick")
    url = f"{URL}/{made.pk}"
    row = _data(client.put(url, {"name": "new", "task": NAME, "type": 0}))
    assert (row["name"], row["remark"], row["queue"]) == ("new", "old", "quick")
    assert (row["interval_every"], row["kwargs"]) == (10, '{"name":"Ann"}')
    assert row["updated_time"]
    row = _data(client.patch(url, {"crontab": "1 2 * * *", "type": 1, "remark": ""}))
    assert (row["type"], row["crontab"], row["remark"]) == (1, "1 2 * * *", None)
    assert _field(client.put(url, {"name": "new"}))
    assert _field(client.patch(url, {"kwargs": "{}"})) == ["kwargs"]
    assert client.patch(url, {"name": make_schedule(name="x").name}).status_code == 409


def test_a_schedule_that_is_not_there_is_not_found(client: Any) -> None:
    for method, url in (
        ("get", f"{URL}/987654321"),
        ("delete", f"{URL}/987654321"),
        ("patch", f"{URL}/987654321"),
        ("put", f"{URL}/987654321/status"),
        ("post", f"{URL}/987654321/execute"),
    ):
        assert getattr(client, method)(url, {}).status_code == 404, url


def test_the_list_is_in_order_and_narrowed(client: Any) -> None:
    PeriodicTask.objects.all().delete()
    first = make_schedule(name="Alpha", is_enabled=False)
    second = make_schedule(name="beta", task=SILENT, kwargs={}, kind=ScheduleKind.CRONTAB)
    page = _data(client.get(URL))
    assert [row["id"] for row in page["items"]] == [first.pk, second.pk]
    assert {row["id"] for row in _data(client.get(f"{URL}/all"))} == {first.pk, second.pk}
    for query, found in (
        ("name=ALPH", [first.pk]),
        ("name=&type=", [first.pk, second.pk]),
        ("type=0", [first.pk]),
        ("type=1", [second.pk]),
        (f"task={SILENT}", [second.pk]),
        ("enabled=false", [first.pk]),
        ("enabled=true", [second.pk]),
        ("enabled=0", [first.pk]),
        ("enabled=", [first.pk, second.pk]),
    ):
        items = _data(client.get(f"{URL}?{query}"))["items"]
        assert [row["id"] for row in items] == found, query
    for query in ("type=2", "enabled=abc", "enabled=no"):
        assert client.get(f"{URL}?{query}").status_code == 422


def test_the_last_run_is_that_by_its_times_whatever_runs_are_kept(client: Any) -> None:
    made = make_schedule(is_enabled=False)
    url = f"{URL}/{made.pk}"
    run = make_run(schedule=made)
    _data(client.post(f"{url}/execute"))
    assert _data(client.get(url))["last_run_time"] is None
    PeriodicTask.objects.update(last_run_at=run.queued_at)
    assert _data(client.get(url))["last_run_time"] == "2026-03-05 12:00:00"
    SchedulePolicy.objects.update(ran_at=run.queued_at + timedelta(hours=1))
    _data(client.patch(url, {"interval_every": 3}))
    Run.objects.all().delete()
    assert _data(client.get(url))["last_run_time"] == "2026-03-05 13:00:00"


def test_the_status_turns_over_or_is_set(client: Any) -> None:
    url = f"{URL}/{make_schedule().pk}/status"
    assert _data(client.put(url))["enabled"] is False
    assert _data(client.put(url))["enabled"] is True
    assert _data(client.put(url, {"enabled": True}))["enabled"] is True
    assert _field(client.put(url, {"enabled": "maybe"})) == ["enabled"]


def test_a_schedule_is_deleted_alone_or_with_others(client: Any) -> None:
    rows = [make_schedule() for _number in range(1)] + [make_schedule(name="x")]
    last = make_schedule(name="y")
    assert _data(client.delete(f"{URL}/{rows[0].pk}")) is None
    body = {"pks": [rows[1].pk, rows[0].pk]}
    assert client.delete(URL, body).status_code == 404
    assert _data(client.delete(URL, {"pks": [rows[1].pk, last.pk]})) is None
    assert not PeriodicTask.objects.filter(pk__in=[row.pk for row in [*rows, last]]).exists()
    assert not IntervalSchedule.objects.filter(every=10, period="minutes").exists()


def test_what_code_declares_is_switched_and_given_a_policy_only(client: Any) -> None:
    made = make_schedule(policy={"declared_by": "tests"})
    url = f"{URL}/{made.pk}"
    row = _data(client.put(f"{url}/status"))
    assert (row["declared"], row["enabled"]) == (True, False)
    assert _data(client.patch(url, {"policy": {"retries": 1}}))["policy"]["retries"] == 1
    for response in (
        client.patch(url, {"type": 0, "interval_every": 11}),
        client.patch(url, {"remark": "mine"}),
        client.delete(url),
        client.delete(URL, {"pks": [made.pk]}),
    ):
        assert response.status_code == 409
        assert response.json()["reason"] == "scheduling.declared"


def test_the_declaration_is_not_for_clients_to_claim(client: Any) -> None:
    row = _data(client.post(URL, _body(policy={"declared_by": "me"}, declared=True)))
    assert row["declared"] is False


def test_running_it_now_answers_with_the_run_and_leaves_it_paused(client: Any) -> None:
    made = make_schedule(is_enabled=False, queue="quick", kwargs={"name": "Eve"})
    heard.clear()
    told = _data(client.post(f"{URL}/{made.pk}/execute"))
    run = Run.objects.get(pk=told["id"])
    assert (run.task_id, run.schedule, run.queue) == (told["task_id"], made, "quick")
    assert run.actor_id == client.user.pk
    assert heard == [("Eve", 1, "kind")]
    made.refresh_from_db()
    assert not made.enabled


def test_running_it_now_does_not_wait_for_the_job(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(greet, "apply_async", lambda **values: sent.append(values))
    heard.clear()
    told = _data(client.post(f"{URL}/{make_schedule().pk}/execute"))
    assert heard == []
    assert [message["task_id"] for message in sent] == [told["task_id"]]


def test_a_job_that_is_gone_cannot_run(client: Any) -> None:
    made = make_schedule()
    PeriodicTask.objects.filter(pk=made.pk).update(task="gone.with.the.plugin")
    response = client.post(f"{URL}/{made.pk}/execute")
    assert (response.status_code, response.json()["reason"]) == (422, "scheduling.job_unknown")


def test_a_preview_tells_times_and_words(client: Any) -> None:
    told = _data(client.post(f"{URL}/preview", {"type": 1, "crontab": "30 4 * * *"}))
    assert [moment[11:] for moment in told["next_times"]] == ["04:30:00"] * 5
    assert told["text_en"] == "At 04:30"
    assert "04:30" in told["text_zh"]
    assert told["text_zh"] != told["text_en"]
    body = {"type": 0, "interval_every": 2, "interval_period": "hours"}
    told = _data(client.post(f"{URL}/preview", body))
    assert (len(told["next_times"]), told["text_en"]) == (5, "every 2 hours")


def test_a_preview_heeds_start_and_end(client: Any) -> None:
    start = timezone.now() + timedelta(days=2)
    body = {"type": 1, "crontab": "* * * * *", "start_time": start.isoformat()}
    ends = {"expire_time": (start + timedelta(minutes=2)).isoformat()}
    told = _data(client.post(f"{URL}/preview", body | ends))
    assert len(told["next_times"]) == 2


@pytest.mark.parametrize(
    ("loc", "body"),
    [
        (["type"], {}),
        (["crontab"], {"type": 1, "crontab": "* *"}),
        (["interval_every"], {"type": 0}),
        (["start_time"], {"type": 1, "start_time": "0001-01-01 00:00:00"}),
        (
            ["expire_time"],
            {"type": 1, "start_time": "2031-01-01 00:00:00", "expire_time": "2030-01-01 00:00:00"},
        ),
        (["interval_every"], {"type": 0, "interval_every": 1, "interval_period": "microseconds"}),
    ],
)
def test_a_preview_of_nonsense_is_refused(loc: list[str], body: Any, client: Any) -> None:
    assert _field(client.post(f"{URL}/preview", body)) == loc


@pytest.mark.parametrize(
    ("verb", "method", "path"),
    [
        ("list", "get", ""),
        ("list", "get", "/all"),
        ("list", "get", "/{pk}"),
        ("list", "post", "/preview"),
        ("edit", "put", "/{pk}/status"),
        ("exec", "post", "/{pk}/execute"),
        ("del", "delete", "/{pk}"),
    ],
)
def test_each_act_needs_its_code(
    verb: str, method: str, path: str, client_with: GrantedClient
) -> None:
    url = URL + path.format(pk=make_schedule().pk)
    body = {"type": 1} if method == "post" else None
    others = [f"sys:task:{other}" for other in {"list", *CODES} - {verb}]
    assert getattr(client_with(*others), method)(url, body).status_code == 403
    assert getattr(client_with(f"sys:task:{verb}"), method)(url, body).status_code == 200


def test_secrets_are_not_answered_and_kept_where_the_mask_comes_back(client: Any) -> None:
    job_of(echo)
    kwargs = {"word": "hi", "password": "hunter2"}
    made = client.post(URL, _body(task=echo.name, kwargs=json.dumps(kwargs)))
    row = _data(made)
    assert row["kwargs"] == '{"word":"hi","password":"******"}'
    path = f"{URL}/{row['id']}"
    listed, one = client.get(URL), client.get(path)
    assert "hunter2" not in f"{made.content!r}{listed.content!r}{one.content!r}"
    _data(client.put(path, {**row, "remark": "changed"}))
    schedule = PeriodicTask.objects.get(pk=row["id"])
    assert (schedule.description, arguments_of(schedule, "kwargs")) == ("changed", kwargs)
    refused = client.put(path, {**row, "task": SILENT})
    assert _field(refused) == ["kwargs"]


def test_a_job_that_is_started_takes_no_sealed_value(client: Any) -> None:
    body = {"task": NAME, "kwargs": {"name": {"atrium.sealed": "gAAAA"}}}
    assert _field(client.post("/api/v1/tasks/start", body)) == ["kwargs"]


def test_all_schedules_are_paused_and_go_on(client: Any) -> None:
    path = f"{URL}/halt"
    nothing = {"halted": False, "by": None, "since": None}
    assert _data(client.get(path)) == nothing
    told = _data(client.put(path, {"halted": True}))
    assert (told["halted"], bool(told["by"]), len(told["since"])) == (True, True, 19)
    assert _data(client.get(path)) == told
    assert _field(client.put(path, {})) == ["halted"]
    assert _data(client.put(path, {"halted": False})) == nothing


def test_who_may_only_look_pauses_nothing(client_with: GrantedClient) -> None:
    looker = client_with("sys:task:list")
    assert _data(looker.get(f"{URL}/halt"))["halted"] is False
    assert looker.put(f"{URL}/halt", {"halted": True}).status_code == 403
