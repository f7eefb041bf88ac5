from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.audit import tasks
from apps.audit.models import LoginLog
from apps.audit.schedules import SCHEDULES
from apps.audit.services import chains
from apps.audit.services.rows import row_make, row_save

pytestmark = pytest.mark.django_db


def _add(days: int) -> None:
    moment = timezone.now() - timedelta(days=days)
    row_save(row_make(LoginLog, None, is_success=True, happened_at=moment, created_at=moment))


def test_everything_that_waits_is_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "SEAL_BATCH", 2)
    monkeypatch.setattr(tasks, "SEAL_BATCH", 2)
    for days in (5, 4, 3, 2, 1):
        _add(days)
    assert tasks.seal_logs() == 5


def test_rows_go_when_they_are_too_old(atrium: Any) -> None:
    _add(400)
    _add(1)
    tasks.seal_logs()
    atrium(audit_days=0)
    assert tasks.prune_logs() == 0
    atrium(audit_days=90)
    assert tasks.prune_logs() == 1
    assert LoginLog.objects.count() == 1


def test_what_is_scheduled_exists() -> None:
    assert {str(entry["task"]).rpartition(".")[2] for entry in SCHEDULES.values()} <= set(
        dir(tasks)
    )
