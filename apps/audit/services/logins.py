"""The login log: a success stands or falls with its session, a failure is written right after."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.audit.models import LoginLog
from apps.audit.services.rows import row_make, row_save
from apps.core.context import current_context

_waiting: ContextVar[list[LoginLog] | None] = ContextVar("audit_failures", default=None)


def success_add(*, user: User, channel: str) -> None:
    """Note that somebody has signed in."""
    with translation.override(settings.LANGUAGE_CODE):
        message = _("Signed in.")
    row_save(
        row_make(
            LoginLog,
            current_context(),
            username=user.username,
            user_uuid=str(user.uuid),
            channel=channel,
            is_success=True,
            message=message,
            happened_at=timezone.now(),
        )
    )


def failure_add(*, username: str, channel: str, reason: str, message: str) -> None:
    """Note that somebody could not sign in; an unknown name gets a public id of its own."""
    known = User.objects.filter(username=username).values_list("uuid", flat=True).first()
    row = row_make(
        LoginLog,
        current_context(),
        username=username,
        user_uuid=str(known or uuid.uuid4()),
        channel=channel,
        reason=reason,
        is_success=False,
        message=message,
        happened_at=timezone.now(),
    )
    waiting = _waiting.get()
    if waiting is None:
        row_save(row)
    else:
        waiting.append(row)


@contextmanager
def failures_kept() -> Iterator[None]:
    """Write the failures that happen inside only at the end.

    Whoever refuses undoes the transaction that the refusal came out of, and a row in it would be
    undone, too.
    """
    before = _waiting.set([])
    try:
        yield
    finally:
        rows = _waiting.get() or []
        _waiting.reset(before)
        for row in rows:
            row_save(row)
