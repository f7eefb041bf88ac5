"""Sign-in: captcha, lockout, password, state of the account, session; the same for every door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone, translation

from apps.accounts.choices import Channel
from apps.accounts.errors import (
    PasswordChangeRequiredError,
    PasswordExpiredError,
    SignInError,
)
from apps.accounts.models import User
from apps.accounts.services.captcha import captcha_check, captcha_is_on
from apps.accounts.services.lockout import attempt_begin, attempt_failed, attempts_forget
from apps.accounts.services.passwords import password_change, password_days_left
from apps.accounts.services.sessions import refuse_unusable, session_open
from apps.accounts.services.tokens import TokenPair
from apps.accounts.signals import sign_in_failed, signed_in
from apps.core.cached import invalidate, user_tag
from apps.core.clients import UNKNOWN
from apps.core.context import current_context
from apps.core.errors import DomainError


@dataclass(frozen=True)
class SignIn:
    """A sign-in that succeeded. `days_left` is set when the password expires soon."""

    user: User
    tokens: TokenPair
    days_left: int | None


def user_sign_in(
    *, username: str, password: str, channel: Channel, captcha_id: str = "", captcha: str = ""
) -> SignIn:
    """Open a session for whoever knows the password.

    Raises:
        CaptchaMissingError, CaptchaExpiredError, CaptchaWrongError: See `captcha_check`.
        LockedError: Too many wrong passwords.
        SignInError: Unknown user or wrong password.
        UserDisabledError, DepartmentDisabledError, RolesDisabledError: Told only to somebody who
            knows the password.
        PasswordExpiredError, PasswordChangeRequiredError: See `expired_password_change`.
    """
    with failures_told(username=username, channel=channel):
        user = _prove(
            username=username,
            password=password,
            channel=channel,
            captcha_id=captcha_id,
            captcha=captcha,
        )
        left = password_days_left(user)
        if user.must_change_password:
            raise PasswordChangeRequiredError
        if left is not None and left < 0:
            raise PasswordExpiredError
    with transaction.atomic():
        user.last_login = timezone.now()
        if not User.objects.filter(pk=user.pk).update(last_login=user.last_login):
            raise SignInError  # deleted a moment ago
        pair = session_open(user=user, channel=channel)
        invalidate(user_tag(user.pk))
        signed_in.send(sender=User, user=user, channel=str(channel))
    reminder = settings.ATRIUM.password_reminder_days
    is_soon = left is not None and reminder and left <= reminder
    return SignIn(user, pair, left if is_soon else None)


def expired_password_change(  # noqa: PLR0913 - all that the form asks
    *,
    username: str,
    old: str,
    new: str,
    confirm: str,
    channel: Channel,
    captcha_id: str = "",
    captcha: str = "",
) -> None:
    """Let somebody whose password has expired, or must be changed, choose a new one.

    The same checks as for a sign-in come first, so this is no second door.

    Raises:
        DomainError: As `user_sign_in` and `password_change` do.
    """
    with failures_told(username=username, channel=channel):
        user = _prove(
            username=username,
            password=old,
            channel=channel,
            captcha_id=captcha_id,
            captcha=captcha,
        )
    password_change(user=user, old=old, new=new, confirm=confirm)


@contextmanager
def failures_told(*, username: str, channel: Channel) -> Iterator[None]:
    """Tell whoever listens about a refusal, in the language of the site, and let it pass on."""
    try:
        yield
    except DomainError as refusal:
        with translation.override(settings.LANGUAGE_CODE):
            message = str(refusal)
        sign_in_failed.send(
            sender=User,
            username=username,
            channel=str(channel),
            reason=refusal.reason,
            message=message,
        )
        raise


def _prove(
    *, username: str, password: str, channel: Channel, captcha_id: str, captcha: str
) -> User:
    """Return the user whose password this is, if the account may be used."""
    if captcha_is_on() and channel != Channel.SWAGGER:
        captcha_check(captcha_id=captcha_id, answer=captcha)
    context = current_context()
    address = context.address if context else UNKNOWN
    attempt_begin(username=username, address=address)
    found = User.objects.select_related("department").filter(username=username)
    user: User | None = found.first()
    # A stranger's name costs a hash too, so that the time tells nothing. Where the stored hash is
    # of an older kind, check_password asks `upgrade` to store a new one.
    stored = user.password if user else _nobodys_hash()
    if not check_password(password, stored, setter=_upgrade(user)) or user is None:
        attempt_failed(username=username, address=address)
        raise SignInError
    attempts_forget(username=username, address=address)
    refuse_unusable(user)
    return user


def _upgrade(user: User | None) -> Callable[[str], None]:
    """Return what stores a stronger hash of a password that was right."""

    def store(password: str) -> None:
        if user is not None:
            User.objects.filter(pk=user.pk).update(password=make_password(password))

    return store


@cache
def _nobodys_hash() -> str:
    return make_password("a password that nobody has")
