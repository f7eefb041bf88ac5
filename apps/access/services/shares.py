"""Single rows shared with single users, and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.ctypes import get_content_type

from apps.access.errors import GrantExistsError, GrantNotOwnError
from apps.access.models import ObjectGrant
from apps.access.selectors.shares import shareable_models
from apps.access.selectors.visibility import scoped_to, visible_to
from apps.core.cached import invalidate, user_tag
from apps.core.errors import InvalidInputError, NotFoundError
from apps.core.visibility import Act


@transaction.atomic
def grant_create(
    *,
    actor: Any,
    user: Any,
    model: str,
    key: int,
    level: Act,
    expires_at: datetime | None = None,
) -> ObjectGrant:
    """Share one row with one user; one that has run out is replaced.

    Args:
        actor: Who shares; None for a command, which may share anything.
        user: With whom.
        model: The model as data rules name it.
        key: The row's key.
        level: What for; each level includes the ones before it.
        expires_at: The moment from which it no longer counts; None for ever.

    Raises:
        InvalidInputError: No such model, or the moment is past.
        NotFoundError: No such row, or none that the actor may see.
        GrantNotOwnError: The actor sees the row only because it is shared with them.
        GrantExistsError: It is shared with the user already.
    """
    kind = shareable_models().get(model)
    if kind is None:
        raise InvalidInputError(field="model", message=_("Rows of this model cannot be shared."))
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInputError(field="expires_time", message=_("Enter a moment to come."))
    row = _own_row(actor, kind, key)
    content_type = get_content_type(row)
    same = ObjectGrant.objects.filter(user=user, content_type=content_type, row_id=row.pk)
    if same.live().exists():
        raise GrantExistsError
    same.delete()
    made: ObjectGrant = ObjectGrant.objects.create(
        user=user,
        permission=_permission(kind, content_type, level),
        content_type=content_type,
        object_pk=str(row.pk),
        content_object=row,
        expires_at=expires_at,
    )
    invalidate(user_tag(user.pk))
    return made


@transaction.atomic
def grants_revoke(*, actor: Any, grants: Iterable[ObjectGrant]) -> None:
    """Take shared rows back: all of them or none.

    Raises:
        GrantNotOwnError: The actor neither shared one of them nor sees its row by their own roles.
    """
    for grant in grants:
        kind = grant.content_type.model_class()
        is_own = actor is None or grant.created_by_id == actor.pk
        if kind is not None and not is_own:
            rows = scoped_to(kind._default_manager.filter(pk=grant.row_id), actor)
            if not rows.exists():
                raise GrantNotOwnError
        grant.delete()
        invalidate(user_tag(grant.user_id))


PRUNE_BATCH = 1_000
"""Grants deleted in one statement, so that nobody waits long for the table."""


def grants_prune(*, days: int) -> int:
    """Delete grants that ran out longer than so many days ago, and return how many."""
    ended = ObjectGrant.objects.filter(expires_at__lt=timezone.now() - timedelta(days=days))
    total = 0
    while keys := list(ended.order_by("pk").values_list("pk", flat=True)[:PRUNE_BATCH]):
        total += ObjectGrant.objects.filter(pk__in=keys).delete()[0]
    return total


def _own_row(actor: Any, kind: type[Model], key: int) -> Model:
    """Return the row, locked: whoever deletes it waits, and finds what was shared of it."""
    row = kind._default_manager.select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFoundError
    itself = kind._default_manager.filter(pk=key)
    if actor is not None and not visible_to(itself, actor).exists():
        raise NotFoundError
    if actor is not None and not scoped_to(itself, actor).exists():
        raise GrantNotOwnError
    return row


def _permission(kind: type[Model], content_type: Any, level: Act) -> Permission:
    codename = get_permission_codename(level, kind._meta)
    found = Permission.objects.filter(content_type=content_type, codename=codename).first()
    if found is None:
        raise InvalidInputError(
            field="level", message=_("Rows of this model cannot be shared for this.")
        )
    return found
