from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from apps.scheduling.selectors.crontabs import (
    cron_columns,
    cron_text,
    crontab_of,
    field_values,
    unread_field,
)
from apps.scheduling.selectors.times import next_times

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "a * * * *",
        "* * 0 * *",
        "0 0 30 2 *",
        "\uff11 * * * *",
        "1_0 * * * *",
        "+5 * * * *",
        "*/\uff15 * * * *",
        "1-5-7 * * * *",
        "*/5/2 * * * *",
        "*/0 * * * *",
        "5/10 * * * *",
        "1, * * * *",
        "-5 * * * *",
        "0 0 31 2,4,6,9,11 *",
    ],
)
def test_what_is_no_crontab_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        crontab_of(text)


@pytest.mark.parametrize("text", ["*/5 8-18 * * 1-5", "0 0 1,15 * *", "0 0 * * mon", "0 0 * jan *"])
def test_what_celery_takes_is_taken(text: str) -> None:
    assert next_times(crontab_of(text), count=1)


def test_a_crontab_is_read_by_the_clock_of_its_zone() -> None:
    at_home = ZoneInfo(settings.TIME_ZONE)
    for zone, clock in ((None, at_home), (NEW_YORK, NEW_YORK)):
        [found] = next_times(crontab_of("0 5 * * *", zone), count=1, after=NOON)
        assert found.astimezone(clock).strftime("%H:%M") == "05:00"


@pytest.mark.parametrize(
    ("name", "field", "values"),
    [
        ("minute", "*/25", [0, 25, 50]),
        ("minute", "30,*/25", [0, 25, 30, 50]),
        ("hour", "22-2", [22, 23, 0, 1, 2]),
        ("hour", "20-2/3", [20, 23, 2]),
        ("day_of_month", "*/10", [1, 11, 21, 31]),
        ("month_of_year", "nov-feb", [11, 12, 1, 2]),
        ("day_of_week", "Friday-mon", [5, 6, 0, 1]),
    ],
)
def test_a_field_stands_for_values_in_order(name: str, field: str, values: list[int]) -> None:
    assert field_values(name, field) == values


def test_the_field_that_cannot_be_read_is_known() -> None:
    assert unread_field(cron_columns("* 24 * 13 *")) == "hour"
    assert unread_field(cron_columns("* * * * sun")) is None


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("0 3 * * *", "en", "At 03:00"),
        ("30 14 * * 1-5", "en", "At 14:30, Monday through Friday"),
        ("*/5 * * * *", "zh-hans", "每 5 分钟"),
        ("30 14 * 6 1-5", "zh-hans", "在 14:30, 星期一 到 星期五, 仅在 六月"),
        ("*/5 * * * *", "fr", "Every 5 minutes"),
        ("no crontab", "en", "no crontab"),
        ("99 * * * *", "zh-hans", "99 * * * *"),
        ("*/1000 * * * *", "en", "Every hour"),
        ("*/60 * * * *", "en", "Every hour"),
        ("*/1 * * * *", "en", "Every minute"),
        ("*/1,7 * * * *", "en", "Every minute"),
        ("*/45 * * * *", "en", "At 0 and 45 minutes past the hour"),
        ("*/45 * * * *", "zh-hans", "在每小时的 0 和 45 分"),
        ("0-30/7,45 * * * *", "en", "At 0, 7, 14, 21, 28, and 45 minutes past the hour"),
        ("0-30/7,45 * * * *", "zh-hans", "在每小时的 0, 7, 14, 21, 28, 和 45 分"),
        ("5-55/10 * * * *", "en", "Every 10 minutes, minutes 5 through 55 past the hour"),
        ("58-1 * * * *", "en", "At 58, 59, 0, and 1 minutes past the hour"),
        ("0 22-2 * * *", "en", "At 22:00, 23:00, 00:00, 01:00 and 02:00"),
        ("0 22-2 * * *", "zh-hans", "在 22:00, 23:00, 00:00, 01:00 和 02:00"),
        ("0 9-11 * * *", "en", "At 09:00, 10:00 and 11:00"),
        ("0 9-11,22 * * *", "en", "At 09:00, 10:00, 11:00 and 22:00"),
        ("*/5 22-2 * * *", "en", "Every 5 minutes, between 22:00 and 02:59"),
        ("0 */6 * * *", "en", "Every 6 hours"),
        ("0 */7 * * *", "zh-hans", "在 00:00, 07:00, 14:00 和 21:00"),
        ("0 0 * */5 *", "en", "At 00:00, only in January, June, and November"),
        ("0 0 * */5 *", "zh-hans", "在 00:00, 仅在 一月, 六月, 和 十一月"),
        ("0 0 * */3 *", "en", "At 00:00, every 3 months"),
        ("0 0 * nov-jan *", "en", "At 00:00, only in November, December, and January"),
        ("0 0 */10 * *", "en", "At 00:00, on day 1, 11, 21, and 31 of the month"),
        ("0 0 * * sat-sun", "en", "At 00:00, only on Saturday and Sunday"),
    ],
)
def test_a_crontab_is_said_in_words(text: str, language: str, said: str) -> None:
    assert cron_text(text, language) == said
