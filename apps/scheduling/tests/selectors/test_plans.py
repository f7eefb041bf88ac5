from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
)

from apps.scheduling.selectors.plans import (
    COLUMNS,
    Times,
    cron_joined,
    plan_text,
    times_after,
    times_ahead,
    times_due,
    times_from,
    times_of,
    times_text,
)

NOW = datetime(2026, 3, 5, 4, 0, 30, tzinfo=UTC)  # 12:00:30 in Shanghai
MINUTE = timedelta(minutes=1)
OFTEN = Times(every=10, period="minutes", last_at=NOW - 35 * MINUTE)
DAILY = CrontabSchedule(pk=1, minute="0", hour="2", timezone=ZoneInfo("Asia/Tokyo"))


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def _ahead(times: Times, count: int = 3) -> list[str]:
    zone = timezone.get_default_timezone()
    return [
        moment.astimezone(zone).strftime("%d %H:%M:%S")
        for moment in times_ahead(times, count=count)
    ]


@pytest.mark.django_db
def test_a_row_and_its_columns_tell_the_same_times() -> None:
    crontab = CrontabSchedule.objects.create(minute="0, 30", hour="2", timezone="Asia/Tokyo")
    interval = IntervalSchedule.objects.create(every=3, period="hours")
    start, end = NOW, NOW + MINUTE
    for kind in ({"crontab": crontab}, {"interval": interval}, {}):
        columns = {"start_time": start, "expires": end, "one_off": True, "enabled": False, **kind}
        made = PeriodicTask(name="x", task="y", last_run_at=NOW - MINUTE, **columns)
        PeriodicTask.objects.bulk_create([made])
        rows = PeriodicTask.objects.filter(pk=made.pk)
        [found] = {times_of(rows.get()), times_from(*rows.values_list(*COLUMNS).get())}
        assert (found.start_at, found.end_at, found.last_at) == (start, end, NOW - MINUTE)
        assert (found.is_once, found.is_enabled) == (True, False)
        assert found.changed_at is not None
        told = (found.every, found.period, found.cron, str(found.zone))
        assert (
            told
            == {
                "crontab": (None, None, "0,30 2 * * *", "Asia/Tokyo"),
                "interval": (3, "hours", None, "None"),
                "": (None, None, None, "None"),
            }["".join(kind)]
        )
        rows.delete()


def test_a_crontab_is_kept_in_its_zone_or_that_of_the_site() -> None:
    assert _ahead(Times(cron="*/30 * * * *")) == ["05 12:30:00", "05 13:00:00", "05 13:30:00"]
    assert _ahead(Times(cron="0 2 * * *", zone=ZoneInfo("Asia/Tokyo")), 1) == ["06 01:00:00"]


def test_what_is_overdue_comes_next_where_its_grid_has_it() -> None:
    assert _ahead(OFTEN, 2) == ["05 12:05:30", "05 12:15:30"]
    never = Times(every=10, period="minutes", changed_at=NOW - 33 * MINUTE)
    assert _ahead(never, 1) == ["05 12:07:30"]


def test_nothing_comes_before_the_start_or_after_the_end() -> None:
    start = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)
    end = start + timedelta(minutes=45)
    cron = Times(cron="*/30 * * * *", start_at=start, end_at=end)
    assert _ahead(cron) == ["06 12:00:00", "06 12:30:00"]
    interval = Times(every=30, period="minutes", start_at=start, end_at=end)
    assert _ahead(interval) == ["06 12:00:00", "06 12:30:00"]
    assert _ahead(Times(cron="* * * * *", end_at=NOW - timedelta(days=1))) == []


def test_what_runs_once_comes_once_and_what_is_off_does_not() -> None:
    assert len(_ahead(Times(cron="* * * * *", is_once=True))) == 1
    assert _ahead(Times(cron="* * * * *", is_enabled=False)) == []


@pytest.mark.parametrize(
    "times",
    [
        Times(),
        Times(cron="x"),
        Times(cron="99 * * * *"),
        Times(every=0, period="minutes"),
        Times(every=2**31, period="days"),
        Times(every=1, period="years"),
    ],
)
def test_times_that_cannot_be_read_never_come(times: Times) -> None:
    assert _ahead(times) == []
    with pytest.raises(ValueError, match=r".+"):
        times_after(times, settled=NOW)
    with pytest.raises(ValueError, match=r".+"):
        times_due(times, now=NOW, settled=NOW, newest=1)


def test_what_lies_before_the_last_change_or_is_settled_is_not_due() -> None:
    assert times_after(OFTEN) == [NOW - 25 * MINUTE]
    changed = replace(OFTEN, changed_at=NOW - 20 * MINUTE)
    assert times_after(changed) == [NOW - 15 * MINUTE]
    assert times_after(changed, settled=NOW - 10 * MINUTE) == [NOW - 5 * MINUTE]
    due = times_due(OFTEN, now=NOW, newest=5)
    assert due == [NOW - number * MINUTE for number in (25, 15, 5)]
    assert times_due(changed, now=NOW, settled=NOW - 10 * MINUTE, newest=5) == due[2:]
    ended = replace(OFTEN, end_at=NOW - 5 * MINUTE)
    assert times_due(ended, now=NOW, newest=1) == [NOW - 15 * MINUTE]


def test_times_are_told_in_both_languages() -> None:
    daily = Times(cron="30 4 * * *")
    assert times_text(daily, "en") == "At 04:30"
    assert "04:30" in times_text(daily, "zh-hans")
    assert times_text(daily, "zh-hans") != "At 04:30"
    assert times_text(Times(every=1, period="days"), "en") == "every day"
    assert times_text(Times(every=30, period="seconds"), "en") == "every 30 seconds"
    assert "cannot be shown" in times_text(Times(), "en")


@pytest.mark.parametrize("text", ["x", "", "* *", "61 99 * * *", "* * * * * * * *"])
def test_words_never_fail(text: str) -> None:
    assert isinstance(times_text(Times(cron=text), "en"), str)


def test_a_schedule_is_told_in_the_reader_s_language() -> None:
    assert plan_text(PeriodicTask(crontab=DAILY)) == "At 02:00"
    with translation.override("zh-hans"):
        assert "At" not in plan_text(PeriodicTask(crontab=DAILY))
    assert "cannot be shown" in plan_text(PeriodicTask(clocked=ClockedSchedule(pk=1)))


def test_the_fields_are_written_as_people_write_them() -> None:
    assert cron_joined("0, 30", "*", "1", "*", "mon") == "0,30 * 1 * mon"
    assert cron_joined(None, None, None, None, None) is None
