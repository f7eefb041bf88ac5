"""The choices of the audit."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RemovalReason(TextChoices):
    """Why rows of a log were taken out."""

    DELETED = "deleted", _("deleted by an administrator")
    RETENTION = "retention", _("older than they are kept")


class ChangeAction(TextChoices):
    """What became of a row."""

    MADE = "made", _("made")
    CHANGED = "changed", _("changed")
    DELETED = "deleted", _("deleted")
    RESTORED = "restored", _("restored")
    PURGED = "purged", _("deleted for good")
