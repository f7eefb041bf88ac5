"""What realtime does by itself."""

from celery import shared_task
from django.conf import settings

from apps.realtime.services.events import events_prune


@shared_task(ignore_result=True)
def prune_events() -> int:
    """Delete the events that are older than they are kept."""
    return events_prune(days=settings.ATRIUM.event_days)
