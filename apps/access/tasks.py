"""What access control does by itself."""

from celery import shared_task

from apps.access.constants import GRANT_DAYS
from apps.access.services.shares import grants_prune


@shared_task(ignore_result=True)
def prune_grants() -> int:
    """Delete object grants that ran out long ago."""
    return grants_prune(days=GRANT_DAYS)
