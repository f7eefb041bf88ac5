"""Abstract models and their columns only: this app owns no table."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.context import current_user_id


class ChangedAtField(models.DateTimeField):  # type: ignore[type-arg] # no arguments at run time
    """The moment of the last change; None for a row that was never changed since it was made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"null": True, "blank": True, "editable": False}
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> datetime | None:  # noqa: FBT001 - Django's signature
        value = None if add else timezone.now()
        setattr(model_instance, self.attname, value)
        return value


class ActorField(models.BigIntegerField):  # type: ignore[type-arg] # no arguments at run time
    """The id of the user who acted, from the context of the request; None outside of one.

    A plain id, not a foreign key: rows outlive people, and core knows no user model.

    Args:
        on_change: Whether to write at every save, or only when the row is made.
    """

    def __init__(self, *args: Any, on_change: bool = False, **kwargs: Any) -> None:
        self.on_change = on_change
        kwargs |= {"null": True, "blank": True, "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.on_change:
            kwargs["on_change"] = True
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> int | None:  # noqa: FBT001 - Django's signature
        kept: int | None = getattr(model_instance, self.attname)
        if add != self.on_change:
            kept = current_user_id() or kept
            setattr(model_instance, self.attname, kept)
        return kept


class OwnedModel(models.Model):
    """Give a row when and by whom it was made and last changed (moments in UTC)."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = ChangedAtField(_("changed at"))
    created_by_id = ActorField(_("created by"))
    updated_by_id = ActorField(_("changed by"), on_change=True)

    class Meta:
        abstract = True
