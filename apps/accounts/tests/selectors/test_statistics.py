from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Session
from apps.accounts.selectors.statistics import BROWSERS, NEWEST, day_starts, sign_in_statistics

pytestmark = pytest.mark.django_db


def _session(user: Any, *, days_ago: float = 0, browser: str = "Chrome 1", **more: Any) -> None:
    opened = timezone.now() - timedelta(days=days_ago)
    made = Session.objects.create(
        user=user, browser=browser, expires_at=opened + timedelta(days=7), **more
    )
    Session.objects.filter(pk=made.pk).update(opened_at=opened)


def test_the_numbers_are_those_of_the_rows(user: Any, django_assert_num_queries: Any) -> None:
    _session(user)
    _session(user, browser="Chrome 2", active_at=timezone.now() - timedelta(hours=1))
    _session(user, days_ago=1, browser="Firefox 9", closed_at=timezone.now())
    _session(user, days_ago=8)
    with django_assert_num_queries(3):
        found = sign_in_statistics(among=Session.objects.all(), days=7)
    assert (found["open"], found["online"]) == (2, 1)
    assert [row["times"] for row in found["days"]] == [0, 0, 0, 0, 0, 1, 2]
    assert found["browsers"] == [
        {"name": "Chrome", "times": 2},
        {"name": "Firefox", "times": 1},
    ]
    assert found["newest"].count() == 4


def test_browsers_beyond_the_first_few_are_counted_together(user: Any) -> None:
    for number in range(BROWSERS + 2):
        for _time in range(BROWSERS + 2 - number):
            _session(user, browser=f"B{number} 1")
    found = sign_in_statistics(among=Session.objects.all())
    assert len(found["browsers"]) == BROWSERS + 1
    assert found["browsers"][-1] == {"name": "", "times": 3}
    assert len(found["newest"]) == NEWEST


def test_a_day_begins_at_midnight_in_the_zone_of_the_site() -> None:
    starts = day_starts(2, date(2026, 3, 1))
    assert [start.isoformat() for start in starts] == [
        "2026-02-28T00:00:00+08:00",
        "2026-03-01T00:00:00+08:00",
    ]
