"""Which sessions are open, and which of them are in use."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.choices import Channel
from apps.accounts.constants import MAX_LISTED, ONLINE_SECONDS
from apps.accounts.models import Session


def open_sessions(*, among: QuerySet[Session], username: str = "") -> QuerySet[Session]:
    """Return the open sessions, those active last first; those of the API documents are left out.

    Args:
        among: Which to choose from: somebody's own, or those that somebody may see.
        username: Only those of the user of exactly this name; "" for everybody's.
    """
    now = timezone.now()
    found = among.filter(closed_at__isnull=True, expires_at__gt=now).exclude(
        channel=Channel.SWAGGER
    )
    if username:
        found = found.filter(user__username=username)
    return found.order_by("-active_at", "-pk")[:MAX_LISTED]


def is_online(active_at: datetime) -> int:
    """Return 1 for a session that was active within the last minutes, else 0."""
    return int(timezone.now() - active_at < timedelta(seconds=ONLINE_SECONDS))
