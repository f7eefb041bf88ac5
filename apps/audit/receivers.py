"""Hear what happens at sign-in."""

from typing import Any

from django.dispatch import receiver

from apps.accounts.models import User
from apps.accounts.signals import sign_in_failed, signed_in
from apps.audit.services.logins import failure_add, success_add


@receiver(signed_in, dispatch_uid="audit.signed_in")
def log_success(user: User, channel: str, **_kwargs: Any) -> None:
    """Log a sign-in, inside the transaction that opens its session."""
    success_add(user=user, channel=channel)


@receiver(sign_in_failed, dispatch_uid="audit.sign_in_failed")
def log_failure(username: str, channel: str, reason: str, message: str, **_kwargs: Any) -> None:
    """Log a refusal."""
    failure_add(username=username, channel=channel, reason=reason, message=message)
