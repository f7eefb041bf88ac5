from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.selectors.statistics import day_starts
from apps.audit.constants import LOGIN_ROWS
from apps.audit.models import LoginLog
from apps.audit.selectors.days import DAYS, rows_by_day
from apps.core.cached import invalidate

pytestmark = pytest.mark.django_db


def _log(days_ago: int = 0, *, is_success: bool = True) -> LoginLog:
    happened_at = day_starts(DAYS)[-1 - days_ago] if days_ago else timezone.now()
    return LoginLog.objects.create(happened_at=happened_at, is_success=is_success)


def test_rows_are_counted_by_the_days_of_the_site(user: Any) -> None:
    for days_ago, is_success in ((0, True), (0, False), (3, True), (DAYS - 1, False)):
        _log(days_ago, is_success=is_success)
    LoginLog.objects.create(happened_at=day_starts(DAYS)[0] - timedelta(seconds=1))
    found = rows_by_day(LoginLog.objects.all(), user=user, tag=LOGIN_ROWS)
    assert [row.day for row in found] == [start.date() for start in day_starts(DAYS)]
    numbers = {n: (row.total, row.failed) for n, row in enumerate(reversed(found)) if row.total}
    assert numbers == {0: (2, 1), 3: (1, 0), DAYS - 1: (1, 1)}


def test_they_are_counted_once_in_a_while_and_anew_after_a_deletion(
    user: Any, django_assert_num_queries: Any
) -> None:
    row = _log()
    rows = LoginLog.objects.all()
    with django_assert_num_queries(1):
        for _time in range(2):
            assert rows_by_day(rows, user=user, tag=LOGIN_ROWS)[-1].total == 1
    row.delete()
    invalidate(LOGIN_ROWS)
    assert rows_by_day(rows, user=user, tag=LOGIN_ROWS)[-1].total == 0
