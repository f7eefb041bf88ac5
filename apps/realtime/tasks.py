"""What realtime does by itself."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core.jobs import SCHEDULED, job
from apps.realtime.services.events import events_prune


@job(label=_("realtime: prune the events"), queue=SCHEDULED, is_repeatable=True, ignore_result=True)
def prune_events() -> int:
    """Delete the events that are older than they are kept."""
    return events_prune(days=settings.ATRIUM.event_days)
