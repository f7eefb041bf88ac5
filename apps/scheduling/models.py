"""Jobs of the embedded broker that are not done yet."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
