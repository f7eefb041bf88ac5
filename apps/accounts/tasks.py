"""What accounts do by themselves."""

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext_lazy as _

from apps.accounts.services.retention import bins_prune, cache_prune, sessions_prune
from apps.core.jobs import SCHEDULED, job


@job(
    label=_("recycle bins: purge what is old"),
    queue=SCHEDULED,
    is_repeatable=True,
    ignore_result=True,
)
def prune_bins() -> int:
    """Delete for good what has been in the recycle bins for longer than it is kept."""
    return bins_prune(days=settings.ATRIUM.bin_days)


@job(
    label=_("sessions: forget what ended long ago"),
    queue=SCHEDULED,
    is_repeatable=True,
    ignore_result=True,
)
def prune_sessions() -> int:
    """Delete sessions that ended long ago, and what has run out: of the console, of the cache."""
    call_command("clearsessions")
    cache_prune()
    return sessions_prune(days=settings.ATRIUM.session_days)
