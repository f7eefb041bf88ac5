"""What the audit does by itself."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.audit.constants import SEAL_BATCH
from apps.audit.services.chains import logs_prune, logs_seal
from apps.core.jobs import SCHEDULED, job


@job(
    label=_("audit: seal the logs"),
    queue=SCHEDULED,
    is_repeatable=True,
    is_quiet=True,
    ignore_result=True,
)
def seal_logs() -> int:
    """Seal the rows that have settled; as many batches as there are."""
    total = 0
    while sealed := logs_seal():
        total += sealed
        if sealed < SEAL_BATCH:
            break
    return total


@job(label=_("audit: prune the logs"), queue=SCHEDULED, is_repeatable=True, ignore_result=True)
def prune_logs() -> int:
    """Delete the rows that are older than they are kept."""
    return logs_prune(days=settings.ATRIUM.audit_days)
