"""What people call an operation, in the language of the site."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.guards import Guard, usual_summary


@lru_cache(maxsize=1024)
def api_title(view: type[Any], action: str) -> str:
    """Return the first line of the action's docstring, else what such an action does."""
    docs = inspect.cleandoc(getattr(getattr(view, action, None), "__doc__", None) or "")
    first = docs.partition("\n")[0].strip().removesuffix(".")
    if first:
        return first
    guard = getattr(view, "guard", None)
    with translation.override(settings.LANGUAGE_CODE):
        label = str(guard.label) if isinstance(guard, Guard) else view.__name__
        return usual_summary(action, label)


@lru_cache(maxsize=1024)
def console_title(route: str) -> str:
    """Return a name for a route of the console: `accounts_user_change`."""
    with translation.override(settings.LANGUAGE_CODE):
        app, _score, rest = route.partition("_")
        name, _score, page = rest.partition("_")
        try:
            label = str(apps.get_model(app, name)._meta.verbose_name)
        except (LookupError, ValueError):
            return f"{_('Console')}: {route.replace('_', ' ')}"
        return f"{_('Console')}: {capfirst(label)} ({page.replace('_', ' ')})"
