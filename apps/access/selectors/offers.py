"""What a data rule can be made of: models, their columns, and variables for its value."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.core.scopes import ALL_MODELS, DEPARTMENT, OWNER, Scoped, field_at, scoped_models

TEMPLATE_COLUMNS: dict[str, str | Promise] = {
    DEPARTMENT: _("The department that the row belongs to"),
    OWNER: _("Whoever the row belongs to"),
}


def models_offered() -> list[str]:
    """Return the models that rules can name, all models at once first."""
    return [ALL_MODELS, *scoped_models()]


def columns_of(name: str) -> dict[str, str]:
    """Return the columns of a model that rules can compare, each with what people call it.

    Empty for a model that does not exist or cannot be named.
    """
    if name == ALL_MODELS:
        return {column: str(text) for column, text in TEMPLATE_COLUMNS.items()}
    model = scoped_models().get(name)
    if model is None:
        return {}
    scoped: Scoped = model.scoped  # type: ignore[attr-defined] # which is why it is among them
    own = {
        column: capfirst(str(field_at(model, path).verbose_name))
        for column, path in scoped.columns.items()
    }
    templates = {
        column: str(text) for column, text in TEMPLATE_COLUMNS.items() if scoped.paths(column)
    }
    return own | templates
