"""What becomes of jobs."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    """Where a run is."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    RETRYING = "retrying", _("waiting to try again")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    SKIPPED = "skipped", _("skipped: the one before still runs")
    MISSED = "missed", _("missed: too late to run")
    LOST = "lost", _("lost: its worker died")


LIVE_STATES = (RunState.QUEUED, RunState.RUNNING, RunState.RETRYING)
"""The run is not over."""

BAD_STATES = (RunState.FAILED, RunState.LOST)
"""The run ended in a way that somebody should hear of."""


class Trigger(models.TextChoices):
    """What started a run."""

    SCHEDULE = "schedule", _("schedule")
    CATCH_UP = "catch_up", _("made up for a missed time")
    PERSON = "person", _("person")
    PLATFORM = "platform", _("platform")


class Missed(models.TextChoices):
    """What to do with times at which nobody kept the schedule."""

    DROP = "drop", _("drop them")
    ONCE = "once", _("run once")
    ALL = "all", _("run each, up to the limit")


class Level(models.TextChoices):
    """How grave a line of a run is."""

    DEBUG = "debug", _("debug")
    INFO = "info", _("info")
    WARNING = "warning", _("warning")
    ERROR = "error", _("error")


class ScheduleKind(models.IntegerChoices):
    """How the times of a schedule are given. Source: the contract, 9.1."""

    INTERVAL = 0, _("interval")
    CRONTAB = 1, _("crontab")


class Period(models.TextChoices):
    """The unit of an interval. Source: the contract, 9.1."""

    DAYS = "days", _("days")
    HOURS = "hours", _("hours")
    MINUTES = "minutes", _("minutes")
    SECONDS = "seconds", _("seconds")
    MICROSECONDS = "microseconds", _("microseconds")


class Channel(models.TextChoices):
    """By which way people hear of a run that went wrong."""

    MAIL = "mail", _("mail")
    WEBHOOK = "webhook", _("webhook")
    ROBOT = "robot", _("chat robot")
