"""What accounts do by themselves."""

from celery import shared_task
from django.conf import settings

from apps.accounts.services.retention import bins_prune


@shared_task(ignore_result=True)
def prune_bins() -> int:
    """Delete for good what has been in the recycle bins for longer than it is kept."""
    return bins_prune(days=settings.ATRIUM.bin_days)
