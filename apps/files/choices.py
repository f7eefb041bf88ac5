"""What a file is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a node holds."""

    FOLDER = "folder", _("folder")
    IMAGE = "image", _("picture")
    VIDEO = "video", _("video")
    OTHER = "other", _("document")


class Purpose(models.TextChoices):
    """What a node is there for."""

    KEPT = "kept", _("kept in the manager")
    AVATAR = "avatar", _("picture of a user")
