"""Roles, the menu tree that carries the permission codes, and data scopes."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, Case, F, Q, Value, When
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionAbstract

from apps.access.choices import LEVELS, Expression, MenuKind, Operator
from apps.access.querysets import MenuQuerySet, ObjectGrantQuerySet, RoleQuerySet
from apps.core.models import BinnedModel, LiveManager, OwnedModel, unique_if_live
from apps.core.scopes import Follows, Scoped
from apps.core.visibility import Act


class Menu(OwnedModel):
    """A directory, page, button or link. `perms` holds the codes it grants, comma-separated."""

    title = models.CharField(_("title"), max_length=64)
    name = models.CharField(_("name"), max_length=64, unique=True)
    path = models.CharField(_("path"), max_length=200, blank=True)
    parent_id: int | None
    parent = models.ForeignKey(
        "self",
        verbose_name=_("above"),
        on_delete=models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
    )
    sort = models.PositiveIntegerField(_("order"), default=0)
    icon = models.CharField(_("icon"), max_length=128, blank=True)
    kind = models.PositiveSmallIntegerField(
        _("kind"), choices=MenuKind.choices, default=MenuKind.DIRECTORY
    )
    component = models.CharField(_("component"), max_length=256, blank=True)
    perms = models.CharField(_("permission codes"), max_length=256, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_displayed = models.BooleanField(_("shown in the menu"), default=True)
    is_cached = models.BooleanField(_("kept alive"), default=True)
    link = models.TextField(_("link"), blank=True)
    remark = models.TextField(_("remark"), blank=True)
    is_builtin = models.BooleanField(_("built in"), default=False, editable=False)
    # What declared it is not installed any more: out of sight, but roles keep it for its return.
    is_retired = models.BooleanField(_("retired"), default=False, editable=False)
    # Titles are unique except among buttons; in every database a unique column may hold many NULLs.
    page_title = models.GeneratedField(
        expression=Case(When(~Q(kind=2), then=F("title")), default=Value(None)),
        output_field=models.CharField(max_length=64, null=True),
        db_persist=True,
        unique=True,
        editable=False,
    )

    objects = MenuQuerySet.as_manager()
    scoped: ClassVar = Scoped(
        name="Menu",
        columns={
            "title": "title",
            "name": "name",
            "path": "path",
            "parent_id": "parent_id",
            "type": "kind",
            "component": "component",
            "perms": "perms",
            "status": "is_active",
            "display": "is_displayed",
            "remark": "remark",
        },
        is_reference=True,
    )

    class Meta:
        verbose_name = _("menu")
        verbose_name_plural = _("menus")
        ordering = ("sort", "id")

    def __str__(self) -> str:
        return self.title


class DataRule(OwnedModel):
    """One comparison of a column with a value, for one model or all of them."""

    name = models.CharField(_("name"), max_length=255, unique=True)
    model = models.CharField(_("model"), max_length=64)
    column = models.CharField(_("column"), max_length=64)
    operator = models.PositiveSmallIntegerField(
        _("joined by"), choices=Operator.choices, default=Operator.AND
    )
    expression = models.PositiveSmallIntegerField(_("expression"), choices=Expression.choices)
    value = models.CharField(_("value"), max_length=256)

    class Meta:
        verbose_name = _("data rule")
        verbose_name_plural = _("data rules")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class DataScope(OwnedModel):
    """A named set of rules; roles hold scopes."""

    name = models.CharField(_("name"), max_length=64, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    rules = models.ManyToManyField(
        DataRule, verbose_name=_("rules"), related_name="scopes", blank=True
    )

    class Meta:
        verbose_name = _("data scope")
        verbose_name_plural = _("data scopes")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Role(BinnedModel):
    """A named set of menu entries and data scopes, given to users."""

    name = models.CharField(_("name"), max_length=32)
    is_active = models.BooleanField(_("active"), default=True)
    is_scoped = models.BooleanField(_("sees only its data scopes"), default=True)
    remark = models.TextField(_("remark"), blank=True)
    menus = models.ManyToManyField(Menu, verbose_name=_("menus"), related_name="roles", blank=True)
    scopes = models.ManyToManyField(
        DataScope, verbose_name=_("data scopes"), related_name="roles", blank=True
    )
    live_name = unique_if_live("name", max_length=32)

    objects: ClassVar = LiveManager.from_queryset(RoleQuerySet)()
    scoped: ClassVar = Scoped(
        name="Role",
        columns={
            "name": "name",
            "status": "is_active",
            "is_filter_scopes": "is_scoped",
            "remark": "remark",
        },
        is_reference=True,
    )

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class ObjectGrant(OwnedModel, UserObjectPermissionAbstract):
    """One row shared with one user, on top of what their data scopes show.

    Guardian's table, with who shared it, until when, and the key of the row as the number it is.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    row_id = models.GeneratedField(
        expression=Cast("object_pk", BigIntegerField()),
        output_field=BigIntegerField(),
        db_persist=True,
        editable=False,
    )
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)

    user_id: int
    objects: ClassVar[Any] = UserObjectPermissionManager.from_queryset(ObjectGrantQuerySet)()
    scoped: ClassVar = Follows("user")

    class Meta:
        verbose_name = _("object grant")
        verbose_name_plural = _("object grants")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "content_type", "object_pk"), name="access_objectgrant_once"
            ),
        )
        indexes = (
            models.Index(fields=("user", "permission", "row_id"), name="access_grant_seen"),
            models.Index(fields=("content_type", "row_id"), name="access_grant_row"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.content_type.name} {self.object_pk}"

    @property
    def level(self) -> str:
        """What the row is shared for."""
        return self.permission.codename.partition("_")[0]

    @property
    def act_name(self) -> str:
        """What people call the level."""
        return str(LEVELS[Act(self.level)])

    @property
    def is_live(self) -> bool:
        """Tell whether it has not run out."""
        return self.expires_at is None or self.expires_at > timezone.now()
