"""Who signed in or tried to, and what was done: rows that are added and never changed by hand."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.choices import ChangeAction, RemovalReason


class SealedRow(models.Model):
    """A row that is signed when it is written, and gets its place in a chain later."""

    created_at = models.DateTimeField(_("written at"), default=timezone.now, db_index=True)
    mac = models.CharField(max_length=64, blank=True, editable=False)
    position = models.BigIntegerField(_("place in the chain"), null=True, unique=True)
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True


class LogRow(SealedRow):
    """From where something was done, and when."""

    username = models.CharField(_("user name"), max_length=64, blank=True, db_index=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    country = models.CharField(_("country"), max_length=64, blank=True)
    region = models.CharField(_("region"), max_length=64, blank=True)
    city = models.CharField(_("city"), max_length=64, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=512, blank=True)
    os = models.CharField(_("system"), max_length=64, blank=True)
    browser = models.CharField(_("browser"), max_length=64, blank=True)
    device = models.CharField(_("device"), max_length=64, blank=True)
    is_success = models.BooleanField(_("succeeded"), default=True)
    message = models.CharField(_("message"), max_length=512, blank=True)
    happened_at = models.DateTimeField(_("happened at"), db_index=True)

    class Meta:
        abstract = True


class LoginLog(LogRow):
    """A sign-in, or an attempt at one."""

    user_uuid = models.CharField(_("public id"), max_length=36, blank=True)
    channel = models.CharField(_("through"), max_length=8, blank=True)
    reason = models.CharField(_("reason"), max_length=64, blank=True)
    trace_id = models.CharField(_("trace id"), max_length=32, blank=True)

    class Meta:
        verbose_name = _("login log")
        verbose_name_plural = _("login logs")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.username} {self.happened_at:%Y-%m-%d %H:%M:%S}"


class OperaLog(LogRow):
    """A request that wrote something, was to, or was sampled."""

    trace_id = models.CharField(_("trace id"), max_length=32, blank=True, db_index=True)
    user_id = models.BigIntegerField(_("user id"), null=True, blank=True)
    method = models.CharField(_("method"), max_length=8)
    title = models.CharField(_("operation"), max_length=255, blank=True)
    path = models.CharField(_("path"), max_length=512)
    args = models.TextField(_("arguments"), blank=True, default="")
    code = models.CharField(_("code"), max_length=16)
    cost_us = models.PositiveBigIntegerField(_("duration in microseconds"))

    class Meta:
        verbose_name = _("operation log")
        verbose_name_plural = _("operation logs")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class ChangeLog(SealedRow):
    """What one request, or one command, made of one row of master data."""

    model = models.CharField(_("kind"), max_length=64)
    object_id = models.BigIntegerField(_("key"))
    name = models.CharField(_("name"), max_length=255, blank=True)
    action = models.CharField(_("action"), max_length=8, choices=ChangeAction.choices)
    changes = models.TextField(_("changes"), blank=True, default="")
    user_id = models.BigIntegerField(_("user id"), null=True, blank=True)
    username = models.CharField(_("by"), max_length=64, blank=True)
    trace_id = models.CharField(_("trace id"), max_length=32, blank=True, db_index=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ("-id",)
        indexes = (models.Index(fields=["model", "object_id"], name="audit_change_object"),)

    def __str__(self) -> str:
        return f"{self.model} {self.object_id} {self.action}"


class ChainHead(models.Model):
    """How far the chain of one log has been sealed."""

    log = models.CharField(_("log"), max_length=16, unique=True)
    position = models.BigIntegerField(_("last place"), default=0)
    digest = models.CharField(_("last digest"), max_length=64, blank=True)
    mac = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("end of a chain")
        verbose_name_plural = _("ends of the chains")

    def __str__(self) -> str:
        return f"{self.log} {self.position}"


class Removal(models.Model):
    """Sealed rows that were taken out by somebody who may, or because of their age."""

    log = models.CharField(_("log"), max_length=16)
    first = models.BigIntegerField(_("first place"))
    last = models.BigIntegerField(_("last place"))
    digest = models.CharField(_("digest of the last"), max_length=64)
    reason = models.CharField(_("reason"), max_length=16, choices=RemovalReason.choices)
    username = models.CharField(_("by"), max_length=64, blank=True)
    trace_id = models.CharField(_("trace id"), max_length=32, blank=True)
    removed_at = models.DateTimeField(_("removed at"), default=timezone.now)
    mac = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("removal of log rows")
        verbose_name_plural = _("removals of log rows")
        ordering = ("log", "first")
        constraints = [
            models.UniqueConstraint(fields=["log", "first"], name="audit_removal_one_for_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.first} to {self.last}"
