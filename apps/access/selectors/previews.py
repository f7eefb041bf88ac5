"""What a data scope would show, before anybody has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from apps.access.models import DataScope
from apps.access.selectors.views import View, facts_of, shares_read
from apps.access.selectors.visibility import narrowed
from apps.core.scopes import scoped_models
from apps.core.visibility import visible_to


@dataclass(frozen=True)
class Preview:
    """How many rows of a model a scope shows, of those that whoever asks may see."""

    model: str
    comment: str
    visible: int
    total: int


def scope_preview(*, scope: DataScope, user: Any, asker: Any) -> list[Preview]:
    """Return what a user would see if a role gave them this scope and nothing else.

    What is shared with them counts.

    Args:
        scope: Counts as if it were enabled.
        user: Whose department and own rows count.
        asker: Learns of no row that they may not see.
    """
    view: View = {
        "is_open": False,
        "roles": [[facts_of(rule) for rule in scope.rules.all()]],
        "user_id": user.pk,
        "department_id": user.department_id,
        "departments": user.departments_below(),
        "shares": shares_read(user.pk),
    }
    found = []
    for name, model in scoped_models().items():
        rows = visible_to(model._default_manager.order_by(), asker)
        found.append(
            Preview(
                model=name,
                comment=capfirst(str(model._meta.verbose_name_plural)),
                visible=narrowed(rows, view).count(),
                total=rows.count(),
            )
        )
    return found
