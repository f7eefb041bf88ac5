"""Schedules' policies, runs with their lines, leases, and the jobs of the embedded broker."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from apps.core.models import OwnedModel
from apps.scheduling.choices import LIVE_STATES, Channel, Level, Missed, RunState, Trigger, Why


class OutboxJob(models.Model):
    """A queued job, kept until it ran, so that killing the one process loses nothing."""

    task_id = models.CharField(_("task id"), max_length=64, unique=True)
    name = models.CharField(_("task"), max_length=255)
    payload = models.TextField(_("payload"))
    boot = models.CharField(_("queued by"), max_length=32)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("queued at"), auto_now_add=True)

    class Meta:
        verbose_name = _("queued job")
        verbose_name_plural = _("queued jobs")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Schedule(PeriodicTask):  # type: ignore[misc] # it has no types
    """A schedule as the console lists it, among the pages of this app.

    Services get the `PeriodicTask` itself (`plain`): beat hears of changes of that model alone.
    """

    class Meta:
        proxy = True
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ("name",)

    def __str__(self) -> str:
        return str(self.name)

    @property
    def plain(self) -> PeriodicTask:
        """Return the row that services work on."""
        return PeriodicTask.objects.get(pk=self.pk)


class SchedulePolicy(OwnedModel):
    """What a schedule does beyond its times; each schedule has one."""

    schedule = models.OneToOneField(
        PeriodicTask, models.CASCADE, related_name="policy", verbose_name=_("schedule")
    )
    declared_by = models.CharField(
        _("declared by"),
        max_length=100,
        blank=True,
        help_text=_("The app or plugin whose code declares it; its times are read-only then."),
    )
    missed = models.CharField(
        _("missed times"), max_length=8, choices=Missed.choices, default=Missed.DROP
    )
    missed_limit = models.PositiveSmallIntegerField(
        _("missed times at most"), default=10, help_text=_("For “run each”.")
    )
    may_overlap = models.BooleanField(_("runs may overlap"), default=False)
    retries = models.PositiveSmallIntegerField(_("tries after a failure"), default=0)
    retry_seconds = models.PositiveIntegerField(
        _("seconds before the next try"),
        default=10,
        help_text=_("Doubled with each further try, up to an hour."),
    )
    limit_seconds = models.PositiveIntegerField(
        _("seconds it may run"), null=True, blank=True, help_text=_("Empty: the platform's limit.")
    )
    alert_mails = models.JSONField(_("addresses to mail on failure"), default=list, blank=True)
    alert_webhook = models.CharField(
        _("webhook to call on failure"),
        max_length=64,
        blank=True,
        help_text=_("Name of one of the webhooks of the setting ATRIUM_ALERT_WEBHOOKS."),
    )
    alert_robot = models.CharField(
        _("chat robot to tell on failure"),
        max_length=64,
        blank=True,
        help_text=_("Name of one of the robots of the setting ATRIUM_ALERT_ROBOTS."),
    )

    ran_at = models.DateTimeField(_("last sent at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("policy of a schedule")
        verbose_name_plural = _("policies of schedules")

    def __str__(self) -> str:
        return str(self.schedule)


class Run(models.Model):
    """One run of a job, from the moment it was queued."""

    task_id = models.CharField(_("task id"), max_length=64, unique=True)
    name = models.CharField(_("task"), max_length=200)
    schedule = models.ForeignKey(
        PeriodicTask,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="runs",
        verbose_name=_("schedule"),
    )
    schedule_name = models.CharField(_("name of the schedule"), max_length=200, blank=True)
    trigger = models.CharField(
        _("started by"), max_length=10, choices=Trigger.choices, default=Trigger.PLATFORM
    )
    actor_id = models.BigIntegerField(_("user"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=32, blank=True)
    queue = models.CharField(_("queue"), max_length=100, blank=True)
    worker = models.CharField(_("worker"), max_length=150, blank=True)
    args = models.JSONField(_("arguments"), default=list, blank=True)
    kwargs = models.JSONField(_("named arguments"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=RunState.choices, default=RunState.QUEUED
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    percent = models.FloatField(_("percent"), default=0)
    text = models.CharField(_("what it is doing"), max_length=255, blank=True)
    result = models.TextField(_("result"), blank=True, help_text="JSON")
    error = models.CharField(_("error"), max_length=500, blank=True)
    fault = models.JSONField(
        _("what was raised"), null=True, blank=True, help_text="exc_type, exc_message, exc_module"
    )
    traceback = models.TextField(_("traceback"), blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    queued_at = models.DateTimeField(_("queued at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    seen_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    cancel_asked_at = models.DateTimeField(_("end asked for at"), null=True, blank=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("state", "seen_at"), name="scheduling_run_state"),
            models.Index(fields=("schedule", "id"), name="scheduling_run_schedule"),
            models.Index(fields=("name", "id"), name="scheduling_run_name"),
            models.Index(fields=("ended_at",), name="scheduling_run_ended"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.task_id}"

    @property
    def why(self) -> str:
        """Return its error, in the reader's language where the platform words it."""
        return Why.said(self.error)

    @property
    def doing(self) -> str:
        """Return what it is doing, in the reader's language where the platform words it."""
        return Why.said(self.text)

    @property
    def is_live(self) -> bool:
        """Tell whether it is not over yet."""
        return self.state in LIVE_STATES

    @property
    def duration(self) -> timedelta | None:
        """Return how long it ran; None while it is not over or if it never began."""
        if self.started_at is None or self.ended_at is None:
            return None
        return self.ended_at - self.started_at


class RunLine(models.Model):
    """One line of what a run wrote to its log."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="lines", verbose_name=_("run"))
    at = models.DateTimeField(_("at"))
    level = models.CharField(_("level"), max_length=8, choices=Level.choices, default=Level.INFO)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("line of a run")
        verbose_name_plural = _("lines of a run")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def said(self) -> str:
        """Return the text, in the reader's language where the platform words it."""
        return Why.said(self.text)


class Lease(models.Model):
    """Who holds something that one alone may hold, and until when; it ends by itself."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    holder = models.CharField(_("holder"), max_length=150)
    until_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Halt(models.Model):
    """While there is one, beat sends nothing: somebody has paused all schedules."""

    name = models.CharField(_("name"), max_length=20, unique=True)
    by = models.CharField(_("by"), max_length=150, blank=True)
    since_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("pause of all schedules")
        verbose_name_plural = _("pauses of all schedules")

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """What somebody has to hear of a run that went wrong: sent once by each way."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="alerts", verbose_name=_("run"))
    channel = models.CharField(_("way"), max_length=8, choices=Channel.choices)
    targets = models.JSONField(
        _("whom to tell"),
        default=list,
        blank=True,
        help_text=_("Addresses, or a name of the settings; those of the moment of the run's end."),
    )
    state = models.CharField(
        _("what is told"), max_length=10, choices=RunState.choices, default=RunState.FAILED
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("run", "channel"), name="scheduling_alert_once"),
        )
        indexes = (models.Index(fields=("next_at",), name="scheduling_alert_next"),)

    def __str__(self) -> str:
        return f"{self.run} {self.channel}"
