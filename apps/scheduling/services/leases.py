"""Leases: what one process alone may do at a time, until it says so no more."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from apps.scheduling.models import Lease


def lease_take(*, name: str, holder: str, seconds: float) -> bool:
    """Take a lease, or prolong one's own; return whether the holder has it now.

    Args:
        name: What is held.
        holder: Who asks.
        seconds: How long it lasts without being prolonged. The clocks of the machines must agree
            far better than that.
    """
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    mine_or_over = Q(holder=holder) | Q(until_at__lte=now)
    # One statement: of two that find it over, the second finds it taken.
    if Lease.objects.filter(mine_or_over, name=name).update(holder=holder, until_at=until):
        return True
    if Lease.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, holder=holder, until_at=until)
    except IntegrityError:  # somebody else was faster
        return False
    return True


def lease_drop(*, name: str, holder: str) -> None:
    """Give a lease up at once; somebody else's stays."""
    Lease.objects.filter(name=name, holder=holder).delete()
