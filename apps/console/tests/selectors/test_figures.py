from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.access.models import Role
from apps.accounts.models import Session, User
from apps.accounts.selectors.statistics import BROWSERS, NEWEST
from apps.console.constants import PLOT_DAYS
from apps.console.selectors.figures import dashboard_of
from apps.core.cached import two_level
from apps.organization.models import Department

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(make_user: Callable[..., Any]) -> User:
    made: User = make_user(is_superuser=True, is_staff=True)
    return made


def _session(user: User, *, days_ago: float = 0, browser: str = "Chrome 1", **more: Any) -> None:
    opened = timezone.now() - timedelta(days=days_ago)
    made = Session.objects.create(
        user=user, browser=browser, expires_at=opened + timedelta(days=7), **more
    )
    Session.objects.filter(pk=made.pk).update(opened_at=opened)


def test_the_figures_count_what_is_there(admin: User, make_user: Callable[..., Any]) -> None:
    make_user(is_active=False, last_login=timezone.now())
    Department.objects.create(name="A")
    Department.objects.create(name="B", is_active=False)
    Department.objects.create(name="gone", deleted_at=timezone.now())
    Role.objects.create(name="R")
    board = dashboard_of(admin)
    assert board["users"] == {"total": 2, "active": 1, "recent": 1}
    assert board["departments"] == {"total": 2, "active": 1}
    assert board["roles"] == {"total": 1, "active": 1}


def test_sign_ins_are_counted_by_day_today_last(admin: User) -> None:
    for days in (0, 0, 1, PLOT_DAYS + 1):
        _session(admin, days_ago=days)
    board = dashboard_of(admin)
    times = [count for _day, count in board["plot"]]
    assert len(times) == PLOT_DAYS
    assert (times[-1], times[-2], sum(times)) == (2, 1, 3)
    assert (board["today"], board["total"]) == (2, 3)


def test_open_sessions_are_neither_closed_nor_run_out(admin: User) -> None:
    _session(admin)
    _session(admin, closed_at=timezone.now())
    _session(admin, days_ago=8)
    board = dashboard_of(admin)
    assert board["sessions"]["open"] == 1
    assert [row["is_open"] for row in board["newest"]] == [False, True, False]


def test_browsers_are_counted_without_their_versions_and_the_rest_together(admin: User) -> None:
    for number in range(BROWSERS + 2):
        _session(admin, browser=f"Browser{'x' * number} 7")
    _session(admin, browser="Browser 8")
    browsers = dashboard_of(admin)["browsers"]
    assert browsers[0] == {"name": "Browser", "times": 2, "percent": 25}
    assert browsers[-1]["name"] == ""
    assert sum(row["times"] for row in browsers) == BROWSERS + 3


@pytest.mark.parametrize(
    ("code", "part"),
    [("sys:user:list", "users"), ("sys:dept:list", "departments"), ("sys:role:list", "roles")],
)
def test_each_part_is_for_those_who_hold_its_code(client_with: Any, code: str, part: str) -> None:
    assert set(dashboard_of(client_with(code).user)) == {part}


def test_who_holds_nothing_sees_nothing(user: User) -> None:
    assert dashboard_of(user) == {}


def test_the_figures_cost_the_same_however_much_there_is_and_nothing_when_seen_before(
    admin: User,
) -> None:
    counts = []
    for _round in range(2):
        for _session_number in range(NEWEST + 2):
            _session(admin)
        two_level.drop(None)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            dashboard_of(admin)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
    with CaptureQueriesContext(connection) as queries:
        dashboard_of(admin)
    assert len(queries) == 0
