"""Hear what happens at sign-in, and what becomes of master data."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save
from django.dispatch import receiver

from apps.accounts.models import User
from apps.accounts.signals import sign_in_failed, signed_in
from apps.audit.choices import ChangeAction
from apps.audit.selectors.snapshots import Values, links_of, snapshot_of
from apps.audit.services.changes import change_add
from apps.audit.services.logins import failure_add, success_add
from apps.core.models import OwnedModel


@receiver(signed_in, dispatch_uid="audit.signed_in")
def log_success(user: User, channel: str, **_kwargs: Any) -> None:
    """Log a sign-in, inside the transaction that opens its session."""
    success_add(user=user, channel=channel)


@receiver(sign_in_failed, dispatch_uid="audit.sign_in_failed")
def log_failure(username: str, channel: str, reason: str, message: str, **_kwargs: Any) -> None:
    """Log a refusal."""
    failure_add(username=username, channel=channel, reason=reason, message=message)


def follow_master_data() -> None:
    """Keep the history of every model that says when and by whom it was changed.

    Each model is connected by itself: a receiver for all would make Django load every row of any
    table before it deletes it.
    """
    for model in apps.get_models():
        if not issubclass(model, OwnedModel):
            continue
        uid = f"audit.{model._meta.label_lower}"
        pre_save.connect(remember, sender=model, dispatch_uid=uid)
        post_save.connect(keep_saved, sender=model, dispatch_uid=uid)
        pre_delete.connect(keep_deleted, sender=model, dispatch_uid=uid)
        for relation in model._meta.many_to_many:
            through = relation.remote_field.through
            m2m_changed.connect(keep_links, sender=through, dispatch_uid=f"{uid}.{relation.name}")


def remember(instance: Model, raw: bool = False, **_kwargs: Any) -> None:  # noqa: FBT001, FBT002 - Django's signature
    """Read what the row holds before it is saved."""
    is_new = instance._state.adding or raw
    vars(instance)["_before_save"] = {} if is_new else snapshot_of(instance)


def keep_saved(instance: Model, created: bool, raw: bool = False, **_kwargs: Any) -> None:  # noqa: FBT001, FBT002 - Django's signature
    """Keep what a save made of a row."""
    before = vars(instance).pop("_before_save", {})
    if not raw:
        after = snapshot_of(instance)
        action = ChangeAction.MADE if created else _change_of(before, after)
        change_add(instance=instance, action=action, before=before, after=after)


def _change_of(before: Values, after: Values) -> ChangeAction:
    """Return what a save was: rows go to the bin and come back by a column."""
    was_binned, is_binned = bool(before.get("deleted_at")), bool(after.get("deleted_at"))
    if was_binned == is_binned:
        return ChangeAction.CHANGED
    return ChangeAction.DELETED if is_binned else ChangeAction.RESTORED


def keep_deleted(instance: Model, **_kwargs: Any) -> None:
    """Keep what a row held at last."""
    before = snapshot_of(instance)
    change_add(
        instance=instance,
        action=ChangeAction.PURGED if before.get("deleted_at") else ChangeAction.DELETED,
        before=before | links_of(instance),
        after={},
    )


def keep_links(
    instance: Model,
    sender: Any,
    action: str,
    reverse: bool,  # noqa: FBT001 - Django's signature
    **_kwargs: Any,
) -> None:
    """Keep which rows a row was linked to before and after; links are written from one side."""
    if reverse:
        return
    name = next(r.name for r in instance._meta.many_to_many if r.remote_field.through is sender)
    if action.startswith("pre_"):
        vars(instance)[f"_before_{name}"] = links_of(instance, name)
    else:
        change_add(
            instance=instance,
            action=ChangeAction.CHANGED,
            before=vars(instance).pop(f"_before_{name}", {}),
            after=links_of(instance, name),
        )
