"""Tell people of runs that went wrong: each way once, tried until it is told.

What has to be told is a row, written with the end of the run. A job sends it at once; the reaper
sees to what could not be sent, so neither a dead endpoint nor a purged queue loses anything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from apps.core.jobs import enqueue
from apps.scheduling.choices import Channel
from apps.scheduling.constants import MAX_SENDS, RETRY_CAP_SECONDS
from apps.scheduling.errors import AlertHopelessError, AlertUnsentError
from apps.scheduling.models import Alert, Run, SchedulePolicy
from apps.scheduling.selectors.policies import policy_of_schedule
from apps.scheduling.services.channels import mail, robot, webhook

SEND_TASK = "apps.scheduling.tasks.send_alert"
HELD_SECONDS = 120
"""How long one that is being sent is left alone; longer than any endpoint may take."""

FIRST_SECONDS = 30.0
SENDERS: Mapping[str, Callable[[Alert], None]] = {
    Channel.MAIL: mail.send,
    Channel.WEBHOOK: webhook.send,
    Channel.ROBOT: robot.send,
}
log = logging.getLogger(__name__)


@transaction.atomic
def alerts_make(*, run: Run, policy: SchedulePolicy | None = None) -> list[Alert]:
    """Note what has to be told of a run, by what the policy of its schedule says, and send it.

    Args:
        run: It went wrong.
        policy: Where it is at hand; else it is asked for.
    """
    policy = policy or policy_of_schedule(run.schedule_id)
    if policy is None or run.schedule_id is None:  # it was deleted while the run went on
        return []
    ways = {
        Channel.MAIL: policy.alert_mails,
        Channel.WEBHOOK: [policy.alert_webhook] if policy.alert_webhook else [],
        Channel.ROBOT: [policy.alert_robot] if policy.alert_robot else [],
    }
    made = []
    for channel, targets in ways.items():
        if targets:
            # Kept with it: the schedule may change, or be gone, before it is sent.
            values = {"next_at": timezone.now(), "targets": targets, "state": run.state}
            alert, is_new = Alert.objects.get_or_create(run=run, channel=channel, defaults=values)
            made += [alert] if is_new else []
    for alert in made:
        enqueue(SEND_TASK, alert_id=alert.pk)
    return made


def alerts_due(*, now: datetime | None = None) -> int:
    """Queue again what is not sent yet and whose time has come; return how many."""
    due = Alert.objects.filter(next_at__lte=now or timezone.now(), sent_at=None)
    ids = list(due.values_list("pk", flat=True)[:200])
    for pk in ids:
        enqueue(SEND_TASK, alert_id=pk)
    return len(ids)


def alert_send(*, alert_id: int) -> bool:
    """Send an alert, if it is due and nobody else is at it; return whether it is sent now.

    One that cannot be sent is tried again later.
    """
    now = timezone.now()
    # By one statement: of two who would send it, one alone does.
    mine = Alert.objects.filter(pk=alert_id, sent_at=None, next_at__lte=now)
    held = {"next_at": now + timedelta(seconds=HELD_SECONDS), "tries": F("tries") + 1}
    if not mine.update(**held):
        return False
    alert = Alert.objects.select_related("run").get(pk=alert_id)
    try:
        _send(alert)
    except AlertUnsentError as error:
        _put_off(alert, str(error), is_hopeless=isinstance(error, AlertHopelessError))
        return False
    except Exception as error:  # the boundary of one alert: it, too, has an end
        log.exception("an alert by %s cannot be sent", alert.channel)
        _put_off(alert, type(error).__name__)
        return False
    Alert.objects.filter(pk=alert_id).update(sent_at=timezone.now(), next_at=None, error="")
    return True


def _send(alert: Alert) -> None:
    if alert.tries > MAX_SENDS:  # each time the process ended before it could say so
        raise AlertHopelessError(why="it was tried too often")
    with translation.override(settings.LANGUAGE_CODE):
        SENDERS[alert.channel](alert)


def _put_off(alert: Alert, why: str, *, is_hopeless: bool = False) -> None:
    seconds = min(FIRST_SECONDS * 2.0 ** min(alert.tries - 1, 20), RETRY_CAP_SECONDS)
    is_hopeless = is_hopeless or alert.tries >= MAX_SENDS
    next_at = None if is_hopeless else timezone.now() + timedelta(seconds=seconds)
    Alert.objects.filter(pk=alert.pk).update(next_at=next_at, error=why[:200])
    fate = "is given up" if is_hopeless else f"is tried again in {seconds:.0f} s"
    log.warning("an alert by %s of %s %s: %s", alert.channel, alert.run.task_id, fate, why)
