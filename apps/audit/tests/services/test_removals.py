import pytest
from django.utils import timezone

from apps.audit.constants import LOGIN_ROWS
from apps.audit.models import LoginLog
from apps.audit.services.removals import rows_remove
from apps.core.cached import two_level

pytestmark = pytest.mark.django_db


def _add(count: int) -> None:
    for number in range(count):
        LoginLog.objects.create(username=f"u{number}", is_success=True, happened_at=timezone.now())


def test_chosen_rows_go_and_what_was_counted_ends() -> None:
    _add(4)
    seen = two_level.get("test:count", LoginLog.objects.count, tags=(LOGIN_ROWS,))
    assert rows_remove(rows=LoginLog.objects.filter(username__in=["u1", "u2"])) == 2
    assert {row.username for row in LoginLog.objects.all()} == {"u0", "u3"}
    again = two_level.get("test:count", LoginLog.objects.count, tags=(LOGIN_ROWS,))
    assert (seen, again) == (4, 2)


def test_a_log_can_be_emptied() -> None:
    _add(3)
    assert rows_remove(rows=LoginLog.objects.all()) == 3
    assert not LoginLog.objects.exists()
