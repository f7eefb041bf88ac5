"""Object grants as sub-queries: which single rows are shared with a user, for what."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet

from apps.access.models import ObjectGrant
from apps.access.selectors.views import View
from apps.core.models import OwnedModel
from apps.core.scopes import scoped_models
from apps.core.visibility import Act


def shared_keys(view: View, model: type[Model], act: Act) -> QuerySet[Any, Any] | None:
    """Return the keys of the rows that are shared for an act, as a sub-query.

    None where nothing of the model is shared with the user: that costs the database nothing.
    """
    held = view["shares"].get(model._meta.label_lower, {})
    levels = list(Act)[list(Act).index(act) :]
    permissions = [held[level] for level in levels if level in held]
    if not permissions:
        return None
    live = ObjectGrant.objects.live()
    found = live.filter(user_id=view["user_id"], permission_id__in=permissions)
    keys: QuerySet[Any, Any] = found.order_by().values("row_id")
    return keys


def shareable_models() -> dict[str, type[Model]]:
    """Return the models whose rows can be shared one by one, by their names on the wire.

    Master data only: logs are deleted by the million, without a look at each row.
    """
    return {name: model for name, model in scoped_models().items() if issubclass(model, OwnedModel)}


def wire_name(app_label: str, model_name: str) -> str:
    """Return what data rules call a model; "" for one whose rows are not shared any more."""
    label = f"{app_label}.{model_name}"
    names = (n for n, model in shareable_models().items() if model._meta.label_lower == label)
    return next(names, "")
