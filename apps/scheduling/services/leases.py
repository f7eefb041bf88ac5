"""Leases: what one alone may hold, for as long as it gives signs of life.

Each step is one statement whose condition the database itself checks, so it is right whoever else
does the same at that moment, on any isolation level. Moments are the processes' own: their clocks
must agree within a few seconds.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from apps.scheduling.constants import HOLD_SECONDS
from apps.scheduling.models import Lease

SKEW_SECONDS = 60.0
"""How far clocks may be apart; a lease that holds for longer than it may, and this, is void."""


def lease_take(
    *,
    name: str,
    holder: str,
    seconds: float = HOLD_SECONDS,
    formerly: str = "",
    longest: float | None = None,
) -> bool:
    """Take a lease that nobody holds, or that is ours already; return whether it is ours now.

    Args:
        name: What is held.
        holder: Who asks; the same for as long as it is the same one.
        seconds: How long it holds without a sign of life.
        formerly: A holder who is no more, and whose place this one takes.
        longest: Seconds for which anybody takes or keeps it; `seconds` by default. One that would
            hold for longer was taken by a clock that was ahead, and is nobody's.
    """
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    beyond = now + timedelta(seconds=(longest or seconds) + SKEW_SECONDS)
    is_over = Q(until_at__lt=now) | Q(until_at__gt=beyond)
    free = Lease.objects.filter(is_over | Q(holder__in=(holder, formerly or holder)), name=name)
    if free.update(holder=holder, until_at=until):
        return True
    if Lease.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, holder=holder, until_at=until)
    except IntegrityError:  # somebody was quicker
        return False
    except OperationalError:  # MariaDB chose us to give way to those who insert the same
        return lease_keep(name=name, holder=holder, seconds=seconds)
    return True


def lease_keep(*, name: str, holder: str, seconds: float = HOLD_SECONDS) -> bool:
    """Give a sign of life; return whether the lease is still ours."""
    until = timezone.now() + timedelta(seconds=seconds)
    return bool(Lease.objects.filter(name=name, holder=holder).update(until_at=until))


def lease_drop(*, name: str, holder: str) -> None:
    """Give a lease back; what another holds is left alone.

    Args:
        name: What is held.
        holder: Who gives it back; the id of a task stands for whichever attempt of it has it.
    """
    ours = Q(holder=holder) | Q(holder__startswith=f"{holder}:")
    Lease.objects.filter(ours, name=name).delete()
