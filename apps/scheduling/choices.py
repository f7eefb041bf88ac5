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


class Why(models.TextChoices):
    """Why a run ended, or runs again, where the platform says so and not its job.

    The English words are what rows keep; each reader is told in their own language.
    """

    WORKER_DIED = "Its worker died while it ran.", _("Its worker died while it ran.")
    WORKERS_DIED = "It took its worker down each time.", _("It took its worker down each time.")
    RUNS_AGAIN = "Its worker died; it runs again.", _("Its worker died; it runs again.")
    UNREADABLE = "Its message cannot be read.", _("Its message cannot be read.")
    GONE = "Its message is gone from the queue.", _("Its message is gone from the queue.")
    UNSENT = "The message broker did not take it.", _("The message broker did not take it.")
    STOPPED = "The platform stopped before it began.", _("The platform stopped before it began.")
    UNKNOWN = (
        "The worker that took it knows no such job.",
        _("The worker that took it knows no such job."),
    )
    OVERTIME = "It took longer than it may.", _("It took longer than it may.")
    OUSTED = (
        "Another run of its schedule took its place.",
        _("Another run of its schedule took its place."),
    )
    CUT = "Further lines are not kept.", _("Further lines are not kept.")

    @classmethod
    def said(cls, text: str) -> str:
        """Return what a row keeps in the reader's language; what a job said stays as it is."""
        return str(cls(text).label) if text in cls.values else text
