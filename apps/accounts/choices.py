"""The words of accounts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """Through which door a session was opened."""

    API = "api", _("front end")
    CONSOLE = "console", _("console")
    SWAGGER = "swagger", _("API documents")


class Closing(TextChoices):
    """Why a session ended."""

    LOGOUT = "logout", _("signed out")
    KICKED = "kicked", _("ended by an administrator")
    REPLACED = "replaced", _("signed in elsewhere")
    REUSED = "reused", _("an old refresh cookie was used again")
    PASSWORD = "password", _("password changed")
    DISABLED = "disabled", _("user disabled or deleted")
