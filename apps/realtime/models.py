"""What clients were told and must not miss."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """Something that was said to one user, or to those who follow a topic.

    Ids grow, but rows do not become visible in their order: a transaction that drew a lower one
    may commit later. Who reads "after an id" must look back; see `selectors.events`.
    """

    # A plain id, no foreign key: writing an event must not lock the row of the user.
    user_id = models.BigIntegerField(_("user id"), null=True, blank=True)
    topic = models.CharField(_("topic"), max_length=64, blank=True)
    name = models.CharField(_("event"), max_length=64)
    payload = models.JSONField(_("payload"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("id",)
        indexes = (
            models.Index(fields=["user_id", "id"], name="realtime_event_user"),
            models.Index(fields=["topic", "id"], name="realtime_event_topic"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(user_id__isnull=False, topic="")
                | (Q(user_id__isnull=True) & ~Q(topic="")),
                name="realtime_event_one_addressee",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"

    @property
    def group(self) -> str:
        """Return the name of the Channels group of those it is for."""
        return f"topic.{self.topic}" if self.topic else f"user.{self.user_id}"
