"""When schedules run, in words and in moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext as _
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from apps.scheduling.choices import Period
from apps.scheduling.selectors.times import Times, cron_text, next_times, times_of

EVERY: Mapping[str, str | Promise] = {
    Period.DAYS: ngettext_lazy("every day", "every %(n)s days", "n"),
    Period.HOURS: ngettext_lazy("every hour", "every %(n)s hours", "n"),
    Period.MINUTES: ngettext_lazy("every minute", "every %(n)s minutes", "n"),
    Period.SECONDS: ngettext_lazy("every second", "every %(n)s seconds", "n"),
    Period.MICROSECONDS: ngettext_lazy("every microsecond", "every %(n)s microseconds", "n"),
}


def plan_of(schedule: PeriodicTask) -> Times | None:
    """Return what a schedule follows; None where that cannot be read."""
    try:
        return times_of(schedule)
    except ValueError:
        return None


def plan_text(schedule: PeriodicTask) -> str:
    """Return in words when a schedule runs, in the reader's language."""
    if schedule.interval_id is not None:
        return interval_text(schedule.interval.every, schedule.interval.period)
    if schedule.crontab_id is None:
        return _("at times that cannot be shown here")
    return cron_text(cron_of(schedule.crontab), get_language() or settings.LANGUAGE_CODE)


def interval_text(every: int, period: str) -> str:
    """Return an interval in words, in the reader's language."""
    return str(EVERY[period] % {"n": every})


def cron_of(times: CrontabSchedule) -> str:
    """Return the five fields in the order in which people write them."""
    fields = (
        times.minute,
        times.hour,
        times.day_of_month,
        times.month_of_year,
        times.day_of_week,
    )
    return " ".join(field.replace(" ", "") for field in fields)


def upcoming(schedule: PeriodicTask, *, count: int = 1) -> list[datetime]:
    """Return when a schedule runs next, soonest first; nothing while it is off or over."""
    plan, now = plan_of(schedule), timezone.now()
    is_done = schedule.one_off and schedule.total_run_count > 0
    if plan is None or not schedule.enabled or is_done:
        return []
    last = schedule.last_run_at
    if isinstance(plan, timedelta) and last is not None:
        last = max(last, now - plan)  # what is overdue runs now
    return next_times(
        plan,
        count=count,
        after=now - timedelta(microseconds=1),
        until=schedule.expires,
        start=schedule.start_time,
        anchor=last,
    )
