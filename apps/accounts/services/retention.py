"""What is old goes: rows of the bins, and sessions that ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from apps.access.models import Role
from apps.access.services.roles import roles_purge
from apps.accounts.models import Session, User
from apps.accounts.services.bins import users_purge
from apps.core.errors import DomainError
from apps.core.models import BinnedModel
from apps.organization.models import Department, Position
from apps.organization.services import departments_purge, positions_purge

log = logging.getLogger(__name__)

BINS: tuple[tuple[type[BinnedModel], Callable[[Any], None]], ...] = (
    (User, lambda user: users_purge(actor=None, users=[user])),
    (Role, lambda role: roles_purge(actor=None, roles=[role])),
    (Position, lambda position: positions_purge(positions=[position])),
    (Department, lambda department: departments_purge(departments=[department])),
)
"""Users come first: they belong to departments."""


def cache_prune() -> int:
    """Drop what has run out from the embedded cache, and return how many entries.

    It keeps captchas that nobody answered, and the like, until there is no room or somebody asks
    for them. Redis has nothing to drop.
    """
    ends: Mapping[str, float | None] = getattr(cache, "_expire_info", {})
    now, prefix = time.time(), cache.make_key("")
    over = [key for key, end in list(ends.items()) if end is not None and end <= now]
    return sum(not cache.has_key(key.removeprefix(prefix)) for key in over)  # asking drops it


def bins_prune(*, days: int) -> int:
    """Purge what was deleted so many days ago, and return how many rows; 0 days purge nothing.

    A row that something still holds stays, with a line in the log, and the others go.
    """
    if not days:
        return 0
    until = timezone.now() - timedelta(days=days)
    return sum(_pruned(model, purge, until) for model, purge in BINS)


def _pruned(model: type[BinnedModel], purge: Callable[[Any], None], until: Any) -> int:
    old = model.bin.filter(deleted_at__lt=until).order_by("-pk")  # what is below goes first
    purged = 0
    for pk in list(old.values_list("pk", flat=True)):
        with transaction.atomic():
            row = old.select_for_update().filter(pk=pk).first()
            if row is None:
                continue  # restored or purged meanwhile
            try:
                with transaction.atomic():
                    purge(row)
                purged += 1
            except (DomainError, ProtectedError) as refusal:
                log.warning("%s %s stays in the bin: %s", model._meta.label, pk, refusal)
    return purged


SESSION_BATCH = 1_000
"""Sessions deleted in one statement, so that nobody waits long for the table."""


def sessions_prune(*, days: int) -> int:
    """Delete sessions that ended so many days ago, and return how many; 0 days delete none."""
    if not days:
        return 0
    until = timezone.now() - timedelta(days=days)
    ended = Session.objects.filter(Q(closed_at__lt=until) | Q(expires_at__lt=until)).order_by("pk")
    total = 0
    while keys := list(ended.values_list("pk", flat=True)[:SESSION_BATCH]):
        total += Session.objects.filter(pk__in=keys).delete()[0]
    return total
