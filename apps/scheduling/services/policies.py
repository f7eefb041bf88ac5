"""Policies of schedules: what they do beyond their times."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from apps.core.errors import InvalidInputError
from apps.scheduling.choices import Missed
from apps.scheduling.models import SchedulePolicy

BOUNDS: Mapping[str, tuple[int, int]] = {
    "missed_limit": (1, 1_000),
    "retries": (0, 100),
    "retry_seconds": (1, 3_600),
    "limit_seconds": (1, 86_400),
}
"""The least and the greatest value of each number."""

MOST_MAILS = 20
CHANNELS: Mapping[str, str] = {
    "alert_webhook": "alert_webhooks",
    "alert_robot": "alert_robots",
}
"""Column -> the key of `settings.ATRIUM` that has the names to choose from."""


@transaction.atomic
def policy_set(*, schedule: PeriodicTask, values: Mapping[str, Any]) -> SchedulePolicy:
    """Change what is given of the policy of a schedule, made where there is none yet.

    Args:
        values: Columns of `SchedulePolicy`.

    Raises:
        InvalidInputError: A value breaks a rule; names it.
    """
    policy = policy_of(schedule)
    for column, value in values.items():
        setattr(policy, column, value)
    policy_verify(policy=policy)
    # When it ran last is for beat alone to say, at the same moment maybe.
    policy.save(update_fields=[name for name in _columns() if name != "ran_at"])
    return policy


def policy_of(schedule: PeriodicTask) -> SchedulePolicy:
    """Return the policy of a schedule, made where there is none yet."""
    return SchedulePolicy.objects.get_or_create(schedule=schedule)[0]


def policy_verify(*, policy: SchedulePolicy) -> None:
    """Let a policy pass that follows the rules.

    Raises:
        InvalidInputError: A value breaks one; names it.
    """
    if policy.missed not in Missed.values:
        raise InvalidInputError(field="missed", message=_("This is none of the choices."))
    for column in BOUNDS:
        _verify_number(column, getattr(policy, column))
    _verify_mails(policy.alert_mails)
    for column in CHANNELS:
        name = getattr(policy, column)
        if name and name not in channel_names(column):
            raise InvalidInputError(
                field=column, message=_("This is none of the names of the settings.")
            )


def _columns() -> list[str]:
    return [field.name for field in SchedulePolicy._meta.concrete_fields if not field.primary_key]


def channel_names(column: str) -> Collection[str]:
    """Return the names that `alert_webhook` or `alert_robot` can take."""
    return [endpoint.name for endpoint in getattr(settings.ATRIUM, CHANNELS[column], ())]


def _verify_number(column: str, number: int | None) -> None:
    least, most = BOUNDS[column]
    if number is None and column == "limit_seconds":
        return
    if number is None or not least <= number <= most:
        text = _("The number must be between %(least)s and %(most)s.")
        raise InvalidInputError(field=column, message=text % {"least": least, "most": most})


def _verify_mails(addresses: Any) -> None:
    if not isinstance(addresses, list) or len(addresses) > MOST_MAILS:
        text = _("Give a list of at most %(most)s addresses.") % {"most": MOST_MAILS}
        raise InvalidInputError(field="alert_mails", message=text)
    for address in addresses:
        try:
            validate_email(str(address))
        except ValidationError:
            raise InvalidInputError(
                field="alert_mails", message=_("One of these is no mail address.")
            ) from None
