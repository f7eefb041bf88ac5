"""What access control does by itself."""

from django.utils.translation import gettext_lazy as _

from apps.access.constants import GRANT_DAYS
from apps.access.services.shares import grants_prune
from apps.core.jobs import SCHEDULED, job


@job(
    label=_("access: prune the object grants"),
    queue=SCHEDULED,
    is_repeatable=True,
    ignore_result=True,
)
def prune_grants() -> int:
    """Delete object grants that ran out long ago."""
    return grants_prune(days=GRANT_DAYS)
