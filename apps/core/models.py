"""Abstract models and their columns only: this app owns no table."""

from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.context import current_user_id

M = TypeVar("M", bound=models.Model, covariant=True)  # noqa: PLC0105 - Django's managers have it so


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


class LiveManager(models.Manager[M]):
    """Finds the rows that are not in the bin, and so does every relation to the model."""

    def get_queryset(self) -> QuerySet[M]:
        return super().get_queryset().filter(deleted_at__isnull=True)


class BinManager(models.Manager[M]):
    """Finds the rows in the bin, those deleted last first, with the name of whoever did it."""

    def get_queryset(self) -> QuerySet[M]:
        people = get_user_model()._base_manager.filter(pk=OuterRef("deleted_by_id"))
        found = super().get_queryset().filter(deleted_at__isnull=False)
        name = people.order_by().values("username")[:1]
        named: Any = found.annotate(deleted_by=Subquery(name))
        ordered: QuerySet[M] = named.order_by("-deleted_at", "-pk")
        return ordered


class BinnedModel(OwnedModel):
    """Rows that are deleted into the bin: gone for everybody, until restored or purged.

    `objects`, every relation to the model, and so lists, look-ups, forms and checks, know the
    living only; `bin` knows the others. `_base_manager` knows all, for whoever follows a foreign
    key and for logs. What is unique among the living is a column made by `unique_if_live`.
    """

    deleted_at = models.DateTimeField(
        _("deleted at"), null=True, blank=True, editable=False, db_index=True
    )
    deleted_by_id = models.BigIntegerField(_("deleted by"), null=True, blank=True, editable=False)

    objects = LiveManager()
    bin = BinManager()

    class Meta:
        abstract = True

    def move_to_bin(self) -> None:
        """Delete the row so that it can be restored."""
        self.deleted_at, self.deleted_by_id = timezone.now(), current_user_id()
        self.save(update_fields=["deleted_at", "deleted_by_id"])

    def take_out_of_bin(self, **columns: Any) -> None:
        """Make the row live again; its columns, but for those given, and links are as they were."""
        for name, value in columns.items():
            setattr(self, name, value)
        self.deleted_at = self.deleted_by_id = None
        changed = [*columns, "updated_at", "updated_by_id"] if columns else []
        self.save(update_fields=["deleted_at", "deleted_by_id", *changed])


def unique_if_live(name: str, *, max_length: int) -> models.GeneratedField:
    """Return a column that keeps the text column `name` unique among rows outside of the bin.

    MariaDB knows no partial index, but in every database a unique column may hold NULL many times.
    """
    return models.GeneratedField(
        expression=Case(When(deleted_at__isnull=True, then=F(name)), default=Value(None)),
        output_field=models.CharField(max_length=max_length, null=True),
        db_persist=True,
        unique=True,
        editable=False,
    )
