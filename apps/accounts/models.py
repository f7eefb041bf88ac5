"""Who can sign in, how their sessions stand, and which passwords they used."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.choices import Channel, Closing
from apps.accounts.querysets import SessionQuerySet, UserManager
from apps.core.models import BinnedModel, unique_if_live
from apps.core.scopes import Follows, Scoped
from apps.organization.models import Department


class User(AbstractBaseUser, BinnedModel):
    """A person or machine that signs in. What it may do is what its roles hold.

    `is_staff` opens the console; `is_superuser` passes every check.
    """

    uuid = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(
        _("user name"), max_length=64, db_index=True, validators=[UnicodeUsernameValidator()]
    )
    nickname = models.CharField(_("nickname"), max_length=64)
    email = models.EmailField(_("e-mail"), max_length=254, null=True, blank=True)  # noqa: DJ001 - none is no address, of which each is unique
    phone = models.CharField(_("phone"), max_length=11, blank=True)
    avatar = models.URLField(_("avatar"), max_length=256, blank=True)
    is_active = models.BooleanField(_("active"), default=True, db_index=True)
    is_superuser = models.BooleanField(_("superuser"), default=False)
    is_staff = models.BooleanField(_("may use the console"), default=False)
    is_multi_login = models.BooleanField(_("may be signed in more than once"), default=False)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now, editable=False)
    last_login = models.DateTimeField(_("last sign-in"), null=True, blank=True, editable=False)
    password_changed_at = models.DateTimeField(
        _("password changed at"), null=True, blank=True, editable=False
    )
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    department_id: int | None
    department = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        on_delete=models.PROTECT,
        related_name="users",
        null=True,
        blank=True,
    )
    positions = models.ManyToManyField(
        "organization.Position", verbose_name=_("positions"), related_name="users", blank=True
    )
    roles = models.ManyToManyField(
        "access.Role", verbose_name=_("roles"), related_name="users", blank=True
    )
    live_username = unique_if_live("username", max_length=64)
    live_email = unique_if_live("email", max_length=254)

    objects: ClassVar = UserManager()

    principal: Any = None
    """The snapshot that this instance was made of, where a request brought it."""
    granted_codes: frozenset[str] | None = None
    """The codes that the permission backend found, for as long as this instance lives."""

    scoped: ClassVar = Scoped(
        name="User",
        columns={
            "username": "username",
            "nickname": "nickname",
            "email": "email",
            "phone": "phone",
            "status": "is_active",
            "is_superuser": "is_superuser",
            "is_staff": "is_staff",
            "is_multi_login": "is_multi_login",
            "join_time": "joined_at",
            "last_login_time": "last_login",
            "dept_id": "department_id",
        },
        owner=("id", "created_by_id"),
        department="department_id",
    )

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("-id",)
        # Data scopes ask in every list for one's own rows and for those of departments; the second
        # index alone answers how many of these there are among the living.
        indexes: ClassVar = [
            models.Index(fields=["created_by_id"], name="accounts_user_created_by"),
            models.Index(fields=["department", "deleted_at"], name="accounts_user_department_live"),
        ]

    def __str__(self) -> str:
        return self.username

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Tell whether the user holds a code; superusers hold all of them."""
        if not self.is_active:
            return False
        if self.is_superuser:
            return True
        return any(
            backend.has_perm(self, perm, obj)
            for backend in get_backends()
            if hasattr(backend, "has_perm")
        )

    def has_module_perms(self, app_label: str) -> bool:
        """Tell whether the console shows an app at all; each of its models decides for itself."""
        return self.is_active and self.is_staff

    def departments_below(self) -> list[int]:
        """Return the ids of the user's department and of all below it; none without one.

        Those in the bin count: whoever sees a department sees it there, with its users.
        """
        if self.department_id is None:
            return []
        return Department.everything.keys_below(self.department_id)

    def get_short_name(self) -> str:
        """Return what the console greets the user with."""
        return self.nickname or self.username


class Session(models.Model):
    """One sign-in on one device, from password to logout; the refresh cookie belongs to it."""

    sid = models.UUIDField(_("session id"), default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="sessions"
    )
    channel = models.CharField(
        _("opened through"), max_length=8, choices=Channel.choices, default=Channel.API
    )
    refresh_jti = models.CharField(max_length=32, editable=False)
    address = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("user agent"), max_length=512, blank=True)
    os = models.CharField(_("system"), max_length=64, blank=True)
    browser = models.CharField(_("browser"), max_length=64, blank=True)
    device = models.CharField(_("device"), max_length=64, blank=True)
    opened_at = models.DateTimeField(_("signed in at"), auto_now_add=True, db_index=True)
    active_at = models.DateTimeField(_("last active at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closing = models.CharField(
        _("closed because"), max_length=8, choices=Closing.choices, blank=True
    )

    objects = SessionQuerySet.as_manager()
    scoped: ClassVar = Follows("user")

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ("-opened_at", "-id")
        indexes: ClassVar = [
            models.Index(fields=["user", "closed_at"], name="accounts_session_user_open")
        ]

    def __str__(self) -> str:
        return str(self.sid)


class PasswordHistory(models.Model):
    """A hash that a user's password had; it may not come back too soon."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=256)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("earlier password")
        verbose_name_plural = _("earlier passwords")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.pk} {self.created_at:%Y-%m-%d}"
