"""Hear when rows are deleted: what was shared of them goes with them."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete
from guardian.ctypes import get_content_type

from apps.access.models import ObjectGrant
from apps.access.selectors.shares import shareable_models


def follow_shared_rows() -> None:
    """Listen to each model whose rows can be shared; one for all would load every deleted row."""
    for model in shareable_models().values():
        uid = f"access.grants.{model._meta.label_lower}"
        post_delete.connect(forget_shares, sender=model, dispatch_uid=uid)


def forget_shares(instance: Model, **_kwargs: Any) -> None:
    """Delete the grants of a row that is gone: its key may come again."""
    kind = get_content_type(instance)
    ObjectGrant.objects.filter(content_type=kind, row_id=instance.pk).delete()
