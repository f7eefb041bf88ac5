from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.scheduling.selectors.previews import Times, times_ahead, times_text

NOW = datetime(2026, 3, 5, 4, 0, 30, tzinfo=UTC)  # 12:00:30 in Shanghai


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.scheduling.selectors.times.timezone.now", lambda: NOW)


def _ahead(times: Times, count: int = 3) -> list[str]:
    zone = timezone.get_default_timezone()
    return [
        moment.astimezone(zone).strftime("%d %H:%M:%S")
        for moment in times_ahead(times, count=count)
    ]


def test_a_crontab_is_kept_in_the_zone_of_the_site() -> None:
    assert _ahead(Times(cron="*/30 * * * *")) == ["05 12:30:00", "05 13:00:00", "05 13:30:00"]


def test_an_interval_goes_on_from_the_last_run() -> None:
    times = Times(every=10, period="minutes", last_at=NOW - timedelta(minutes=4))
    assert _ahead(times, 2) == ["05 12:06:30", "05 12:16:30"]


def test_nothing_comes_before_the_start_or_after_the_end() -> None:
    start = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)
    end = start + timedelta(minutes=45)
    cron = Times(cron="*/30 * * * *", start_at=start, end_at=end)
    assert _ahead(cron) == ["06 12:00:00", "06 12:30:00"]
    interval = Times(every=30, period="minutes", start_at=start, end_at=end)
    assert _ahead(interval) == ["06 12:00:00", "06 12:30:00"]
    assert _ahead(Times(end_at=NOW - timedelta(days=1))) == []


def test_times_that_cannot_be_read_never_come() -> None:
    assert _ahead(Times(cron="x")) == []
    assert _ahead(Times(every=2**31, period="days")) == []


def test_times_are_told_in_both_languages() -> None:
    assert times_text(Times(cron="30 4 * * *"), "en") == "At 04:30"
    assert "04:30" in times_text(Times(cron="30 4 * * *"), "zh-hans")
    assert times_text(Times(cron="30 4 * * *"), "zh-hans") != "At 04:30"
    assert times_text(Times(every=1, period="days"), "en") == "every day"
    assert times_text(Times(every=30, period="seconds"), "en") == "every 30 seconds"


@pytest.mark.parametrize("text", ["x", "", "* *", "61 99 * * *", "* * * * * * * *"])
def test_words_never_fail(text: str) -> None:
    assert isinstance(times_text(Times(cron=text), "en"), str)
