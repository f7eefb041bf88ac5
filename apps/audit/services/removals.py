"""Take rows out of the logs."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.audit.constants import LOGIN_ROWS, OPERA_ROWS
from apps.audit.models import LoginLog, OperaLog
from apps.core.cached import invalidate

TAGS = {LoginLog: LOGIN_ROWS, OperaLog: OPERA_ROWS}


@transaction.atomic
def rows_remove(*, rows: QuerySet[Any]) -> int:
    """Delete rows of one log and return how many they were."""
    removed: int
    removed, _by_model = rows.model._default_manager.filter(
        pk__in=rows.order_by().values("pk")
    ).delete()
    invalidate(TAGS[rows.model])
    return removed
