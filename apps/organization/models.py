"""Departments and positions: where people belong and what they are called."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BinnedModel, LiveManager, unique_if_live
from apps.core.scopes import Scoped
from apps.organization.querysets import DepartmentQuerySet


class Department(BinnedModel):
    """A node of the department tree."""

    name = models.CharField(_("name"), max_length=64)
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
    leader = models.CharField(_("leader"), max_length=32, blank=True)
    phone = models.CharField(_("phone"), max_length=11, blank=True)
    email = models.EmailField(_("e-mail"), max_length=64, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    live_name = unique_if_live("name", max_length=64)

    objects: ClassVar = LiveManager.from_queryset(DepartmentQuerySet)()
    everything: ClassVar = DepartmentQuerySet.as_manager()
    scoped: ClassVar = Scoped(
        name="Dept",
        columns={
            "name": "name",
            "parent_id": "parent_id",
            "leader": "leader",
            "phone": "phone",
            "email": "email",
            "status": "is_active",
        },
        department="pk",
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ("sort", "id")

    def __str__(self) -> str:
        return self.name


class Position(BinnedModel):
    """What somebody is in the organization; a user holds any number of them."""

    name = models.CharField(_("name"), max_length=64)
    code = models.CharField(_("code"), max_length=64)
    sort = models.PositiveIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    remark = models.TextField(_("remark"), blank=True)
    live_name = unique_if_live("name", max_length=64)
    live_code = unique_if_live("code", max_length=64)

    scoped: ClassVar = Scoped(
        name="Position",
        columns={"name": "name", "code": "code", "status": "is_active", "remark": "remark"},
        is_reference=True,
    )

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering: ClassVar = ("sort", "id")

    def __str__(self) -> str:
        return self.name
