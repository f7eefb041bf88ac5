"""Dictionaries: types, and the entries that forms and lists choose from."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import OwnedModel
from apps.core.scopes import Scoped
from plugins.dict.querysets import DictDataQuerySet
from plugins.dict.validators import MAX_CODE, valid_code


class DictType(OwnedModel):
    """A dictionary: all entries that answer one question, found by its code."""

    name = models.CharField(_("name"), max_length=32)
    code = models.CharField(_("code"), max_length=MAX_CODE, unique=True, validators=[valid_code])
    remark = models.TextField(_("remark"), blank=True)

    scoped: ClassVar = Scoped(
        name="DictType",
        columns={"name": "name", "code": "code", "remark": "remark"},
        is_reference=True,
    )

    class Meta:
        verbose_name = _("dictionary")
        verbose_name_plural = _("dictionaries")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class DictData(OwnedModel):
    """One entry of a dictionary: what people read, what programs store, and its colour."""

    type = models.ForeignKey(
        DictType, verbose_name=_("dictionary"), on_delete=models.CASCADE, related_name="entries"
    )
    label = models.CharField(_("label"), max_length=32)
    value = models.CharField(_("value"), max_length=32)
    color = models.CharField(_("colour"), max_length=32, blank=True)
    sort = models.PositiveIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    remark = models.TextField(_("remark"), blank=True)

    objects = DictDataQuerySet.as_manager()
    scoped: ClassVar = Scoped(
        name="DictData",
        columns={
            "type_id": "type_id",
            "type_code": "type__code",
            "label": "label",
            "value": "value",
            "color": "color",
            "status": "is_active",
            "remark": "remark",
        },
        is_reference=True,
    )

    class Meta:
        verbose_name = _("dictionary entry")
        verbose_name_plural = _("dictionary entries")
        ordering = ("sort", "id")
        constraints = (
            models.UniqueConstraint(fields=("type", "label"), name="dict_data_label_per_type"),
        )

    def __str__(self) -> str:
        return self.label
